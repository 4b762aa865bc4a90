"""Which small counts of a survey's tables are withheld, and what everybody can still work out of those.

Here belong the counts that the tables of a survey show, the laws that hold between them in any survey (answers add up
to those who answered, groups to the whole sample, a base is what another question's answer led there), the choice of
what is withheld besides the small counts so that they cannot be worked out, and the range that is left of each. Where
the counts come from and where they are written is `audit`'s; whether a system of laws has a solution is `system`'s.

The two steps are cell suppression as statistical offices do it: Cox (1980), "Suppression Methodology and Statistical
Disclosure Control"; Fischetti and Salazar (2001), "Solving the Cell Suppression Problem on Tabular Data with Linear
Constraints". The choice is greedy, so it protects, and is not always the cheapest that does.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dagster_project.claims.decide.system import System, Verdict

SECONDS = 60.0  # what one survey's ranges may take
_MANY = 150  # counts that hang together
_MOVES, _FAR = 400, 24  # of a search for another solution: its branches, and how many counts it changes
NONE = ("none", "")  # asked which ones of several, chose none

Token = Hashable  # an option's code; for a missing answer its kind and code
Count = frozenset[tuple[str, frozenset[Token]]]
"""How many respondents gave, to each of these questions, one of these answers; without any, all respondents."""
EVERYBODY: Count = frozenset()


@dataclass(frozen=True)
class TableQuestion:
    """A question as the tables show it. `asked_of` says who is led to it; `shown` are its rows besides missing ones.

    `missing` are the ways not to answer of those who were led to it, `not_asked` the codes that take somebody out.
    """

    id: str
    answers: tuple[Token, ...]
    single: bool = True
    missing: tuple[Token, ...] = ()
    not_asked: tuple[Token, ...] = ()
    exclusive: tuple[Token, ...] = ()
    nets: Mapping[str, frozenset[Token]] = field(default_factory=dict)
    asked_of: Count = EVERYBODY
    has_rows: bool = True

    @property
    def valid(self) -> frozenset[Token]:
        """Whoever gave one of these has answered."""
        return frozenset(self.answers) if self.single else frozenset((*self.answers, NONE))

    @property
    def rows(self) -> dict[tuple[str, str], frozenset[Token]]:
        """The rows of its table by answer and kind, missing answers aside, each with the answers that it counts."""
        if not self.has_rows:
            return {}
        found = {(str(answer), "valid"): frozenset([answer]) for answer in self.answers}
        found |= {(net, "net"): members for net, members in self.nets.items()}
        return found if self.single else found | {("", "none"): frozenset([NONE])}


@dataclass(frozen=True)
class Block:
    """One question in one column of its table: the whole sample, or a group. `column` counts all of that column."""

    question: str
    column: Count
    led: Count | None  # None where nobody of the column can have been led to the question
    routed: Count | None
    answered: Count | None
    cells: Mapping[tuple[str, str], Count]


@dataclass(frozen=True)
class Law:
    """sum(coefficient * count) is `limit`, or at most that."""

    terms: tuple[tuple[Count, int], ...]
    limit: int = 0
    equal: bool = True


def both(*counts: Count) -> Count | None:
    """Those who are in each of these counts; None where nobody can be, with two answers to one question."""
    joined: dict[str, frozenset[Token]] = {}
    for count in counts:
        for question, tokens in count:
            joined[question] = joined[question] & tokens if question in joined else tokens
    return frozenset(joined.items()) if all(joined.values()) else None


class Tables:
    """Every count that a survey's tables show, in blocks, and the laws between them.

    `groups` are the values of each group variable, missing ones among them; `waves` those of the wave, if it is one.
    """

    def __init__(self, questions: Sequence[TableQuestion], groups: Sequence[str], waves: Sequence[str] = ()) -> None:
        self.questions = {question.id: question for question in questions}
        self.groups: dict[str, tuple[Token, ...]] = {
            group: (*self.questions[group].answers, *self.questions[group].missing, *self.questions[group].not_asked)
            for group in groups
        }
        if waves:
            self.groups["wave"] = tuple(waves)
        self.blocks = {
            (question.id, column): self._block(question, column)
            for question in questions
            for column in self.columns(question.id)
        }
        self._unions: dict[str, set[frozenset[Token]]] = defaultdict(set)
        for question in questions:
            self._unions[question.id] |= set(question.nets.values())
            for asker, tokens in question.asked_of:
                self._unions[asker].add(tokens)
        self.open = self._open()
        self.sensitive = self._sensitive()

    def columns(self, question: str) -> list[Count]:
        """The columns of a question's tables."""
        found = [EVERYBODY]
        found += [self.column(group, value) for group, values in self.groups.items() for value in values
                  if group != question]  # fmt: skip
        return found

    @staticmethod
    def column(group: str, value: Token) -> Count:
        """Those of one group."""
        return frozenset([(group, frozenset([value]))])

    def _block(self, question: TableQuestion, column: Count) -> Block:
        led = both(question.asked_of, column)
        if led is None:
            return Block(question.id, column, None, None, None, {})

        def those(tokens: Iterable[Token]) -> Count:
            return column | {(question.id, frozenset(tokens))}

        return Block(
            question.id,
            column,
            led,
            those((*question.valid, *question.missing)) if question.not_asked else led,
            those(question.valid),
            {row: those(tokens) for row, tokens in question.rows.items()},
        )

    def _open(self) -> frozenset[Count]:
        """What is no secret by itself: how many gave no answer, and how many of what group did not."""
        found = {EVERYBODY}
        for block in self.blocks.values():
            if block.led is not None:
                found |= self._ways_out_of(block)
        return frozenset(found)

    def _ways_out_of(self, block: Block) -> set[Count]:
        question = self.questions[block.question]
        return {block.column | {(question.id, tokens)} for tokens in _ways_out(question)}

    def _sensitive(self) -> frozenset[Count]:
        found: set[Count] = set()
        for block in self.blocks.values():
            found |= {block.column, *block.cells.values()}
            if block.led is not None and self.questions[block.question].asked_of:
                found.add(block.led)
        # that somebody answered at all tells no answer
        return frozenset(found - self.open - {b.answered for b in self.blocks.values() if b.answered is not None})

    # -- laws -------------------------------------------------------------------------------------------------------

    def laws(self) -> list[Law]:
        """What holds between the counts in any survey."""
        found: dict[Law, None] = {}
        for terms, equal in self._statements():
            summed: dict[Count, int] = defaultdict(int)
            for count, coefficient in terms:
                if count is not None:
                    summed[count] += coefficient
            kept = tuple((count, coefficient) for count, coefficient in summed.items() if coefficient)
            if kept:
                found[Law(kept, 0, equal)] = None
        return list(found)

    def _statements(self) -> Iterator[tuple[list[tuple[Count | None, int]], bool]]:
        for group, values in self.groups.items():
            yield [(EVERYBODY, -1), *((self.column(group, value), 1) for value in values)], True
        for block in self.blocks.values():
            if block.led is not None:
                yield from self._within(block, self.questions[block.question])
        for question in self.questions.values():
            counted = {question.asked_of, *(frozenset([(question.id, tokens)]) for tokens in self.token_sets(question))}
            for group, values in self.groups.items():
                if group != question.id:
                    for whole in counted:
                        parts = [(both(whole, self.column(group, value)), 1) for value in values]
                        yield [(whole, -1), *parts], True

    def token_sets(self, question: TableQuestion) -> set[frozenset[Token]]:
        """The sets of answers that some table counts."""
        found = {question.valid, *question.rows.values(), *self._unions[question.id], *_ways_out(question)}
        return found | ({question.valid | set(question.missing)} if question.not_asked else set())

    def _within(self, block: Block, question: TableQuestion) -> Iterator[tuple[list[tuple[Count | None, int]], bool]]:
        def those(*tokens: Token) -> Count:
            return block.column | {(question.id, frozenset(tokens))}

        if question.asked_of:
            yield [(block.led, 1), (block.column, -1)], False
        if question.not_asked:
            yield [(block.led, -1), (block.routed, 1), (those(*question.not_asked), 1)], True
            yield [(those(*question.not_asked), -1), *((those(code), 1) for code in question.not_asked)], True
        missing = [(those(*question.missing), 1)] if question.missing else []
        yield [(block.routed, -1), (block.answered, 1), *missing], True
        if question.missing:
            yield [(those(*question.missing), -1), *((those(code), 1) for code in question.missing)], True
        unions = [tokens for tokens in self._unions[question.id] if len(tokens) > 1]
        if question.single:
            for tokens in (question.valid, *unions):
                if question.has_rows:
                    yield [(those(*tokens), -1), *((those(token), 1) for token in tokens)], True
            return
        none, answered = those(NONE), block.answered
        for option in question.answers:
            yield [(those(option), 1), (none, 1), (answered, -1)], False
            for other in question.exclusive:
                if other != option:
                    yield [(those(option), 1), (those(other), 1), (none, 1), (answered, -1)], False
        yield [(answered, 1), (none, -1), *((those(option), -1) for option in question.answers)], False
        for tokens in unions:
            yield [(those(*tokens), 1), (none, 1), (answered, -1)], False
            yield [(those(*tokens), 1), *((those(token), -1) for token in tokens)], False
            rest = [(those(option), -1) for option in question.answers if option not in tokens]
            yield [(answered, 1), (none, -1), (those(*tokens), -1), *rest], False
            for smaller in (*({token} for token in tokens), *unions):
                if set(smaller) < tokens:
                    yield [(those(*smaller), 1), (those(*tokens), -1)], False

    # -- what follows from withholding ------------------------------------------------------------------------------

    def closure(self, withheld: Iterable[Count], known: Collection[Count] = ()) -> set[Count]:
        """With a base its whole block is withheld, missing answers and all, and with a group its whole column.

        What is `known` stays so.
        """
        found = set(withheld)
        while True:
            size = len(found)
            for block in self.blocks.values():
                if block.led is not None and (block.led in found or block.column in found):
                    bases = [count for count in (block.led, block.routed, block.answered) if count is not None]
                    found |= {*bases, *block.cells.values(), *self._ways_out_of(block)}
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
        for block in self.blocks.values():
            nobody = {cell for row, cell in block.cells.items() if row[1] == "none"}
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
        found = {block.cells.get(("", "none")) for block in self.blocks.values()}
        return {count for count in found if count is not None and not counts.get(count)}


def _ways_out(question: TableQuestion) -> list[frozenset[Token]]:
    """The sets of codes for not having answered, or not having been asked, that tables count."""
    found = [frozenset([code]) for code in (*question.missing, *question.not_asked)]
    return found + [frozenset(codes) for codes in (question.missing, question.not_asked) if len(codes) > 1]


# -- ranges ---------------------------------------------------------------------------------------------------------


class Ranges:
    """What is left of each count that is not known, from the laws and from all counts that are."""

    def __init__(
        self, laws: Iterable[Law], known: Mapping[Count, int], floors: Mapping[Count, int], *, seconds: float = SECONDS
    ) -> None:
        self._known, self._floors, self._seconds = known, floors, seconds
        self._top = known.get(EVERYBODY, 0)
        self._laws: list[Law] = []
        self._laws_of: dict[Count, list[int]] = defaultdict(list)
        for law in laws:
            unknown = [(count, coefficient) for count, coefficient in law.terms if count not in known]
            if unknown:
                limit = law.limit - sum(
                    coefficient * known[count] for count, coefficient in law.terms if count in known
                )
                for count, _ in unknown:
                    self._laws_of[count].append(len(self._laws))
                self._laws.append(Law(tuple(unknown), limit, law.equal))
        self._deadline = time.monotonic() + seconds

    def laws_of(self, count: Count) -> list[Law]:
        """The laws that bind it, with all that is known taken out."""
        return [self._laws[number] for number in self._laws_of[count]]

    def another(self, count: Count, solution: Mapping[Count, int]) -> dict[Count, int] | None:
        """A solution in which this count is another number than in the given one; None if none was found.

        Among many counts that hang together only what is near is tried: to prove that there is none costs more than to
        withhold one more.
        """
        for step in (1, -1):
            moved = self._moved(count, step, solution)
            if moved is not None:
                return moved
        reach = self._reach(count, None)
        if len(reach) <= _MANY:
            for bounds in ((solution[count] + 1, None), (None, solution[count] - 1)):
                found = self._decide(reach, count, bounds, solution)
                if isinstance(found, dict):
                    return {**solution, **found}
        return None

    def _moved(self, count: Count, step: int, solution: Mapping[Count, int]) -> dict[Count, int] | None:
        """The solution with this count changed by `step`, and others changed until every law holds again.

        A search in depth: a law that is broken is mended by the count that leaves the fewest broken.
        """
        changes: dict[Count, int] = {}
        residual: dict[int, int] = defaultdict(int)
        broken: set[int] = set()
        nodes = _MOVES

        def change(one: Count, by: int) -> None:
            for number in self._laws_of[one]:
                law = self._laws[number]
                residual[number] += by * next(c for other, c in law.terms if other == one)
                is_broken = residual[number] != 0 if law.equal else residual[number] > self._slack(number, solution)
                (broken.add if is_broken else broken.discard)(number)

        def mend() -> bool:
            nonlocal nodes
            if not broken:
                return True
            nodes -= 1
            if nodes < 0 or len(changes) > _FAR:
                return False
            number = min(broken)
            ways: list[tuple[int, int, Count, int]] = []
            for one, coefficient in self._laws[number].terms:
                by, rest = divmod(-residual[number], coefficient)
                value = solution[one] + by
                if one not in changes and not rest and self._floors.get(one, 0) <= value <= self._top:
                    change(one, by)
                    ways.append((len(broken), len(ways), one, by))
                    change(one, -by)
            for _, _, one, by in sorted(ways, key=lambda way: way[:2]):
                changes[one] = by
                change(one, by)
                if mend():
                    return True
                change(one, -by)
                del changes[one]
            return False

        if not self._floors.get(count, 0) <= solution[count] + step <= self._top:
            return None
        changes[count] = step
        change(count, step)
        if not mend():
            return None
        return {**solution, **{one: solution[one] + by for one, by in changes.items()}}

    def _slack(self, number: int, solution: Mapping[Count, int]) -> int:
        law = self._laws[number]
        return law.limit - sum(coefficient * solution[one] for one, coefficient in law.terms)

    def widen(self, count: Count, met: dict[Count, tuple[int, int]], solution: Mapping[Count, int]) -> None:
        """Widen what this count is known to be able to be, in `met`, to all that it can be.

        Every solution that is found on the way widens that of the other counts too.
        """
        reach = self._reach(count, None)
        least, most = self._bounds(reach, count)
        first = True
        while least < met[count][0]:
            middle = least if first else (least + met[count][0]) // 2
            first = False
            found = self._decide(reach, count, (None, middle), solution)
            if found is Verdict.IMPOSSIBLE:
                least = middle + 1
            elif not _met(met, found):
                break
        first = True
        while most > met[count][1]:
            middle = most if first else (most + met[count][1] + 1) // 2
            first = False
            found = self._decide(reach, count, (middle, None), solution)
            if found is Verdict.IMPOSSIBLE:
                most = middle - 1
            elif not _met(met, found):
                break

    def solution(self) -> dict[Count, int] | None:
        """Any numbers with which every law holds; None if there are none, or none was found in time."""
        found: dict[Count, int] = {}
        for count in list(self._laws_of):
            if count not in found:
                part = self._decide(self._reach(count, None), count, (None, None), None)
                if not isinstance(part, dict):
                    return None
                found |= part
        return found

    def _reach(self, count: Count, steps: int | None) -> list[Count]:
        """The counts that laws tie to this one, over so many laws, or however many; itself first."""
        found = {count: None}
        edge = [count]
        while edge and steps != 0:
            steps = None if steps is None else steps - 1
            near = [other for one in edge for number in self._laws_of[one] for other, _ in self._laws[number].terms]
            edge = [other for other in dict.fromkeys(near) if other not in found]
            found |= dict.fromkeys(edge)
        return list(found)

    def _system(self, reach: Sequence[Count], solution: Mapping[Count, int] | None) -> tuple[System, dict[Count, int]]:
        system = System()
        places = {one: system.variable(self._floors.get(one, 0), self._top) for one in reach}
        for number in sorted({number for one in reach for number in self._laws_of[one]}):
            law = self._laws[number]
            terms = [(places[one], c) for one, c in law.terms if one in places]
            limit = law.limit - sum(c * (solution or {})[one] for one, c in law.terms if one not in places)
            system.add(terms, limit)
            if law.equal:
                system.add([(place, -c) for place, c in terms], -limit)
        for one, place in places.items():
            system.goals[place] = None if solution is None else solution[one]
        return system, places

    def _decide(
        self,
        reach: Sequence[Count],
        count: Count,
        bounds: tuple[int | None, int | None],
        solution: Mapping[Count, int] | None,
    ) -> dict[Count, int] | Verdict:
        system, places = self._system(reach, solution)
        low, high = bounds
        if high is not None and high < self._floors.get(count, 0):
            return Verdict.IMPOSSIBLE
        answer = system.decide((), bounds={places[count]: (low, high)}, deadline=self._deadline)
        if answer.verdict is Verdict.POSSIBLE:
            return {one: answer.values[place] for one, place in places.items()}
        return answer.verdict

    def _bounds(self, reach: Sequence[Count], count: Count) -> tuple[int, int]:
        system, places = self._system(reach, None)
        found = system.bounds(())
        return (0, -1) if found is None else found[places[count]]


# -- the choice -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Withheld:
    """The counts that are withheld: the small ones, and all of them."""

    primary: frozenset[Count]
    counts: frozenset[Count]


def small_counts(tables: Tables, counts: Mapping[Count, int], minimum: int) -> set[Count]:
    """Counts of at least one and fewer than `minimum` respondents, and all answers of a question whose base is one."""
    found = {count for count in tables.sensitive if 0 < counts.get(count, 0) < minimum}
    for block in tables.blocks.values():
        if block.answered is not None and 0 < counts.get(block.answered, 0) < minimum:
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
    queue, ranges = deque(choice.in_order(withheld)), None
    while queue:
        count = queue[0]
        if count in free:
            queue.popleft()
            continue
        ranges = ranges or choice.ranges(withheld, deadline - time.monotonic())
        other = ranges.another(count, choice.truth)
        if other is not None:
            free |= {one for one in withheld if other[one] != choice.truth[one]}
            continue
        more = choice.further(count, withheld)
        if not more:
            queue.popleft()  # nothing is left to withhold; the proof will say so
            continue
        before, ranges = withheld, None
        withheld = choice.closed(withheld | more)
        withheld = choice.without_sums(withheld, withheld - before)
        queue.extend(choice.in_order(withheld - before))
    return Withheld(frozenset(primary), frozenset(withheld))


class _Choice:
    """What to withhold next, on the true counts."""

    def __init__(self, tables: Tables, counts: Mapping[Count, int]) -> None:
        self.tables = tables
        self.laws = tables.laws()
        self.truth = {count: counts.get(count, 0) for law in self.laws for count, _ in law.terms}
        self._nobody = tables.without_none(counts)
        self._rank = {count: rank for rank, count in enumerate(sorted(self.truth, key=_order))}
        self._laws_of: dict[Count, list[Law]] = defaultdict(list)
        for law in self.laws:
            for count, _ in law.terms:
                self._laws_of[count].append(law)
        self._bases = {count for block in tables.blocks.values() for count in (block.led, block.column)}

    def closed(self, withheld: Iterable[Count]) -> set[Count]:
        """With all that goes with them."""
        return self.tables.closure(withheld, self._nobody)

    def in_order(self, counts: Iterable[Count]) -> list[Count]:
        """Those that must not be worked out, always in the same order."""
        wanted = [count for count in counts if self.truth.get(count) and count not in self.tables.open]
        return sorted(wanted, key=self._rank.__getitem__)

    def without_sums(self, withheld: Iterable[Count], new: Iterable[Count]) -> set[Count]:
        """Withhold more until no count is a known sum less the rest of it; of `new` ones that was not looked at yet."""
        found = set(withheld)
        queue = deque(self.in_order(new))
        while queue:
            count = queue.popleft()
            for law in self._laws_of[count]:
                if law.equal and sum(one in found for one, _ in law.terms) == 1:
                    smallest = self._smallest([law], found)
                    if smallest is not None:
                        grown = self.closed({*found, smallest}) if smallest in self._bases else {*found, smallest}
                        queue.extend(self.in_order(grown - found))
                        found = grown
        return found

    def ranges(self, withheld: Collection[Count], seconds: float) -> Ranges:
        """What is left of the withheld counts."""
        laws = {id(law): law for count in withheld for law in self._laws_of[count]}
        known = _Shown(self.truth, withheld)
        return Ranges(laws.values(), known, self.tables.floors(withheld), seconds=max(0.1, seconds))

    def further(self, pinned: Count, withheld: Collection[Count]) -> set[Count]:
        """What to withhold so that something that binds a pinned count gets a further unknown."""
        smallest = self._smallest(self._laws_of[pinned], withheld)
        if smallest is not None:
            return {smallest}
        of_block = [block for block in self.tables.blocks.values() if pinned in block.cells.values()]
        named = {question for question, _ in pinned}
        of_question = [block for block in self.tables.blocks.values() if block.question in named]
        for blocks in (of_block, of_question):
            more = {cell for block in blocks for cell in block.cells.values() if cell in self.tables.sensitive}
            more -= self._nobody
            if more - set(withheld):
                return more
        return set()

    def _smallest(self, laws: Iterable[Law], withheld: Collection[Count]) -> Count | None:
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


def _order(count: Count) -> tuple[int, str]:
    return len(count), repr(sorted((question, sorted(map(repr, tokens))) for question, tokens in count))


def left_of(
    tables: Tables, known: Mapping[Count, int], withheld: Collection[Count], *, seconds: float = SECONDS
) -> dict[Count, tuple[int, int]]:
    """The range of each withheld count, from the counts that are `known` and the laws alone.

    Both ends are met by numbers with which every law holds. Where the time ran out, an end may be nearer than it is in
    truth; a count of which no second number was found by then counts as worked out.
    """
    laws = tables.laws()
    ranges = Ranges(laws, known, tables.floors(withheld), seconds=seconds)
    solution = ranges.solution()
    if solution is None:
        raise ValueError("no numbers at all agree with the counts that are known")
    met = {count: (n, n) for count, n in solution.items()}
    wanted = [count for count in sorted(withheld, key=_order) if count in met]
    for count in wanted:
        ranges.widen(count, met, solution)
    return {count: met[count] for count in wanted}


def _met(met: dict[Count, tuple[int, int]], found: dict[Count, int] | Verdict) -> bool:
    """Take note of a solution; False where there is none."""
    if isinstance(found, Verdict):
        return False
    for count, n in found.items():
        low, high = met[count]
        met[count] = (min(low, n), max(high, n))
    return True
