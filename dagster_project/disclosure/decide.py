"""Which counts of a survey's tables are withheld: the small ones, and those that would give them away.

Here belongs the choice, on the true numbers. What can be worked out of what is left is `attack`'s; which counts there
are, and what follows from withholding one, is told by the tables; which fewest further ones the equations ask for,
`least`'s.

Everybody can run this choice on every table that agrees with what is shown, and keep those that it blanks in the same
way. So it looks at as little as it can: which counts are small and which are none. Two tables that are alike in that,
and in what is shown, are then blanked alike, and neither can be told from the other. Only where no second table is
alike are further counts withheld by what the numbers are.

The steps are cell suppression as statistical offices do it: Cox (1980), "Suppression Methodology and Statistical
Disclosure Control"; Fischetti and Salazar (2001), "Solving the Cell Suppression Problem on Tabular Data with Linear
Constraints".
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from dagster_project.claims.decide.laws import Sum
from dagster_project.disclosure.attack import Unknowns
from dagster_project.disclosure.counts import EVERYBODY, Count, Tables
from dagster_project.disclosure.least import Choice, Equation, given_away, parts

_ONE_IN = 6  # of so many tables for each count in one, one is withheld whole without need
_WHOLE = 25.0  # what a count of the whole sample costs; any other costs 1


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


def withhold(tables: Tables, counts: Mapping[Count, int], minimum: int) -> Withheld:
    """The small counts, and the fewest further ones with which none that is withheld can be only one number.

    `counts` has every count that is not 0.
    """
    return _Choice(tables, counts, minimum).withheld()


def least_by_equations(tables: Tables, counts: Mapping[Count, int], minimum: int) -> set[Count]:
    """The small counts, and the fewest further ones with which the equations alone give none away."""
    choice = _Choice(tables, counts, minimum)
    return choice.fewest() if choice.primary else set()


class _Choice:
    """What to withhold, on the true counts."""

    def __init__(self, tables: Tables, counts: Mapping[Count, int], minimum: int) -> None:
        self.tables, self.minimum = tables, minimum
        self.laws = tables.laws()
        self.truth = {count: counts.get(count, 0) for law in self.laws for count, _ in law.terms}
        self.primary = tables.closure(small_counts(tables, counts, minimum), tables.without_none(counts))
        self._nobody = tables.without_none(counts)
        self.rank = {count: rank for rank, count in enumerate(sorted(self.truth, key=tables.in_order))}
        self._laws_of = _by_count(self.laws)
        self._likely = _likely(tables, self.truth)
        self.columns = {block.column for block in tables.blocks.values()}
        self.led = {block.led for block in tables.put if block.led is not None} - self.columns
        self.of_all = _of_all(tables)

    def withheld(self) -> Withheld:
        """The small counts and all that protect them."""
        if not self.primary:
            return Withheld(frozenset(), frozenset())
        chosen = self.fewest()
        chosen = chosen.union(*self._whole_tables(chosen))
        return Withheld(frozenset(self.primary), frozenset(self._until_none_is_pinned(chosen)))

    def _whole_tables(self, chosen: set[Count]) -> Iterator[set[Count]]:
        """The tables that are withheld whole: those of which no other is alike, and a few to hide these among."""
        loose = self._of_small_bases(chosen)
        for equations in self._parts():
            part = _Part(self, equations, chosen, loose)
            if part.hidden and (part.is_decoy(self.truth) or not part.has_others_alike()):
                yield part.whole()

    def _parts(self) -> list[list[Equation]]:
        """The tables of a question by a group, and those that share counts with them, toplines and bases aside."""
        inner = self.tables.sensitive - self.of_all - self.columns
        return parts([law for law in self.laws if law.is_equal], inner)

    def laws_of(self, counts: Iterable[Count]) -> list[Sum[Count]]:
        """The laws that bind any of these counts."""
        return [self.laws[number] for number in sorted({n for count in counts for n in self._laws_of[count]})]

    def cost(self, count: Count) -> float:
        """What it costs to withhold a count for the sake of others."""
        return _WHOLE if count in self.of_all else 1 + self._likely.get(count, 0)

    def _of_small_bases(self, withheld: Collection[Count]) -> set[Count]:
        """The counts that are withheld, whatever they are, since their base is or since so few answered."""
        found: set[Count] = set()
        for block in self.tables.put:
            if block.led in withheld or block.column in withheld or 0 < self.truth[block.answered] < self.minimum:
                found |= block.everything
        return found.intersection(withheld)

    def to_protect(self, counts: Iterable[Count]) -> list[Count]:
        """Those that must not be worked out, always in the same order."""
        wanted = [count for count in counts if self.truth.get(count) and count not in self.tables.open]
        return sorted(wanted, key=self.rank.__getitem__)

    def fewest(self) -> set[Count]:
        """The small ones with the fewest that the equations ask for; toplines only if there is no other way."""
        found = set(self.primary)
        while True:
            found = self._with_other_groups(found)
            wanted = self.to_protect(found)
            more, failed = self._choose(found, wanted, whole=False)
            if failed:
                more |= self._choose(found | more, [*wanted, *self.to_protect(more)], whole=True)[0]
            grown = self.tables.closure(found | more, self._nobody)
            if grown == found | more:
                return grown
            found = grown  # with a base went counts that have to be protected in their turn

    def _until_none_is_pinned(self, chosen: set[Count]) -> set[Count]:
        """With further ones where one number is left because none is below 0, or by what holds of several answers."""
        free: set[Count] = set()
        unknowns = None
        while pinned := [count for count in self.to_protect(chosen) if count not in free]:
            unknowns = unknowns or self._unknowns(chosen)
            other = unknowns.another(pinned[0], self.truth)
            if other is not None:
                free |= {one for one in chosen if other[one] != self.truth[one]}
                continue
            more = self._further(pinned[0], chosen)
            if more:
                chosen, unknowns = self.tables.closure(chosen | more, self._nobody), None
            else:
                free.add(pinned[0])  # nothing is left to withhold; the proof will say so
        return chosen

    def _unknowns(self, withheld: Collection[Count]) -> Unknowns:
        """The withheld counts, of which all others are known."""
        return Unknowns(self.laws_of(withheld), Shown(self.truth, withheld), self.tables.floors(withheld))

    def _further(self, pinned: Count, withheld: Collection[Count]) -> set[Count]:
        """The count that stands in one law with a pinned one and costs least; else all answers of its question."""
        shown = self._shown({count for law in self.laws_of([pinned]) for count, _ in law.terms}, withheld)
        if shown:
            return {min(shown, key=lambda count: (count in self.columns, count in self.of_all, self.rank[count]))}
        named = {question for question, _ in pinned}
        of_question = {cell for block in self.tables.put if block.question.id in named for cell in block.cells.values()}
        return self._shown(of_question, withheld)

    def _shown(self, counts: Iterable[Count], withheld: Collection[Count]) -> set[Count]:
        """Those that can be withheld and are not yet."""
        return {
            count for count in counts if count in self.tables.sensitive and self.truth[count] and count not in withheld
        }

    def _with_other_groups(self, withheld: set[Count]) -> set[Count]:
        """Where the size of one group of several is withheld, the smallest other's too, and with it its column."""
        found = withheld
        for columns in self.tables.sums():
            sizes = [column for column in columns & self.tables.sensitive if self.truth.get(column)]
            shown = [column for column in sizes if column not in found]
            if len(shown) == len(sizes) - 1 and shown:
                other = min(shown, key=lambda column: (self.truth[column], self.rank[column]))
                found = self.tables.closure(found | {other}, self._nobody)
        return found

    def _choose(
        self, withheld: Collection[Count], wanted: Sequence[Count], *, whole: bool
    ) -> tuple[set[Count], list[Count]]:
        costs: dict[Count, float] = {}
        freed: dict[Count, set[Count]] = {}
        for count in self.tables.sensitive.difference(withheld, self.columns):
            if self.truth.get(count, 0) >= self.minimum and (whole or count not in self.of_all):
                if count in self.led:
                    freed[count] = self.tables.closure({count}, self._nobody)
                costs[count] = self.cost(count) + len(freed.get(count, ()))
        return Choice(self.laws, costs, freed, self.rank).least(wanted)


def _by_count(laws: Iterable[Sum[Count]]) -> Mapping[Count, list[int]]:
    """Of each count the places of the laws that bind it."""
    found: dict[Count, list[int]] = defaultdict(list)
    for number, law in enumerate(laws):
        for count, _ in law.terms:
            found[count].append(number)
    return found


def _of_all(tables: Tables) -> set[Count]:
    """The toplines' counts."""
    return {count for block in tables.put if block.column == EVERYBODY for count in block.cells.values()}


def _likely(tables: Tables, truth: Mapping[Count, int]) -> dict[Count, float]:
    """How much of the sample, at most 0.1, each count of a group would be by its topline and the group's size.

    Of counts that would do as well the smallest is withheld by this measure: it is no secret.
    """
    found: dict[Count, float] = {}
    respondents = max(1, truth.get(EVERYBODY, 0))
    for (question, column), block in tables.blocks.items():
        whole = tables.blocks[question, EVERYBODY]
        for row, count in block.cells.items():
            if column != EVERYBODY and row in whole.cells:
                found[count] = 0.1 * truth[whole.cells[row]] * truth.get(column, 0) / respondents**2
    return found


class _Part:
    """A table of a question by a group, and those that share counts with it, as far as they are withheld by `chosen`.

    The tables alike are those that agree with all that is shown, and of which the fewest to withhold are the same.
    """

    def __init__(
        self, choice: _Choice, equations: Sequence[Equation], chosen: Collection[Count], loose: Collection[Count]
    ) -> None:
        self._choice, self._equations = choice, equations
        self.counts = sorted({count for equation in equations for count, _ in equation}, key=choice.rank.__getitem__)
        self._chosen = {count for count in self.counts if count in chosen}
        self.hidden = choice.to_protect(self._chosen)
        self._loose = loose
        self._free = self._chosen.union(loose)

    def is_decoy(self, counts: Mapping[Count, int]) -> bool:
        """Whether it is withheld whole for no reason but to be one of many: by its numbers, which are withheld then."""
        told = repr([counts[count] for count in self.counts])
        drawn = int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")
        return drawn % (_ONE_IN * len(self.counts)) == 0

    def whole(self) -> set[Count]:
        """All of it but what nobody is, and what the toplines and bases give away however much is withheld."""
        some = [count for count in self.counts if self._choice.truth[count]]
        return set(some) - given_away(self._equations, some)

    def has_others_alike(self) -> bool:
        """Whether every count that is withheld is another number in one of the tables alike."""
        free: set[Count] = set()
        truth, near, far = self._choice.truth, self._unknowns(is_near=True), self._unknowns(is_near=False)
        for count in self.hidden:
            if count not in free:
                others = chain(near.others(count, truth), filter(self._is_alike, far.others(count, truth)))
                other = next((one for one in others if not self.is_decoy(one)), None)
                if other is None:
                    return False
                free |= {one for one in self.hidden if other[one] != truth[one]}
        return True

    def _unknowns(self, *, is_near: bool) -> Unknowns:
        """What is withheld of it, and with its bases; `is_near`: what is small stays so, and nothing becomes it."""
        choice = self._choice
        floors, tops = choice.tables.floors(self._free), {}
        for count in self.hidden:
            if is_near and count not in self._loose:
                is_small = choice.truth[count] < choice.minimum
                floors[count] = 1 if is_small else choice.minimum
                if is_small:
                    tops[count] = choice.minimum - 1
        return Unknowns(choice.laws_of(self._free), Shown(choice.truth, self._free), floors, tops=tops)

    def _is_alike(self, counts: Mapping[Count, int]) -> bool:
        """Whether these numbers are small in other places, and the fewest to withhold are still the same."""
        choice = self._choice
        small = {count for count in self.counts if count in self._loose or 0 < counts[count] < choice.minimum}
        costs = {count: choice.cost(count) for count in self.counts if counts[count] and count not in small}
        found, failed = Choice(choice.laws_of(self.counts), costs, {}, choice.rank).least(
            list(filter(counts.get, small))
        )
        return not failed and small | found == self._chosen


class Shown(Mapping[Count, int]):
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
