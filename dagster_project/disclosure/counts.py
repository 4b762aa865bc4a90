"""The counts that a survey's tables show, and what holds between them in any survey.

Here belong the tables as everybody knows them from the codebook: which counts there are, which of them are no secret,
which go together, and the laws between them. Numbers come in elsewhere: `decide` knows the true ones, `attack` those
that are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dagster_project.claims.decide.laws import NONE, Sum, left_out, nesting, net, partition, subgroup
from dagster_project.claims.read.survey import Question

WAVE = "wave"  # stands for a question where waves are told apart; no question has this id
ANY = "*"  # the one answer to a question without options: a number, or words

Count = frozenset[tuple[str, frozenset[str]]]
"""How many respondents gave, to each of these questions, one of these answers; without any, all respondents."""
EVERYBODY: Count = frozenset()
Row = tuple[str, str]  # of a question's table, by answer and kind


def both(*counts: Count) -> Count | None:
    """Those who are in each of these counts; None where nobody can be, with two answers to one question."""
    joined: dict[str, frozenset[str]] = {}
    for count in counts:
        for question, answers in count:
            joined[question] = joined[question] & answers if question in joined else answers
    return frozenset(joined.items()) if all(joined.values()) else None


def those_of(group: str, value: str) -> Count:
    """Those of one group, or wave: a column of the tables."""
    return frozenset([(group, frozenset([value]))])


def valid(question: Question) -> tuple[str, ...]:
    """Whoever gave one of these has answered."""
    return question.answers if question.single else (*question.answers, NONE)


def ways_out(question: Question) -> list[tuple[str, ...]]:
    """The codes for not having answered, or not having been asked, that tables count: one by one and together."""
    found = [(code,) for code in (*question.missing, *question.not_asked)]
    return found + [codes for codes in (question.missing, question.not_asked) if len(codes) > 1]


def has_rows(question: Question) -> bool:
    """Whether its table has a row for each answer."""
    return ANY not in question.answers


def rows_of(question: Question) -> dict[Row, tuple[str, ...]]:
    """The rows of its table, missing answers aside, each with the answers that it counts."""
    if not has_rows(question):
        return {}
    found: dict[Row, tuple[str, ...]] = {(answer, "valid"): (answer,) for answer in question.answers}
    found |= {(code, "net"): members for code, members in question.nets.items()}
    return found if question.single else found | {("", "none"): (NONE,)}


@dataclass(frozen=True, eq=False)
class Block:
    """One question in one column of its table: the whole sample, or a group. `column` counts all of that column.

    `led` are those who are led to the question; None where nobody of the column can be.
    """

    question: Question
    column: Count
    led: Count | None
    is_whole: bool = True

    def those(self, *answers: str) -> Count:
        """Who of the column gave one of these answers."""
        return self.column | {(self.question.id, frozenset(answers))}

    @cached_property
    def answered(self) -> Count:
        return self.those(*valid(self.question))

    @cached_property
    def routed(self) -> Count:
        if self.led is None or self.question.not_asked:
            return self.those(*valid(self.question), *self.question.missing)
        return self.led

    @cached_property
    def cells(self) -> Mapping[Row, Count]:
        """The counts of its rows, missing answers aside."""
        return {} if self.led is None else {row: self.those(*codes) for row, codes in rows_of(self.question).items()}

    @cached_property
    def ways_out(self) -> frozenset[Count]:
        """The counts of those who did not answer, or were not asked."""
        return frozenset() if self.led is None else frozenset(self.those(*codes) for codes in ways_out(self.question))

    @property
    def none(self) -> Count | None:
        """Who chose none of several options: a row that stands only where there are any."""
        return self.cells.get(("", "none"))

    @cached_property
    def everything(self) -> frozenset[Count]:
        """Its bases and all rows, which are withheld together."""
        if self.led is None:
            return frozenset()
        return self.ways_out | {self.led, self.routed, self.answered, *self.cells.values()}


class Tables:
    """Every count that a survey's tables show, in blocks, and the laws between them.

    `groups` are the values of each group variable, missing ones among them; `waves` those of the wave, if it is one.
    """

    def __init__(self, questions: Sequence[Question], groups: Sequence[str], waves: Sequence[str] = ()) -> None:
        self.questions = {question.id: question for question in questions}
        self.groups = {group: _values(self.questions[group]) for group in groups}
        self.waves = tuple(waves)
        if waves:
            self.groups[WAVE] = self.waves
        self._unions = self._counted_as_one()
        self.blocks = {
            (question.id, column): Block(question, column, both(self.asked_of(question), column))
            for question in questions
            for column in self.columns(question.id)
        }
        self.put = [block for block in self.blocks.values() if block.led is not None]
        self.open = frozenset[Count]({EVERYBODY}).union(*(block.ways_out for block in self.put))
        self.sensitive = self._sensitive()

    def columns(self, question: str) -> list[Count]:
        """The columns of a question's tables."""
        return [EVERYBODY, *(column for group in self.groups if group != question for column in self.parted_by(group))]

    def parted_by(self, group: str) -> list[Count]:
        """The columns of one group variable, which divide the sample."""
        return [those_of(group, value) for value in self.groups[group]]

    def asked_of(self, question: Question) -> Count:
        """Who is led to a question: those who gave the answers that lead there, in the wave in which it was put."""
        conditions: list[tuple[str, frozenset[str]]] = []
        asker = None
        if question.asked_if is not None:
            asker, admitting = self.questions[question.asked_if[0]], question.asked_if[1]
            conditions.append((asker.id, frozenset(admitting)))
        if self.waves and question.wave is not None and (asker is None or asker.wave != question.wave):
            conditions.append((WAVE, frozenset([question.wave])))
        return frozenset(conditions)

    def counted(self, question: Question) -> list[tuple[str, ...]]:
        """The answers to a question that some table counts as one."""
        found = [valid(question), *rows_of(question).values(), *self._unions[question.id], *ways_out(question)]
        if question.not_asked:
            found.append((*valid(question), *question.missing))
        return list({frozenset(codes): codes for codes in found}.values())

    def _counted_as_one(self) -> Mapping[str, list[tuple[str, ...]]]:
        """Of each question the several answers that a net counts as one, or that lead to another question."""
        found: dict[str, dict[frozenset[str], tuple[str, ...]]] = defaultdict(dict)
        for question in self.questions.values():
            for codes in question.nets.values():
                found[question.id].setdefault(frozenset(codes), codes)
            if question.asked_if is not None:
                asker, codes = question.asked_if
                found[asker].setdefault(frozenset(codes), codes)
        return {question: list(found[question].values()) for question in self.questions}

    def _sensitive(self) -> frozenset[Count]:
        """What may point at a person where it is small; how many gave no answer does not."""
        found = {block.column for block in self.blocks.values()}
        for block in self.put:
            found |= set(block.cells.values())
            if block.led is not None and block.led != block.column:
                found.add(block.led)
        # that somebody answered at all tells no answer
        return frozenset(found - self.open - {block.answered for block in self.put})

    def sums(self) -> list[frozenset[Count]]:
        """The columns of which numbers add up: those of each group variable, and the whole sample."""
        return [frozenset([EVERYBODY, *self.parted_by(group)]) for group in self.groups]

    def in_order(self, count: Count) -> tuple[object, ...]:
        """A key by which counts are always taken in the same order: large sets of answers first, codes missing last."""
        told = []
        for question, answers in sorted(count):
            options = self.questions[question].answers if question in self.questions else self.groups[question]
            told.append((question, [*sorted((code not in options, code) for code in answers), (2, "")]))
        return len(count), told

    # -- laws -------------------------------------------------------------------------------------------------------

    def laws(self) -> list[Sum[Count]]:
        """What holds between the counts in any survey."""
        found: dict[Sum[Count], None] = {}
        for law in self._laws():
            summed: dict[Count, int] = defaultdict(int)
            for count, coefficient in law.terms:
                summed[count] += coefficient
            kept = tuple((count, coefficient) for count, coefficient in summed.items() if coefficient)
            if kept:
                found[Sum(kept, is_equal=law.is_equal, kind=law.kind)] = None
        return list(found)

    def _laws(self) -> Iterator[Sum[Count]]:
        for group in self.groups:
            yield from subgroup(self.parted_by(group), EVERYBODY, are_all=True)
        for block in self.put:
            yield from self._laws_within(block)
        for question in self.questions.values():
            wholes = [self.asked_of(question)]
            wholes += [frozenset([(question.id, frozenset(codes))]) for codes in self.counted(question)]
            for group in self.groups:
                if group != question.id:
                    columns = self.parted_by(group)
                    for whole in wholes:
                        parts = [part for column in columns if (part := both(whole, column)) is not None]
                        yield from subgroup(parts, whole, are_all=True)

    def _laws_within(self, block: Block) -> Iterator[Sum[Count]]:
        question = block.question
        if block.led is not None:
            yield from nesting(block.led, block.column)
            yield from left_out(block, block.led)
        yield from partition(block)
        unions = [codes for codes in self._unions[question.id] if len(codes) > 1]
        for codes in (*unions, *(codes for codes in ways_out(question) if len(codes) > 1)):
            smaller = [block.those(*others) for others in unions if set(others) < set(codes)]
            yield from net(block, block.those(*codes), codes, smaller)

    # -- what follows from withholding ------------------------------------------------------------------------------

    def closure(self, withheld: Iterable[Count], known: Collection[Count] = ()) -> set[Count]:
        """With a base its whole block is withheld, missing answers and all, and with a group its whole column.

        What is `known` stays so.
        """
        found = set(withheld)
        while True:
            size = len(found)
            for block in self.put:
                if block.led in found or block.column in found:
                    found |= block.everything
            found.difference_update(known)
            if len(found) == size:
                return found

    def floors(self, withheld: Collection[Count]) -> dict[Count, int]:
        """The least that everybody knows a withheld count to be.

        A count of 0 is withheld only where all answers of a question in a group are; all others are above 0. The row
        of those who chose none stands in a table only if there are any.
        """
        whole: set[Count] = set()
        part: set[Count] = set()
        for block in self.put:
            nobody = {block.none}
            could_be = set(block.cells.values()) & self.sensitive
            hidden = could_be.intersection(withheld)
            if hidden - nobody == could_be - nobody:
                whole |= hidden - nobody
                part |= hidden & nobody
            else:
                part |= hidden
        return dict.fromkeys(part - whole, 1)

    def without_none(self, counts: Mapping[Count, int]) -> set[Count]:
        """The counts of those who chose none of several options, where there are none of them."""
        return {block.none for block in self.put if block.none is not None and not counts.get(block.none)}


def _values(question: Question) -> tuple[str, ...]:
    """Every code that can stand in a group question's column."""
    return (*question.answers, *question.missing, *question.not_asked)
