"""Where a contradiction sits: the figures that clash, and the smallest changes that make all of them possible.

After Fellegi and Holt (1976, Journal of the American Statistical Association 71): change the least that you must. A
*conflict* is a set of figures that cannot stand together while any part of it can; a *correction* is a set of figures
without which the rest can stand, found as a cheapest hitting set of the conflicts (Reiter 1987, Artificial Intelligence
32). Weights say how much trust a change takes. Every step is an exact decision of `System`.
"""

import heapq
import math
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from dagster_project.claims.decide.algebra import percentages_possible
from dagster_project.claims.decide.joint import Joint, Law, share_rows
from dagster_project.claims.decide.laws import PLAINEST_FIRST
from dagster_project.claims.decide.rows import Row
from dagster_project.claims.decide.system import Bounds, Decision, Effort, Feasibility, UndecidedError
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import EMPTY, Interval
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage, round_fraction

MOST_CONFLICTS = 8  # of one contradiction; more are as many ways to say the same
MOST_CORRECTIONS = 24
NEAR = 30  # steps from a printed figure in which the nearest that fits is looked for
WITNESSES = 100  # solutions that are remembered, each of which answers for all figures that it meets
FAR = 1_000  # a number that can be so many times the largest printed has no end worth the name

Sources = frozenset[int]


@dataclass(frozen=True)
class Correction:
    """Figures, by their place in the joint system, that together can be changed so that all others stand.

    `ranges` are what each may be, from the smallest to the largest (a percentage: as printed). `weight` is the trust
    given up: the lower, the likelier the correction. `nearest` are the values next to the printed one that fit, where a
    single figure's range has a gap around it.
    """

    figures: tuple[int, ...]
    ranges: tuple[Interval, ...]
    weight: int
    nearest: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class Contradiction:
    """Conflicts that overlap, and their corrections by weight: all of one figure, and all of the least weight.

    `complete`: the search for corrections came to its end before the time was over.
    `laws` is the structure that the first conflict rests on, as little of it as there can be; all structure where
    there was no time to tell, `laws_known` being false.
    """

    conflicts: tuple[Sources, ...]
    laws: tuple[Law, ...]
    corrections: tuple[Correction, ...] = ()
    complete: bool = True
    laws_known: bool = True

    @property
    def figures(self) -> Sources:
        return frozenset().union(*self.conflicts)


class Localiser:
    """Asks one joint system many questions before one deadline. Raises UndecidedError when the time is over."""

    def __init__(self, joint: Joint, deadline: float | None = None) -> None:
        self.joint = joint
        self.deadline = deadline
        largest = max((one.figure.value or 0 for one in joint.figures if one.kind is not Kind.PERCENTAGE), default=0)
        self._far = FAR * max(int(largest), 100)
        self._known: dict[Sources, bool] = {}
        self._impossible: list[Sources] = []
        self._hard: set[Sources] = set()
        self._bounds_of: dict[Sources, list[tuple[int, int]]] = {}
        self._witnesses: deque[tuple[Sources, tuple[int, ...]]] = deque(maxlen=WITNESSES)
        self._solutions: list[tuple[Sources, tuple[int, ...]]] = []

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return self.deadline is not None and time.monotonic() > self.deadline

    def possible(self, sources: Sources) -> bool:
        """Can these figures stand together?"""
        known = self._told(sources)
        return self._keep(sources, self._decide(sources)) if known is None else known

    def contradictions(self) -> tuple[Contradiction, ...]:
        """Everything that cannot stand, with what would mend it; as far as there is time."""
        found, _ = self.conflicts()
        return tuple(self.corrected(one, self.around(one, found)) for one in found)

    def conflicts(self) -> tuple[tuple[Contradiction, ...], Sources]:
        """Everything that cannot stand, apart where it has no figure in common, in the order of the figures.

        And the figures of which there was no time to tell. Raises UndecidedError where that is all of them. That no
        orders clash whatever the figures is taken for granted: else there is a conflict of no figure, without end.
        """
        everything = left = self.joint.everything
        if self.possible(everything):
            return (), frozenset()
        clusters: list[list[Sources]] = []
        undecided: Sources = frozenset()
        try:
            while not self.possible(left):
                found, complete = self._conflicts(left)
                clusters.append(_overlapping(found))
                left -= frozenset().union(*clusters[-1])
                if not complete:  # what else is in conflict with these is not known to stand
                    raise UndecidedError
        except UndecidedError:  # what is proved stands, even if the time is over before more is found
            undecided = left
        clusters.sort(key=lambda conflicts: min(min(conflict) for conflict in conflicts))
        return tuple(self._contradiction(cluster) for cluster in clusters), undecided

    def around(self, contradiction: Contradiction, found: Sequence[Contradiction]) -> Sources:
        """All figures but those of other contradictions."""
        return self.joint.everything.difference(*(other.figures for other in found if other is not contradiction))

    def corrected(self, contradiction: Contradiction, around: Sources) -> Contradiction:
        """The contradiction with the changes under which all of `around` can stand, as far as there is time."""
        corrections, complete = self._corrections(around, contradiction.conflicts)
        return replace(contradiction, corrections=corrections, complete=complete)

    def range_of(self, figure: int, sources: Sources) -> Interval:
        """What the figure may be where these others stand: from the smallest to the largest, a percentage as printed.

        Empty where the others cannot stand by themselves. Not every value between need be possible.
        """
        one = self.joint.figures[figure]
        others = sources - {figure}
        if not self.possible(others):
            return EMPTY
        if one.kind is not Kind.PERCENTAGE:
            variable = self.joint.bases[figure] if one.kind is Kind.BASE else self.joint.counts[figure]
            assert variable is not None
            return self._whole_range(variable, others).intersect(one.kind.whole)
        return self._printed_range(figure, others)

    # -- conflicts --------------------------------------------------------------------------------------------------

    def conflict(self, sources: Sources) -> Sources | None:
        """A smallest part of the sources that cannot stand; None if all can.

        Figures are left out one by one, the last first, bases after all others, since without them everything is slow
        to decide. Where the rest cannot stand, what its proof speaks of is gone on with. One whose part is not told in
        short order is kept: it may then not be smallest, but never is it wrong.
        """
        found = self.clash(sources)
        if found is None:
            return None
        for figure in sorted(found, key=lambda f: (self.joint.figures[f].kind is Kind.BASE, -f)):
            if figure in found and not self._seems_possible(found - {figure}):
                found = self._known_clash(found - {figure})
        return found

    def clash(self, sources: Sources) -> Sources | None:
        """A small part of the sources that cannot stand; None if all can."""
        if self.possible(sources):
            return None
        found = self._known_clash(sources)
        while (core := self._decision(found, effort=Effort.SHORT).core) is not None and core < found:
            found = core
        return found

    def _known_clash(self, sources: Sources) -> Sources:
        """The smallest part of figures that cannot stand of which it is known that it cannot either."""
        return min((known for known in self._impossible if known <= sources), key=len)

    def _cells(self, conflict: Sources) -> list[int]:
        """The figures of a conflict but its bases; those where it has no others."""
        ordered = sorted(conflict)
        return [f for f in ordered if self.joint.figures[f].kind is not Kind.BASE] or ordered

    def _seems_possible(self, sources: Sources) -> bool:
        known = self._told(sources)
        if known is not None:
            return known
        if sources in self._hard:
            return True
        decision = self._decision(sources, effort=Effort.SHORT)
        if decision.is_late:
            raise UndecidedError
        if decision.feasibility is Feasibility.UNDECIDED:
            self._hard.add(sources)  # to tell in short order, on any machine
            return True
        return self._keep(sources, decision.feasibility is Feasibility.POSSIBLE)

    def _conflicts(self, sources: Sources) -> tuple[list[Sources], bool]:
        """The conflicts within where the stated bases stand, smallest first; all unless more than MOST_CONFLICTS.

        And whether there was time for all of these.
        """
        found: list[Sources] = []
        complete = True
        seen: set[Sources] = set()
        waiting: list[Sources] = [frozenset()]
        while waiting and len(found) < MOST_CONFLICTS:
            without = waiting.pop(0)
            if without in seen:
                continue
            seen.add(without)
            try:
                conflict = self._missed(found, sources, without, self.conflict)
            except UndecidedError:
                if not found:
                    raise
                complete = False
                break
            if conflict is None:
                continue
            waiting += [without | {figure} for figure in self._cells(conflict)]
            if len(seen) > 40 * MOST_CONFLICTS:
                break
        return sorted(found, key=lambda conflict: (len(conflict), sorted(conflict))), complete

    def _contradiction(self, conflicts: Sequence[Sources]) -> Contradiction:
        laws, known = self._laws(conflicts[0])
        return Contradiction(tuple(conflicts), laws, laws_known=known)

    def _laws(self, conflict: Sources) -> tuple[tuple[Law, ...], bool]:
        """Structure that the conflict rests on, the plainest kinds first and as little of it as is quickly seen.

        All that there is where the time is over; and whether it is not.
        """
        every = dict.fromkeys(row.law for row in self.joint.system.rows if isinstance(row.law, Law))
        held: list[Law] = []

        def stands(laws: frozenset[Hashable]) -> bool:
            decision = self.joint.system.decide(conflict, laws=laws, effort=Effort.SHORT, deadline=self.deadline)
            if decision.is_late:
                raise UndecidedError
            return decision.feasibility is not Feasibility.IMPOSSIBLE

        try:
            for kind in PLAINEST_FIRST:
                held += [law for law in every if law.kind == kind]
                if not stands(frozenset(held)):
                    break
            return tuple(explain(stands, frozenset(), held, changed=False)), True
        except UndecidedError:
            return tuple(every), False

    # -- corrections ------------------------------------------------------------------------------------------------

    def _corrections(self, sources: Sources, conflicts: Sequence[Sources]) -> tuple[tuple[Correction, ...], bool]:
        """The corrections, and whether these are all: what the time cuts off is missing, the contradiction stands."""
        found: list[Correction] = []
        try:
            for correction in self._corrections_by_weight(sources, conflicts):
                found.append(correction)
        except UndecidedError:
            return tuple(found), False
        return tuple(found), True

    def _corrections_by_weight(self, sources: Sources, conflicts: Sequence[Sources]) -> Iterator[Correction]:
        figures = self.joint.figures
        known = list(conflicts)
        queue: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
        seen: set[tuple[int, ...]] = set()
        found: list[Correction] = []
        while queue and len(found) < MOST_CORRECTIONS:
            self._in_time()
            weight, size, changed = heapq.heappop(queue)
            if changed in seen or _is_needless(changed, weight, found):
                continue
            seen.add(changed)
            missed = self._missed(known, sources, frozenset(changed), self.clash)
            if missed is None:
                correction = self._correction(changed, sources.difference(changed), weight)
                if correction is not None:
                    found.append(correction)
                    yield correction
                continue
            for figure in sorted(missed):
                if not figures[figure].fixed:
                    heapq.heappush(queue, (weight + figures[figure].weight, size + 1, _with(changed, figure)))

    def _missed(
        self, known: list[Sources], sources: Sources, changed: Sources, find: Callable[[Sources], Sources | None]
    ) -> Sources | None:
        """What would be left that cannot stand, something known or found anew, which is known from then on."""
        missed = next((conflict for conflict in known if not conflict & changed), None)
        if missed is None:
            missed = find(sources - changed)
            known += [missed] if missed is not None else []
        return missed

    def _correction(self, changed: tuple[int, ...], others: Sources, weight: int) -> Correction | None:
        """What would have to go altogether, like a share of nobody, is not mended."""
        ranges = tuple(self.range_of(figure, others) for figure in changed)
        if any(interval.is_empty for interval in ranges):
            return None
        nearest = self._nearest(changed[0], ranges[0], others) if len(changed) == 1 else ()
        return Correction(changed, ranges, weight, nearest)

    def _nearest(self, figure: int, interval: Interval, sources: Sources) -> tuple[Fraction, ...]:
        """The values next below and above the printed one that fit, if they are near; where it lies in the range."""
        one = self.joint.figures[figure].figure
        if one.value is None or not interval.contains(one.value):
            return ()
        step = Fraction(1, 10**one.decimals)
        found = []
        for way in (-step, step):
            values = (one.value + way * n for n in range(1, NEAR + 1))
            fitting = (value for value in values if interval.contains(value) and self.fits(figure, sources, value))
            found += [value for value in [next(fitting, None)] if value is not None]
        return tuple(found)

    # -- ranges -----------------------------------------------------------------------------------------------------

    def _whole_range(self, variable: int, sources: Sources) -> Interval:
        low, high = self._bounds(sources)[variable]
        seen = [values[variable] for values in self._examples(sources)]

        def at_most(value: int) -> bool:
            return self._decide(sources, bounds={variable: (None, value)})

        def at_least(value: int) -> bool:
            return self._decide(sources, bounds={variable: (-value, None)})

        least = _first(low, min(seen), at_most)
        if high >= self._far:
            if at_least(-self._far):
                return Interval.of(least, None)
            high = self._far - 1
        return Interval.of(least, -_first(-high, -max(seen), at_least))

    def _printed_range(self, figure: int, sources: Sources) -> Interval:
        count, base = self.joint.share(figure)
        one = self.joint.figures[figure].figure
        decimals, rule = one.decimals, one.rounding or RoundingRule.EITHER_HALF
        bounds, seen = self._bounds(sources), [values for values in self._examples(sources) if values[base]]
        if not seen:
            some = self._shares(figure, sources, Interval.of(0, 100))
            if some is None:
                return EMPTY  # nobody can be in the base
            seen = [some]

        def printed(steps: int) -> Interval:
            return percent_preimage(Fraction(steps, 10**decimals), decimals, rule)

        def at_most(steps: int) -> bool:
            ends = printed(steps)
            within = Interval(Fraction(0), ends.high, False, ends.high_open)
            return self._shares(figure, sources, within) is not None

        def at_least(steps: int) -> bool:
            ends = printed(-steps)
            return self._shares(figure, sources, Interval(ends.low, Fraction(100), ends.low_open)) is not None

        possible = percentages_possible(Interval.of(*bounds[count]), Interval.of(*bounds[base]))
        assert possible.high is not None
        known = [round_fraction(Fraction(100 * v[count], v[base]), decimals, rule) for v in seen]
        grid = 10**decimals
        least = _first(math.floor(possible.low * grid), int(min(k[0] for k in known) * grid), at_most)
        most = -_first(-math.ceil(possible.high * grid), -int(max(k[-1] for k in known) * grid), at_least)
        return Interval(Fraction(least, grid), Fraction(most, grid))

    def _examples(self, sources: Sources) -> list[tuple[int, ...]]:
        """All values that are remembered under which these figures, which can stand, are as printed."""
        others = (values for broken, values in self._witnesses if sources.isdisjoint(broken))
        return [self.example(sources), *others]

    def _shares(self, figure: int, sources: Sources, within: Interval) -> tuple[int, ...] | None:
        """Values of all variables under which the figure's percentage is in an interval; None if there are none."""
        count, base = self.joint.share(figure)
        rows = [Row(terms, limit) for terms, limit in share_rows(count, base, within)]
        rows.append(Row(((base, -1),), -1))
        decision = self._decision(sources, extra=rows)
        if decision.feasibility is Feasibility.UNDECIDED:
            raise UndecidedError
        return decision.values if decision.feasibility is Feasibility.POSSIBLE else None

    def bounds_of(self, variable: int, sources: Sources) -> tuple[int, int]:
        """Bounds that a variable cannot leave where these figures stand; the number itself where it is certain."""
        return self._bounds(sources)[variable]

    def fits(self, figure: int, sources: Sources, value: Fraction) -> bool:
        """Could the figure have been printed as this value, where these others stand?"""
        one = self.joint.figures[figure]
        others = sources - {figure}
        if one.kind is Kind.PERCENTAGE:
            rule = one.figure.rounding or RoundingRule.EITHER_HALF
            return self._shares(figure, others, percent_preimage(value, one.figure.decimals, rule)) is not None
        variable = self.joint.bases[figure] if one.kind is Kind.BASE else self.joint.counts[figure]
        assert variable is not None
        return self._decide(others, bounds={variable: (int(value), int(value))})

    # -- decisions --------------------------------------------------------------------------------------------------

    def _told(self, sources: Sources) -> bool | None:
        """What is known of these figures, from what was decided of more of them or of fewer; None if nothing is."""
        if sources in self._known:
            return self._known[sources]
        if any(impossible <= sources for impossible in self._impossible):
            return False
        return True if any(sources.isdisjoint(broken) for broken, _ in self._witnesses) else None

    def _keep(self, sources: Sources, possible: bool) -> bool:
        self._known[sources] = possible
        if not possible and not any(impossible <= sources for impossible in self._impossible):
            self._impossible.append(sources)
        return possible

    def _decide(self, sources: Sources, bounds: Bounds | None = None) -> bool:
        decision = self._decision(sources, bounds=bounds)
        if decision.feasibility is Feasibility.UNDECIDED:
            raise UndecidedError
        return decision.feasibility is Feasibility.POSSIBLE

    def _decision(
        self,
        sources: Sources,
        *,
        bounds: Bounds | None = None,
        extra: Sequence[Row] = (),
        effort: Effort = Effort.FULL,
    ) -> Decision:
        """Raises UndecidedError at once where the time is over. A solution is remembered, and the next begins at it."""
        self._in_time()
        near = self._witnesses[-1][1] if self._witnesses else None
        system = self.joint.system
        decision = system.decide(sources, bounds=bounds, extra=extra, effort=effort, deadline=self.deadline, near=near)
        if decision.feasibility is Feasibility.POSSIBLE:
            self._witnesses.append((system.broken_by(decision.values), decision.values))
        if decision.core is not None and not bounds and not extra:
            self._impossible.append(decision.core)
        return decision

    def _in_time(self) -> None:
        if self.is_late:
            raise UndecidedError

    def example(self, sources: Sources) -> tuple[int, ...]:
        """A value for each variable under which these figures, which can stand, are as printed.

        One for more of them will do.
        """
        for held, values in self._solutions:
            if sources <= held:
                return values
        self._in_time()
        decision = self.joint.system.decide(sources, deadline=self.deadline)
        if decision.feasibility is not Feasibility.POSSIBLE:
            raise UndecidedError
        self._solutions.append((sources, decision.values))
        return decision.values

    def _bounds(self, sources: Sources) -> list[tuple[int, int]]:
        if sources not in self._bounds_of:
            self._in_time()
            bounds = self.joint.system.bounds(sources, self.deadline)
            assert bounds is not None  # of figures that can stand
            self._bounds_of[sources] = bounds
        return self._bounds_of[sources]


def explain(
    stands: Callable[[frozenset[Any]], bool], background: frozenset[Any], candidates: Sequence[Any], *, changed: bool
) -> list[Any]:
    """A smallest part of the candidates that cannot stand with the background (QuickXplain)."""
    if changed and not stands(background):
        return []
    if not candidates:
        return []
    if len(candidates) == 1:
        return list(candidates) if changed or not stands(background | {candidates[0]}) else []
    half = len(candidates) // 2
    first, second = candidates[:half], candidates[half:]
    of_second = explain(stands, background | set(first), second, changed=True)
    of_first = explain(stands, background | set(of_second), first, changed=bool(of_second))
    return of_first + of_second


def _is_needless(changed: tuple[int, ...], weight: int, found: Sequence[Correction]) -> bool:
    """Whether fewer changes do it already, or several at a time would cost more than the cheapest correction."""
    costs_more = len(changed) > 1 and bool(found) and weight > found[0].weight
    return costs_more or any(set(correction.figures) <= set(changed) for correction in found)


def _with(changed: tuple[int, ...], figure: int) -> tuple[int, ...]:
    return tuple(sorted({*changed, figure}))


def _overlapping(conflicts: Sequence[Sources]) -> list[Sources]:
    """The first conflict, and those that share a figure with it or with another that does; smallest first."""
    cluster, figures = [conflicts[0]], conflicts[0]
    while further := [c for c in conflicts if c not in cluster and c & figures]:
        cluster += further
        figures = figures.union(*further)
    return sorted(cluster, key=lambda conflict: (len(conflict), sorted(conflict)))


def _first(low: int, known: int, holds: Callable[[int], bool]) -> int:
    """The smallest value from `low` to `known` that holds, where every larger one does too and `known` holds."""
    if low >= known or holds(low):
        return min(low, known)
    while known - low > 1:
        middle = (low + known) // 2
        if holds(middle):
            known = middle
        else:
            low = middle
    return known
