"""What is proposed, as the text of a survey.yml: each guess with what speaks for it, TODO where only a person knows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from dagster_project.codebook import RESERVED, TODO, AnswerKind
from dagster_project.ingest.proposal.answers import Proposed
from dagster_project.ingest.proposal.roles import Roles

MOST_SHOWN = 6  # options of a question, in a table of all
FACTS = {
    "title": "the survey's name",
    "source": "who made it",
    "licence": "under which licence the records may be used",
    "universe": "who the survey is about",
}


@dataclass(frozen=True)
class Said:
    """What a person says beforehand: facts by `FACTS`, the weight, codes' meanings, and options of `records`."""

    facts: Mapping[str, str] = field(default_factory=dict)
    weight: str | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """All that a survey.yml is written from."""

    file_name: str
    options: Mapping[str, str]  # of `records`
    evidence: Mapping[str, str]  # by option
    roles: Roles
    questions: Sequence[Proposed]
    said: Said
    notes: Sequence[str] = ()

    @property
    def ids(self) -> list[str]:
        """The identifier of each question."""
        taken = set(RESERVED)
        return [_identifier(question.stem or question.columns[0].name, taken) for question in self.questions]

    def open_questions(self) -> list[str]:
        """What only a person can answer, each with the option of `basecheck new` that does."""
        found = [f"{meaning}: --{name}" for name, meaning in FACTS.items() if name not in self.said.facts]
        if self.roles.open_weight:
            found.append(self.roles.open_weight)
        for name, question in zip(self.ids, self.questions, strict=True):
            if question.open_type:
                found.append(f"{name}: {question.open_type}")
            if question.missing.open:
                column = question.columns[0]
                codes = " and ".join(f"{code} ({column.counts[code]:,} times)" for code in question.missing.open)
                first = question.missing.open[0]
                found.append(f"{name}: is {codes} an answer, or missing, and why? --missing {first}=KIND")
        return found

    def found(self) -> Iterator[tuple[str, str, str, str]]:
        """What each column was taken for: its name, what it is, what stands in it, and what speaks for that."""
        for name, value in self.options.items():
            yield "", f"{name}: {value}", "", self.evidence.get(name, "as was said")
        for role, column in self.roles.design.items():
            yield column.name, role.replace("_", " "), "", self.roles.why[column.name]
        for column in self.roles.ignored:
            yield column.name, "left out", "", self.roles.why[column.name]
        for question in self.questions:
            names = ", ".join(column.name for column in question.columns)
            yield names, "open" if question.open_type else str(question.type), _content(question), question.why

    def text(self, schema: str | None) -> str:
        """The survey.yml; `schema` is where an editor finds the JSON Schema from there."""
        lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
        lines += self._facts()
        lines += ["provenance: collected", "records:", f"  files: [{scalar(self.file_name)}]"]
        lines += [f"  {name}: {scalar(value)}{self._why(name)}" for name, value in self.options.items()]
        lines += self._ignored()
        lines += self._design()
        lines += ["# groups: [the questions that tables are broken down by]", "questions:"]
        for name, question in zip(self.ids, self.questions, strict=True):
            lines += _question(name, question)
        return "\n".join(lines) + "\n"

    def _facts(self) -> Iterator[str]:
        known = {name: scalar(self.said.facts.get(name, f"{TODO} {meaning}")) for name, meaning in FACTS.items()}
        yield f"title: {known['title']}"
        yield from ("source:", f"  name: {known['source']}", f"  licence: {known['licence']}")
        yield f"universe: {known['universe']}"
        yield "# asked: 1000 # how many were contacted, if known"
        yield "# sample: probability # or quota, opt-in, census, none; without it no standard errors are given"
        yield from (f"# {_line(note)}" for note in [*self.notes, *self.roles.notes])

    def _why(self, option: str) -> str:
        return _decided(self.evidence[option]) if option in self.evidence else ""

    def _ignored(self) -> Iterator[str]:
        if self.roles.ignored:
            yield "  ignore_columns:"
            for column in self.roles.ignored:
                yield f"    - {scalar(column.name)}{_decided(self.roles.why[column.name])}"

    def _design(self) -> Iterator[str]:
        for name in ("respondent", "weight", "stratum", "sampling_unit"):
            column = self.roles.design.get(name)
            if column is not None:
                yield f"{name}: {scalar(column.name)}{_decided(self.roles.why[column.name])}"
            elif name == "weight" and self.roles.open_weight:
                yield f"weight: {scalar(f'{TODO} {self.roles.open_weight}')}"
        if "respondent" not in self.roles.design:
            yield "# respondent: the column that identifies one"
        if "weight" not in self.roles.design and not self.roles.open_weight:
            yield "# weight: the column of the weights"


def scalar(value: str) -> str:
    """A YAML scalar on one line that is read back as this very text."""
    return str(yaml.safe_dump(value, default_style='"', allow_unicode=True, width=math.inf)).rstrip("\n")


def _content(question: Proposed) -> str:
    """What stands in a question's columns, in short."""
    counts = question.counts or dict.fromkeys(question.options, 0)
    parts = [f"{code} ({count:,})" if count else code for code, count in list(counts.items())[:MOST_SHOWN]]
    parts += [f"{len(counts) - MOST_SHOWN} more"] if len(counts) > MOST_SHOWN else []
    parts += [f"missing: {code} {kind}" for code, kind in question.missing.decided.items()]
    parts += [f"missing? {code}" for code in question.missing.open]
    return ", ".join(parts)


def _question(name: str, question: Proposed) -> Iterator[str]:
    column = question.columns[0]
    yield f"  - id: {name}"
    yield f"    text: {_question_text(name, question)}"
    if question.open_type:
        yield f"    type: {scalar(f'{TODO} {question.open_type}')}"
    else:
        yield f"    type: {question.type}{_decided(question.why)}"
    if not question.column_of and name != column.name:
        yield f"    column: {scalar(column.name)}"
    if question.separator is not None:
        yield f"    separator: {scalar(question.separator)}"
    yield from _options(question)
    yield from _missing(question)


def _question_text(name: str, question: Proposed) -> str:
    """What was asked, as the file tells it, or else what the column is called."""
    label = " ".join((question.columns[0].told.label or "").split()) if question.stem is None else ""
    if label:
        return scalar(label)
    called = scalar(question.stem or question.columns[0].name or name)
    return called + _decided("the column's name; write the question as it was asked")


def _options(question: Proposed) -> Iterator[str]:
    if not question.options:
        return
    yield "    options:"
    counts = question.counts
    for code, label in question.options.items():
        yield f"      {scalar(code)}: {scalar(label)}" + (f" # {counts[code]:,} times" if counts else "")
    if question.column_of:
        yield "    columns:"
        yield from (f"      {scalar(code)}: {scalar(column)}" for code, column in question.column_of.items())
        yield f"    selected: [{', '.join(map(scalar, question.selected))}]"
        yield f"    not_selected: [{', '.join(map(scalar, question.not_selected))}]"


def _missing(question: Proposed) -> Iterator[str]:
    missing, column = question.missing, question.columns[0]
    if missing.open:
        codes = ", ".join(f"{code} ({column.counts[code]:,} times)" for code in missing.open)
        kinds = ", ".join(f"{kind}: []" for kind in AnswerKind if kind is not AnswerKind.valid)
        known = "; ".join(f"{code} is {kind}" for code, kind in missing.decided.items())
        rest = f"; {known}" if known else ""
        yield f"    missing: {scalar(f'{TODO} is {codes} an answer, or missing? Write {{{kinds}}}{rest}')}"
    elif missing.decided:
        by_kind: dict[str, list[str]] = {}
        for code, kind in missing.decided.items():
            by_kind.setdefault(kind, []).append(scalar(code))
        kinds = ", ".join(f"{kind}: [{', '.join(codes)}]" for kind, codes in by_kind.items())
        yield f"    missing: {{{kinds}}}{_decided(missing.evidence)}"


def _identifier(name: str, taken: set[str]) -> str:
    slug = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", name.lower())).strip("_")[:50].rstrip("_") or "question"
    slug = slug if slug[0].isalpha() else f"q_{slug}"
    found, number = slug, 2
    while found in taken:
        found, number = f"{slug}_{number}", number + 1
    taken.add(found)
    return found


def _decided(why: str) -> str:
    return f" # decided: {_line(why)}" if why else ""


def _line(text: str) -> str:
    """Text that may stand in a comment: on one line, of signs that can be seen."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
