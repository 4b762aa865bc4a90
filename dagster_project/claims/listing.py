"""A list of answers as one sentence gives it, judged without a codebook.

The answers are taken as those of one question that each answered once, and others may be left unsaid. That several
answers could be given is a reading.
"""

import time

from dagster_project.claims.decide.joint import join, stated
from dagster_project.claims.decide.system import Feasibility
from dagster_project.claims.findings import SECONDS, Audit, audit_claims
from dagster_project.claims.read import given
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.parse import listing_given
from dagster_project.claims.read.statement import Listing
from dagster_project.claims.read.survey import Cell, Claim, Names, Question

ASIDE = 3.0  # seconds for what is only an aside: a tenth of what the figures themselves may take
_LIST, _REST = "list", "another answer"


def audit_listing(listing: Listing | str, *, seconds: float = SECONDS) -> Audit:
    """Judge the figures of a list together. A claim's id is its figure as printed, numbered where it stands twice."""
    listing = listing_given(listing)
    claims = listing_claims(listing)
    question = _question(claims, others=True, single=not listing.several)
    labels = {(_LIST, str(n)): part.label or f"no. {n}" for n, part in enumerate(listing.parts, start=1)}
    names = Names({_LIST: ""}, labels)
    return audit_claims(claims, [question], names=names, seconds=seconds)


def leaves_answers_out(listing: Listing | str, *, seconds: float = ASIDE) -> bool:
    """Whether it is proved in time that figures which can stand together cannot be all the answers that were given."""
    deadline = time.monotonic() + given.seconds(seconds)
    claims = listing_claims(listing_given(listing))
    joint = join(stated(claims), [_question(claims, others=False)])
    return joint.system.decide(joint.everything, deadline=deadline).feasibility is Feasibility.IMPOSSIBLE


def listing_claims(listing: Listing) -> list[Claim]:
    """The figures of a list as claims about one question."""
    figures = [
        (figure, Cell(_LIST, str(number)))
        for number, part in enumerate(listing.parts, start=1)
        for figure in part.figures
    ]
    if listing.base is not None:
        figures.append((listing.base, Cell(_LIST)))
    claims: list[Claim] = []
    for figure, cell in figures:
        same = sum(claim.figure.text == figure.text for claim in claims)
        name = f"{figure.phrase} ({same + 1})" if same else figure.phrase
        claims.append(Claim(name, figure, cell, BaseRule.answered))
    return claims


def _question(claims: list[Claim], *, others: bool, single: bool = True) -> Question:
    answers = dict.fromkeys(claim.cell.answer or "" for claim in claims if claim.kind is not Kind.BASE)
    return Question(_LIST, (*answers, _REST) if others else tuple(answers), single=single, presumed=single)
