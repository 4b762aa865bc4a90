"""What everybody can work out of the counts that are withheld, from what is shown and the laws.

Here belong the attacks: each takes what a reader of a release has, and says what is left. `decide` asks them while it
chooses, on the true numbers; `prove` asks them on what was published. Whether a system of laws has a solution is
`system`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dagster_project.claims.decide.laws import Sum
from dagster_project.claims.decide.system import Effort, Feasibility, System
from dagster_project.disclosure.counts import EVERYBODY, Count, Tables

_STEPS = 400_000  # what one survey's ranges may take: rows of all systems that are decided for them
_MANY = 150  # counts that hang together
_MOVES, _FAR = 400, 24  # of a search for another solution: its branches, and how many counts it changes

Solution = Mapping[Count, int]
Ends = dict[Count, tuple[int, int]]


class Range(NamedTuple):
    """The least and the most that a count was found to be; `is_all`: it is proved that it is no less and no more."""

    low: int
    high: int
    is_all: bool = True


def left_of(
    tables: Tables, known: Mapping[Count, int], withheld: Collection[Count], *, steps: int = _STEPS
) -> dict[Count, Range]:
    """The range of each withheld count, from the counts that are `known` and the laws alone.

    Both ends are met by numbers with which every law holds. After so many steps, the same on every machine, the ranges
    that are left are those of the numbers that were found until then, and say so.
    """
    unknowns = Unknowns(tables.laws(), known, tables.floors(withheld), steps=steps)
    solution = unknowns.solution()
    if solution is None:
        raise ValueError("no numbers that agree with the counts that are known were found")
    met = {count: (n, n) for count, n in solution.items()}
    wanted = [count for count in sorted(withheld, key=tables.in_order) if count in met]
    for count in wanted:  # a second number of each, before the ends of any
        if met[count][0] == met[count][1] and (other := unknowns.another(count, solution)) is not None:
            note(met, other)
    is_all = {count: unknowns.widen(count, met, solution) for count in wanted}
    return {count: Range(*met[count], is_all[count]) for count in wanted}


class Unknowns:
    """The counts that are not known, and the laws between them with all that is known taken out."""

    def __init__(
        self,
        laws: Iterable[Sum[Count]],
        known: Mapping[Count, int],
        floors: Mapping[Count, int],
        *,
        tops: Mapping[Count, int] | None = None,
        steps: int = _STEPS,
    ) -> None:
        self._floors, self._tops, self._steps = floors, tops or {}, steps
        self._top = known.get(EVERYBODY, 0)
        self._laws: list[Sum[Count]] = []
        self._laws_of: dict[Count, list[int]] = defaultdict(list)
        for law in laws:
            unknown = tuple((count, coefficient) for count, coefficient in law.terms if count not in known)
            if unknown:
                taken_out = sum(coefficient * known[count] for count, coefficient in law.terms if count in known)
                for count, _ in unknown:
                    self._laws_of[count].append(len(self._laws))
                self._laws.append(Sum(unknown, law.limit - taken_out, law.is_equal))

    def solution(self) -> dict[Count, int] | None:
        """Any numbers with which every law holds; None if there are none, or none was found."""
        found: dict[Count, int] = {}
        for count in list(self._laws_of):
            if count not in found:
                part = self._decide(self._reach(count), count, (None, None), None)
                if not isinstance(part, dict):
                    return None
                found |= part
        return found

    def another(self, count: Count, solution: Solution) -> dict[Count, int] | None:
        """A solution in which this count is another number than in the given one; None if none was found."""
        return next(self.others(count, solution), None)

    def others(self, count: Count, solution: Solution) -> Iterator[dict[Count, int]]:
        """Some solutions in which this count is another number than in the given one.

        Among many counts that hang together only what is near is tried: to prove that there is none costs more than to
        withhold one more.
        """
        for step in (1, -1):
            if self._allows(count, solution[count] + step):
                for changes in _Move(self, solution).of(count, step):
                    yield {**solution, **{one: solution[one] + by for one, by in changes.items()}}
        reach = self._reach(count)
        if len(reach) <= _MANY:
            for bounds in ((solution[count] + 1, None), (None, solution[count] - 1)):
                found = self._decide(reach, count, bounds, solution)
                if isinstance(found, dict):
                    yield {**solution, **found}

    def widen(self, count: Count, met: Ends, solution: Solution) -> bool:
        """Widen what this count is known to be able to be, in `met`; whether that is proved to be all that it can be.

        Every solution that is found on the way widens that of the other counts too.
        """
        reach = self._reach(count)
        least, most = self._bounds(reach, count)
        is_least = self._push(count, reach, least, met, solution, up=False)
        is_most = self._push(count, reach, most, met, solution, up=True)
        return is_least and is_most

    def _push(
        self, count: Count, reach: Sequence[Count], limit: int, met: Ends, solution: Solution, *, up: bool
    ) -> bool:
        """Move one end of a range as near to `limit` as a solution goes, halving what is between; False if unsure."""
        tried = limit
        while (limit > met[count][1]) if up else (limit < met[count][0]):
            found = self._decide(reach, count, (tried, None) if up else (None, tried), solution)
            if found is Feasibility.IMPOSSIBLE:
                limit = tried - 1 if up else tried + 1
            elif isinstance(found, Feasibility):
                return False
            else:
                note(met, found)
            tried = (limit + met[count][1] + 1) // 2 if up else (limit + met[count][0]) // 2
        return True

    def _allows(self, count: Count, n: int) -> bool:
        """Whether the count by itself can be that number."""
        return self._floors.get(count, 0) <= n <= self._tops.get(count, self._top)

    def _reach(self, count: Count) -> list[Count]:
        """The counts that laws tie to this one, over however many laws; itself first."""
        found = {count: None}
        edge = [count]
        while edge:
            near = [other for one in edge for number in self._laws_of[one] for other, _ in self._laws[number].terms]
            edge = [other for other in dict.fromkeys(near) if other not in found]
            found |= dict.fromkeys(edge)
        return list(found)

    def _system(self, reach: Sequence[Count], solution: Solution | None) -> tuple[System, dict[Count, int]]:
        system = System()
        places = {one: system.variable(self._floors.get(one, 0), self._tops.get(one, self._top)) for one in reach}
        for number in sorted({number for one in reach for number in self._laws_of[one]}):
            law = self._laws[number]
            terms = tuple((places[one], coefficient) for one, coefficient in law.terms)
            system.hold([Sum(terms, law.limit, law.is_equal)])
        for one, place in places.items():
            system.goals[place] = None if solution is None else solution[one]
        return system, places

    def _decide(
        self,
        reach: Sequence[Count],
        count: Count,
        bounds: tuple[int | None, int | None],
        solution: Solution | None,
    ) -> dict[Count, int] | Feasibility:
        system, places = self._system(reach, solution)
        low, high = bounds
        if high is not None and high < self._floors.get(count, 0):
            return Feasibility.IMPOSSIBLE
        self._steps -= len(system.rows)
        if self._steps < 0:
            return Feasibility.UNDECIDED
        decision = system.decide((), bounds={places[count]: (low, high)}, effort=Effort.EXAMPLE)
        if decision.feasibility is Feasibility.POSSIBLE:
            return {one: decision.values[place] for one, place in places.items()}
        return decision.feasibility

    def _bounds(self, reach: Sequence[Count], count: Count) -> tuple[int, int]:
        system, places = self._system(reach, None)
        found = system.bounds(())
        return (0, -1) if found is None else found[places[count]]


class _Move:
    """From one solution to another: one count changed, and others until every law holds again.

    A search in depth: a law that is broken is mended by the count that leaves the fewest broken.
    """

    def __init__(self, unknowns: Unknowns, solution: Solution) -> None:
        self._unknowns, self._solution = unknowns, solution
        self._changes: dict[Count, int] = {}
        self._off: dict[int, int] = defaultdict(int)  # by how much each law's sum has changed
        self._broken: set[int] = set()
        self._branches = _MOVES

    def of(self, count: Count, step: int) -> Iterator[Mapping[Count, int]]:
        """All that changes where this count changes by `step`, in one way after the other."""
        self._changes[count] = step
        self._change(count, step)
        yield from self._mended()

    def _change(self, count: Count, by: int) -> None:
        for number in self._unknowns._laws_of[count]:
            law = self._unknowns._laws[number]
            self._off[number] += by * next(c for other, c in law.terms if other == count)
            is_broken = self._off[number] != 0 if law.is_equal else self._off[number] > self._slack(law)
            (self._broken.add if is_broken else self._broken.discard)(number)

    def _slack(self, law: Sum[Count]) -> int:
        return law.limit - sum(coefficient * self._solution[one] for one, coefficient in law.terms)

    def _mended(self) -> Iterator[Mapping[Count, int]]:
        if not self._broken:
            yield self._changes
            return
        self._branches -= 1
        if self._branches < 0 or len(self._changes) > _FAR:
            return
        for count, by in self._ways(min(self._broken)):
            self._changes[count] = by
            self._change(count, by)
            yield from self._mended()
            self._change(count, -by)
            del self._changes[count]

    def _ways(self, number: int) -> list[tuple[Count, int]]:
        """Which counts could mend a law, and by how much; what leaves the fewest laws broken first."""
        ways: list[tuple[int, int, Count, int]] = []
        for count, coefficient in self._unknowns._laws[number].terms:
            by, rest = divmod(-self._off[number], coefficient)
            if count not in self._changes and not rest and self._unknowns._allows(count, self._solution[count] + by):
                self._change(count, by)
                ways.append((len(self._broken), len(ways), count, by))
                self._change(count, -by)
        return [(count, by) for _, _, count, by in sorted(ways, key=lambda way: way[:2])]


def note(met: Ends, found: Solution) -> None:
    """Take a solution into account."""
    for count, n in found.items():
        low, high = met[count]
        met[count] = (min(low, n), max(high, n))
