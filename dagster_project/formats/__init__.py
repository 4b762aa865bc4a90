"""The formats room: what a record file can be. A module of this folder that has a `FORMAT` is a format.

It says what its files are called, what survey.yml can say to it, how a file becomes batches of text, and what can be
seen of a file that nobody has described. The room knows no other room: neither questions nor codes are looked at here.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path

from dagster_project.errors import InputError
from dagster_project.formats.format import Contents, FileColumn, FirstLook, Format, Options, RecordFile

__all__ = [
    "FORMATS",
    "Contents",
    "FileColumn",
    "FirstLook",
    "Format",
    "Options",
    "RecordFile",
    "format_of",
]


def _found() -> dict[str, Format]:
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    formats: list[Format] = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {one.name: one for one in sorted(formats, key=lambda one: one.name)}


FORMATS: Mapping[str, Format] = _found()


def format_of(path: Path, name: str | None = None) -> Format:
    """The format called `name`, or else the one that the file's ending tells. Raises `InputError`."""
    if name is not None:
        return FORMATS[name]
    for one in FORMATS.values():
        if path.name.lower().endswith(one.endings):
            return one
    *others, last = FORMATS
    names = f"{', '.join(others)} or {last}" if others else last
    raise InputError(f"{path}: the name's ending does not say what it is; set records.format to {names}.")
