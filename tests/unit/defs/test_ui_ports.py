"""The ports of the UI and of the releases: set by the environment, and taken ones named before anything starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from dagster_project.defs.ui import releases_port, serve, ui_port
from dagster_project.errors import InputError
from tests.conftest import free_ports


def test_the_ports_are_3000_and_3001_and_the_environment_names_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("BASECHECK_UI_PORT", "BASECHECK_RELEASES_PORT"):
        monkeypatch.delenv(variable, raising=False)
    assert (ui_port().url, releases_port().url) == ("http://127.0.0.1:3000", "http://127.0.0.1:3001")
    monkeypatch.setenv("BASECHECK_UI_PORT", "4000")
    monkeypatch.setenv("BASECHECK_RELEASES_PORT", "4001")
    assert (ui_port().url, releases_port().url) == ("http://127.0.0.1:4000", "http://127.0.0.1:4001")


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "3.5"])
def test_what_is_no_port_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BASECHECK_UI_PORT", text)
    with pytest.raises(InputError, match=f"BASECHECK_UI_PORT={text}: a port is a number from 1 to 65535"):
        ui_port()


@pytest.mark.parametrize("variable", ["BASECHECK_UI_PORT", "BASECHECK_RELEASES_PORT"])
def test_a_taken_port_is_named_with_the_variable_that_moves_it_and_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    monkeypatch.setenv("BASECHECK_OUTPUT_DIR", str(tmp_path / "output"))
    for other, free in zip(("BASECHECK_UI_PORT", "BASECHECK_RELEASES_PORT"), free_ports(2), strict=True):
        monkeypatch.setenv(other, str(free))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv(variable, str(port))
        with pytest.raises(InputError, match=f"127.0.0.1:{port} is taken; .* name another port with {variable}"):
            serve()
    assert not (tmp_path / "output").exists()
