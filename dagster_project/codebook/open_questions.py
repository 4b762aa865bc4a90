"""What is still open in a survey.yml: values that begin with TODO. A run refuses them, all in one list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dagster_project.codebook.located import Located, Place, field_text
from dagster_project.errors import InputError

TODO = "TODO"
_OPEN = re.compile(rf"{TODO}[^0-9A-Za-z]*($|[a-z])")  # TODO EL MUNDO is Spanish


def check_nothing_open(located: Located) -> None:
    """Raise `InputError` with every open question of the document, each with its line and field."""
    found = [(located.line(place), field_text(place), text) for place, text in _open_texts(located.content, ())]
    if not found:
        return
    are = "question is" if len(found) == 1 else "questions are"
    listed = "".join(f"\n  line {line}: {name}: {text}" for line, name, text in found)
    raise InputError(f"{located.file}:{found[0][0]}: {len(found)} {are} open; write the answers in place:{listed}")


def _open_texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _open_texts(part, (*place, key))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from _open_texts(part, (*place, at))
    elif isinstance(value, str) and _OPEN.match(value):
        yield place, " ".join(value.split()).removeprefix(TODO).strip() or "to be filled in"
