"""Reading what a person writes so that every value keeps its line and its exact text; no survey word belongs here.

Scalars stay text as written: `01`, `yes` and `60.0` are codes and figures, not numbers. The models decide
what is a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

from dagster_project.errors import InputError

Place = tuple[str | int, ...]
# Aliases of aliases grow without end; no codebook comes near this.
MOST_VALUES = 500_000
Model = TypeVar("Model", bound=pydantic.BaseModel)


@dataclass(frozen=True)
class Located:
    """A YAML document: its plain content, and the line (from 1) of each value by its path."""

    file: Path
    content: Any
    lines: Mapping[Place, int]

    def line(self, path: Place) -> int:
        """The line of `path`, or of the nearest thing that holds it when it is not written at all."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Place, message: str) -> InputError:
        """An `InputError` that names file, line and field."""
        field = field_text(path)
        return InputError(f"{self.file}:{self.line(path)}: {field + ': ' if field else ''}{message}")


def read_text(file: Path) -> str:
    """The text of a file that a person writes, less a mark at its start. Raises `InputError`."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{file}: this file is missing.") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 text at byte {error.start}; save the file as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}).") from error


def read_yaml(file: Path) -> Located:
    """Read one YAML document. Raises `InputError` with the line for anything that is not plain YAML."""
    text = read_text(file)
    lines: dict[Place, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = None if node is None else _plain(node, (), lines, file, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"{file}:{line}: not valid YAML: {error.problem or error.context}.") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(f"{file}:{line}: not valid YAML: a control character; take it out.") from error
    except RecursionError as error:
        raise InputError(f"{file}: not valid YAML: brackets within brackets without end.") from error
    if not isinstance(content, dict):
        raise InputError(f"{file}:1: expected `field: value` lines; see docs/{file.stem}.schema.json for the fields.")
    return Located(file, content, lines)


def parse_model(model: type[Model], located: Located) -> Model:
    """Validate the document as `model`; the first thing wrong becomes an `InputError` with its line."""
    try:
        return model.model_validate(located.content)
    except pydantic.ValidationError as error:
        # A misspelt field is missing as well, and the misspelling tells more: what is missing comes last.
        problems = sorted(
            (
                (problem["type"] == "missing", _yaml_path(located, problem), _problem_text(problem))
                for problem in error.errors()
            ),
            key=lambda found: (found[0], located.line(found[1])),
        )
        _, path, message = problems[0]
        more = f" (Wrong besides: {len(problems) - 1}.)" if len(problems) > 1 else ""
        raise located.error(path, message + more) from error


def _plain(node: yaml.Node, path: Place, lines: dict[Place, int], file: Path, above: tuple[int, ...]) -> Any:
    lines[path] = node.start_mark.line + 1
    if len(lines) > MOST_VALUES:
        raise InputError(f"{file}:{lines[path]}: more than {MOST_VALUES:,} values; write fewer aliases (*name).")
    if id(node) in above:
        raise InputError(f"{file}:{lines[path]}: an alias that contains itself; write the values out.")
    above = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError(f"{file}:{line}: a field's name must be plain text.")
            key = key_node.value
            if key in mapping:
                raise InputError(f"{file}:{line}: {key} stands twice here; keep one.")
            mapping[key] = _plain(value_node, (*path, key), lines, file, above)
            lines[(*path, key)] = line
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, at), lines, file, above) for at, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return node.value


def _yaml_path(located: Located, problem: Any) -> Place:
    """Pydantic's location less the parts that are types rather than fields."""
    path: Place = ()
    for part in problem["loc"]:
        if (*path, part) in located.lines or part == problem["loc"][-1]:
            path = (*path, part)
    return (*path, *problem.get("ctx", {}).get("place", ()))


EXPECTED = {
    "model_type": "expected `field: value` lines",
    "dict_type": "expected `field: value` lines",
    "list_type": "expected a list",
    "string_type": "expected text",
}


def _problem_text(problem: Any) -> str:
    kind, message = problem["type"], str(problem["msg"])
    if kind == "missing":
        return "this field is missing; add it."
    if kind == "extra_forbidden":
        return "no such field; mend the spelling, or see docs/ for the fields there are."
    if kind == "misplaced":
        return message
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    message = EXPECTED.get(kind, f"{message[0].lower()}{message[1:]}")
    found = repr(problem["input"])
    return f"{message} (found {found if len(found) <= 80 else found[:77] + '...'})."


def field_text(path: Place) -> str:
    """A field as people name it: questions[2].text."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text
