"""The fewest further counts that have to be withheld so that the equations between counts give none away.

Here belongs the choice by what counts there are, whatever numbers they are: it asks which of them are unknown together,
so that everybody who knows the choice learns from it which counts are small, and no number. What bounds the numbers
besides, and whether that leaves enough of them, is `decide`'s.

A count is given away by equations where every solution has the same number for it. So a change of all counts is sought
under which the equations still hold, in which each count to be protected changes and every other that changes is
withheld; the cheapest such set is a mixed-integer program. Fischetti and Salazar (2001), "Solving the Cell Suppression
Problem on Tabular Data with Linear Constraints", ask for more: changes of a given size within given bounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from dagster_project.claims.decide.laws import Sum
from dagster_project.disclosure.counts import Count

_MOST = 20.0  # how far a count may change, where each that is protected changes by 1 at least
_TIE = 1e-3  # what the order adds to the costs of a part at most, so that no two choices cost the same
_STEPS = 2000  # branches of the solver's search: steps, not seconds, so that every machine finds the same


Equation = Sequence[tuple[Count, int]]


@dataclass(frozen=True)
class Choice:
    """What may be withheld besides the counts that are to be protected, all others being known.

    `costs` is what each of these costs, `freed` which counts go with each base that has a cost; `order` is one in which
    counts are always taken.
    """

    laws: Sequence[Sum[Count]]
    costs: Mapping[Count, float]
    freed: Mapping[Count, Collection[Count]]
    order: Mapping[Count, int]

    def least(self, protected: Collection[Count]) -> tuple[set[Count], list[Count]]:
        """The cheapest choice, and the counts that no choice protects, or none that was found in so many steps."""
        found: set[Count] = set()
        failed: list[Count] = []
        free = {*protected, *self.costs}.union(*self.freed.values())
        for part in parts([law for law in self.laws if law.is_equal], free):
            wanted = {count for law in part for count, _ in law if count in protected}
            chosen = self._cheapest(part, wanted) if wanted else set()
            if chosen is None:
                failed += sorted(wanted, key=self.order.__getitem__)
            else:
                found |= chosen
        return found, failed

    def _cheapest(self, equations: Sequence[Equation], protected: Collection[Count]) -> set[Count] | None:
        """The cheapest of one part: variables are how far each count changes, and whether it is chosen."""
        counts = sorted({count for equation in equations for count, _ in equation}, key=self.order.__getitem__)
        ties = [_TIE * (place + 1) / len(counts) for place in range(len(counts))]
        costs = [self.costs.get(count, 0) + tie for count, tie in zip(counts, ties, strict=True)]
        most = [float(count in protected or count in self.costs) for count in counts]
        chosen = _solved(list(self._rows(equations, counts, protected)), costs, most)
        if chosen is None:
            return None
        return set(compress(counts, chosen)).difference(protected)

    def _rows(
        self, equations: Sequence[Equation], counts: Sequence[Count], protected: Collection[Count]
    ) -> Iterator[_Row]:
        """Changes keep the equations; what is protected changes, and besides it what is chosen or goes with a base."""
        places = {count: place for place, count in enumerate(counts)}
        with_base: dict[Count, list[int]] = defaultdict(list)
        for base in counts:
            for count in self.freed.get(base, ()):
                with_base[count].append(len(counts) + places[base])
        for equation in equations:
            yield {places[count]: float(by) for count, by in equation}, 0, 0
        for place, count in enumerate(counts):
            own = len(counts) + place
            if count in protected:  # by 1 or more, or by -1 or less: the second variable says which
                yield {place: 1, own: -_MOST - 1}, -2 * _MOST - 1, -1
                yield {place: -1, own: _MOST + 1}, -_MOST, _MOST
            else:
                may = dict.fromkeys([own, *with_base[count]], -_MOST)
                least = -_MOST * (len(may) + 1)
                yield may | {place: 1}, least, 0
                yield may | {place: -1}, least, 0


_Row = tuple[dict[int, float], float, float]  # coefficients by variable, and between which numbers their sum is


def _solved(rows: Sequence[_Row], costs: Sequence[float], most: Sequence[float]) -> list[bool] | None:
    """Which counts are chosen where the costs are least; None if nothing meets the rows."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    size = len(costs)
    data = [by for row, _, _ in rows for by in row.values()]
    index = [variable for row, _, _ in rows for variable in row]
    starts = np.cumsum([0, *(len(row) for row, _, _ in rows)])
    matrix = csr_array((data, index, starts), shape=(len(rows), 2 * size))
    result = milp(
        [0.0] * size + list(costs),
        integrality=[0] * size + [1] * size,
        bounds=Bounds([-_MOST] * size + [0] * size, [_MOST] * size + list(most)),
        constraints=LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows]),
        options={"node_limit": _STEPS, "mip_rel_gap": 1e-6},
    )
    return None if result.x is None else [bool(x > 0.5) for x in result.x[size:]]


def parts(laws: Iterable[Sum[Count]], free: Collection[Count]) -> list[list[Equation]]:
    """The equations between counts that are not known, in parts that share none; always in the same order."""
    found: list[tuple[set[Count], list[Equation]]] = []
    for law in laws:
        equation = [(count, by) for count, by in law.terms if count in free]
        if equation:
            joined, apart = {count for count, _ in equation}, []
            together: list[Equation] = []
            for counts, equations in found:
                if counts.isdisjoint(joined):
                    apart.append((counts, equations))
                else:
                    joined |= counts
                    together += equations
            found = [*apart, (joined, [*together, equation])]
    return [equations for _, equations in found]


def given_away(equations: Sequence[Equation], counts: Sequence[Count]) -> set[Count]:
    """Those of these counts that the equations alone give away, if all others are known and none of these is."""
    import numpy as np
    from scipy.linalg import null_space

    places = {count: place for place, count in enumerate(counts)}
    matrix = np.zeros((len(equations), len(counts)))
    for row, equation in enumerate(equations):
        for count, by in equation:
            if count in places:
                matrix[row, places[count]] = by
    moves = null_space(matrix)
    return {count for count, place in places.items() if not (np.abs(moves[place]) > 1e-9).any()}
