"""What the joint audit found, in plain words with the arithmetic in them. English only; nothing is decided here."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from dagster_project.claims.algebra import counts_possible
from dagster_project.claims.hedges import Kind
from dagster_project.claims.interval import Interval, number_text
from dagster_project.claims.joint import NESTING, PARTITION, SUBGROUP, Joint, Law, Stated
from dagster_project.claims.localise import Contradiction, Repair
from dagster_project.claims.readings import BASE_WORDS, RULE_WORDS
from dagster_project.claims.rounding import RoundingRule, decimal_text
from dagster_project.claims.survey import ANSWERED, WIDEST_FIRST, Cell, Names
from dagster_project.claims.words import whole_text

_TOLD = 6  # repairs that are named in a sentence


def contradiction_text(joint: Joint, contradiction: Contradiction, names: Names) -> str:
    """One paragraph: what the figures of the smallest conflict mean, why that cannot be, and what would mend it."""
    conflict = sorted(contradiction.conflicts[0])
    where = _where(joint, conflict, names)
    why = (
        _sum_of_shares(joint, conflict, contradiction.laws)
        or _sum_of_answers(joint, conflict, contradiction.laws)
        or _sum_of_groups(joint, conflict, contradiction.laws, names)
        or _piece_by_piece(joint, conflict, contradiction.laws, names)
    )
    return " ".join(part for part in (where, why, _mending(joint, contradiction)) if part)


def change_text(joint: Joint, repair: Repair, figure: int, interval: Interval, names: Names) -> str:
    """One sentence: what a figure may be, alone or together with the others of its repair."""
    one = joint.figures[figure]
    of = _cell_text(one, names)
    value = _value_text(one, interval)
    if len(repair.figures) == 1:
        return f"If all others stand, the {one.kind}{of} can be {value} instead of “{one.figure.phrase}”."
    others = [f"“{joint.figures[f].figure.phrase}”" for f in repair.figures if f != figure]
    return f"If {listed(others)} may change too, the {one.kind}{of} can be {value} instead of “{one.figure.phrase}”."


def table_text(
    figures: Sequence[Stated],
    power: Fraction | None,
    names: Names,
    example: tuple[Sequence[int], int] | None,
    *,
    rest: bool,
) -> str:
    """What a table, or the `rest` of one, was checked for where it holds together, and what the check is worth."""
    shares = [one for one in figures if one.kind is Kind.PERCENTAGE]
    bases = dict.fromkeys(
        one.figure.phrase
        for one in figures
        if one.kind is Kind.BASE and (one.base or ANSWERED) == (shares[0].base or ANSWERED)
    )
    of = f" of {listed(list(bases))}" if bases else ""
    where = f"{name}: " if (name := names.question(shares[0].cell)) else ""
    which = f"{'the other' if rest else 'all'} {len(shares)} percentages{of}"
    text = f"{where}{which} can have come from one set of answers."
    text = text[0].upper() + text[1:]
    if example is not None:
        counts, base = example
        text = f"{text[:-1]}, for example {listed([number_text(count) for count in counts])} of {number_text(base)}."
    if power is None:
        return f"{text} No base is printed, so that only their sum was checked."
    if power == 0:
        return f"{text} That proves nothing: any other percentages would have fitted as well."
    caught = number_text(round(100 * power))
    return f"{text} Of 100 other values for one of them, {caught} would have been noticed on average."


def undecided_text(joint: Joint, seconds: float) -> str:
    """That nothing is known, and why."""
    return (
        f"Whether these {len(joint.figures)} figures can stand together was not decided within "
        f"{seconds:g} seconds. Nothing is claimed about them; "
        "give the audit more time, or audit fewer of them at once."
    )


def order_text(greater: str, smaller: str, *, checked: bool) -> str:
    """Whether what is said to be larger can be."""
    said = f"“{greater}” is said to be more than “{smaller}”"
    return (
        f"{said}, and can be."
        if checked
        else f"{said}. They have no base in common that is printed, so that cannot be checked."
    )


def weighted_text(phrases: Sequence[str]) -> str:
    """That a weighted share alone says nothing of any count."""
    verb = "is" if len(phrases) == 1 else "are"
    return f"{listed(phrases)} {verb} weighted. With weights any share can come from any number of people."


def half_text(phrases: Sequence[str]) -> str:
    """Figures that fit only if a half was rounded down or to the even number."""
    return (
        f"{listed(phrases)} fit together only if a half was not rounded up; else no number of respondents gives them."
    )


def rounding_text(refuted: Mapping[RoundingRule, int], parts: int) -> str:
    """Which rules of rounding the percentages leave possible; `refuted`: the parts that each makes impossible."""
    left = [rule for rule, count in refuted.items() if not count]
    gone = {rule: count for rule, count in refuted.items() if count}
    refutations = "; ".join(f"{RULE_WORDS[rule]}: {count:,} of {parts:,} impossible" for rule, count in gone.items())
    if not left:
        return f"No single rule of rounding makes all figures possible ({refutations})."
    inferred = listed([RULE_WORDS[rule] for rule in left], "or")
    return f"The percentages that fit at all can have been printed with {inferred}. Refuted: {refutations}."


# -- why it cannot be -----------------------------------------------------------------------------------------------


def _sum_of_shares(joint: Joint, conflict: Sequence[int], laws: Sequence[Law]) -> str:
    """One question, one group, and percentages alone: more or less than 100 together, whatever the base."""
    figures = [joint.figures[f].figure for f in conflict]
    if PARTITION not in {law.kind for law in laws} or len({joint.bases[f] for f in conflict}) != 1:
        return ""
    if any(figure.kind is not Kind.PERCENTAGE for figure in figures):
        return ""
    printed = listed([figure.phrase for figure in figures])
    least = sum((figure.interval.low for figure in figures), Fraction(0))
    most = sum((figure.interval.high or Fraction(100) for figure in figures), Fraction(0))
    if least > 100:
        return f"{printed} add up to at least {number_text(least)} %, of people who gave one answer each."
    if most < 100:
        return f"{printed} add up to at most {number_text(most)} %, though everybody gave one of these answers."
    return ""


def _sum_of_answers(joint: Joint, conflict: Sequence[int], laws: Sequence[Law]) -> str:
    """One question, one group: the smallest counts are too many, or the largest too few."""
    if [law.kind for law in laws if law.kind != NESTING] != [PARTITION]:
        return ""
    parts = [f for f in conflict if joint.figures[f].kind is not Kind.BASE]
    bases = [joint.figures[f] for f in conflict if joint.figures[f].kind is Kind.BASE]
    counts = [_counts(joint, f, conflict) for f in parts]
    if len(bases) != 1 or any(count is None for count in counts):
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
    printed = listed([joint.figures[f].figure.phrase for f in parts])
    addition = f"{' + '.join(number_text(term) for term in terms)} = {number_text(sum(terms))}"
    return (
        f"{printed} of {base.figure.phrase} stand for at {ends} {addition} answers, "
        f"{off} than the {base.figure.phrase} who gave one each."
    )


def _sum_of_groups(joint: Joint, conflict: Sequence[int], laws: Sequence[Law], names: Names) -> str:
    """One answer in all and in its groups, whose counts add up to something else."""
    parts = [f for f in conflict if joint.figures[f].kind is not Kind.BASE]
    if {law.kind for law in laws} - {NESTING} != {SUBGROUP} or len({joint.figures[f].cell.answer for f in parts}) != 1:
        return ""
    said = []
    for f in parts:
        count, base = _counts(joint, f, range(len(joint.figures))), _base_of(joint, f)
        if count is None or base is None:
            return ""
        group = names.group(joint.figures[f].cell)
        among = f" {group}" if group else " in all"
        said.append(f"{joint.figures[f].figure.phrase} of {base.figure.phrase}{among} is {whole_text(count)}")
    return f"“{names.answer(joint.figures[parts[0]].cell)}”: {'; '.join(said)}. The groups do not add up to the whole."


def _piece_by_piece(joint: Joint, conflict: Sequence[int], laws: Sequence[Law], names: Names) -> str:
    """What each figure stands for, what holds between them, and that no numbers fulfil all of it."""
    said = []
    for f in conflict:
        one = joint.figures[f]
        of = _cell_text(one, names)
        if one.kind is Kind.PERCENTAGE:
            count, base = _counts(joint, f, conflict), _base_of(joint, f)
            means = "" if count is None or base is None else f" ({whole_text(count)} of {base.figure.interval})"
            said.append(f"“{one.figure.phrase}”{of}{means}")
        else:
            said.append(f"“{one.figure.phrase}”{of}")
    several = len({joint.bases[f] for f in conflict if joint.figures[f].kind is not Kind.COUNT}) > 1
    told = (_law_text(joint, law, names, several_bases=several) for law in laws)
    rules = list(dict.fromkeys(text for text in told if text))
    because = f" It holds that {listed(rules)}." if rules else ""
    return f"{listed(said)} cannot stand together: no whole numbers of respondents fit them all.{because}"


def _law_text(joint: Joint, law: Law, names: Names, *, several_bases: bool) -> str:
    question = joint.questions.get(law.cell.question or "")
    match law.kind:
        case "partition" if question is not None and question.single:
            return "everybody who answered gave exactly one answer"
        case "partition":
            return "some answers exclude the others"
        case "subgroup":
            return (
                "the groups make up the whole"
                if joint.questions[law.other or ""].complete
                else "the groups do not overlap"
            )
        case "routing" if question is not None and question.asked_if is not None:
            asker, answers = question.asked_if
            gave = listed([f"“{names.answer(Cell(asker, answer))}”" for answer in answers], "or")
            return f"{names.question(law.cell)} is put only to those who answered {gave}"
        case "order":
            return "the text says that one share is larger than the other"
        case "nesting" if law.other in WIDEST_FIRST[1:] and law.cell.answer is None and several_bases:
            wider = WIDEST_FIRST[WIDEST_FIRST.index(law.other) - 1]
            return f"{BASE_WORDS[law.other]} are among {BASE_WORDS[wider]}"
    return ""


def _mending(joint: Joint, contradiction: Contradiction) -> str:
    single = [repair for repair in contradiction.repairs if len(repair.figures) == 1]
    if single:
        ways = []
        for repair in single[:_TOLD]:
            one = joint.figures[repair.figures[0]]
            ways.append(f"“{one.figure.phrase}” to {_value_text(one, repair.ranges[0])}")
        more = f" (and {len(single) - _TOLD} more)" if len(single) > _TOLD else ""
        return f"One change of one figure would mend it: {listed(ways, 'or')}{more}."
    if not contradiction.complete:
        return "What would mend it was not found within the time limit."
    if contradiction.repairs:
        size = len(contradiction.repairs[0].figures)
        return f"No change of one figure would mend it; at least {size} have to change."
    return "No change of a figure that was not recounted would mend it."


# -- pieces ---------------------------------------------------------------------------------------------------------


def _where(joint: Joint, conflict: Sequence[int], names: Names) -> str:
    cells = [joint.figures[f].cell for f in conflict if joint.figures[f].kind is not Kind.BASE]
    questions = dict.fromkeys(names.question(cell) for cell in cells)
    groups = dict.fromkeys(names.group(cell) for cell in cells)
    where = next(iter(questions)) if len(questions) == 1 else ""
    group = next(iter(groups)) if len(groups) == 1 else ""
    return f"{', '.join(part for part in (where, group) if part)}:" if where else ""


def _cell_text(one: Stated, names: Names) -> str:
    if one.kind is Kind.BASE:
        of = BASE_WORDS.get(one.base or ANSWERED, "")
    elif one.cell.answer is None:
        return ""
    else:
        of = f"“{names.answer(one.cell)}”"
    group = names.group(one.cell)
    return f" of {of}" + (f", {group}" if group else "")


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
    low, high = (number_text(round(10 * end) / Fraction(10)) for end in (share.low, share.high or Fraction(100)))
    return f"{low} %" if low == high else f"{low} to {high} %"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"
