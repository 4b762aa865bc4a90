"""Which rules of rounding the percentages of a publication can have been printed by, as findings."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dagster_project.claims.contradicted import as_triple
from dagster_project.claims.decide.joint import Joint
from dagster_project.claims.decide.localise import Localiser
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.system import Feasibility, UndecidedError
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.read.rounding import RULE_WORDS, RoundingRule
from dagster_project.claims.say.joint_words import half_text, rounding_condition, rounding_text
from dagster_project.claims.say.words import NOT_HALF_UP
from dagster_project.claims.standing import table_code

_ENOUGH = 5  # percentages before a rule of rounding is inferred


def rounding_findings(judged: Sequence[Joint], seconds: float) -> Iterator[Finding]:
    """Where a rule that nobody would assume is needed, and which the percentages of all tables can have in common.

    Nothing is said if one of the tables is not decided in time.
    """
    tables = [joint for joint in judged if any(one.figure.rounding for one in joint.figures)]
    deadline = time.monotonic() + seconds
    impossible: dict[RoundingRule, list[Joint]] = {}
    for rule in RULE_WORDS:
        found: dict[Feasibility, list[Joint]] = defaultdict(list)
        for joint in tables:
            if time.monotonic() > deadline:
                return
            under = joint.under(rule)
            found[under.system.decide(under.everything, deadline=deadline).feasibility].append(under)
            if found[Feasibility.UNDECIDED]:
                return
        impossible[rule] = found[Feasibility.IMPOSSIBLE]
    for under_half_up in impossible[RoundingRule.HALF_UP]:
        yield from _only_if_not_half_up(under_half_up, deadline)
    yield from _inferred(tables, {rule: len(of_rule) for rule, of_rule in impossible.items()})


def _inferred(tables: Sequence[Joint], refuted: Mapping[RoundingRule, int]) -> Iterator[Finding]:
    """The rules that are left; said only where some are not, of enough percentages."""
    rounded = [one for joint in tables for one in joint.figures if one.figure.rounding is not None]
    if len(rounded) >= _ENOUGH and any(refuted.values()):
        usual = refuted[RoundingRule.HALF_UP] == 0
        severity = Severity.CONSISTENT if usual else Severity.NEEDS_AN_ASSUMPTION
        condition = "" if usual else rounding_condition(refuted)
        yield Finding(Code.ROUNDING, severity, (), rounding_text(refuted, len(tables)), condition=condition)


def _only_if_not_half_up(under: Joint, deadline: float) -> Iterator[Finding]:
    """Figures that can stand, but not `under` half up, which most would take for granted."""
    localiser = Localiser(under, deadline)
    try:
        contradictions, _ = localiser.conflicts()
    except UndecidedError:
        return
    for contradiction in contradictions:
        places = sorted(contradiction.figures)
        if as_triple(under, contradiction) is not None and not _is_of_a_table(under, places[0]):
            continue  # the triple tells it itself
        figures = [under.figures[f] for f in places]
        claims = tuple(claim for one in figures for claim in one.claims)
        statement = half_text([one.figure.phrase for one in figures])
        yield Finding(Code.ROUNDING, Severity.NEEDS_AN_ASSUMPTION, claims, statement, condition=NOT_HALF_UP)


def _is_of_a_table(under: Joint, figure: int) -> bool:
    """Whether a figure's question is told as a table, in which no triple is told by itself."""
    cell = under.figures[figure].cell
    of = [f for f, one in enumerate(under.figures) if (one.cell.wave, one.cell.question) == (cell.wave, cell.question)]
    return table_code(under, of) is not None
