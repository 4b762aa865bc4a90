"""What a caller gives, turned into this room's own values: text, exact numbers, words of a vocabulary.

Every public function of `claims` passes what it is given through here, or through `given_figures` where a text has to
be read. What is plainly meant is taken; the rest is refused in one line that says what is wanted. A float is never
taken: it is not exact, and the digits that were printed cannot be told from it.
"""

import math
import operator
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

MAX_DIGITS = 15  # of a number: no survey counts further
LARGEST = 10**MAX_DIGITS
_LONGEST = 80  # signs of what was given, in a message
_MOST_DIGITS = 99  # of an exact number that is no count
_HUGE = 10**_MOST_DIGITS
_YEARS = 10**9  # seconds

Exact = int | str | Decimal | Fraction

Word = TypeVar("Word", bound=StrEnum)
Key = TypeVar("Key")
Value = TypeVar("Value")


class GivenError(ValueError):
    """A value that is not one of those that are taken. The message says which are."""


class GivenTypeError(TypeError):
    """A value of a type that is not taken. The message says what to give instead."""


def text(given: str, what: str, example: str) -> str:
    """A text, as it is printed."""
    if isinstance(given, str):
        return given
    raise GivenTypeError(f"{what} is a text as it is printed, like {example!r}, not {shown(given)}.")


def instance(given: Value, wanted: type[Value], what: str, how: str) -> Value:
    """A value of one of this room's own types; `how` says where one comes from."""
    if isinstance(given, wanted):
        return given
    raise GivenTypeError(f"{what} is not {shown(given)}: {how}.")


def several(given: Iterable[Value], wanted: type[Value], what: str, how: str) -> tuple[Value, ...]:
    """Values of one of this room's own types."""
    return tuple(instance(one, wanted, f"one of {what}", how) for one in items(given, what, how))


def items(given: Iterable[Value], what: str, how: str) -> tuple[Value, ...]:
    """Values of any type. A text is no list of its letters."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise GivenTypeError(f"{what} are a list, not {shown(given)}: {how}.")
    return tuple(given)


def mapping(given: Mapping[Key, Value], what: str, how: str) -> Mapping[Key, Value]:
    """Values by their keys."""
    if isinstance(given, Mapping):
        return given
    raise GivenTypeError(f"{what} are a mapping, not {shown(given)}: {how}.")


def word(given: Word | str, vocabulary: type[Word], what: str) -> Word:
    """A word of a vocabulary by its name, in any case and with spaces, - or _ between its parts."""
    if isinstance(given, vocabulary):
        return given
    known = {_plain(name): one for one in vocabulary for name in (one.value, one.name)}
    if not isinstance(given, str):
        raise GivenTypeError(f"{shown(given)} is no {what}: {choices(vocabulary)}.")
    if _plain(given) not in known:
        raise GivenError(f"{shown(given)} is no {what}: {choices(vocabulary)}.")
    return known[_plain(given)]


def choices(vocabulary: type[StrEnum]) -> str:
    """`choose one of half_up, half_down`."""
    return f"choose one of {', '.join(vocabulary)}"


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", " ").replace("_", " ")


def printed(given: str | int | Decimal, what: str, example: str) -> str:
    """A number as it is printed, with its decimals."""
    if isinstance(given, float):
        raise GivenTypeError(f"{what} is not exact as a float: give it as it is printed, {str(given)!r}.")
    if isinstance(given, Decimal) and given.is_finite() and abs(given.adjusted()) <= MAX_DIGITS:
        return f"{given:f}"
    if type(given) is int:
        return str(whole(given, what, -LARGEST, LARGEST))
    return text(given, what, example)  # type: ignore[arg-type] # it refuses what is none


def whole(given: int, what: str, least: int | None = None, most: int | None = None) -> int:
    """A whole number within bounds, of any integer type."""
    _refuse_truth(given, what)
    try:
        number = operator.index(given)
    except TypeError:
        raise GivenTypeError(f"{what} is a whole number, not {shown(given)}.") from None
    if least is not None and number < least:
        raise GivenError(f"{what} is at least {least}, not {shown(number)}.")
    if most is not None and number > most:
        raise GivenError(f"{what} is at most {most}, not {shown(number)}.")
    return number


def seconds(given: float) -> float:
    """How long something may take; infinity is no limit."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise GivenTypeError(f"a time limit is a number of seconds, not {shown(given)}.")
    if not (0 <= given <= _YEARS or given == math.inf):
        raise GivenError(f"a time limit is a number of seconds from 0 on, not {shown(given)}.")
    return given


def exact(given: Exact, what: str) -> Fraction:
    """An exact number."""
    if isinstance(given, Fraction):
        return given
    if type(given) is int and -_HUGE < given < _HUGE:  # most often, and at once
        return Fraction(given)
    if isinstance(given, float):
        raise GivenTypeError(f"{what} is not exact: give it as text or a whole number, not a float like {given}.")
    _refuse_truth(given, what)
    try:
        return _of_decimal(Decimal(given)) if isinstance(given, str | Decimal) else _of_integer(operator.index(given))
    except TypeError:
        raise GivenTypeError(f"{what} is no number: write it like '41.5', not {shown(given)}.") from None
    except (InvalidOperation, ValueError):
        raise GivenError(f"{what} is {shown(given)}, which is no number: write it like 41.5.") from None


def _of_decimal(number: Decimal) -> Fraction:
    is_long = len(number.as_tuple().digits) > _MOST_DIGITS
    if is_long or not number.is_finite() or abs(number.adjusted()) > 2 * MAX_DIGITS:
        raise ValueError
    return Fraction(number)


def _of_integer(number: int) -> Fraction:
    if not -_HUGE < number < _HUGE:
        raise ValueError
    return Fraction(number)


def _refuse_truth(given: object, what: str) -> None:
    """Python takes True for 1; a caller who gives it means something else."""
    if isinstance(given, bool):
        raise GivenTypeError(f"{what} is a number, not {given}.")


def shown(given: object) -> str:
    """What was given, short enough for one line."""
    try:
        told = " ".join(repr(given).split())
    except ValueError:  # of more digits than Python writes
        return "a number that is too long to be written"
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]} …"
