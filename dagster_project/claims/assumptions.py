"""What a reader has to assume: whom "of these" means, and what a publication does not tell about its survey."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dagster_project.claims.decide.algebra import counts_possible, percentages_possible
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.read import given
from dagster_project.claims.read.bases import BaseRule, base_given
from dagster_project.claims.read.given import GivenError
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.interval import BASES, EMPTY, Interval
from dagster_project.claims.read.survey import Cell, Claim, Names, claims_given
from dagster_project.claims.say.words import listed, percent_range_text, whole_text

DISCLOSURES: Mapping[str, str] = {
    "who_asked": "who asked",
    "how_many": "how many were asked or answered",
    "when": "when it was asked",
    "weighting": "whether the figures are weighted",
    "margin_of_error": "the margin of error",
}


@dataclass(frozen=True)
class Antecedent:
    """One circle that a figure may be of: a base, or those who gave an answer."""

    base: BaseRule | None = None
    question: str | None = None
    answer: str | None = None

    def __post_init__(self) -> None:
        if self.base is not None:
            object.__setattr__(self, "base", base_given(self.base))
        elif self.question is None or self.answer is None:
            raise GivenError("an antecedent is a base, or a question with one of its answers: give one of the two.")


def ambiguity(
    claim: Claim,
    antecedents: Iterable[Antecedent],
    variants: Iterable[tuple[str, Iterable[Claim]]],
    names: Names | None = None,
) -> Finding:
    """A count whose whole the text leaves open: what share it is of each circle that may be meant.

    `variants` are the claims as labelled, under an empty title, and in each declared reading, under its own words.
    """
    claims_given([claim])
    antecedents = given.several(antecedents, Antecedent, "antecedents", "give Antecedent(base) for each")
    if not antecedents:
        raise GivenError(f"nobody is given of whom {claim.figure.phrase!r} may be a part: give the antecedents.")
    names = names or Names()
    sentences = []
    for title, claims in _variants_given(variants):
        shares = "; of ".join(text for one in antecedents if (text := _share_text(one, claim, claims, names)))
        if shares:
            sentences.append(f"In the reading “{title.rstrip('.')}”: of {shares}." if title else f"Of {shares}.")
    told = " ".join(sentences) or "None of these circles has a number."
    circles = [_name(one, names) for one in antecedents]
    statement = f"The text does not say of whom “{claim.figure.phrase}” is a part: {listed(circles, 'or')}. {told}"
    condition = f"“{claim.figure.phrase}” is a part {_of_one_of(circles)}"
    return Finding(Code.BASE_DEFINITION, Severity.NEEDS_AN_ASSUMPTION, (claim.id,), statement, condition=condition)


def _of_one_of(circles: Sequence[str]) -> str:
    return listed([f"of {circle}" for circle in circles], "or")


def _variants_given(variants: Iterable[tuple[str, Iterable[Claim]]]) -> Iterator[tuple[str, Sequence[Claim]]]:
    how = "give each as a title with its claims"
    for variant in given.several(variants, tuple, "variants", how):
        if len(variant) != 2:
            raise GivenError(f"{given.shown(variant)} is no variant: {how}.")
        yield given.text(variant[0], "a variant's title", "an answer"), claims_given(variant[1])


def _share_text(antecedent: Antecedent, claim: Claim, claims: Sequence[Claim], names: Names) -> str:
    """What share a figure is of a circle; "" where the claims do not say how many are in it."""
    circle = _circle(antecedent, claim, claims)
    share = EMPTY if circle is None else percentages_possible(claim.figure.interval, circle)
    if circle is None or share.is_empty:
        return ""
    return f"{_name(antecedent, names)} ({whole_text(circle)}) it is {percent_range_text(share)}"


def missing_disclosure(told: Collection[str], claims: Iterable[Claim]) -> Finding | None:
    """What the publication does not tell of its survey; None if it tells all. A printed base tells how many."""
    told = given.several(told, str, "what is told", f"give some of {', '.join(DISCLOSURES)}")
    if unknown := sorted(set(told) - set(DISCLOSURES)):
        raise GivenError(f"{unknown[0]!r} is nothing that is told of a survey: choose from {', '.join(DISCLOSURES)}.")
    kinds = {claim.kind for claim in claims_given(claims)}
    if not kinds:
        return None
    known = {*told, *(["how_many"] if Kind.BASE in kinds else [])}
    missing = [words for name, words in DISCLOSURES.items() if name not in known]
    if not missing:
        return None
    message = (
        f"The publication does not tell: {'; '.join(missing)}. Whoever quotes its figures has to assume it, or to ask."
    )
    return Finding(Code.DISCLOSURE, Severity.NEEDS_AN_ASSUMPTION, (), message)


def _name(antecedent: Antecedent, names: Names) -> str:
    if antecedent.base is not None:
        return antecedent.base.words.those
    return f"those with “{names.answer(Cell(antecedent.question, antecedent.answer))}”"


def _circle(antecedent: Antecedent, claim: Claim, claims: Sequence[Claim]) -> Interval | None:
    """How many are in a circle, as far as the claims say; None if they do not."""
    if antecedent.base is not None:
        return _base(antecedent.base, claims)
    for one in claims:
        same = (one.cell.question, one.cell.answer) == (antecedent.question, antecedent.answer)
        if not same or (one.cell.wave, one.cell.group) != (claim.cell.wave, claim.cell.group):
            continue
        if one.kind is Kind.COUNT:
            return one.figure.interval
        base = _base(one.base_rule, claims)
        if one.figure.hedge.is_bare and base is not None:
            counts = counts_possible(one.figure.interval, base)
            return None if counts.is_empty else counts.intersect(BASES)
    return None


def _base(rule: BaseRule, claims: Sequence[Claim]) -> Interval | None:
    said = (one.figure.interval for one in claims if one.kind is Kind.BASE and one.base_rule == rule)
    return next(said, None)
