"""Stata: .dta, with labels; its missing values .a to .z are codes, and the plain one is a blank."""

from __future__ import annotations

from pathlib import Path
from string import ascii_lowercase

from dagster_project.errors import InputError
from dagster_project.formats.readstat import Package

_BEGINS, _ENDS = b"<stata_dta>", b"</stata_dta>"


def _whole(path: Path) -> None:
    """Raise `InputError` for a file without its end: the labels stand behind the cases, so that none is missed."""
    with path.open("rb") as stream:
        begins = stream.read(len(_BEGINS))
        if begins != _BEGINS:  # of an older release, without marks
            return
        stream.seek(-min(len(_ENDS) + 8, path.stat().st_size), 2)
        if _ENDS not in stream.read():
            raise InputError(f"{path}: this Stata file is cut off; fetch it again.")


FORMAT = Package(
    "Stata",
    {".dta": "read_dta"},
    frozenset({".dta"}),
    missing=[f".{letter}" for letter in ascii_lowercase],
    whole=_whole,
).format("stata")
