"""SAS: .sas7bdat and transport files, whose missing values .A to .Z and ._ are codes, in transport files blanks."""

from __future__ import annotations

from pathlib import Path
from string import ascii_uppercase

from dagster_project.errors import InputError
from dagster_project.formats.readstat import Package

_TRANSPORT_RECORD = 80  # bytes


def _whole(path: Path) -> None:
    """Raise `InputError` for a transport file that ends within a record; nothing in it says how many cases it has."""
    if path.suffix.lower() == ".xpt" and path.stat().st_size % _TRANSPORT_RECORD:
        raise InputError(f"{path}: this SAS transport file is cut off; fetch it again.")


FORMAT = Package(
    "SAS",
    {".sas7bdat": "read_sas7bdat", ".xpt": "read_xport"},
    frozenset({".sas7bdat"}),
    missing=[f".{letter}" for letter in f"{ascii_uppercase}_"],
    whole=_whole,
).format("sas")
