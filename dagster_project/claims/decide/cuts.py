"""What else holds between whole numbers: rows that cut off what only fractions could meet.

Where a base is one of few numbers, a count that hangs on it is one of few whole numbers for each of these: 10 % of 20
to 40 people is 2 of 20 or 21, 3 of 29 to 31, or 4 of 39 or 40. So is what several of the counts add up to, since all of
them together are the base. Such points lie in a strip that is narrower than what the percentages alone leave, and each
edge of it, a line through two of the points with all others on one side, is a row. A base for which some count can be
nothing at all is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from dagster_project.claims.decide.rows import Row

_MOST_NUMBERS = 400  # of a base; of so many, what whole numbers do to a percentage hardly shows
_TOGETHER = {6: 3, 12: 2}  # of up to so many counts, so many are added up; of more, each stands alone

Term = tuple[int, int]
Ends = tuple[int, int]
Counts = Mapping[int, Ends]  # the least and the most that each count can be


def cuts(base: int, rows: Iterable[Row], low: Sequence[int], high: Sequence[int]) -> Sequence[Row] | None:
    """Rows that all whole numbers within the bounds meet if they meet these, which tie counts to a base.

    None if there are no such numbers.
    """
    if not 0 < high[base] - low[base] <= _MOST_NUMBERS:
        return ()
    of_base = tuple(Row(row.terms, row.limit) for row in rows if len(row.terms) > 1)
    among = sorted({base, *(variable for row in of_base for variable, _ in row.terms)})
    return _edges(base, of_base, tuple((variable, low[variable], high[variable]) for variable in among))


@lru_cache(maxsize=500)  # from one decision to the next hardly anything of one base changes
def _edges(base: int, rows: Sequence[Row], bounds: Sequence[tuple[int, int, int]]) -> Sequence[Row] | None:
    """The rows around what hangs on one base; None if it can be no number."""
    low, high = ({variable: ends[at] for variable, *ends in bounds} for at in (0, 1))
    hanging = _hanging_on(base, rows)
    numbers = range(low[base], high[base] + 1)
    by_number = {n: counts for n in numbers if (counts := hanging.counts_of(n, low, high)) is not None}
    return tuple(hanging.edges(by_number)) if by_number else None


@dataclass(frozen=True)
class _Hanging:
    """What hangs on a base: the rows that tie a count to it, and those that tie several of these counts to it."""

    base: int
    ties: Mapping[int, Sequence[tuple[int, Row]]]  # of each count the rows, and its coefficient in them
    sums: Sequence[tuple[Sequence[Term], Row]]  # the rows, and their terms but the base's

    def counts_of(self, n: int, low: Mapping[int, int], high: Mapping[int, int]) -> Counts | None:
        """What each count can be where the base is n; None if some can be nothing."""
        counts: dict[int, Ends] = {}
        for count, rows in self.ties.items():
            least, most = low[count], high[count]
            for coefficient, row in rows:
                room = self.room(row, n)
                if coefficient > 0:
                    most = min(most, room // coefficient)
                else:
                    least = max(least, -(room // -coefficient))
            if least > most:
                return None
            counts[count] = least, most
        is_met = all(sum(_least(term, counts) for term in terms) <= self.room(row, n) for terms, row in self.sums)
        return counts if is_met else None

    def room(self, row: Row, n: int) -> int:
        """What a row leaves to its other terms where the base is n."""
        return row.limit - sum(coefficient * n for variable, coefficient in row.terms if variable == self.base)

    def edges(self, by_number: Mapping[int, Counts]) -> Iterator[Row]:
        """The edges of the strips in which the counts lie, one by one and added up, over the numbers of the base."""
        yield Row(((self.base, -1),), -min(by_number))
        yield Row(((self.base, 1),), max(by_number))
        for count in self.ties:
            for term in ((count, 1), (count, -1)):
                yield from self._edge([term], [_most(term, counts) for counts in by_number.values()], by_number)
        for terms, row in self.sums:
            yield from self._edges_of_sums(terms, row, by_number)

    def _edges_of_sums(self, terms: Sequence[Term], row: Row, by_number: Mapping[int, Counts]) -> Iterator[Row]:
        """Some counts are as many as they can be, or as many as the others of the row leave to them."""
        most = {term: [_most(term, counts) for counts in by_number.values()] for term in terms}
        least = {term: [_least(term, counts) for counts in by_number.values()] for term in terms}
        spare = [self.room(row, n) - sum(ends) for n, *ends in zip(by_number, *least.values(), strict=True)]
        for part in _parts(terms):
            at_most = map(sum, zip(*(most[term] for term in part), strict=True))
            at_least = map(sum, zip(*(least[term] for term in part), strict=True))
            left = (one + other for one, other in zip(at_least, spare, strict=True))
            yield from self._edge(part, list(map(min, at_most, left)), by_number)

    def _edge(self, terms: Iterable[Term], most: Iterable[int], numbers: Iterable[int]) -> Iterator[Row]:
        """The rows that say that these terms are at most what they can be for each number of the base."""
        for (n, at_n), (m, at_m) in pairwise(_outermost(zip(numbers, most, strict=True))):
            rise, run = at_m - at_n, m - n
            of_base = [(self.base, -rise)] if rise else []
            yield Row((*((v, run * c) for v, c in terms), *of_base), run * at_n - rise * n)


def _hanging_on(base: int, rows: Iterable[Row]) -> _Hanging:
    of_base = [([term for term in row.terms if term[0] != base], row) for row in rows]
    ties: dict[int, list[tuple[int, Row]]] = {}
    for others, row in of_base:
        if len(others) == 1:
            [(count, coefficient)] = others
            ties.setdefault(count, []).append((coefficient, row))
    sums = [(others, row) for others, row in of_base if len(others) > 1 and all(v in ties for v, _ in others)]
    return _Hanging(base, ties, sums)


def _parts(terms: Sequence[Term]) -> Iterator[tuple[Term, ...]]:
    """Some of the terms; up to half of them, since of a sum that is the base the rest says what the part does."""
    most = next((size for counts, size in _TOGETHER.items() if len(terms) <= counts), 1)
    for size in range(1, min(most, len(terms) // 2) + 1):
        yield from combinations(terms, size)


def _most(term: Term, counts: Counts) -> int:
    variable, coefficient = term
    return coefficient * counts[variable][coefficient > 0]


def _least(term: Term, counts: Counts) -> int:
    variable, coefficient = term
    return coefficient * counts[variable][coefficient < 0]


def _outermost(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The points of which none is below a line between two others, from left to right."""
    found: list[tuple[int, int]] = []
    for x, y in points:
        while len(found) > 1 and _is_below(found[-1], found[-2], (x, y)):
            found.pop()
        found.append((x, y))
    return found


def _is_below(point: tuple[int, int], left: tuple[int, int], right: tuple[int, int]) -> bool:
    """Whether a point is on or below the line from the left one to the right one."""
    return (point[0] - left[0]) * (right[1] - left[1]) >= (point[1] - left[1]) * (right[0] - left[0])
