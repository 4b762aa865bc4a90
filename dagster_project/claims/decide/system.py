"""Systems of linear inequalities over whole numbers: is there a solution at all? Answered exactly.

Here belong propagation, search and proof; what the variables mean is `joint`'s. A system with a solution is answered
with one, checked in whole numbers. A system without is answered only after an exact proof: every branch of a search
ends in a bound that is crossed, or in a combination of rows that no numbers within the bounds can meet (Farkas), its
multipliers taken from a solver and then computed with as fractions. A solver's own word is never passed on.

Small systems are decided by propagation and search alone; scipy is imported only for those that resist.
"""

import math
import sys
import time
from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

from dagster_project.claims.decide.box import Box
from dagster_project.claims.decide.cuts import cuts
from dagster_project.claims.decide.laws import Sum
from dagster_project.claims.decide.rows import Row, draw_in, excess, give_way

_WORK = 15_000  # rows times branches before a solver is asked: below that, importing it takes longer
_FIRST = 8  # dead ends before which a solution is found, if there is one that is easy to find
_FEW = 100  # rows of a system that is small
_SMALL, _ROUNDS = 200, 20  # rows and rounds of propagation over shares
_ENDLESS = 10**6  # a base that could be larger is not worth walking through
CEILING = 10**16  # of a number without an upper end: no figure has so many digits
_EXACT = 10**9  # bounds above are none to a solver
_SOLVER_CEILING = 10**6  # floating point solutions of larger numbers are not exact
_SOLVER = "scipy.optimize"
_WHOLE = 1e-6  # a relaxed number that is so near to a whole one is one
_NODES = 500  # of a solver's search for a solution
_SOLVER_START = 1.0  # seconds that importing a solver may take
_MENDS = 4  # rounds in which values near a solution are moved into one
_TICKS = 64  # rows or branches from one look at the clock to the next


Bounds = Mapping[int, tuple[int | None, int | None]]  # the least and the most of some variables


class UndecidedError(Exception):
    """The time limit came first: nothing is known."""


class Feasibility(Enum):
    """Whether a system has a solution."""

    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"  # the time ran out first


class Effort(Enum):
    """How much may be spent on an answer."""

    FULL = "until it is decided or the time is over"
    EXAMPLE = "search, then what a solver proposes; no proof that there is none"
    SHORT = "search, then one relaxation"


class Decision(NamedTuple):
    """Whether there is a solution, and where it is POSSIBLE the value of each variable.

    Of an IMPOSSIBLE one `core` are the sources that the proof speaks of, which are impossible by themselves; None where
    that hangs on which proof came first. An UNDECIDED one `is_late` where the time was over, or too short for a solver,
    and not the effort too small.
    """

    feasibility: Feasibility
    values: tuple[int, ...] = ()
    core: frozenset[int] | None = None
    is_late: bool = False


@dataclass
class System:
    """Variables, none below 0, and the rows between them. `goals` are the values that a search tries first."""

    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    goals: list[int | None] = field(default_factory=list)
    splits: list[bool] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def variable(self, low: int, high: int | None, *, splits: bool = False) -> int:
        """A new variable. One that `splits` is branched on first, since the others hang on it (a base)."""
        self.low.append(low)
        self.high.append(CEILING if high is None else high)
        self.goals.append(None)
        self.splits.append(splits)
        return len(self.low) - 1

    def add(
        self, terms: Iterable[tuple[int, int]], limit: int, source: int | None = None, law: Hashable = None
    ) -> None:
        """The row sum(coefficient * variable) <= limit, from pairs of variable and coefficient."""
        self.rows.append(Row(tuple(terms), limit, source, law))

    def hold(self, sums: Iterable[Sum[int]], law: Hashable = None) -> None:
        """The rows of these laws over variables."""
        for one in sums:
            self.add(one.terms, one.limit, law=law)
            if one.is_equal:
                self.add([(variable, -coefficient) for variable, coefficient in one.terms], -one.limit, law=law)

    def decide(
        self,
        sources: Collection[int],
        *,
        laws: Collection[Hashable] | None = None,
        bounds: Bounds | None = None,
        extra: Sequence[Row] = (),
        effort: Effort = Effort.FULL,
        deadline: float | None = None,
        near: Sequence[int] | None = None,
        small: Collection[int] = (),
    ) -> Decision:
        """Is there a solution with the rows of these sources (and of these laws; all, if None)?

        `bounds` are tighter ends of some variables, `extra` further rows, `deadline` a `time.monotonic`; `near` are
        values that may be close to a solution; a solver that is asked looks for one in which the `small` variables add
        up to little. With less than full effort, what is hard to tell is left UNDECIDED.
        """
        try:
            return self._search(sources, laws, bounds or {}, extra, deadline, small).decision(effort, near)
        except UndecidedError:
            return Decision(Feasibility.UNDECIDED, is_late=True)

    def bounds(
        self, sources: Collection[int], deadline: float | None = None, *, within: Bounds | None = None
    ) -> list[tuple[int, int]] | None:
        """Bounds that no solution `within` tighter ones leaves, not always reached; None if there is no solution.

        Raises UndecidedError.
        """
        return self._search(sources, None, within or {}, (), deadline).bounds()

    def broken_by(self, values: Sequence[int]) -> frozenset[int]:
        """The sources with a row that these values do not meet."""
        of_figures = ((row.source, row) for row in self.rows if row.source is not None)
        return frozenset(of for of, row in of_figures if sum(c * values[v] for v, c in row.terms) > row.limit)

    def _search(
        self,
        sources: Collection[int],
        laws: Collection[Hashable] | None,
        bounds: Bounds,
        extra: Sequence[Row],
        deadline: float | None,
        small: Collection[int] = (),
    ) -> "_Search":
        rows = [
            row
            for row in (*self.rows, *extra)
            if (row.source is None or row.source in sources) and (laws is None or row.law is None or row.law in laws)
        ]
        box = Box.of(self.low, self.high)
        for variable, (least, most) in bounds.items():
            box.limit(variable, least, most)
        return _Search(rows, [row.why for row in rows], box, self.goals, self.splits, deadline, small)


class _Branch(NamedTuple):
    """Bounds, and the part of one variable's values in which a search goes on."""

    box: Box
    variable: int | None = None
    part: tuple[int, int] = (0, 0)


class _Search:
    """Rows, each with the figures that it rests on, and the box in which they are to be met."""

    def __init__(
        self,
        rows: Sequence[Row],
        whys: Sequence[int],
        box: Box,
        goals: Sequence[int | None],
        splits: Sequence[bool],
        deadline: float | None,
        small: Collection[int],
    ) -> None:
        self.rows, self.whys, self.box = rows, whys, box
        self.goals, self.splits, self.deadline, self.small = goals, splits, deadline, small
        self.why = 0  # what the proofs rest on that were found until now
        self.rows_of: list[list[int]] = [[] for _ in goals]
        for n, row in enumerate(rows):
            for variable, _ in row.terms:
                self.rows_of[variable].append(n)

    def decision(self, effort: Effort, near: Sequence[int] | None = None) -> Decision:
        """Raises UndecidedError where the time is over."""
        if self.bounds() is None:
            return self._refuted()
        if self._impossible_at_any_scale():
            return Decision(Feasibility.IMPOSSIBLE)
        values = None if near is None else self._mended(near)
        if values is not None:
            return Decision(Feasibility.POSSIBLE, values)
        found = self._searched_and_relaxed()
        if found.feasibility is not Feasibility.UNDECIDED or effort is Effort.SHORT:
            return found
        values = self._proposed(effort)
        if values is not None:
            return Decision(Feasibility.POSSIBLE, values)
        if effort is Effort.EXAMPLE:
            return found
        assert self._cut is not None  # else the relaxation has told
        return self._cut._prove()

    def _refuted(self) -> Decision:
        """That there is no solution, with the figures of the proof."""
        return Decision(Feasibility.IMPOSSIBLE, core=figures_of(self.why))

    def _searched_and_relaxed(self) -> Decision:
        """What search and a relaxation tell; which of them comes first is a matter of time alone."""
        found = self._search(_FIRST)
        if len(self.rows) >= _FEW:
            return self._relaxed() if found.feasibility is Feasibility.UNDECIDED else found
        steps = [self._searched, self._relaxed]
        if _SOLVER in sys.modules:
            steps.reverse()
        for step in steps:
            if found.feasibility is Feasibility.UNDECIDED:
                found = step()._replace(core=None)
        return found

    def _searched(self) -> Decision:
        """What a longer search tells of a small system, for which no solver need be imported then."""
        return self._search(_WORK // (len(self.rows) + 1))

    def _relaxed(self) -> Decision:
        """What real numbers tell, with the rows that cut off fractions: that none meets all, or which whole ones do."""
        self.why = 0
        if self._point is None:
            return self._refuted()
        if self._cut is None:
            return self._refuted()
        if self._cut._point is None:
            return self._cut._refuted()
        near = [round(x) for x in self._cut._point]
        values = None if self.small else self._cut._mended(near)  # a small one is what a solver proposes
        return Decision(Feasibility.UNDECIDED) if values is None else Decision(Feasibility.POSSIBLE, values)

    @cached_property
    def _cut(self) -> "_Search | None":
        """The same search with the rows that cut off fractions; None if these show that there is no solution."""
        rows, whys = [*self.rows], [*self.whys]
        for base in self._bases():
            of_base = self.rows_of[base]
            among = (variable for n in of_base for variable, _ in self.rows[n].terms)
            why = self.box.why_any(among)
            for n in of_base:
                why |= self.whys[n]
            further = cuts(base, [self.rows[n] for n in of_base], self.box.low, self.box.high)
            if further is None:
                self.why = why
                return None
            rows += further
            whys += [why] * len(further)
        cut = self._with(rows, whys)
        if not cut._propagate(cut.box, range(len(self.rows), len(rows))):
            self.why = cut.why
            return None
        return cut

    def _with(self, rows: Sequence[Row], whys: Sequence[int]) -> "_Search":
        """The same search with other rows."""
        return _Search(rows, whys, self.box.copy(), self.goals, self.splits, self.deadline, self.small)

    def _bases(self) -> Iterator[int]:
        """The variables on which others hang, with a look at the clock before each."""
        for variable, splits in enumerate(self.splits):
            if splits:
                self._look_at_the_clock()
                yield variable

    @cached_property
    def _point(self) -> list[float] | None:
        return self._relaxation(self.box)

    def bounds(self) -> list[tuple[int, int]] | None:
        """What propagation leaves of the variables' bounds; None if nothing."""
        box = self.box
        if any(low > high for low, high in zip(box.low, box.high, strict=True)):
            return None
        if not self._propagate(box, range(len(self.rows))):
            return None
        return list(zip(box.low, box.high, strict=True))

    def _look_at_the_clock(self, needed: float = 0.0) -> None:
        """Raise UndecidedError unless so many seconds are left."""
        if self.deadline is not None and time.monotonic() + needed > self.deadline:
            raise UndecidedError

    def _mended(self, near: Sequence[int]) -> tuple[int, ...] | None:
        """A solution close to these values: brought within the bounds, then moved row by row; None if that is none."""
        bounds = list(zip(self.box.low, self.box.high, strict=True))
        values = [min(max(value, least), most) for value, (least, most) in zip(near, bounds, strict=True)]
        for _ in range(_MENDS):
            broken = [row for row in self.rows if excess(row, values) > 0]
            if not broken:
                return tuple(values)
            for row in broken:
                give_way(row, values, bounds)
        return None

    def _propagate(self, box: Box, wake: Iterable[int]) -> bool:
        """Draw the bounds in as far as single rows force it; False if a row cannot be met."""
        queue = deque(wake)
        queued = set(queue)
        rows, rows_of = self.rows, self.rows_of
        for tick in count():
            if not queue:
                break
            if tick % _TICKS == 0:
                self._look_at_the_clock()
            at = queue.popleft()
            queued.discard(at)
            narrowed = box.narrow(rows[at], self.whys[at])
            if narrowed is None:
                self.why |= box.why_not(rows[at], self.whys[at])
                return False
            for variable in narrowed:
                for other in rows_of[variable]:
                    if other not in queued:
                        queued.add(other)
                        queue.append(other)
        return True

    def _impossible_at_any_scale(self) -> bool:
        """Whether shares of a base without an end contradict each other, however large it is.

        The rows without a number of their own are propagated over fractions of the base.
        """
        rows = [row.terms for row in self.rows if row.limit <= 0]
        if len(rows) > _SMALL:
            return False
        low, high = self.box.low, self.box.high
        endless = [v for v, splits in enumerate(self.splits) if splits and low[v] > 0 and high[v] > _ENDLESS]
        return any(self._contradictory_shares(rows, base) for base in endless)

    def _contradictory_shares(self, rows: Sequence[tuple[tuple[int, int], ...]], base: int) -> bool:
        low: list[Fraction] = [Fraction(0)] * len(self.goals)
        high: list[Fraction | None] = [None] * len(self.goals)
        low[base] = high[base] = Fraction(1)
        for _ in range(_ROUNDS):
            self._look_at_the_clock()
            before = (low.copy(), high.copy())
            if not all(draw_in(terms, low, high) for terms in rows):
                return True
            if (low, high) == before:
                return False
        return False

    def _search(self, dead_ends: int) -> Decision:
        """Depth first, each variable's goal before the rest of its values. Undecided after so many dead ends."""
        stack, self.why = [_Branch(self.box)], 0
        while stack:
            self._look_at_the_clock()
            box = self._box_in(stack.pop())
            if box is None:
                dead_ends -= 1
                if dead_ends < 0:
                    return Decision(Feasibility.UNDECIDED)
                continue
            variable = self._branch_on(box.low, box.high)
            if variable is None:
                assert self._holds(box.low)  # as propagation has seen
                return Decision(Feasibility.POSSIBLE, tuple(box.low))
            parts = self._parts(variable, box.low[variable], box.high[variable])
            stack += [_Branch(box, variable, part) for part in parts]
        return self._refuted()

    def _box_in(self, branch: "_Branch") -> Box | None:
        """The bounds in a branch, as far as propagation leaves any."""
        if branch.variable is None:
            return branch.box
        box = branch.box.part(branch.variable, *branch.part)
        return box if self._propagate(box, self.rows_of[branch.variable]) else None

    def _branch_on(self, low: Sequence[int], high: Sequence[int]) -> int | None:
        best, best_rank = None, (True, 0)
        for variable, (least, most) in enumerate(zip(low, high, strict=True)):
            if least < most:
                rank = (not self.splits[variable], most - least)
                if best is None or rank < best_rank:
                    best, best_rank = variable, rank
        return best

    def _parts(self, variable: int, low: int, high: int) -> list[tuple[int, int]]:
        """Parts of a variable's values; the last is tried first."""
        goal = self.goals[variable]
        if self.splits[variable] and (goal is None or not low <= goal <= high):
            middle = max(low, math.isqrt(low * high))  # shares scale: a base is split by its order of magnitude
            return [(middle + 1, high), (low, middle)]
        if goal is None or not low <= goal <= high:
            goal = (low + high) // 2 if goal is None else (low if goal < low else high)
        parts = [(goal + 1, high), (low, goal - 1), (goal, goal)]
        return [(least, most) for least, most in parts if least <= most]

    def _holds(self, values: Sequence[int]) -> bool:
        return all(sum(c * values[v] for v, c in row.terms) <= row.limit for row in self.rows)

    # -- what resists: a solver proposes, whole numbers decide ------------------------------------------------------

    @cached_property
    def _matrix(self) -> tuple[Any, list[int]]:
        from scipy.sparse import csr_array

        data, index, start = [], [], [0]
        for row in self.rows:
            for variable, coefficient in row.terms:
                index.append(variable)
                data.append(float(coefficient))
            start.append(len(index))
        return csr_array((data, index, start), shape=(len(self.rows), len(self.goals))), [r.limit for r in self.rows]

    def _proposed(self, effort: Effort) -> tuple[int, ...] | None:
        """A solution that a solver proposes."""
        values = None
        if self.small or effort is Effort.EXAMPLE:
            values = self._solve(self.small)
        return self._tight()._solve() if values is None and effort is Effort.FULL else values

    def _tight(self) -> "_Search":
        """The rows, and of those that cut off fractions the ones that the relaxation comes up against."""
        cut = self._cut
        assert cut is not None  # else the relaxation has told, as it has where it has no point
        point, own = cut._point or [], len(self.rows)
        held = [n for n, row in enumerate(cut.rows) if n < own or excess(row, point) > -_WHOLE]
        return self._with([cut.rows[n] for n in held], [cut.whys[n] for n in held])

    def _solve(self, small: Collection[int] = ()) -> tuple[int, ...] | None:
        """A solution that scipy's `milp` finds in some nodes, checked exactly; None if it finds none that holds.

        Left to itself it can go on far beyond its time limit.
        """
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        matrix, limits = self._matrix
        lows = self.box.low
        highs = [max(low, min(high, _SOLVER_CEILING)) for low, high in zip(lows, self.box.high, strict=True)]
        costs = np.zeros(len(lows))
        costs[list(small)] = 1
        result = milp(
            costs,
            integrality=np.ones(len(lows)),
            bounds=Bounds(lows, highs),
            constraints=LinearConstraint(matrix, -np.inf, limits) if self.rows else (),
            options=self._time_limit() | {"node_limit": _NODES},
        )
        self._look_at_the_clock()
        if result.x is None:
            return None
        values = tuple(round(x) for x in result.x)
        within = all(low <= v <= high for low, v, high in zip(lows, values, self.box.high, strict=True))
        return values if within and self._holds(values) else None

    def _prove(self) -> Decision:
        """Branch and bound, every leaf closed by propagation or by an exact Farkas certificate."""
        stack, self.why = [_Branch(self.box)], 0
        while stack:
            box = self._box_in(stack.pop())
            if box is None:
                continue
            relaxed = self._relaxation(box)
            if relaxed is None:
                continue
            rounded = [min(max(round(x), a), b) for x, a, b in zip(relaxed, box.low, box.high, strict=True)]
            if self._holds(rounded):
                return Decision(Feasibility.POSSIBLE, tuple(rounded))
            variable = _most_telling(relaxed, box.low, box.high)
            assert variable is not None  # else propagation has seen that the one point holds
            least, most = box.low[variable], box.high[variable]
            middle = min(max(math.floor(relaxed[variable]), least), most - 1)
            stack += [_Branch(box, variable, part) for part in ((least, middle), (middle + 1, most))]
        return self._refuted()

    def _relaxation(self, box: Box) -> list[float] | None:
        """A point that breaks no row by more than real numbers must; None if it is proved that none meets them."""
        self._look_at_the_clock(0 if _SOLVER in sys.modules else _SOLVER_START)
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, hstack

        matrix, limits = self._matrix
        low, high = box.low, box.high
        size, rows = len(low), len(self.rows)
        result = linprog(
            np.append(np.zeros(size), 1.0),
            A_ub=hstack([matrix, csr_array(-np.ones((rows, 1)))], format="csr"),
            b_ub=limits,
            bounds=[*((a, b if b < _EXACT else None) for a, b in zip(low, high, strict=True)), (0, None)],
            method="highs",
            options=self._time_limit(),
        )
        self._look_at_the_clock()
        if result.x is None:
            return [(a + b) / 2 for a, b in zip(low, high, strict=True)]
        if result.fun > 1e-9 and self._contradicts(-result.ineqlin.marginals, box):
            return None
        return [float(x) for x in result.x[:size]]

    def _time_limit(self) -> dict[str, float]:
        """What is left of the time, as the solvers are told."""
        return {} if self.deadline is None else {"time_limit": max(0.01, self.deadline - time.monotonic())}

    def _contradicts(self, multipliers: Sequence[float], box: Box) -> bool:
        """Whether the rows, so multiplied and added up, ask for more than any values within the bounds can give."""
        exact = [(n, Fraction(float(m))) for n, m in enumerate(multipliers) if m > 0]
        for denominator in (1_000, 1_000_000, None):
            rounded = [(n, factor.limit_denominator(denominator)) for n, factor in exact] if denominator else exact
            if self._is_out_of_reach([(n, factor) for n, factor in rounded if factor], box):
                return True
        return False

    def _is_out_of_reach(self, multiplied: Sequence[tuple[int, Fraction]], box: Box) -> bool:
        total: dict[int, Fraction] = defaultdict(Fraction)
        for n, factor in multiplied:
            self._look_at_the_clock()
            for variable, coefficient in self.rows[n].terms:
                total[variable] += factor * coefficient
        least = sum(c * (box.low[v] if c > 0 else box.high[v]) for v, c in total.items())
        if least <= sum(factor * self.rows[n].limit for n, factor in multiplied):
            return False
        for n, _ in multiplied:
            self.why |= self.whys[n]
        self.why |= box.why_least(total.items())
        return True


def figures_of(why: int) -> frozenset[int]:
    """The figures whose bits these are."""
    return frozenset(n for n in range(why.bit_length()) if why >> n & 1)


def _most_telling(relaxed: Sequence[float], low: Sequence[int], high: Sequence[int]) -> int | None:
    """The variable of fewest values of those that are no whole number, or else of all; None if all are certain."""
    open_ends = [v for v in range(len(low)) if low[v] < high[v]]
    return min(open_ends, key=lambda v: (abs(relaxed[v] - round(relaxed[v])) < _WHOLE, high[v] - low[v]), default=None)
