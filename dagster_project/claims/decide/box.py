"""The bounds of variables, drawn in row by row, each with the figures that it rests on.

A set of figures is the bits of a whole number (*why*): that figure 3 is among them, its bit 3. Where a row leaves
nothing, what its bounds rest on and its own figure cannot stand together, whatever else is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dagster_project.claims.decide.rows import Row

_WIDE, _CREEP = 100, 8  # of more than so many values, a step is worth it if it takes away an eighth


@dataclass
class Box:
    """The least and the most of each variable, and why."""

    low: list[int]
    high: list[int]
    why_low: list[int]
    why_high: list[int]

    @classmethod
    def of(cls, low: Sequence[int], high: Sequence[int]) -> Box:
        """Bounds that hold whatever is printed."""
        return cls([*low], [*high], [0] * len(low), [0] * len(high))

    def limit(self, variable: int, least: int | None, most: int | None) -> None:
        """Let a variable be from `least` to `most`, whatever is printed."""
        self.low[variable] = self.low[variable] if least is None else max(self.low[variable], least)
        self.high[variable] = self.high[variable] if most is None else min(self.high[variable], most)

    def copy(self) -> Box:
        """The same bounds, to be drawn in further."""
        return Box(self.low.copy(), self.high.copy(), self.why_low.copy(), self.why_high.copy())

    def part(self, variable: int, least: int, most: int) -> Box:
        """The part in which a variable is from `least` to `most`.

        An end that is new holds by assumption: all parts together rest on what each of them rests on.
        """
        part = self.copy()
        if least > part.low[variable]:
            part.low[variable], part.why_low[variable] = least, 0
        if most < part.high[variable]:
            part.high[variable], part.why_high[variable] = most, 0
        return part

    def narrow(self, row: Row, why: int) -> Sequence[int] | None:
        """Draw the bounds in as far as a row forces it; the variables whose bounds these are, None if it cannot be met.

        Wide bounds that would creep towards each other in small steps are left to a search.
        """
        low, high = self.low, self.high
        slack = row.limit
        for variable, coefficient in row.terms:
            slack -= coefficient * (low[variable] if coefficient > 0 else high[variable])
        if slack < 0:
            return None
        narrowed: list[int] = []
        for variable, coefficient in row.terms:
            width = high[variable] - low[variable]
            if width * abs(coefficient) <= slack:
                continue
            room = slack // abs(coefficient)
            if width > _WIDE and width - room < width // _CREEP:
                continue
            if not narrowed:
                once, twice = self._rests_on(row)
            if coefficient > 0:
                high[variable] = low[variable] + room
                self.why_high[variable] = why | twice | (once & ~self.why_low[variable])
            else:
                low[variable] = high[variable] - room
                self.why_low[variable] = why | twice | (once & ~self.why_high[variable])
            narrowed.append(variable)
        return narrowed

    def why_not(self, row: Row, why: int) -> int:
        """Why a row cannot be met."""
        return why | self.why_least(row.terms)

    def why_least(self, terms: Iterable[tuple[int, int | Fraction]]) -> int:
        """What the least that these terms can be rests on."""
        why = 0
        for variable, coefficient in terms:
            if coefficient:
                why |= self.why_low[variable] if coefficient > 0 else self.why_high[variable]
        return why

    def why_any(self, variables: Iterable[int]) -> int:
        """What all bounds of these variables rest on."""
        why = 0
        for variable in variables:
            why |= self.why_low[variable] | self.why_high[variable]
        return why

    def _rests_on(self, row: Row) -> tuple[int, int]:
        """The figures that the least of any of a row's terms rests on, and those that several do."""
        once = twice = 0
        for variable, coefficient in row.terms:
            end = self.why_low[variable] if coefficient > 0 else self.why_high[variable]
            twice |= once & end
            once |= end
        return once, twice
