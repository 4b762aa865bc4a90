"""A contradiction as a finding: why the figures cannot stand, what would mend it, and what else they may mean."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from dagster_project.claims.decide.joint import Joint, Stated
from dagster_project.claims.decide.laws import NESTING, NET, ORDER, PARTITION, ROUTING, SUBGROUP
from dagster_project.claims.decide.localise import Contradiction, Correction, Localiser, Sources
from dagster_project.claims.decide.readings import other_readings
from dagster_project.claims.decide.slips import slip_of
from dagster_project.claims.decide.system import UndecidedError
from dagster_project.claims.decide.triple import JudgedTriple, audit_triple
from dagster_project.claims.finding import (
    Code,
    Finding,
    Reading,
    Repair,
    RepairedFigure,
    cheapest_first,
    contradicted_by,
)
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.statement import Triple
from dagster_project.claims.read.survey import Names
from dagster_project.claims.say.conflict_words import among, place_text
from dagster_project.claims.say.joint_words import contradiction_text, correction_text, mending_text
from dagster_project.claims.say.reading_words import tried_text
from dagster_project.claims.say.triple_words import arithmetic_text, fit_text, impossible_text
from dagster_project.claims.triple_finding import code_of, readings_of

_CUT_OFF = "There was no time to try every reading, so whether they can stand in another meaning is undecided."
_BY_LAW = {
    ORDER: Code.ORDER,
    ROUTING: Code.ROUTING,
    SUBGROUP: Code.SUBGROUP,
    NET: Code.PARTITION,
    PARTITION: Code.PARTITION,
}


def contradiction_finding(
    localiser: Localiser, contradiction: Contradiction, around: Sources, names: Names, *, weights_possible: bool
) -> Finding:
    """What is found of one contradiction, with all of `around` to be explained together.

    The readings come before the repairs, since the verdict hangs on them: figures are proved impossible only if every
    reading was tried.
    """
    joint, first = localiser.joint, contradiction.conflicts[0]
    claims = _claims(joint, contradiction)
    tried, all_tried = other_readings(joint, first, around, localiser.deadline, weights_possible)
    all_tried &= contradiction.laws_known  # else it may be an order that is wrong, and no figure
    contradiction = localiser.corrected(contradiction, around)
    readings = tuple(Reading(one.sense, claims, tried_text(one), one.cost) for one in tried)
    found = Finding(
        code=_code(joint, contradiction),
        severity=contradicted_by(readings, all_tried=all_tried),
        claims=claims,
        statement=contradiction_text(joint, contradiction, names),
        repairs=tuple(_repair(localiser, correction, around, names) for correction in contradiction.corrections),
        readings=readings,
        remarks=() if all_tried or readings else (_CUT_OFF,),
    )
    triple = as_triple(joint, contradiction)
    if triple is None:
        return found
    judged = audit_triple(triple, _others(joint, first))
    return _of_a_triple(found, judged, joint, contradiction, names, all_tried=all_tried)


def _claims(joint: Joint, contradiction: Contradiction) -> tuple[str, ...]:
    """The claims of the first conflict, and the orders that it rests on.

    What collected records give is right: the blame is on the others, which may be an order alone. No order is blamed
    that there was no time to tell from the others.
    """
    laws = contradiction.laws if contradiction.laws_known else ()
    said_larger = tuple(law.other for law in laws if law.kind == ORDER and law.other is not None)
    figures = [joint.figures[f] for f in sorted(contradiction.conflicts[0])]
    blamed = [one for one in figures if not one.fixed]
    if not blamed and not said_larger:
        blamed = figures
    return (*_claims_of(blamed), *said_larger)


def _claims_of(figures: Iterable[Stated]) -> Iterator[str]:
    for one in figures:
        yield from one.claims


def _code(joint: Joint, contradiction: Contradiction) -> Code:
    """The kind of a contradiction: the least usual law that it rests on."""
    figures = [joint.figures[f] for f in contradiction.conflicts[0]]
    if any(one.figure.value is None for one in figures):
        return Code.ORDER  # a majority
    laws = sorted({law.kind for law in contradiction.laws} - {NESTING}, key=[*_BY_LAW].index)
    if laws:
        return _BY_LAW[laws[0]]
    of = Counter(one.kind for one in figures)
    if set(of) == {Kind.BASE}:
        return Code.RESPONSE_RATE
    return Code.BASE_SET if of[Kind.PERCENTAGE] > 1 else Code.TRIPLE


# -- where it is all about one triple -------------------------------------------------------------------------------


def as_triple(joint: Joint, contradiction: Contradiction) -> Triple | None:
    """The contradiction as one count, base and percentage, if that is all there is to it."""
    if not _needs_no_structure(joint, contradiction):
        return None
    places = contradiction.conflicts[0]
    said = {joint.figures[f].kind: joint.figures[f].figure for f in places}
    bases, counts = {joint.bases[f] for f in places}, {joint.counts[f] for f in places} - {None}
    if Kind.BASE not in said or len(said) < len(places) or not len(bases) == len(counts) == 1:
        return None
    return Triple(said.get(Kind.COUNT), said[Kind.BASE], said.get(Kind.PERCENTAGE))


def _needs_no_structure(joint: Joint, contradiction: Contradiction) -> bool:
    """Whether it rests on respondents alone, and on no law but that a count is within its base."""
    weighted = any(joint.figures[f].weighted for f in contradiction.figures)
    return not weighted and {law.kind for law in contradiction.laws} <= {NESTING}


def _of_a_triple(
    found: Finding, judged: JudgedTriple, joint: Joint, contradiction: Contradiction, names: Names, *, all_tried: bool
) -> Finding:
    """The finding in the words of the triple that the contradiction comes down to."""
    is_known = any(joint.figures[f].fixed for f in contradiction.conflicts[0])  # what a recounted figure means
    of_triple = () if is_known else readings_of(judged, found.claims)
    one = joint.figures[min(contradiction.conflicts[0])]
    repairs = tuple(_in_the_words_of(judged, repair, among(one, names)) for repair in found.repairs)
    if any(told is repair for told, repair in zip(repairs, found.repairs, strict=True)):  # other claims narrow it
        statement, told = f"{impossible_text(judged)} {mending_text(joint, contradiction)}", found.readings
    else:
        statement, told = arithmetic_text(judged), (*of_triple, *found.readings)
    place = place_text(one, names)
    alone = len(contradiction.conflicts) == 1
    readings = cheapest_first((*found.readings, *of_triple)) if alone else found.readings
    return replace(
        found,
        code=code_of(judged.triple),
        severity=contradicted_by(readings, all_tried=all_tried),
        statement=f"{place}: {statement}" if place else statement,
        power=judged.power or None,
        repairs=repairs,
        readings=readings,
        triple=judged.triple,
        told=told,
        remarks=() if readings else found.remarks,
    )


def _others(joint: Joint, conflict: Sources) -> list[Figure]:
    """The further percentages said to divide by the same base, each number once."""
    figures = joint.figures
    base = next(joint.bases[f] for f in sorted(conflict) if figures[f].kind is Kind.BASE)
    cells = {figures[f].cell for f in conflict if figures[f].kind is not Kind.BASE}
    same = (one for f, one in enumerate(figures) if joint.bases[f] == base and one.cell not in cells)
    return list({one.figure.text: one.figure for one in same if one.kind is Kind.PERCENTAGE}.values())


def _in_the_words_of(judged: JudgedTriple, repair: Repair, whom: str) -> Repair:
    """A repair as the triple tells it, which knows what hangs on a half, where no other claim narrows it."""
    only = repair.figures[0]
    same = next((fit for fit in judged.fits if fit.figure is only.figure), None)
    if len(repair.figures) > 1 or same is None or same.interval != only.interval:
        return repair
    return replace(repair, figures=(replace(only, message=fit_text(same, judged.triple, whom)),))


# -- repairs --------------------------------------------------------------------------------------------------------


def _repair(localiser: Localiser, correction: Correction, around: Sources, names: Names) -> Repair:
    alone = len(correction.figures) == 1
    repaired = []
    for figure, interval in zip(correction.figures, correction.ranges, strict=True):
        one = localiser.joint.figures[figure]
        slip = slip_of(one.figure, interval, _fitting(localiser, figure, around - {figure})) if alone else None
        message = correction_text(localiser.joint, correction, figure, interval, names)
        repaired.append(RepairedFigure(one.claims, one.figure, interval, message, slip))
    return Repair(tuple(repaired), correction.weight)


def _fitting(localiser: Localiser, figure: int, others: Sources) -> Callable[[Fraction], bool]:
    def fits(value: Fraction) -> bool:
        with suppress(UndecidedError):  # a slip is only a hint
            return localiser.fits(figure, others, value)
        return False

    return fits
