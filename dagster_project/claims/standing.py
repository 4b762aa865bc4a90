"""What of the claims can stand: each figure held against all others, and what checking it was worth."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import product

from dagster_project.claims.decide.algebra import counts_possible
from dagster_project.claims.decide.joint import Joint, Stated
from dagster_project.claims.decide.localise import Localiser, Sources
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.system import UndecidedError
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval
from dagster_project.claims.read.rounding import RoundingRule, percent_preimage, round_fraction
from dagster_project.claims.read.survey import Cell, Names
from dagster_project.claims.say.joint_words import table_text, weighted_text
from dagster_project.claims.triple_finding import audit_stated

_TOLD = 6  # counts in an example
_NO_LARGER = 10**8  # a base that could be larger has no bound worth the name


class Standing:
    """Figures of one joint system that stand together.

    `fits` is what each claim's percentage or number could be given all others, `power` the share of printed percentages
    that the claim's could not have been.
    """

    def __init__(self, localiser: Localiser, sources: Sources, names: Names) -> None:
        self.joint, self.localiser, self.sources, self.names = localiser.joint, localiser, sources, names
        self.fits: dict[str, Interval] = {}
        self.power: dict[str, Fraction] = {}
        with suppress(UndecidedError):  # what the others allow is an extra: that they can stand is known
            localiser.example(sources)  # of which all ranges begin
            for figure in sorted(sources):
                self._range(figure)

    def findings(self) -> Iterator[Finding]:
        """One finding per table; elsewhere one per percentage, or lone count, with its base."""
        tables: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
        for figure in sorted(self.sources):
            cell = self.joint.figures[figure].cell
            tables[cell.wave, cell.question].append(figure)
        for figures in tables.values():
            code = table_code(self.joint, figures)
            if code is None:
                yield from self._triples(figures)
            else:
                yield self._table(code, figures)

    # -- each figure given all others -------------------------------------------------------------------------------

    def _range(self, figure: int) -> None:
        one, base = self.joint.figures[figure], self.joint.bases[figure]
        if base is None or self.localiser.bounds_of(base, self.sources - {figure})[1] > _NO_LARGER:
            return  # of a base that nobody says, anything can be a share
        interval = self.localiser.range_of(figure, self.sources)
        self.fits |= dict.fromkeys(one.claims, interval)
        if one.kind is Kind.PERCENTAGE and one.figure.hedge.is_bare and one.figure.value is not None:
            self.power |= dict.fromkeys(one.claims, self._power(figure, interval))

    def _power(self, figure: int, interval: Interval) -> Fraction:
        """The share of all printed percentages that this figure, given the others, could not have been."""
        one = self.joint.figures[figure].figure
        _, base = self.joint.share(figure)
        rule, top = one.rounding or RoundingRule.EITHER_HALF, interval.high or Fraction(100)
        low, high = self.localiser.bounds_of(base, self.sources - {figure})
        steps = int((top - interval.low) * 10**one.decimals) + 1
        if low == high:
            lowest, highest = (percent_preimage(end, one.decimals, rule) for end in (interval.low, top))
            counts = counts_possible(lowest.hull(highest), low).count_range()
            printed = {v for k in counts for v in round_fraction(Fraction(100 * k, low), one.decimals, rule)}
            steps = min(steps, len(printed))
        return 1 - Fraction(steps, 100 * 10**one.decimals + 1)

    # -- tables -----------------------------------------------------------------------------------------------------

    def _table(self, code: Code, figures: Sequence[int]) -> Finding:
        of_table = [self.joint.figures[f] for f in figures]
        claims = tuple(claim for one in of_table for claim in one.claims)
        shares = [one for one in of_table if one.claims[0] in self.power]
        powers = [self.power[one.claims[0]] for one in shares]
        printable = [100 * 10**one.figure.decimals + 1 for one in shares]  # one of them is the one that is printed
        power = _mean(powers)
        caught = _mean([p * n / (n - 1) for p, n in zip(powers, printable, strict=True)])
        severity = Severity.NOT_CHECKABLE if power == 0 else Severity.CONSISTENT
        rest = self._is_rest(of_table[0])
        statement = table_text(of_table, caught, self.names, self._example(figures), rest=rest)
        return Finding(code, severity, claims, statement, power)

    def _is_rest(self, of_table: Stated) -> bool:
        """Whether figures of the same table do not stand."""
        fallen = (one.cell for f, one in enumerate(self.joint.figures) if f not in self.sources)
        place = of_table.cell.wave, of_table.cell.question
        return any((cell.wave, cell.question) == place for cell in fallen)

    def _example(self, figures: Sequence[int]) -> tuple[list[int], int] | None:
        """Counts that a short table over one printed base can have come from, with the base."""
        shares = [f for f in figures if self.joint.figures[f].kind is Kind.PERCENTAGE]
        cells = {self.joint.figures[f].cell for f in shares}
        counts, bases = zip(*(self.joint.share(f) for f in shares), strict=True)
        if len(set(bases)) > 1 or len(shares) > _TOLD or len(cells) < len(shares):
            return None
        with suppress(UndecidedError):
            if self.localiser.bounds_of(bases[0], self.sources)[1] <= _NO_LARGER:
                values = self.localiser.example(self.sources)
                return [values[count] for count in counts], values[bases[0]]
        return None

    # -- single figures ---------------------------------------------------------------------------------------------

    def _triples(self, figures: Sequence[int]) -> Iterator[Finding]:
        """Every percentage with its base and the counts of the same cell; every lone count with its base."""
        shares, counts = self._of_kind(Kind.PERCENTAGE, figures), self._of_kind(Kind.COUNT, figures)
        weighted = self._of_kind(Kind.PERCENTAGE, figures, weighted=True)
        if weighted:
            yield _weighted([self.joint.figures[f] for f in weighted])
        for share in shares:
            yield from self._with_its_counts(share, counts)
        told = {self._place(f) for f in shares}
        for count in counts:
            if self._place(count) not in told:
                yield from (audit_stated(self.joint.figures[count], base, None) for base in self._bases_of(count))

    def _with_its_counts(self, share: int, counts: Sequence[int]) -> Iterator[Finding]:
        said = self.joint.figures
        same: list[Stated | None] = [said[f] for f in counts if said[f].cell == said[share].cell]
        for base, count in product(self._bases_of(share), same or [None]):
            yield audit_stated(count, base, said[share])

    def _place(self, figure: int) -> tuple[Cell, int | None]:
        return self.joint.figures[figure].cell, self.joint.bases[figure]

    def _bases_of(self, figure: int) -> list[Stated]:
        """The figures that say how large the base of this one is."""
        bases, of = self._of_kind(Kind.BASE, sorted(self.sources)), self.joint.bases
        return [self.joint.figures[f] for f in bases if of[f] == of[figure]]

    def _of_kind(self, kind: Kind, figures: Sequence[int], *, weighted: bool = False) -> list[int]:
        of = self.joint.figures
        return [f for f in figures if of[f].kind is kind and of[f].weighted is weighted]


def table_code(joint: Joint, figures: Sequence[int]) -> Code | None:
    """What kind of table the percentages among figures of one question make; None if they make none."""
    cells = {joint.figures[f].cell for f in figures if joint.figures[f].kind is Kind.PERCENTAGE}
    question = joint.questions.get(joint.figures[figures[0]].cell.question or "")
    if question is None or len({cell.answer for cell in cells}) < 2:
        return None
    if any(cell.group for cell in cells):
        return Code.SUBGROUP
    return Code.PARTITION if question.single else None


def _weighted(shares: Sequence[Stated]) -> Finding:
    """That nothing can be checked of percentages that divide weights."""
    claims = tuple(claim for one in shares for claim in one.claims)
    statement = weighted_text([one.figure.phrase for one in shares])
    return Finding(Code.WEIGHTING, Severity.NOT_CHECKABLE, claims, statement, Fraction(0))


def _mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None
