"""What the joint audit found, in plain words with the arithmetic in them. English only; nothing is decided here."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from dagster_project.claims.decide.joint import Joint, Stated
from dagster_project.claims.decide.localise import Contradiction, Correction
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import Interval, number_text
from dagster_project.claims.read.rounding import RULE_WORDS, RoundingRule
from dagster_project.claims.read.survey import Names
from dagster_project.claims.say.conflict_words import conflict_text, of_whom
from dagster_project.claims.say.words import NOT_HALF_UP, listed, range_text, value_text

_TOLD = 6  # corrections that are named in a sentence


def contradiction_text(joint: Joint, contradiction: Contradiction, names: Names) -> str:
    """One paragraph: what the figures of the smallest conflict mean, why that cannot be, and what would mend it."""
    return f"{conflict_text(joint, contradiction, names)} {mending_text(joint, contradiction)}"


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
    what = f"number {one.base_rule.words.printed}" if one.kind is Kind.BASE else f"{one.kind}"
    what += of_whom(one, names)
    now = f"instead of “{one.figure.phrase}”."
    if len(correction.figures) == 1:
        return f"If all others stand, the {what} can be {_corrected(joint, correction)} {now}"
    others = listed([f"“{joint.figures[f].figure.phrase}”" for f in correction.figures if f != figure])
    could = range_text(interval, one.kind, one.figure.decimals)
    return f"If {others} may change too, the {what} can be {could} {now}"


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
    where = f"{name}: " if (name := names.question(shares[0].cell)) else ""
    which = f"{'the other' if rest else 'all'} {len(shares)} percentages{_of_bases(figures, shares[0].base_rule)}"
    text = f"{where}{which} can have come from one set of answers"
    text = text[0].upper() + text[1:]
    if example is not None:
        counts, base = example
        text += f", for example {listed([number_text(count) for count in counts])} of {number_text(base)}"
    return f"{text}. {_worth(caught)}"


def _said_more(greater: str, smaller: str) -> str:
    return f"“{greater}” is more than “{smaller}”"


def _of_bases(figures: Sequence[Stated], rule: BaseRule) -> str:
    said = [one.figure.phrase for one in figures if one.kind is Kind.BASE and one.base_rule is rule]
    return f" of {listed(list(dict.fromkeys(said)))}" if said else ""


def _worth(caught: Fraction | None) -> str:
    if caught is None:
        return "No base is printed, so that only their sum was checked."
    if caught == 0:
        return "That proves nothing: any other percentages would have fitted as well."
    many = number_text(math.floor(100 * caught))
    return f"Of 100 other values for one of them, {many} would have been noticed on average."


def undecided_text(figures: int, orders: int, seconds: float) -> str:
    """That nothing is known, and why."""
    these = listed([f"{many} {what}" for many, what in ((figures, "figures"), (orders, "orders")) if many])
    return (
        f"Whether these {these} can stand together was not decided within {seconds:g} seconds. "
        "Nothing is claimed about them; give the audit more time, or audit fewer of them at once."
    )


def clash_text(said: Sequence[tuple[str, str]], refuted: Sequence[tuple[str, str]]) -> str:
    """What is said to be larger and cannot be, whatever the figures; and which of it the records refute."""
    orders = listed([_said_more(*one) for one in said])
    text = f"The text says that {orders}. That cannot be, whatever the figures are."
    return f"{text} The records refute that {listed([_said_more(*one) for one in refuted])}." if refuted else text


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
    return f"{listed(phrases)} fit together, but only if {NOT_HALF_UP}."


def rounding_text(refuted: Mapping[RoundingRule, int], tables: int) -> str:
    """Which rules of rounding the percentages leave possible; `refuted`: the tables that each makes impossible."""
    inferred = rules_left(refuted)
    gone = {rule: count for rule, count in refuted.items() if count}
    told = listed([f"{count:,} with {RULE_WORDS[rule].of_several}" for rule, count in gone.items()])
    refutations = f"Of the {tables:,} tables that can stand, these could not: {told}."
    if not inferred:
        return f"No single rule of rounding makes all figures possible. {refutations}"
    return f"All percentages that can stand together can have been printed with {inferred}. {refutations}"


def rules_left(refuted: Mapping[RoundingRule, int]) -> str:
    """The rules of rounding that make no table impossible; "" if there are none."""
    left = [RULE_WORDS[rule].of_several for rule, count in refuted.items() if not count]
    return listed(left, "or") if left else ""


def rounding_condition(refuted: Mapping[RoundingRule, int]) -> str:
    """What percentages are possible on that were not rounded as one would assume."""
    inferred = rules_left(refuted)
    return (
        f"the percentages were printed with {inferred}"
        if inferred
        else "the percentages were not all rounded by one rule"
    )


def _corrected(joint: Joint, correction: Correction) -> str:
    """What the one figure of a correction may be: the values next to the printed one, where that lies in the range."""
    one = joint.figures[correction.figures[0]]
    if correction.nearest:
        return listed([value_text(value, one.kind, one.figure.decimals) for value in correction.nearest], "or")
    return range_text(correction.ranges[0], one.kind, one.figure.decimals)
