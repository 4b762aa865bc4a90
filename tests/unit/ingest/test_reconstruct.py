"""Reconstructed records meet every claim, are always the same, and are never made where records were collected."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dagster_project.codebook import read_survey_folder
from dagster_project.errors import InputError
from dagster_project.ingest import reconstruct

RAW = Path(__file__).parents[3] / "data" / "raw"
SURVEY = """\
title: t
source: {name: n, licence: l}
universe: u
provenance: reconstructed
provenance_note: made up
records: {files: [records.csv]}
groups: [sex]
questions:
  - {id: sex, text: S, type: single, options: {1: W, 2: M}}
"""
BASE = "  - {id: N, figure: '20', kind: base, base: all, of: all}\n"


def _reconstruct(tmp_path: Path, claims: str, survey: str = SURVEY) -> list[str]:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "survey.yml").write_text(survey)
    (folder / "claims.yml").write_text("publication: {title: p}\nclaims:\n" + claims)
    return reconstruct(read_survey_folder(tmp_path, "made")).read_text().splitlines()


def test_the_shipped_reconstruction_comes_out_byte_for_byte(tmp_path: Path) -> None:
    shutil.copytree(RAW / "kyodo_economic_security", tmp_path / "kyodo_economic_security")
    (tmp_path / "kyodo_economic_security" / "records.csv").unlink()

    made = reconstruct(read_survey_folder(tmp_path, "kyodo_economic_security"))

    assert made.read_bytes() == (RAW / "kyodo_economic_security" / "records.csv").read_bytes()


def test_collected_records_are_never_made_up() -> None:
    with pytest.raises(InputError, match="its provenance is collected"):
        reconstruct(read_survey_folder(RAW, "nhanes2"))


def test_a_survey_of_published_figures_has_no_records_to_make(tmp_path: Path) -> None:
    survey = SURVEY.replace("reconstructed", "published").replace("records: {files: [records.csv]}\n", "")
    with pytest.raises(InputError, match=r"made: this survey has no records, only published figures; to make some up"):
        _reconstruct(tmp_path, BASE, survey)


def test_bounds_of_ones_own_are_kept_to(tmp_path: Path) -> None:
    rows = _reconstruct(
        tmp_path,
        BASE + "  - {id: W, figure: about 10, kind: count, low: 6, high: 7, question: sex, option: 1, of: w}\n",
    )

    assert rows.count("1") in (6, 7)


def test_the_claims_are_met(tmp_path: Path) -> None:
    rows = _reconstruct(
        tmp_path, BASE + "  - {id: W, figure: 35%, kind: percentage, question: sex, option: 1, of: w}\n"
    )

    assert (rows[0], rows.count("1"), rows.count("2")) == ("sex", 7, 13)


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ("  - {id: W, figure: 42%, kind: percentage, question: sex, option: 1, of: w}\n", "W say of option '1'"),
        ("  - {id: W, figure: '21', kind: count, question: sex, option: 1, of: w}\n", "W say of option '1'"),
        (
            "  - {id: W, figure: '8', kind: count, question: sex, option: 1, of: w}\n"
            "  - {id: M, figure: '8', kind: count, question: sex, option: 2, of: m}\n",
            "W, M cannot be met: question sex: the counts {'1': 8, '2': 8} do not make 20 respondents",
        ),
        (
            "  - {id: B, figure: '19', kind: base, base: answered, question: sex, of: b}\n",
            "B gives question sex the base",
        ),
        (
            "  - {id: G, figure: '3', kind: count, question: sex, group: {question: sex, answer: 1}, of: g}\n",
            "G speak of a group",
        ),
        ("  - {id: M2, figure: '21', kind: base, base: all, of: all}\n", "several numbers of respondents: [20, 21]"),
    ],
)
def test_a_claim_that_cannot_be_met_is_named_and_nothing_is_written(tmp_path: Path, claims: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        _reconstruct(tmp_path, BASE + claims)

    assert says in str(error.value)
    assert str(error.value).startswith(f"{tmp_path}/made/claims.yml: ")
    assert not (tmp_path / "made" / "records.csv").exists()


def test_without_a_number_of_respondents_nothing_can_be_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no claim says how many responded"):
        _reconstruct(tmp_path, "  - {id: W, figure: '8', kind: count, question: sex, option: 1, of: w}\n")


def test_a_code_that_the_encoding_lacks_leaves_the_old_file(tmp_path: Path) -> None:
    survey = SURVEY.replace("files: [records.csv]", "files: [records.csv], encoding: cp1252").replace("1: W", "日: W")
    with pytest.raises(InputError, match="'日' cannot be written in cp1252"):
        _reconstruct(tmp_path, BASE, survey)

    assert not (tmp_path / "made" / "records.csv").exists()
