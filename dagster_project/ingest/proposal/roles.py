"""Columns that are no questions: the identifier, the weight, the design, personal data, what replicates weights.

A role is decided where name and content both speak for it; where only the name does, a person is asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dagster_project.ingest.proposal.seen import Seen

NO_WEIGHT = "none"  # what a person says where no column is the weight
LEAST_REPLICATES = 8
_WEIGHT = re.compile(
    r"(w|wt|wgt|fw|pw)(t|ght)?_?\d*|((p|f|final|survey|design|base|post|raking|sample|person|respondent|case|analysis)"
    r"[ _.-]*)?(weights?|weighting|wgt|wght|wt)([ _.-]?\d+|[ _.-]?(final|factor|total|all|trimmed))?|"
    r".+[_ .-](weight|wgt|wght|wt)s?|gewicht(ung)?|poids|peso|pond(er\w*)?|ウ[ェエ]イト(値)?|重み"
)
_BODY = re.compile(r"body|birth|kg|lbs?\b|pound|baby|height|height_weight|gewicht_kg")
_REPLICATE = re.compile(r"(.*?(rep|brr|jk|jack|boot|bs|bsw|rw|repw|fay)[a-z]*[ _.]*(wt|wgt|weight)?[ _.]*)(\d+)")
_DESIGN = {
    "stratum": re.compile(r"strat(um|a)?[ _]?(id|no|nr)?|(v|sdmv)strat?a?|stra"),
    "sampling_unit": re.compile(
        r"psu[ _]?(id|no|nr)?|(v|sdmv)psu|cluster[ _]?(id|no|nr)?|(primary[ _])?sampling[ _]unit"
    ),
}
_IDENTIFIER = re.compile(
    r".*id|#|nr?|no\.?|num(ber)?|key|case|serial|index|row(names?)?|unnamed: 0|x|_?uuid|responden[tc]e?|record|番号|"
)
_PERSONAL = re.compile(
    r".*e-?mail.*|.*(tele)?phone( ?number)?|mobile|tel|.*ip[ _]?address|"
    r"(recipient)?((first|last|full|sur|family|given|user)[ _]?)?name|(home|street|postal)?[ _]?address|"
    r".*(latitude|longitude)|dob|date[ _]of[ _]birth|birth[ _]?da(te|y)|ssn|氏名|住所|電話番号|メールアドレス"
)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|(\d{1,3}\.){3}\d{1,3}")


@dataclass
class Roles:
    """Which columns are no questions, each with why."""

    design: dict[str, Seen] = field(default_factory=dict)  # by the field of survey.yml
    ignored: list[Seen] = field(default_factory=list)
    why: dict[str, str] = field(default_factory=dict)  # by the column's name
    open_weight: str | None = None  # the question that only a person can answer
    notes: list[str] = field(default_factory=list)

    def taken(self) -> set[str]:
        """The columns that are no questions."""
        return {column.name for column in [*self.design.values(), *self.ignored]}

    def give(self, name: str, column: Seen, why: str) -> None:
        """Make it the column of that field."""
        self.design[name] = column
        self.why[column.name] = why

    def ignore(self, column: Seen, why: str) -> None:
        """Leave it out."""
        self.ignored.append(column)
        self.why[column.name] = why


def roles_of(columns: Sequence[Seen], weight: str | None) -> Roles:
    """The roles of a file's columns; `weight` is what a person says: a column, or `none`."""
    roles = Roles()
    if len(columns) == 1:
        return roles  # a survey has at least one question
    _replicates(columns, roles)
    _weight(_left(columns, roles), weight, roles)
    _design(_left(columns, roles), roles)
    _personal(_left(columns, roles), roles)
    _identifier(_left(columns, roles), roles)
    return roles


def _left(columns: Sequence[Seen], roles: Roles) -> list[Seen]:
    taken = roles.taken()
    return list({column.name: column for column in columns if column.name not in taken}.values())


def _plain(column: Seen) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name).strip().casefold()


def _is_numeric(column: Seen) -> bool:
    return bool(column.counts) and len(column.numbers) == len(column.counts)


def _replicates(columns: Sequence[Seen], roles: Roles) -> None:
    """Numbered columns of positive weights, which only replicate the weight."""
    families: dict[str, list[Seen]] = {}
    for column in columns:
        found = _REPLICATE.fullmatch(_plain(column))
        if found and _is_numeric(column) and min(column.numbers.values()) >= 0:
            families.setdefault(found[1], []).append(column)
    for family in families.values():
        if len(family) >= LEAST_REPLICATES:
            for column in family:
                roles.ignore(column, f"one of {len(family)} replicate weights, of which no figure is made")


def _weight(columns: Sequence[Seen], said: str | None, roles: Roles) -> None:
    """The weight: as a person says, as the file says, or by its name where the content speaks for it too."""
    named = [column for column in columns if _is_called_weight(column)]
    candidates = _by_more_than_name(columns, said) or named
    if said == NO_WEIGHT or not candidates:
        return
    doubt = _doubt(candidates) if said is None else None
    if doubt is None:
        roles.give("weight", candidates[0], _spoken(candidates[0], said))
    else:
        names = ", ".join(column.name for column in candidates)
        roles.open_weight = f"which column is the weight: {names}, or none ({doubt}); --weight answers it"
    for column in _left([*candidates, *named], roles):
        roles.ignore(column, "a column of weights, and not the weight")


def _by_more_than_name(columns: Sequence[Seen], said: str | None) -> list[Seen]:
    """The column that a person calls the weight, or else the one by which the file weights its cases."""
    told = [column for column in columns if column.told.is_weight]
    return [column for column in columns if column.name == said] or told


def _spoken(column: Seen, said: str | None) -> str:
    """What speaks for a column as the weight."""
    by_file = "the file weights its cases by it" if column.told.is_weight else "its name"
    numbers = column.numbers.values() or [math.nan]
    return f"{'as was said' if said else by_file}, and {min(numbers):g} to {max(numbers):g}"


def _is_called_weight(column: Seen) -> bool:
    name = _plain(column)
    return bool(_WEIGHT.fullmatch(name)) and not _BODY.search(name)


def _doubt(candidates: Sequence[Seen]) -> str | None:
    """What speaks against the one column that is called a weight, if anything does."""
    column, *others = candidates
    if others:
        return "several columns may be it"
    numbers = column.numbers
    if not _is_numeric(column):
        return "it holds more than numbers"
    if column.blank:
        return f"it is blank in {column.blank:,} of {column.rows:,} records"
    if min(numbers.values()) <= 0:
        return "it is not above 0 everywhere"
    if len(numbers) <= 20 and not _has_decimals(column):
        return "it holds few whole numbers, as codes do"
    mean = sum(number * column.counts[value] for value, number in numbers.items()) / column.filled
    may_be_kilos = 30 <= mean <= 250 and max(numbers.values()) < 700
    return "it may be what people weigh" if may_be_kilos else None


def _design(columns: Sequence[Seen], roles: Roles) -> None:
    found: dict[str, list[Seen]] = {
        name: [
            column for column in columns if pattern.fullmatch(_plain(column)) and not column.blank and column.repeats
        ]
        for name, pattern in _DESIGN.items()
    }
    for name, candidates in found.items():
        if len(candidates) == 1:
            distinct = f"{len(candidates[0].counts):,} different ones, and none is blank"
            roles.give(name, candidates[0], f"its name; {distinct}")
        elif candidates:
            named = ", ".join(column.name for column in candidates)
            roles.notes.append(
                f"which column is the {name.replace('_', ' ')} is not said: {named} are questions so far"
            )


def _personal(columns: Sequence[Seen], roles: Roles) -> None:
    for column in columns:
        addresses = sum(count for value, count in column.counts.items() if _ADDRESS.fullmatch(value))
        if column.filled and 2 * addresses > column.filled:
            roles.ignore(column, f"personal data: {addresses:,} addresses")
        elif _PERSONAL.fullmatch(column.name.strip().casefold()):
            roles.ignore(column, "personal data, by its name")


def _identifier(columns: Sequence[Seen], roles: Roles) -> None:
    """The first column that is called so and tells every record from every other."""
    if len(columns) == 1:
        return
    called: Callable[[Seen], bool] = lambda column: bool(_IDENTIFIER.fullmatch(_plain(column)))  # noqa: E731
    for column in filter(called, columns):
        if column.identifies and not _has_decimals(column):
            roles.give("respondent", column, "its name; no blank and no two alike")
            return
    for column in filter(called, columns):
        if column.repeats and len(column.counts) > column.rows / 2:
            roles.notes.append(f"{column.name} looks like an identifier, and some of its values stand twice")


def _has_decimals(column: Seen) -> bool:
    return any(not number.is_integer() for number in column.numbers.values())
