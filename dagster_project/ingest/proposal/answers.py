"""How the columns of a file are answers: questions of one column or of several, with their types and options."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile

from dagster_project.codebook import ANY_VALUE, QuestionType
from dagster_project.ingest.proposal.missing_codes import MissingCodes, missing_codes
from dagster_project.ingest.proposal.seen import Seen, in_order

MOST_OPTIONS = 20
FEW = 7  # numbers, which are options however far apart they are
MOST_OPTIONS_TOLD = 500  # where the file itself has labels for them
LEAST_OF_A_SET = 2
LEAST_OF_A_GRID = 3
_BARE = re.compile(r"(.*[^\W\d_])(\d+)")
# The names of a set's columns: Which / Politics, which/politics, which___1, which[1]; Q5_1; Q5a; media1.
_SETS = (
    re.compile(r"(.+)(?: / |/|___|\[)(.+?)\]?"),
    re.compile(r"(.+?)[ _.:-]+[a-z]?(\d+|[a-z])", re.IGNORECASE),
    re.compile(r"(.*\d)([a-z])", re.IGNORECASE),
    _BARE,
)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([ T].*)?|\d{1,4}[./]\d{1,2}[./]\d{1,4}( .*)?|\d{1,2}:\d{2}(:\d{2})?")
_ONE_MARK = "one mark or a blank: single if a blank is no answer, multiple with columns if it is not chosen"
_SEPARATORS = ("; ", ";", "|", ", ", ",", " ")


@dataclass
class Proposed:
    """One question as it is proposed, and what speaks for it."""

    type: QuestionType
    columns: Sequence[Seen]
    why: str
    options: Mapping[str, str] = field(default_factory=dict)
    missing: MissingCodes = field(default_factory=lambda: MissingCodes({}, ""))
    stem: str | None = None  # of a question of several columns
    column_of: Mapping[str, str] = field(default_factory=dict)  # option to column
    selected: Sequence[str] = ()
    not_selected: Sequence[str] = ()
    separator: str | None = None
    open_type: str | None = None  # why only a person can say what it is

    @property
    def counts(self) -> dict[str, int]:
        """How often each option stands there, where one column holds them."""
        return {code: self.columns[0].counts[code] for code in self.options} if not self.column_of else {}


def questions_of(columns: Sequence[Seen], said: Mapping[str, str]) -> list[Proposed]:
    """The questions of the columns, in their order."""
    found: list[Proposed] = []
    left = list(columns)
    while left:
        group = _ticks(left)
        if group is None:
            found.append(_one(left.pop(0), said))
            continue
        found.append(group)
        left = left[len(group.columns) :]
    return list(_with_grids(found))


def _stem_of(column: Seen) -> tuple[str, str] | None:
    """What a column's name has in common with those of its set, and what is its own."""
    found = next((match for pattern in _SETS if (match := pattern.fullmatch(column.name))), None)
    return (found[1], found[2]) if found else None


def _ticks(columns: Sequence[Seen]) -> Proposed | None:
    """The columns at the beginning that hold ticks of one question: each is marked or blank, or all hold 0 and 1."""
    split = _stem_of(columns[0])
    together = list(takewhile(lambda column: _may_be_tick(column, split[0]), columns)) if split else []
    marks = sorted({value for column in together for value in column.counts})
    if split is None or len(together) < LEAST_OF_A_SET:
        return None
    if marks == ["0", "1"]:
        return _set_of(split[0], together, ["1"], ["0"]) if _go_together(together) else None
    return _set_of(split[0], together, marks, [""]) if marks and _are_marked(together) else None


def _are_marked(columns: Sequence[Seen]) -> bool:
    """Whether each column is marked in one way or blank, and no mark is a 0."""
    return all(len(column.counts) <= 1 and column.blank and "0" not in column.counts for column in columns)


def _go_together(columns: Sequence[Seen]) -> bool:
    """Whether columns of 0 and 1 are of one question: named as parts of it, and blank as often."""
    return not _BARE.fullmatch(columns[0].name) and len({column.blank for column in columns}) == 1


def _may_be_tick(column: Seen, stem: str) -> bool:
    of_column = _stem_of(column)
    is_of_set = of_column is not None and of_column[0] == stem
    return is_of_set and (len(column.counts) <= 1 or column.counts.keys() <= {"0", "1"})


def _set_of(stem: str, columns: Sequence[Seen], selected: Sequence[str], not_selected: Sequence[str]) -> Proposed:
    options: dict[str, str] = {}
    column_of: dict[str, str] = {}
    words = len(selected) > 1
    for column in columns:
        code = (_stem_of(column) or ("", column.name))[1]
        mark = next(iter(column.counts), "")
        options[code] = column.told.label or (mark if words and mark else column.name)
        column_of[code] = column.name
    blank = not_selected == [""]
    why = f"{len(columns)} columns of {'ticks, a blank for not chosen' if blank else 'ones and zeros'}"
    return Proposed(
        QuestionType.multiple, columns, why, _apart(options), stem=stem, column_of=column_of,
        selected=selected, not_selected=not_selected,
    )  # fmt: skip


def _one(column: Seen, said: Mapping[str, str]) -> Proposed:
    """The question of one column."""
    missing = missing_codes(column, said)
    answers = [value for value in column.counts if value not in missing.all]
    why = _why_unread(column, answers)
    if why is not None:
        return Proposed(QuestionType.text, [column], why, missing=missing, open_type=why)
    return _several(column, answers, missing) or _by_values(column, answers, missing)


def _why_unread(column: Seen, answers: Sequence[str]) -> str | None:
    """Why nobody but a person can say how the column is to be read, if so."""
    if column.decimal_mark == "." and column.has_commas:
        return "numbers with a decimal comma, which the file's others do not have, or marks for thousands"
    if column.may_have_thousands and not _are_numbers(column, answers):
        return "numbers with marks for thousands; export them without"
    return _ONE_MARK if len(answers) == 1 and column.blank and not column.told.values else None


def _are_numbers(column: Seen, answers: Sequence[str]) -> bool:
    return all(value in column.numbers for value in answers)


def _by_values(column: Seen, answers: Sequence[str], missing: MissingCodes) -> Proposed:
    numbers = _are_numbers(column, answers)
    labels = {code: label for code, label in column.told.values.items() if code not in missing.all}
    codes = {*labels, *answers}
    if labels and len(codes) <= MOST_OPTIONS_TOLD and not (numbers and _mostly_unlabelled(answers, labels)):
        return _labelled(column, labels, codes, missing)
    if _is_listed(column, answers, numbers):
        return _listed(column, answers, missing)
    if numbers and answers:
        return Proposed(QuestionType.quantity, [column], _range(column, answers), missing=missing)
    return Proposed(QuestionType.text, [column], _text(answers), missing=missing)


def _listed(column: Seen, answers: Sequence[str], missing: MissingCodes) -> Proposed:
    why = f"{len(answers)} different answers in {sum(column.counts[code] for code in answers):,}"
    options = {code: code for code in in_order(answers, column)}
    return Proposed(QuestionType.single, [column], why, options, missing)


def _text(answers: Sequence[str]) -> str:
    what = "dates" if all(map(_DATE.fullmatch, answers)) else "texts"
    return f"{len(answers):,} different {what}" if answers else "nothing stands in it"


def _labelled(column: Seen, labels: Mapping[str, str], codes: set[str], missing: MissingCodes) -> Proposed:
    """A question whose options the file names; what stands there without a label is an option too."""
    bare = len(codes) - len(labels)
    ordered = in_order(codes, column) if bare else list(labels)
    why = f"{len(labels)} labels in the file" + (f", and {bare} codes without" if bare else "")
    options = _apart({code: labels.get(code, code) for code in ordered})
    return Proposed(QuestionType.single, [column], why, options, missing)


def _mostly_unlabelled(answers: Sequence[str], labels: Mapping[str, str]) -> bool:
    """Whether numbers are a quantity of which the file labels a few: none, or 90 and over."""
    return len(answers) > MOST_OPTIONS and len(set(answers) & set(labels)) < len(answers) / 2


def _is_listed(column: Seen, answers: Sequence[str], numbers: bool) -> bool:
    """Whether the answers are options: few, and given again; numbers far apart, or nearly all different, are none."""
    given = sum(column.counts[value] for value in answers)
    if len(answers) > MOST_OPTIONS or given == len(answers) or ANY_VALUE in answers or _text(answers).endswith("dates"):
        return False
    if not numbers:
        return True
    values = [column.numbers[value] for value in answers]
    is_near = len(answers) <= FEW or max(values) - min(values) <= max(25, 4 * len(answers))
    return is_near and len(answers) <= max(2, given / 2)


def _range(column: Seen, answers: Sequence[str]) -> str:
    values = [column.numbers[value] for value in answers]
    return f"{len(values):,} different numbers from {min(values):g} to {max(values):g}"


def _several(column: Seen, answers: Sequence[str], missing: MissingCodes) -> Proposed | None:
    """Several answers in one cell, between separators."""
    if column.told.values or all(value in column.numbers or _DATE.fullmatch(value) for value in answers):
        return None
    for separator in _SEPARATORS:
        cells = [value.split(separator) for value in answers]
        if _are_several(cells):
            options = {part: part for part in in_order(set(chain(*cells)), column)}
            why = f"{len(options)} answers, in {len(cells)} combinations"
            return Proposed(QuestionType.multiple, [column], why, options, missing, separator=separator)
    return None


def _are_several(cells: Sequence[Sequence[str]]) -> bool:
    """Whether cells are combinations of fewer parts, each of which is met in more than one, and never twice in one."""
    parts = Counter(chain(*cells))
    return (
        len(parts) < min(len(cells), MOST_OPTIONS + 1)
        and sum(len(cell) > 1 for cell in cells) > 1
        and all(count > 1 and part == part.strip() != "" for part, count in parts.items())
        and all(len(set(cell)) == len(cell) for cell in cells)
    )


def _with_grids(questions: Sequence[Proposed]) -> Iterator[Proposed]:
    """Questions of one set of options in numbered columns get all of its options, where one was not given to each."""
    families: dict[str, list[Proposed]] = {}
    for question in questions:
        split = _stem_of(question.columns[0])
        if split and question.type is QuestionType.single and not question.columns[0].told.values:
            families.setdefault(split[0], []).append(question)
    for family in families.values():
        fullest = max(family, key=lambda one: len(one.options))
        if len(family) >= LEAST_OF_A_GRID <= len(fullest.options) and _fit(family, fullest):
            for question in family:
                question.options = fullest.options
                question.why += f"; one of {len(family)} with the same options, from {family[0].columns[0].name}"
    yield from questions


def _fit(family: Sequence[Proposed], fullest: Proposed) -> bool:
    """Whether no question has an option that the one with the most lacks."""
    return all(question.options.keys() <= fullest.options.keys() for question in family)


def _apart(options: Mapping[str, str]) -> dict[str, str]:
    """Labels that tell options apart: two codes with one label get their code beside it."""
    labels = list(options.values())
    return {code: f"{label} ({code})" if labels.count(label) > 1 else label for code, label in options.items()}
