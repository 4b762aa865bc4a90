"""Which counts of a survey's tables are withheld: the small ones, and those that would give them away.

Here belongs the choice, on the true numbers. What can be worked out of what is left is `attack`'s; which counts there
are, and what follows from withholding one, is told by the tables.

The two steps are cell suppression as statistical offices do it: Cox (1980), "Suppression Methodology and Statistical
Disclosure Control"; Fischetti and Salazar (2001), "Solving the Cell Suppression Problem on Tabular Data with Linear
Constraints". The choice is greedy, so it protects, and is not always the cheapest that does.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dagster_project.claims.decide.laws import Sum
from dagster_project.disclosure.attack import SECONDS, Unknowns
from dagster_project.disclosure.counts import Block, Count, Tables


@dataclass(frozen=True)
class Withheld:
    """The counts that are withheld: the small ones, and all of them."""

    primary: frozenset[Count]
    counts: frozenset[Count]


def small_counts(tables: Tables, counts: Mapping[Count, int], minimum: int) -> set[Count]:
    """Counts of at least one and fewer than `minimum` respondents, and all answers of a question whose base is one."""
    found = {count for count in tables.sensitive if 0 < counts.get(count, 0) < minimum}
    for block in tables.put:
        if 0 < counts.get(block.answered, 0) < minimum:
            found |= set(block.cells.values()) & tables.sensitive
    return found - tables.without_none(counts)


def withhold(tables: Tables, counts: Mapping[Count, int], minimum: int, *, seconds: float = SECONDS) -> Withheld:
    """The small counts, and further ones until none that is withheld can be only one number.

    `counts` has every count that is not 0. While a withheld count can be worked out, the smallest count above 0 that
    stands in one law with it is withheld too; where there is none, all answers of its question in that group, then
    the whole question.
    """
    primary = tables.closure(small_counts(tables, counts, minimum), tables.without_none(counts))
    if not primary:
        return Withheld(frozenset(), frozenset())
    choice = _Choice(tables, counts)
    deadline = time.monotonic() + seconds
    withheld, free = choice.without_sums(primary, primary), set[Count]()
    queue, unknowns = deque(choice.to_protect(withheld)), None
    while queue:
        count = queue[0]
        if count in free:
            queue.popleft()
            continue
        unknowns = unknowns or choice.unknowns(withheld, deadline - time.monotonic())
        other = unknowns.another(count, choice.truth)
        if other is not None:
            free |= {one for one in withheld if other[one] != choice.truth[one]}
            continue
        more = choice.further(count, withheld)
        if not more:
            queue.popleft()  # nothing is left to withhold; the proof will say so
            continue
        before, unknowns = withheld, None
        withheld = choice.closed(withheld | more)
        withheld = choice.without_sums(withheld, withheld - before)
        queue.extend(choice.to_protect(withheld - before))
    return Withheld(frozenset(primary), frozenset(withheld))


class _Choice:
    """What to withhold next, on the true counts."""

    def __init__(self, tables: Tables, counts: Mapping[Count, int]) -> None:
        self.tables = tables
        self.laws = tables.laws()
        self.truth = {count: counts.get(count, 0) for law in self.laws for count, _ in law.terms}
        self._nobody = tables.without_none(counts)
        self._rank = {count: rank for rank, count in enumerate(sorted(self.truth, key=tables.in_order))}
        self._laws_of: dict[Count, list[int]] = defaultdict(list)
        for number, law in enumerate(self.laws):
            for count, _ in law.terms:
                self._laws_of[count].append(number)
        self._bases = {count for block in tables.blocks.values() for count in (block.led, block.column)}

    def laws_of(self, *counts: Count) -> list[Sum[Count]]:
        """The laws that bind any of these counts."""
        return [self.laws[number] for number in sorted({n for count in counts for n in self._laws_of[count]})]

    def closed(self, withheld: Iterable[Count]) -> set[Count]:
        """With all that goes with them."""
        return self.tables.closure(withheld, self._nobody)

    def to_protect(self, counts: Iterable[Count]) -> list[Count]:
        """Those that must not be worked out, always in the same order."""
        wanted = [count for count in counts if self.truth.get(count) and count not in self.tables.open]
        return sorted(wanted, key=self._rank.__getitem__)

    def without_sums(self, withheld: Iterable[Count], new: Iterable[Count]) -> set[Count]:
        """Withhold more until no count is a known sum less the rest of it; of `new` ones that was not looked at yet."""
        found = set(withheld)
        queue = deque(self.to_protect(new))
        while queue:
            for law in self.laws_of(queue.popleft()):
                if law.is_equal and sum(one in found for one, _ in law.terms) == 1:
                    smallest = self._smallest([law], found)
                    if smallest is not None:
                        grown = self.closed({*found, smallest}) if smallest in self._bases else {*found, smallest}
                        queue.extend(self.to_protect(grown - found))
                        found = grown
        return found

    def unknowns(self, withheld: Collection[Count], seconds: float) -> Unknowns:
        """The withheld counts, of which all others are known."""
        known = _Shown(self.truth, withheld)
        return Unknowns(self.laws_of(*withheld), known, self.tables.floors(withheld), seconds=max(0.1, seconds))

    def further(self, pinned: Count, withheld: Collection[Count]) -> set[Count]:
        """What to withhold so that something that binds a pinned count gets a further unknown."""
        smallest = self._smallest(self.laws_of(pinned), withheld)
        if smallest is not None:
            return {smallest}
        blocks, named = self.tables.put, {question for question, _ in pinned}
        for near in (
            [block for block in blocks if pinned in block.cells.values()],
            [block for block in blocks if block.question.id in named],
        ):
            more = self._cells(near) & self.tables.sensitive - self._nobody
            if more - set(withheld):
                return more
        return set()

    @staticmethod
    def _cells(blocks: Iterable[Block]) -> set[Count]:
        return {cell for block in blocks for cell in block.cells.values()}

    def _smallest(self, laws: Iterable[Sum[Count]], withheld: Collection[Count]) -> Count | None:
        """The smallest count above 0 in these laws that is shown; a group's size, with which a column goes, at last."""
        shown = [
            one
            for law in laws
            for one, _ in law.terms
            if one in self.tables.sensitive and one not in withheld and self.truth[one]
        ]
        return min(shown, key=lambda one: (self._is_group(one), self.truth[one], self._rank[one]), default=None)

    def _is_group(self, count: Count) -> bool:
        return len(count) == 1 and next(iter(count))[0] in self.tables.groups


class _Shown(Mapping[Count, int]):
    """The true counts but for the withheld ones."""

    def __init__(self, truth: Mapping[Count, int], withheld: Collection[Count]) -> None:
        self._truth, self._withheld = truth, withheld

    def __getitem__(self, count: Count) -> int:
        if count in self._withheld:
            raise KeyError(count)
        return self._truth[count]

    def __contains__(self, count: object) -> bool:
        return count not in self._withheld and count in self._truth

    def __iter__(self) -> Iterator[Count]:
        return (count for count in self._truth if count not in self._withheld)

    def __len__(self) -> int:
        return sum(1 for _ in self)
