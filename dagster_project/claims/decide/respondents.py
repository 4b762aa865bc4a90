"""How many respondents of each kind there have to be so that one set of them gives all figures of a survey.

To the joint system the counts that claims speak of are numbers; here they count the same people. Everybody is in one
*stratum*, with one wave and one lot of each question by which claims tell groups apart, and within it in one lot of
each other question that they are led to. The laws hold between the numbers of these, and every count that claims speak
of is the sum of some. Such numbers can always be made up as people; where there are none, no people could have given
the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from dagster_project.claims.decide.joint import Place, join, stated
from dagster_project.claims.decide.laws import ROUTING, SUBGROUP, divided, overlapping
from dagster_project.claims.decide.lots import Lot, Piece, Tree, lots_of
from dagster_project.claims.decide.settled import Settled, Wishes
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.survey import Cell, Claim, Order, Question

SHARES = (Kind.COUNT, Kind.PERCENTAGE)
Numbers = Mapping[Piece, int]


@dataclass(frozen=True)
class Filled:
    """So many respondents of one wave, and how many of them are in each lot, tree and pattern of a question.

    A question of which nothing is said is left out, and so is one that none of them is led to.
    """

    wave: str | None
    size: int
    numbers: Mapping[str, Numbers]


class _Stratum:
    """The variables of one wave and one lot of each group question, None where it was not put in that wave."""

    def __init__(self, wave: str | None, groups: Mapping[str, Lot | None], size: int) -> None:
        self.wave, self.size = wave, size
        self._groups = {group: lot for group, lot in groups.items() if lot is not None}
        self.numbers: dict[str, dict[Piece, int]] = {group: {lot: size} for group, lot in self._groups.items()}

    def is_of(self, place: Place) -> bool:
        """Whether its respondents are of the place's group and wave."""
        if place.wave not in (None, self.wave):
            return False
        if place.group is None:
            return True
        lot = self._groups.get(place.group[0])
        return lot is not None and place.group[1] in lot.codes

    def those(self, question: str, codes: AbstractSet[str]) -> list[int]:
        """Who gave one of these answers, which are counted, as variables to add up."""
        numbers = self.numbers.get(question, {})
        return [numbers[piece] for lot in numbers if isinstance(lot, Lot) for piece in lot.those(codes)]

    def led(self, question: Question) -> list[int]:
        """Who is led to a question, as variables to add up; none where nobody can be."""
        if question.wave not in (None, self.wave):
            return []
        if question.asked_if is None:
            return [self.size]
        asker, admitting = question.asked_if
        return self.those(asker, {*admitting})

    def answered(self, question: Question) -> list[int]:
        """Who answered a question, as variables to add up."""
        lots = [lot for lot in self.numbers.get(question.id, {}) if isinstance(lot, Lot)]
        if not any(lot.is_missing for lot in lots):
            return self.led(question)
        return [self.numbers[question.id][lot] for lot in lots if not lot.is_missing]


class Respondents:
    """The strata and lots that claims tell apart, as variables beside those of the joint system.

    `waves` are all waves, where records tell them apart; `asked` is how many were contacted, if that is known; `none`
    are the questions with several answers of which one can choose none. Raises CrossingError.
    """

    def __init__(
        self,
        claims: Sequence[Claim],
        questions: Sequence[Question],
        orders: Sequence[Order] = (),
        *,
        waves: Sequence[str] = (),
        asked: int | None = None,
        none: Collection[str] = (),
    ) -> None:
        self._joint = join(stated(claims), questions, orders)
        self._system = self._joint.system
        self._questions = {question.id: question for question in questions}
        self._counted = self._counted_of_each()
        self._lots = {
            question: lots_of(self._questions[question], list(counted), none=question in none)
            for question, counted in self._counted.items()
        }
        self._strata = [self._stratum(wave, groups) for wave in waves or (None,) for groups in self._crossed(wave)]
        self._tie_bases()
        if asked is not None:
            self._tie_asked(asked)
        self._tie_counts()

    def example(self, deadline: float | None = None) -> list[Filled]:
        """Numbers under which every figure is as printed, and a hedged one as near to its number as may be.

        Few are in a lot in which nobody has to be, such as that of a missing answer. Raises ImpossibleError, or
        UndecidedError when the time is over before there is any example.
        """
        missing, others = self._needless(are_missing=True), self._needless(are_missing=False)
        settled = Settled(self._joint, [variable for of in (*missing, *others) for variable in of], deadline)
        settled.wish_for_some([[one] for one in self._printed(settled.values, [Kind.BASE], hedged=True)])
        settled.lessen(missing)
        settled.lessen(others)
        settled.keep([base for base in self._joint.bases if base is not None])
        if not settled.wish(self._printed(settled.values, SHARES)):
            settled.wish_for_some([[one] for one in self._printed(settled.values, SHARES, hedged=True)])
        return [self._filled(stratum, settled.values) for stratum in self._strata]

    # -- what is told apart -----------------------------------------------------------------------------------------

    def _counted_of_each(self) -> dict[str, dict[frozenset[str], None]]:
        """The sets of answers that claims, or the routing of what they speak of, tell apart; of each such question."""
        found: dict[str, dict[frozenset[str], None]] = defaultdict(dict)
        for one in self._joint.figures:
            for question, codes in self._told_apart_by(one.cell):
                found[question][codes] = None
        for asked in reversed(self._questions.values()):
            if asked.id in found and asked.asked_if is not None:
                asker, admitting = asked.asked_if
                found[asker][frozenset(admitting)] = None
        return {question: found[question] for question in self._questions if question in found}

    def _told_apart_by(self, cell: Cell) -> Iterator[tuple[str, frozenset[str]]]:
        if cell.group is not None:
            yield cell.group[0], frozenset([cell.group[1]])
        if cell.question is not None:
            yield cell.question, self._codes(cell.question, cell.answer)

    def _codes(self, question: str, answer: str | None) -> frozenset[str]:
        """The answers that are counted as one under this name."""
        return frozenset(() if answer is None else self._questions[question].nets.get(answer, (answer,)))

    def _crossed(self, wave: str | None) -> Iterator[dict[str, Lot | None]]:
        """Each combination of the lots of the questions by which claims tell groups apart."""
        groups = dict.fromkeys(one.cell.group[0] for one in self._joint.figures if one.cell.group is not None)
        of_wave = {group: self._questions[group].wave in (None, wave) for group in groups}
        for lots in product(*(self._lots[group] if put else (None,) for group, put in of_wave.items())):
            yield dict(zip(groups, lots, strict=True))

    # -- their numbers ----------------------------------------------------------------------------------------------

    def _stratum(self, wave: str | None, groups: Mapping[str, Lot | None]) -> _Stratum:
        stratum = _Stratum(wave, groups, self._number())
        for question in self._counted:
            led = stratum.led(self._questions[question])
            if question not in groups and led:
                stratum.numbers[question] = dict(self._divided(question, self._one(led)))
        return stratum

    def _number(self) -> int:
        return self._system.variable(0, None)

    def _one(self, led: Sequence[int]) -> int:
        """One variable for all who are led to a question."""
        if len(led) == 1:
            return led[0]
        whole = self._number()
        self._system.hold(divided(led, whole, kind=ROUTING))
        return whole

    def _divided(self, question: str, whole: int) -> Iterator[tuple[Piece, int]]:
        """The lots of a question, and their trees, as variables of those who are led to it."""
        lots = {lot: self._number() for lot in self._lots[question]}
        self._system.hold(divided(list(lots.values()), whole))
        for lot, variable in lots.items():
            yield lot, variable
            if lot.tree is not None:
                yield from self._branched(lot.tree, variable)

    def _branched(self, tree: Tree, whole: int) -> Iterator[tuple[Piece, int]]:
        if tree.patterns:
            patterns = {pattern: self._number() for pattern in tree.patterns}
            self._system.hold(divided(list(patterns.values()), whole))
            yield from patterns.items()
        parts = {part: self._number() for part in tree.parts}
        self._system.hold(overlapping(whole, list(parts.values()), are_all=bool(parts) and not tree.free))
        for part, variable in parts.items():
            yield part, variable
            yield from self._branched(part, variable)

    def _tie_bases(self) -> None:
        """The bases of the joint system, as sums over the strata; whoever was only asked is in none."""
        for (place, rule), base in self._joint.base_at.items():
            if rule is not BaseRule.asked:
                self._add_up(base, (self._base(stratum, place, rule) for stratum in self._of(place)))

    def _tie_asked(self, asked: int) -> None:
        """So many were asked, of whom all respondents are some, whether or not a claim speaks of them."""
        self._system.add([(stratum.size, 1) for stratum in self._strata], asked)
        for (place, rule), base in self._joint.base_at.items():
            if rule is BaseRule.asked and place.cell == Cell():
                self._system.add([(base, 1)], asked)
                self._system.add([(base, -1)], -asked)

    def _tie_counts(self) -> None:
        """The counts of the joint system that are told apart, as sums over the strata."""
        for (place, answer), count in self._joint.count_at.items():
            question = place.question or ""
            if question in self._counted and (codes := self._codes(question, answer)) in self._counted[question]:
                self._add_up(count, (stratum.those(question, codes) for stratum in self._of(place)))

    def _of(self, place: Place) -> list[_Stratum]:
        return [stratum for stratum in self._strata if stratum.is_of(place)]

    def _base(self, stratum: _Stratum, place: Place, rule: BaseRule) -> list[int]:
        if place.question is None or rule is BaseRule.all:
            return [stratum.size]
        question = self._questions[place.question]
        return stratum.led(question) if rule is BaseRule.routed else stratum.answered(question)

    def _add_up(self, whole: int, parts: Iterable[Sequence[int]]) -> None:
        self._system.hold(divided([variable for of in parts for variable in of], whole, kind=SUBGROUP))

    # -- what they would best be ------------------------------------------------------------------------------------

    def _needless(self, *, are_missing: bool) -> list[list[int]]:
        """The variables of the lots in which nobody has to be: of missing answers, or of none or an exclusive one.

        Those of one question stand together.
        """
        found: dict[str, list[int]] = defaultdict(list)
        for stratum in self._strata:
            for question, numbers in stratum.numbers.items():
                lots = [lot for lot in numbers if isinstance(lot, Lot) and lot.is_needless]
                found[question] += [numbers[lot] for lot in lots if lot.is_missing is are_missing]
        return [variables for variables in found.values() if variables]

    def _printed(self, values: Sequence[int], kinds: Collection[Kind], *, hedged: bool = False) -> Wishes:
        """The numbers that figures of these kinds would have their bases or counts be, where all bases are `values`."""
        found: Wishes = []
        for one, count, base in zip(self._joint.figures, self._joint.counts, self._joint.bases, strict=True):
            variable, value = base if one.kind is Kind.BASE else count, one.figure.value
            if one.kind not in kinds or variable is None or value is None or (hedged and one.figure.hedge.is_bare):
                continue
            of = values[base] if one.kind is Kind.PERCENTAGE and base is not None else 100
            found.append((variable, value * Fraction(of, 100)))
        return found

    @staticmethod
    def _filled(stratum: _Stratum, values: Sequence[int]) -> Filled:
        numbers = {
            question: {one: values[variable] for one, variable in of.items()}
            for question, of in stratum.numbers.items()
        }
        return Filled(stratum.wave, values[stratum.size], numbers)
