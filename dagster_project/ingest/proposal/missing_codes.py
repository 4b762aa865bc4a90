"""Which values of a column may stand for a missing answer: as the file says, by words, as numbers that stand apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from dagster_project.codebook import AnswerKind
from dagster_project.ingest.proposal.seen import Seen, in_order

ANSWER = "answer"  # what a person says of a code that is none of the missing ones
KINDS = (*(kind.value for kind in AnswerKind if kind is not AnswerKind.valid), ANSWER)
_WORDS: Mapping[AnswerKind, str] = {
    AnswerKind.dont_know: r"d\.?k\.?|do(n'?t| not) know( .{0,20})?|can'?t say|wei(ß|ss) nicht|ne sait pas|"
    "no sabe|わからない|分からない",
    AnswerKind.refused: r"refused?|refusal|(prefer|rather) not (to )?(say|answer)|verweigert|refus|答えたくない",
    AnswerKind.not_asked: r"not (asked|applicable)|inap(plicable)?\.?|skipped|trifft nicht zu|non applicable|非該当",
    AnswerKind.no_answer: r"n/?a|#n/a|nan|null|\.|-+|missing|no (answer|response)|not (answered|stated)|"
    "keine angabe|sans réponse|無回答",
}
# What surveys write for no answer, of each number of digits.
_NUMBERS = {-1, -2, -3, -7, -8, -9, -77, -88, -97, -98, -99, -999, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999} | {
    9997, 9998, 9999, 99997, 99998, 99999,
}  # fmt: skip
_SMALL = {7, 8, 9}  # beside codes that end at 5 at the most
LEAST_GAP = 3  # between answers and what stands apart from them
LEAST_SPIKE, TIMES_THE_OTHERS = 5, 4  # how often, and how much more often than the values below it


@dataclass(frozen=True)
class MissingCodes:
    """A column's missing codes: those that are plain, with why; and those that only a person can tell."""

    decided: Mapping[str, AnswerKind]
    evidence: str
    open: Sequence[str] = ()

    @property
    def all(self) -> set[str]:
        """Every value that is, or may be, no answer."""
        return {*self.decided, *self.open}


def missing_codes(column: Seen, said: Mapping[str, str]) -> MissingCodes:
    """What may be missing in a column; `said` is what a person says of codes, or of `column:code`."""
    told = {code: _kind(column.told.values.get(code, "")) or AnswerKind.no_answer for code in _told(column)}
    labelled = _by_words({code: label for code, label in column.told.values.items() if code not in told})
    worded = _by_words({value: value for value in column.counts if not _is_code(value, column)})
    apart = _apart(column, {*told, *labelled, *worded, *column.told.values})
    kinds, open_codes = _answered(column, apart, said)
    reasons = {
        "the file calls them missing": told,
        "by their labels": labelled,
        "by their words": worded,
        "as was said": kinds,
    }
    why = ", ".join(reason for reason, found in reasons.items() if found)
    return MissingCodes({**worded, **labelled, **told, **kinds}, why, open_codes)


def _answered(column: Seen, codes: Sequence[str], said: Mapping[str, str]) -> tuple[dict[str, AnswerKind], list[str]]:
    """What a person says of those codes, and those of which nothing is said."""
    answered = {code: said.get(f"{column.name}:{code}", said.get(code)) for code in codes}
    kinds = {code: AnswerKind(kind) for code, kind in answered.items() if kind and kind != ANSWER}
    return kinds, [code for code, kind in answered.items() if kind is None]


def _by_words(texts: Mapping[str, str]) -> dict[str, AnswerKind]:
    """The codes whose texts say that there is no answer, and why."""
    return {code: kind for code, text in texts.items() if (kind := _kind(text)) is not None}


def _told(column: Seen) -> list[str]:
    """Codes that the file calls missing: those it lists with a label, and those that stand in its cells."""
    calls = column.told.calls_missing
    return in_order({code for code in {*column.counts, *column.told.values} if calls(code)}, column)


def _kind(words: str) -> AnswerKind | None:
    plain = " ".join(words.replace("’", "'").split()).strip("()[]").casefold()
    return next((kind for kind, said in _WORDS.items() if re.fullmatch(said, plain)), None)


def _is_code(value: str, column: Seen) -> bool:
    """Whether NA may be one of a list of short codes: of countries, for example."""
    others = [other for other in column.counts if other != value]
    return value.isupper() and sum(len(other) == len(value) and other.isupper() for other in others) > len(others) / 2


def _apart(column: Seen, known: set[str]) -> list[str]:
    """Numbers that surveys write for no answer, where they stand apart from a column's other numbers."""
    left = column.counts.keys() - known
    if not left <= column.numbers.keys():
        return []
    numbers = {column.numbers[value]: value for value in left}
    ordinary, special = _sorted_out(numbers)
    if not ordinary:
        return []
    below, above = _outside(ordinary, special)
    if above and above[0] - ordinary[-1] < _gap_to(above[0]):
        above = _spikes(ordinary[-5:], above, {number: column.counts[value] for number, value in numbers.items()})
    return [numbers[number] for number in [*below, *above]]


def _outside(ordinary: Sequence[float], special: Sequence[float]) -> tuple[list[float], list[float]]:
    """The special numbers below 0 where no other is, and those above all others."""
    below = [number for number in special if number < 0 <= ordinary[0]]
    return below, [number for number in special if number > ordinary[-1]]


def _gap_to(number: float) -> int:
    return 2 if number in _SMALL else LEAST_GAP


def _spikes(near: Sequence[float], above: Sequence[float], counts: Mapping[float, int]) -> list[float]:
    """Those numbers that stand there far more often than the ones just below them."""
    often = max(LEAST_SPIKE, TIMES_THE_OTHERS * median(counts[number] for number in near))
    return [number for number in above if counts[number] >= often]


def _sorted_out(numbers: Iterable[float]) -> tuple[list[float], list[float]]:
    """Numbers in their order: those that can only be answers, and those that surveys write for no answer."""
    plain = {number for number in numbers if number not in _NUMBERS}
    special = _NUMBERS | (_SMALL if _ends_at(plain - _SMALL) <= 5 else set())
    ordered = sorted(numbers)
    return [one for one in ordered if one not in special], [one for one in ordered if one in special]


def _ends_at(numbers: set[float]) -> float:
    """The last of whole numbers from 0 on; without end for any others."""
    is_code = bool(numbers) and all(number >= 0 and number.is_integer() for number in numbers)
    return max(numbers) if is_code else float("inf")
