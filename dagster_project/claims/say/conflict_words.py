"""Why figures cannot stand together: what they stand for, and which of the survey's laws they break.

English only; nothing is decided here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from dagster_project.claims.decide.algebra import counts_possible
from dagster_project.claims.decide.joint import Joint, Law, Stated
from dagster_project.claims.decide.laws import NESTING, NET, ORDER, PARTITION, ROUTING, SUBGROUP
from dagster_project.claims.decide.localise import Contradiction
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.survey import Cell, Names
from dagster_project.claims.say.words import listed, whole_text


def conflict_text(joint: Joint, contradiction: Contradiction, names: Names) -> str:
    """What the figures of the smallest conflict mean, and why that cannot be."""
    conflict = _Conflict(joint, sorted(contradiction.conflicts[0]), contradiction.laws, names)
    why = (
        conflict.twice()
        or conflict.sum_of_shares()
        or conflict.sum_of_answers()
        or conflict.sum_of_groups()
        or conflict.piece_by_piece()
    )
    where = conflict.where()
    return f"{where}: {why}" if where else why


class _Conflict:
    """Figures that cannot stand together, and the laws that this rests on."""

    def __init__(self, joint: Joint, places: Sequence[int], laws: Sequence[Law], names: Names) -> None:
        self.joint, self.places, self.laws, self.names = joint, places, laws, names
        self.figures = [joint.figures[f] for f in places]
        self.structure = [law for law in laws if law.kind != NESTING]
        self.parts = [f for f in places if joint.figures[f].kind is not Kind.BASE]  # all but the bases

    def rests_on(self, kind: str) -> bool:
        return any(law.kind == kind for law in self.structure)

    def where(self) -> str:
        """The question and the group, if there is only one."""
        questions = {self.names.question(one.cell) for one in self.figures if one.cell.question is not None}
        groups = {self.names.group(one.cell) for one in self.figures}
        if len(questions) != 1 or not any(questions):
            return ""
        return ", ".join(part for part in (*questions, groups.pop() if len(groups) == 1 else "") if part)

    def twice(self) -> str:
        """Two figures of one kind for one and the same number."""
        about = {(self.joint.counts[f], self.joint.bases[f], self.joint.figures[f].kind) for f in self.places}
        if len(self.places) != 2 or len(about) > 1:
            return ""
        said = listed([f"“{one.figure.phrase}”" for one in self.figures])
        return f"{said}{of_whom(self.figures[0], self.names)} are two different figures for one number."

    def sum_of_shares(self) -> str:
        """One question, one group, and percentages alone: more or less than 100 together, whatever the base."""
        bases, kinds = {self.joint.bases[f] for f in self.places}, {one.kind for one in self.figures}
        if {law.kind for law in self.structure} != {PARTITION} or len(bases) > 1 or kinds != {Kind.PERCENTAGE}:
            return ""
        total = _more_or_less_than_100([one.figure.interval for one in self.figures])
        return f"{_printed(self.figures)} add up to {total}, though {self._exclusion(self.figures)}." if total else ""

    def sum_of_answers(self) -> str:
        """One question, one group: the smallest counts are too many, or the largest too few."""
        of = [self.joint.figures[f] for f in self.parts]
        bases = [one for one in self.figures if one.kind is Kind.BASE]
        if [law.kind for law in self.structure] != [PARTITION] or len(bases) != 1 or _is_twice_of_a_cell(of):
            return ""
        counts = self._counts_of(self.parts, self.places)
        ends = _too_many_or_few(counts, bases[0].figure.interval) if counts is not None else ""
        if not ends:
            return ""
        base, who = bases[0].figure.phrase, bases[0].base_rule.words.printed
        return f"{_printed(of)} of {base} stand for at {ends} than the {base} {who}, though {self._exclusion(of)}."

    def sum_of_groups(self) -> str:
        """One answer in all and in its groups, whose counts add up to something else."""
        of = [self.joint.figures[f] for f in self.parts]
        by = next((law.other for law in self.structure if law.kind == SUBGROUP), None)
        if by is None or self.rests_on(NET) or not _is_whole_with_groups(of, by):
            return ""
        answer = f"“{self.names.answer(of[0].cell)}”"
        if {one.kind for one in self.figures} == {Kind.PERCENTAGE}:
            told = listed([f"{one.figure.phrase} {self._in_group(one)}" for one in of])
            return f"{answer} is {told}. A whole lies between its groups, whatever their sizes."
        return self._counted_groups(answer, complete=self.joint.questions[by].complete)

    def _counted_groups(self, answer: str, *, complete: bool) -> str:
        if self._counts_of(self.parts, range(len(self.joint.figures))) is None:
            return ""
        add = "The groups do not add up to the whole." if complete else "The groups are more than the whole."
        return f"{answer}: {'; '.join(self._counted_in_group(f) for f in self.parts)}. {add}"

    def _counted_in_group(self, figure: int) -> str:
        """`40% of 50 is 20 among women`, `30 in all`."""
        one, base, means = self.joint.figures[figure], self._base_of(figure), ""
        count = self._counts(figure, range(len(self.joint.figures)))
        if one.kind is not Kind.COUNT and base is not None and count is not None:
            means = f" of {base.figure.phrase} is {whole_text(count)}"
        return f"{one.figure.phrase}{means} {self._in_group(one)}"

    def _in_group(self, one: Stated) -> str:
        return among(one, self.names) or "in all"

    def piece_by_piece(self) -> str:
        """What each figure stands for, and what holds between them so that no numbers fulfil all of it."""
        several = len({one.cell.question for one in self.figures} - {None}) > 1
        said = listed([self._said(f, several=several) for f in self.places])
        rules = list(dict.fromkeys(text for law in self.laws if (text := self._law_text(law))))
        if rules:
            return f"{said} cannot stand together, for {listed(rules)}."
        return f"{said} cannot stand together: no number of respondents fits them all."

    def _said(self, figure: int, *, several: bool) -> str:
        """One figure with what it is of, among `several` questions, and the counts that it stands for."""
        one = self.joint.figures[figure]
        if one.kind is Kind.BASE:
            question = f" “{self.names.question(one.cell)}”" if several and one.cell.question else ""
            return f"“{one.figure.phrase}” {one.base_rule.words.printed}{question}{_space(among(one, self.names))}"
        means = ""
        if one.kind is Kind.PERCENTAGE:
            count, base = self._counts(figure, self.places), self._base_of(figure, self.places)
            means = "" if count is None or base is None else f" ({whole_text(count)} of {base.figure.interval})"
        return f"“{one.figure.phrase}”{of_whom(one, self.names)}{means}"

    # -- laws -------------------------------------------------------------------------------------------------------

    def _law_text(self, law: Law) -> str:
        """What a law says; "" where it goes without saying."""
        said = {
            PARTITION: self._partition,
            NET: self._net,
            SUBGROUP: self._subgroup,
            ROUTING: self._routing,
            ORDER: self._order,
            NESTING: self._nesting,
        }
        return said[law.kind](law)

    def _partition(self, law: Law) -> str:
        question = self.joint.questions[law.cell.question or ""]
        of = [one for one in self.figures if one.cell.question == question.id]
        if any(one.cell.answer in question.missing for one in of):
            return _MISSING_ON_TOP
        return self._exclusion(of or self.figures)

    def _net(self, law: Law) -> str:
        net = law.cell
        members = self.joint.questions[net.question or ""].nets[net.answer or ""]
        counted = [f"“{self.names.answer(replace(net, answer=member))}”" for member in members]
        return f"“{self.names.answer(net)}” counts {listed(counted)} as one"

    def _subgroup(self, law: Law) -> str:
        complete = self.joint.questions[law.other or ""].complete
        return "the groups make up the whole" if complete else "the groups do not overlap"

    def _routing(self, law: Law) -> str:
        asked_if = self.joint.questions[law.cell.question or ""].asked_if
        assert asked_if is not None
        gave = listed([f"“{self.names.answer(Cell(asked_if[0], answer))}”" for answer in asked_if[1]], "or")
        return f"“{self.names.question(law.cell)}” is put only to those who answered {gave}"

    def _order(self, law: Law) -> str:
        text = next((order.text for order in self.joint.orders if order.id == law.other), "")
        return f"the text says “{text}”" if text else "the text says that the one is larger than the other"

    def _nesting(self, law: Law) -> str:
        bases = {self.joint.bases[f] for f in self.places} - {None}
        if law.wider is None or law.other is None or len(bases) < 2:
            return ""
        return f"{BaseRule(law.other).words.those} are among {BaseRule(law.wider).words.those}"

    def _exclusion(self, of: Sequence[Stated]) -> str:
        """Why the counts of these answers cannot be more than the base."""
        question = self.joint.questions.get(of[0].cell.question or "")
        if question is None or question.single:
            return "each gave one answer"
        alone = [f"“{self.names.answer(one.cell)}”" for one in of if one.cell.answer in question.exclusive]
        if not alone:
            return _MISSING_ON_TOP
        return f"{listed(alone)} {'goes' if len(alone) == 1 else 'go'} with no other answer"

    # -- counts -----------------------------------------------------------------------------------------------------

    def _counts_of(self, figures: Sequence[int], among: Iterable[int]) -> list[Interval] | None:
        """The counts that each of the figures stands for; None if one of them stands for none that is known."""
        counts = [self._counts(f, among) for f in figures]
        known = [count for count in counts if count is not None]
        return known if len(known) == len(counts) else None

    def _counts(self, figure: int, among: Iterable[int]) -> Interval | None:
        """The counts that a figure stands for, given the base printed among the figures; None if there is none."""
        one, base = self.joint.figures[figure], self._base_of(figure, among)
        if one.kind is Kind.COUNT:
            return one.figure.interval
        counts = None if base is None else counts_possible(one.figure.interval, base.figure.interval)
        return None if counts is None or counts.is_empty else counts

    def _base_of(self, figure: int, among: Iterable[int] | None = None) -> Stated | None:
        """The base that a figure divides by, as printed among all figures or these."""
        variable, figures = self.joint.bases[figure], self.joint.figures
        places = range(len(figures)) if among is None else among
        of = (figures[f] for f in places if figures[f].kind is Kind.BASE and self.joint.bases[f] == variable)
        return next(of, None)


_MISSING_ON_TOP = "those who answered and those who did not know are together no more than were led to the question"


def _printed(of: Sequence[Stated]) -> str:
    return listed([one.figure.phrase for one in of])


def _more_or_less_than_100(shares: Sequence[Interval]) -> str:
    """`at least 104 %`, where so many percent cannot be 100; else ""."""
    least = sum((share.low for share in shares), Fraction(0))
    most = sum((share.high or Fraction(100) for share in shares), Fraction(0))
    if least > 100:
        return f"at least {number_text(least)} %"
    return f"at most {number_text(most)} %" if most < 100 else ""


def _is_twice_of_a_cell(of: Sequence[Stated]) -> bool:
    return len({one.cell for one in of}) < len(of)


def _too_many_or_few(counts: Sequence[Interval], total: Interval) -> str:
    """`least 12 + 31 = 43 answers, 3 more`, where that is not within the total; else ""."""
    least, most = [int(count.low) for count in counts], [int(count.high or 0) for count in counts]
    if total.high is not None and sum(least) > total.high:
        end, terms, off = "least", least, f"{number_text(sum(least) - total.high)} more"
    elif sum(most) < total.low:
        end, terms, off = "most", most, f"{number_text(total.low - sum(most))} fewer"
    else:
        return ""
    return f"{end} {' + '.join(number_text(term) for term in terms)} = {number_text(sum(terms))} answers, {off}"


def _is_whole_with_groups(of: Sequence[Stated], by: str) -> bool:
    """Whether the figures are one of a whole and others of its groups by one question."""
    groups = [one.cell.group for one in of]
    same = {(one.cell.question, one.cell.answer, one.cell.wave) for one in of}
    return len(same) == 1 and groups.count(None) == 1 and all(group is None or group[0] == by for group in groups)


def of_whom(one: Stated, names: Names) -> str:
    """` for “yes” among women`."""
    answer = "" if one.cell.answer is None else f" for “{names.answer(one.cell)}”"
    return f"{answer}{_space(among(one, names))}"


def among(one: Stated, names: Names) -> str:
    """`among women`; "" of everybody."""
    group = names.group(one.cell)
    return f"among {group}" if group else ""


def place_text(one: Stated, names: Names) -> str:
    """The wave and the group that a figure is about: `March, Women`; "" of everybody in a survey without waves."""
    return ", ".join(part for part in (names.wave(one.cell), names.group(one.cell)) if part)


def _space(text: str) -> str:
    return f" {text}" if text else ""
