"""SPSS: .sav, .zsav and .por, with labels, and with user-missing codes and ranges as what they are."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from dagster_project.formats.readstat import Package

_HEADER = 84  # bytes, up to the number of cases
_SLOT = 8  # bytes, in which a case is measured


def _weight(path: Path, told: Any) -> str | None:
    """The variable that the file weights its cases by: its header has the number of the first slot of it."""
    with path.open("rb") as stream:
        header = stream.read(_HEADER)
    if header[:3] != b"$FL" or len(header) < _HEADER:
        return None
    order = "<" if struct.unpack("<i", header[64:68])[0] in (2, 3) else ">"
    wanted = struct.unpack(f"{order}i", header[76:80])[0]
    slot = 1
    for name in told.column_names:
        if slot == wanted:
            return str(name)
        is_text = told.readstat_variable_types[name] == "string"
        slot += -(-told.variable_storage_width[name] // _SLOT) if is_text else 1
    return None


FORMAT = Package(
    "SPSS",
    {".sav": "read_sav", ".zsav": "read_sav", ".por": "read_por"},
    frozenset({".sav", ".zsav"}),
    weight=_weight,
).format("spss")
