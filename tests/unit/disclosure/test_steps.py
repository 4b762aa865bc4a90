"""Statistics are rounded to steps by the models, and the attack rounds what it computes in the same way."""

from __future__ import annotations

import duckdb
import pytest
from jinja2 import Environment

from dagster_project.disclosure import told
from dagster_project.places import DBT_DIR


@pytest.mark.parametrize("step", [0.02, 0.05, 0.1, 0.25, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("number", [0.25, 0.75, -0.25, 0.05, 2.5, 3.5, 12.345, 250.0, 0.0])
def test_the_models_and_the_attack_round_alike(number: float, step: float) -> None:
    macros = Environment(extensions=["jinja2.ext.do"]).from_string((DBT_DIR / "macros" / "masked.sql").read_text())
    sql = macros.module.to_steps_of(f"{number!r}::DOUBLE", f"{step!r}::DOUBLE")  # type: ignore[attr-defined]
    with duckdb.connect() as connection:
        [(by_model,)] = connection.execute(f"SELECT {sql}").fetchall()
    assert told._to_steps_of(number, step) == pytest.approx(by_model, abs=1e-12)
