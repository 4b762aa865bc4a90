"""What the joint audit found, in plain words with the arithmetic in them. English only; nothing is decided here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from dagster_project.claims.decide.algebra import counts_possible
from dagster_project.claims.decide.joint import Joint, Law, Stated
from dagster_project.claims.decide.laws import NESTING, NET, ORDER, PARTITION, ROUTING, SUBGROUP
from dagster_project.claims.decide.localise import Contradiction, Correction
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.figures import Figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.rounding import RULE_WORDS, RoundingRule, decimal_text
from dagster_project.claims.read.survey import Cell, Names
from dagster_project.claims.say.words import listed, whole_text

_TOLD = 6  # corrections that are named in a sentence


def contradiction_text(joint: Joint, contradiction: Contradiction, names: Names) -> str:
    """One paragraph: what the figures of the smallest conflict mean, why that cannot be, and what would mend it."""
    conflict, laws = sorted(contradiction.conflicts[0]), contradiction.laws
    where = _where(joint, conflict, names)
    why = (
        _sum_of_shares(joint, conflict, laws, names)
        or _sum_of_answers(joint, conflict, laws, names)
        or _sum_of_groups(joint, conflict, laws, names)
        or _piece_by_piece(joint, conflict, laws, names)
    )
    return " ".join(part for part in (where, why, mending_text(joint, contradiction)) if part)


def mending_text(joint: Joint, contradiction: Contradiction) -> str:
    """Which changes of one figure would mend it, or that none would."""
    single = [correction for correction in contradiction.corrections if len(correction.figures) == 1]
    if single:
        ways = [
            f"“{joint.figures[correction.figures[0]].figure.phrase}” to {_corrected(joint, correction)}"
            for correction in single[:_TOLD]
        ]
        more = f" (and {len(single) - _TOLD} more)" if len(single) > _TOLD else ""
        return f"One change of one figure would mend it: {listed(ways, 'or')}{more}."
    if not contradiction.complete:
        return "What would mend it was not found within the time limit."
    if contradiction.corrections:
        size = len(contradiction.corrections[0].figures)
        return f"No change of one figure would mend it; at least {size} have to change."
    return "No change of a figure that was not recounted would mend it."


def correction_text(joint: Joint, correction: Correction, figure: int, interval: Interval, names: Names) -> str:
    """One sentence: what a figure may be, alone or together with the others of its correction."""
    one = joint.figures[figure]
    what = f"number {one.base_rule.words.printed}" if one.kind is Kind.BASE else f"{one.kind}{_of_whom(one, names)}"
    now = f"instead of “{one.figure.phrase}”."
    if len(correction.figures) == 1:
        return f"If all others stand, the {what} can be {_corrected(joint, correction)} {now}"
    others = [f"“{joint.figures[f].figure.phrase}”" for f in correction.figures if f != figure]
    return f"If {listed(others)} may change too, the {what} can be {_value_text(one, interval)} {now}"


def table_text(
    figures: Sequence[Stated],
    caught: Fraction | None,
    names: Names,
    example: tuple[Sequence[int], int] | None,
    *,
    rest: bool,
) -> str:
    """What a table, or the `rest` of one, was checked for where it holds together, and what the check is worth.

    `caught` is the share of other values for one of its percentages that would not have fitted.
    """
    shares = [one for one in figures if one.kind is Kind.PERCENTAGE]
    bases = dict.fromkeys(
        one.figure.phrase for one in figures if one.kind is Kind.BASE and one.base_rule == shares[0].base_rule
    )
    of = f" of {listed(list(bases))}" if bases else ""
    where = f"{name}: " if (name := names.question(shares[0].cell)) else ""
    which = f"{'the other' if rest else 'all'} {len(shares)} percentages{of}"
    text = f"{where}{which} can have come from one set of answers."
    text = text[0].upper() + text[1:]
    if example is not None:
        counts, base = example
        text = f"{text[:-1]}, for example {listed([number_text(count) for count in counts])} of {number_text(base)}."
    if caught is None:
        return f"{text} No base is printed, so that only their sum was checked."
    if caught == 0:
        return f"{text} That proves nothing: any other percentages would have fitted as well."
    many = number_text(math.floor(100 * caught))
    return f"{text} Of 100 other values for one of them, {many} would have been noticed on average."


def undecided_text(joint: Joint, seconds: float) -> str:
    """That nothing is known, and why."""
    return (
        f"Whether these {len(joint.figures)} figures can stand together was not decided within {seconds:g} seconds. "
        "Nothing is claimed about them; give the audit more time, or audit fewer of them at once."
    )


def order_text(greater: str, smaller: str, *, checked: bool) -> str:
    """Whether what is said to be larger can be."""
    said = f"“{greater}” is said to be more than “{smaller}”"
    return (
        f"{said}, and can be." if checked else f"{said}. No base that both have is printed, so that cannot be checked."
    )


def weighted_text(phrases: Sequence[str]) -> str:
    """That a weighted share alone says nothing of any count."""
    verb = "is" if len(phrases) == 1 else "are"
    return f"{listed(phrases)} {verb} weighted. With weights any share can come from any number of people."


def half_text(phrases: Sequence[str]) -> str:
    """Figures that fit only if a half was rounded down or to the even number."""
    return f"{listed(phrases)} fit together, but only if a half was not rounded up."


def rounding_text(refuted: Mapping[RoundingRule, int], tables: int) -> str:
    """Which rules of rounding the percentages leave possible; `refuted`: the tables that each makes impossible."""
    left = [rule for rule, count in refuted.items() if not count]
    gone = {rule: count for rule, count in refuted.items() if count}
    told = listed([f"{count:,} with {RULE_WORDS[rule].of_several}" for rule, count in gone.items()])
    refutations = f"Of the {tables:,} tables that can stand, these could not: {told}."
    if not left:
        return f"No single rule of rounding makes all figures possible. {refutations}"
    inferred = listed([RULE_WORDS[rule].of_several for rule in left], "or")
    return f"All percentages that can stand together can have been printed with {inferred}. {refutations}"


# -- why it cannot be -----------------------------------------------------------------------------------------------


def _sum_of_shares(joint: Joint, conflict: Sequence[int], laws: Sequence[Law], names: Names) -> str:
    """One question, one group, and percentages alone: more or less than 100 together, whatever the base."""
    of = [joint.figures[f] for f in conflict]
    kinds = {law.kind for law in laws}
    if PARTITION not in kinds or NET in kinds or len({joint.bases[f] for f in conflict}) != 1:
        return ""
    if any(one.kind is not Kind.PERCENTAGE for one in of):
        return ""
    printed = listed([one.figure.phrase for one in of])
    least = sum((one.figure.interval.low for one in of), Fraction(0))
    most = sum((one.figure.interval.high or Fraction(100) for one in of), Fraction(0))
    if least > 100:
        return f"{printed} add up to at least {number_text(least)} %, though {_exclusion(joint, of, names)}."
    if most < 100:
        return f"{printed} add up to at most {number_text(most)} %, though {_exclusion(joint, of, names)}."
    return ""


def _sum_of_answers(joint: Joint, conflict: Sequence[int], laws: Sequence[Law], names: Names) -> str:
    """One question, one group: the smallest counts are too many, or the largest too few."""
    if [law.kind for law in laws if law.kind != NESTING] != [PARTITION]:
        return ""
    parts = [f for f in conflict if joint.figures[f].kind is not Kind.BASE]
    bases = [joint.figures[f] for f in conflict if joint.figures[f].kind is Kind.BASE]
    counts = [_counts(joint, f, conflict) for f in parts]
    if len(bases) != 1 or len({joint.figures[f].cell for f in parts}) < len(parts) or None in counts:
        return ""
    base, known = bases[0], [count for count in counts if count is not None]
    least, most = [int(c.low) for c in known], [int(c.high or 0) for c in known]
    total = base.figure.interval
    if total.high is not None and sum(least) > total.high:
        ends, terms, off = "least", least, f"{number_text(sum(least) - total.high)} more"
    elif sum(most) < total.low:
        ends, terms, off = "most", most, f"{number_text(total.low - sum(most))} fewer"
    else:
        return ""
    of = [joint.figures[f] for f in parts]
    addition = f"{' + '.join(number_text(term) for term in terms)} = {number_text(sum(terms))}"
    return (
        f"{listed([one.figure.phrase for one in of])} of {base.figure.phrase} stand for at {ends} {addition} answers, "
        f"{off} than the {base.figure.phrase} {base.base_rule.words.printed}, though {_exclusion(joint, of, names)}."
    )


def _exclusion(joint: Joint, of: Sequence[Stated], names: Names) -> str:
    """Why the counts of these answers cannot be more than the base."""
    question = joint.questions.get(of[0].cell.question or "")
    if question is None or question.single:
        return "each gave one answer"
    alone = [f"“{names.answer(one.cell)}”" for one in of if one.cell.answer in question.exclusive]
    return f"{listed(alone)} {'goes' if len(alone) == 1 else 'go'} with no other answer"


def _sum_of_groups(joint: Joint, conflict: Sequence[int], laws: Sequence[Law], names: Names) -> str:
    """One answer in all and in its groups, whose counts add up to something else."""
    parts = [f for f in conflict if joint.figures[f].kind is not Kind.BASE]
    of = [joint.figures[f] for f in parts]
    by = next((law.other for law in laws if law.kind == SUBGROUP), None)
    if (
        by is None
        or NET in {law.kind for law in laws}
        or len({(one.cell.question, one.cell.answer, one.cell.wave) for one in of}) != 1
    ):
        return ""
    if [one.cell.group is None for one in of].count(True) != 1 or any(
        one.cell.group and one.cell.group[0] != by for one in of
    ):
        return ""
    answer = f"“{names.answer(of[0].cell)}”"
    if len(of) == len(conflict) and all(one.kind is Kind.PERCENTAGE for one in of):
        told = [f"{one.figure.phrase} {_among(one, names) or 'in all'}" for one in of]
        return f"{answer} is {listed(told)}. A whole lies between its groups, whatever their sizes."
    counts = [_counts(joint, f, range(len(joint.figures))) for f in parts]
    if None in counts:
        return ""
    told = []
    for f, one, count in zip(parts, of, counts, strict=True):
        base = _base_of(joint, f)
        means = (
            ""
            if one.kind is Kind.COUNT or base is None or count is None
            else f" of {base.figure.phrase} is {whole_text(count)}"
        )
        told.append(f"{one.figure.phrase}{means} {_among(one, names) or 'in all'}")
    add = (
        "The groups do not add up to the whole."
        if joint.questions[by].complete
        else "The groups are more than the whole."
    )
    return f"{answer}: {'; '.join(told)}. {add}"


def _piece_by_piece(joint: Joint, conflict: Sequence[int], laws: Sequence[Law], names: Names) -> str:
    """What each figure stands for, and what holds between them so that no numbers fulfil all of it."""
    questions = {joint.figures[f].cell.question for f in conflict} - {None}
    said = [_said(joint, f, conflict, names, several=len(questions) > 1) for f in conflict]
    rules = list(dict.fromkeys(text for law in laws if (text := _law_text(joint, law, conflict, names))))
    if rules:
        return f"{listed(said)} cannot stand together, for {listed(rules)}."
    return f"{listed(said)} cannot stand together: no number of respondents fits them all."


def _said(joint: Joint, f: int, conflict: Sequence[int], names: Names, *, several: bool) -> str:
    """One figure with what it is of, and the counts that it stands for."""
    one = joint.figures[f]
    question = f" “{names.question(one.cell)}”" if several and one.cell.question else ""
    if one.kind is Kind.BASE:
        return f"“{one.figure.phrase}” {one.base_rule.words.printed}{question}{_space(_among(one, names))}"
    means = ""
    if one.kind is Kind.PERCENTAGE:
        count, base = _counts(joint, f, conflict), _base_of(joint, f, conflict)
        means = "" if count is None or base is None else f" ({whole_text(count)} of {base.figure.interval})"
    return f"“{one.figure.phrase}”{_of_whom(one, names)}{means}"


def _law_text(joint: Joint, law: Law, conflict: Sequence[int], names: Names) -> str:
    question = joint.questions.get(law.cell.question or "")
    of = [joint.figures[f] for f in conflict]
    if law.kind == PARTITION and question is not None:
        if any(one.cell.question == question.id and one.cell.answer in question.missing for one in of):
            return "those who answered and those who did not know are together no more than were led to the question"
        return _exclusion(joint, [one for one in of if one.cell.question == question.id] or of, names)
    if law.kind == NET and question is not None:
        members = [
            f"“{names.answer(replace(law.cell, answer=member))}”" for member in question.nets[law.cell.answer or ""]
        ]
        return f"“{names.answer(law.cell)}” counts {listed(members)} as one"
    if law.kind == SUBGROUP:
        complete = joint.questions[law.other or ""].complete
        return "the groups make up the whole" if complete else "the groups do not overlap"
    if law.kind == ROUTING and question is not None and question.asked_if is not None:
        asker, answers = question.asked_if
        gave = listed([f"“{names.answer(Cell(asker, answer))}”" for answer in answers], "or")
        return f"“{names.question(law.cell)}” is put only to those who answered {gave}"
    if law.kind == ORDER:
        text = next((order.text for order in joint.orders if order.id == law.other), "")
        return f"the text says “{text}”" if text else "the text says that the one is larger than the other"
    bases = {joint.bases[f] for f in conflict}
    if law.kind == NESTING and law.wider is not None and law.other is not None and len(bases - {None}) > 1:
        return f"{BaseRule(law.other).words.those} are among {BaseRule(law.wider).words.those}"
    return ""


# -- pieces ---------------------------------------------------------------------------------------------------------


def _where(joint: Joint, conflict: Sequence[int], names: Names) -> str:
    cells = [joint.figures[f].cell for f in conflict]
    questions = {names.question(cell) for cell in cells if cell.question is not None}
    groups = {names.group(cell) for cell in cells}
    where = questions.pop() if len(questions) == 1 else ""
    group = groups.pop() if len(groups) == 1 else ""
    return f"{', '.join(part for part in (where, group) if part)}:" if where else ""


def _of_whom(one: Stated, names: Names) -> str:
    answer = "" if one.cell.answer is None else f" for “{names.answer(one.cell)}”"
    return f"{answer}{_space(_among(one, names))}"


def _among(one: Stated, names: Names) -> str:
    group = names.group(one.cell)
    return f"among {group}" if group else ""


def _space(text: str) -> str:
    return f" {text}" if text else ""


def _counts(joint: Joint, figure: int, among: Sequence[int] | range) -> Interval | None:
    """The counts that a figure stands for, given the base printed among the figures; None if there is none."""
    one = joint.figures[figure]
    if one.kind is Kind.COUNT:
        return one.figure.interval
    base = _base_of(joint, figure, among)
    if base is None:
        return None
    counts = counts_possible(one.figure.interval, base.figure.interval)
    return None if counts.is_empty else counts


def _base_of(joint: Joint, figure: int, among: Sequence[int] | range | None = None) -> Stated | None:
    base = joint.bases[figure]
    among = range(len(joint.figures)) if among is None else among
    return next(
        (joint.figures[f] for f in among if joint.figures[f].kind is Kind.BASE and joint.bases[f] == base), None
    )


def _corrected(joint: Joint, correction: Correction) -> str:
    """What the one figure of a correction may be: the values next to the printed one, where that lies in the range."""
    one = joint.figures[correction.figures[0]]
    if correction.nearest:
        return listed([_number(one.figure, value) for value in correction.nearest], "or")
    return _value_text(one, correction.ranges[0])


def _number(figure: Figure, value: Fraction) -> str:
    return f"{decimal_text(value, figure.decimals)} %" if figure.kind is Kind.PERCENTAGE else number_text(value)


def _value_text(one: Stated, interval: Interval) -> str:
    if one.kind is not Kind.PERCENTAGE:
        return whole_text(interval)
    low = decimal_text(interval.low, one.figure.decimals)
    if interval.high is None or interval.is_point:
        return f"{low} %"
    between = "or" if interval.high - interval.low == Fraction(1, 10**one.figure.decimals) else "to"
    return f"{low} {between} {decimal_text(interval.high, one.figure.decimals)} %"


def percent_range_text(share: Interval) -> str:
    """Exact percentages to one decimal: `27.1 %`, `16.3 to 18.6 %`."""
    ends = (share.low, Fraction(100) if share.high is None else share.high)
    low, high = (number_text(Fraction(math.floor(10 * end + Fraction(1, 2)), 10)) for end in ends)
    return f"{low} %" if low == high else f"{low} to {high} %"
