"""How a line's text becomes the columns of the records table, and what can be wrong with it: SQL for one codebook.

Column names are the codebook's checked identifiers; codes, labels, headers and separators travel as parameters or rows,
never as SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from dagster_project.codebook import DESIGN_COLUMNS, RESPONDED, Codebook, Holds, OnUnknownCode, Question
from dagster_project.formats.lines import MOST_KEPT

NUMBER = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"
LOST_DIGITS = "[0-9][.][0-9]+[eE][+][0-9]+"  # 1.23457E+16: what a sheet or floating point makes of a long number
PROBLEM = 'STRUCT("column" VARCHAR, "value" VARCHAR, reason VARCHAR)'
LARGEST = 1e60  # of a quantity, whose square times a weight a double still holds
TOO_LARGE = f"a number beyond {LARGEST:g}, which cannot be added up"
MOST_CODES_NAMED = 10  # in the reason of a reject, of which there may be millions
DESIGN_MEANINGS = {
    "respondent": "The identifier of the respondent",
    "weight": "The weight that the record file gives",
    "stratum": "The stratum of the sample",
    "sampling_unit": "The sampling unit within the stratum",
    "population": "How many sampling units the stratum has in the universe",
    "wave": "The wave, by its id",
    "disposition": "What came of the case, by the meaning of its code",
}
NEVER_BLANK = ("respondent", "wave", "disposition")


class Problem(NamedTuple):
    """What can be wrong with a cell: SQL of when it is, the header of its column (no SQL), and SQL of what to tell."""

    condition: str
    header: str
    value: str
    reason: str


@dataclass(frozen=True)
class RecordColumn:
    """One typed column of the records table: what it means, the SQL of its value, and what can be wrong with it."""

    name: str
    sql_type: str
    meaning: str
    value: str
    problems: tuple[Problem, ...] = ()
    forgiven: tuple[Problem, ...] = ()  # what is wrong with the cell and costs no more than its answer

    @property
    def forgiving(self) -> RecordColumn:
        """The same column, missing where something is wrong with its cell."""
        if not self.problems:
            return self
        wrong = " OR ".join(f"({problem.condition})" for problem in self.problems)
        value = f"CASE WHEN ({wrong}) IS NOT TRUE THEN {self.value} END"
        return replace(self, value=value, problems=(), forgiven=self.problems)


class Sheet:
    """How the staged text columns `c0, c1, …` become the records table's columns, for one codebook."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.decimal_mark = codebook.records.decimal_mark if codebook.records else "."
        self.wanted: list[str] = []
        self.parameters: dict[str, Any] = {}
        self.columns: list[RecordColumn] = []
        for name in DESIGN_COLUMNS:
            header = getattr(codebook, name)
            if header is not None:
                self.columns.append(self._design(name, header))
        forgives = codebook.on_unknown_code is OnUnknownCode.missing
        for question in codebook.questions:
            self.columns.extend(one.forgiving if forgives else one for one in self._question(question))

    @property
    def coded(self) -> list[Question]:
        """The questions whose codes become an ENUM type."""
        return [question for question in self.codebook.questions if question.options]

    def problem_list(self) -> str:
        """SQL of the list of what is wrong with a staged line and costs the line, in the order of the columns."""
        found = self._list_of([problem for column in self.columns for problem in column.problems])
        return f"""CASE
            WHEN broken IS NOT NULL THEN [{{'column': NULL, 'value': raw_line, 'reason': broken}}]::{PROBLEM}[]
            ELSE {found} END"""

    def forgiven_list(self) -> str:
        """SQL of the list of what is wrong with a staged line and costs single answers."""
        found = self._list_of([problem for column in self.columns for problem in column.forgiven])
        return f"CASE WHEN broken IS NULL THEN {found} ELSE []::{PROBLEM}[] END"

    def _list_of(self, problems: list[Problem]) -> str:
        """SQL of the list of those problems that a staged line has."""
        if not problems:
            return f"[]::{PROBLEM}[]"
        headers = dict.fromkeys(problem.header for problem in problems)
        named = {header: self._parameter(f"header_{self.wanted.index(header)}", header) for header in headers}
        cases = [
            f"CASE WHEN {condition} "
            f"THEN {{'column': {named[header]}, 'value': {_shortened(raw)}, 'reason': {reason}}}::{PROBLEM} END"
            for condition, header, raw, reason in problems
        ]
        any_problem = " OR ".join(f"({problem.condition})" for problem in problems)
        found = f"list_filter([{', '.join(cases)}]::{PROBLEM}[], lambda found: found IS NOT NULL)"
        return f"CASE WHEN {any_problem} THEN {found} ELSE []::{PROBLEM}[] END"

    def _column(self, header: str) -> tuple[str, str]:
        """The staged column of a header's name, and that name."""
        self.wanted.append(header)
        return f"c{len(self.wanted) - 1}", header

    def _parameter(self, name: str, value: Any) -> str:
        self.parameters[name] = value
        return f"${name}"

    def _texts(self, name: str, values: list[str]) -> str:
        return f"{self._parameter(name, values)}::VARCHAR[]"

    @cached_property
    def responded(self) -> str:
        """SQL of whether a staged line is of somebody who responded; DuckDB refuses a parameter that nothing uses."""
        if self.codebook.disposition is None:
            return "true"
        staged, _ = self._column(self.codebook.disposition)
        codes = [code for code, meaning in self.codebook.dispositions.items() if meaning in RESPONDED]
        return f"list_contains({self._texts('responded', codes)}, {staged})"

    def _design(self, name: str, header: str) -> RecordColumn:
        """A column of the design; who did not respond need not have a weight or a place in it."""
        staged, _ = self._column(header)
        blank = f"{staged} = ''" if name in NEVER_BLANK else f"{self.responded} AND {staged} = ''"
        problems = [Problem(blank, header, staged, f"'the {name.replace('_', ' ')} is missing'")]
        sql_type, value = "VARCHAR", f"nullif({staged}, '')"
        if name == "respondent":
            lost = f"regexp_full_match({staged}, '{LOST_DIGITS}')"
            reason = "'an identifier that lost its last digits in floating point; write it as text'"
            problems.append(Problem(lost, header, staged, reason))
        if name in ("weight", "population"):
            sql_type, value = "DOUBLE", self._to_number(staged)
            problems.append(Problem(f"{staged} <> '' AND {value} IS NULL", header, staged, "'not a number'"))
        elif name == "wave":
            ids = self._texts("waves", [wave.id for wave in self.codebook.waves])
            reason = "'no wave of this survey; declare it under waves in survey.yml'"
            problems.append(_not_listed(ids, header, staged, reason))
        elif name == "disposition":
            codes = self._texts("dispositions", list(self.codebook.dispositions))
            meanings = self._texts("meanings", [meaning.value for meaning in self.codebook.dispositions.values()])
            value = f"({meanings})[list_position({codes}, {staged})]"
            problems.append(_not_listed(codes, header, staged, "'no code of dispositions in survey.yml'"))
        return RecordColumn(name, sql_type, DESIGN_MEANINGS[name], value, tuple(problems))

    def _to_number(self, staged: str) -> str:
        plain = f"replace({staged}, ',', '.')" if self.decimal_mark == "," else staged
        readable = f"regexp_full_match({plain}, '{NUMBER}')"
        if self.decimal_mark == ",":
            readable += f" AND NOT contains({staged}, '.')"
        value = f"TRY_CAST({plain} AS DOUBLE)"
        return f"CASE WHEN {readable} AND isfinite({value}) THEN {value} END"

    def _question(self, question: Question) -> list[RecordColumn]:
        match question.type.traits.holds:
            case Holds.code:
                return [self._code(question)]
            case Holds.codes:
                return [self._joined(question) if question.columns is None else self._indicators(question)]
            case Holds.number:
                return self._number(question)
            case Holds.words:
                return self._words(question)

    def _number(self, question: Question) -> list[RecordColumn]:
        staged, header = self._column(question.source_columns()[0])
        gone, value = self._gone(question, staged), self._to_number(staged)
        unreadable = Problem(f"NOT {gone} AND {value} IS NULL", header, staged, "'not a number'")
        too_large = Problem(f"NOT {gone} AND abs({value}) > {LARGEST!r}", header, staged, f"'{TOO_LARGE}'")
        number = f"CASE WHEN NOT {gone} THEN {value} END"
        return [
            RecordColumn(question.id, "DOUBLE", question.text, number, (unreadable, too_large)),
            _missing_beside(question, gone, staged),
        ]

    def _words(self, question: Question) -> list[RecordColumn]:
        staged, _ = self._column(question.source_columns()[0])
        gone = self._gone(question, staged)
        return [
            RecordColumn(question.id, "VARCHAR", question.text, f"CASE WHEN NOT {gone} THEN {staged} END"),
            _missing_beside(question, gone, staged),
        ]

    def _gone(self, question: Question, staged: str) -> str:
        """SQL of whether nothing, or a missing code, stands in place of a number or words."""
        return f"({staged} = '' OR list_contains({self._missing(question)}, {staged}))"

    def _code(self, question: Question) -> RecordColumn:
        staged, header = self._column(question.source_columns()[0])
        value = f"TRY_CAST(nullif({staged}, '') AS {_enum(question)})"
        unknown = Problem(f"{staged} <> '' AND {value} IS NULL", header, staged, self._unknown_code(question))
        return RecordColumn(question.id, _enum(question), question.text, value, (unknown,))

    def _joined(self, question: Question) -> RecordColumn:
        """Several codes in one cell, between separators."""
        staged, header = self._column(question.source_columns()[0])
        separator = self._parameter(f"separator_{question.id}", question.separator)
        parts = f"string_split({staged}, {separator})"
        known = f"list_transform({parts}, lambda code: TRY_CAST(code AS {_enum(question)}))"
        problems = (
            (f"len(list_filter({known}, lambda code: code IS NULL)) > 0", self._unknown_code(question)),
            (f"len(list_distinct({parts})) < len({parts})", "'a code stands twice'"),
            (self._not_alone(question, parts), "'a code that must stand alone stands beside others'"),
        )
        return RecordColumn(
            question.id,
            f"{_enum(question)}[]",
            question.text,
            f"CASE WHEN {staged} <> '' THEN {known} END",
            tuple(Problem(f"{staged} <> '' AND {condition}", header, staged, reason) for condition, reason in problems),
        )

    def _indicators(self, question: Question) -> RecordColumn:
        """One column per option: chosen, not chosen, blank in all of them, or a missing code in all."""
        assert question.columns is not None
        selected = self._texts(f"selected_{question.id}", question.selected)
        not_selected = self._texts(f"not_selected_{question.id}", question.not_selected)
        enum = _enum(question)
        columns = [(code, *self._column(header)) for code, header in question.columns.items()]
        _, first, first_header = columns[0]
        alike = " AND ".join(f"{staged} = {first}" for _, staged, _ in columns)
        gone = f"({alike}) AND list_contains({self._missing(question)}, {first})"
        blank = f"({alike}) AND {first} = '' AND NOT list_contains({not_selected}, '')"
        chosen = "list_filter([{}], lambda code: code IS NOT NULL)".format(
            ", ".join(
                f"CASE WHEN list_contains({selected}, {staged}) THEN {self._parameter(f'code_{staged}', code)} END"
                for code, staged, _ in columns
            )
        )
        marks = f"list_concat({selected}, {not_selected})"
        unmarked = "'marked neither as chosen nor as not chosen'"
        problems = [
            Problem(f"NOT ({gone}) AND NOT ({blank}) AND NOT list_contains({marks}, {mark})", header, mark, unmarked)
            for _, mark, header in columns
        ]
        alone = "'an option that must stand alone is chosen beside others'"
        problems.append(
            Problem(self._not_alone(question, chosen), first_header, f"array_to_string({chosen}, ' ')", alone)
        )
        value = (
            f"CASE WHEN {blank} THEN NULL WHEN {gone} THEN [TRY_CAST({first} AS {enum})] "
            f"ELSE list_transform({chosen}, lambda code: TRY_CAST(code AS {enum})) END"
        )
        return RecordColumn(question.id, f"{enum}[]", question.text, value, tuple(problems))

    def _not_alone(self, question: Question, codes: str) -> str:
        """Whether a missing code or an exclusive option is in a list of several codes."""
        alone = self._texts(f"alone_{question.id}", [*self._missing_codes(question), *question.exclusive])
        return f"len({codes}) > 1 AND list_has_any({codes}, {alone})"

    def _missing(self, question: Question) -> str:
        return self._texts(f"missing_{question.id}", self._missing_codes(question))

    def _missing_codes(self, question: Question) -> list[str]:
        return [code for code in self.codebook.missing_codes(question) if code]

    def _unknown_code(self, question: Question) -> str:
        codes = [answer.code for answer in self.codebook.answers(question) if answer.code]
        named = ", ".join(codes[:MOST_CODES_NAMED]) + (", …" if len(codes) > MOST_CODES_NAMED else "")
        return self._parameter(f"unknown_{question.id}", f"no code of question {question.id} (its codes: {named})")


def _shortened(raw: str) -> str:
    """SQL of the part of a cell that a reject keeps."""
    long = f"left({raw}, {MOST_KEPT}) || format(' … ({{:,}} characters)', length({raw}))"
    return f"CASE WHEN length({raw}) > {MOST_KEPT} THEN {long} ELSE {raw} END"


def _enum(question: Question) -> str:
    return f'records."{question.id}"'


def _not_listed(codes: str, header: str, staged: str, reason: str) -> Problem:
    return Problem(f"{staged} <> '' AND NOT list_contains({codes}, {staged})", header, staged, reason)


def _missing_beside(question: Question, gone: str, staged: str) -> RecordColumn:
    """The column of the missing code that stood in place of a number or words."""
    return RecordColumn(
        f"{question.id}__missing",
        "VARCHAR",
        f"The missing code in its place: {question.text}",
        f"CASE WHEN {gone} AND {staged} <> '' THEN {staged} END",
    )
