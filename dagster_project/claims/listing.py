"""A list of answers as one sentence gives it, judged without a codebook.

The answers are taken as those of one question that each answered once, and others may be left unsaid. That several
answers could be given is a reading.
"""

import time
from dataclasses import replace

from dagster_project.claims.decide.joint import join, stated
from dagster_project.claims.decide.system import Feasibility
from dagster_project.claims.findings import SECONDS, Audit, audit_claims
from dagster_project.claims.read import given
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.parse import listing_given
from dagster_project.claims.read.statement import Listing
from dagster_project.claims.read.survey import Cell, Claim, Names, Question

ASIDE = 3.0  # seconds for what is only an aside: a tenth of what the figures themselves may take
_LIST, _REST = "list", "another answer"


def audit_listing(listing: Listing | str, *, seconds: float = SECONDS) -> Audit:
    """Judge the figures of a list together. A claim's id is its figure as printed, numbered where it stands twice."""
    listing = listing_given(listing)
    question = _question(listing, others=not listing.complete)
    labels = {(_LIST, str(n)): part.label or f"no. {n}" for n, part in enumerate(listing.parts, start=1)}
    return audit_claims(listing_claims(listing), [question], names=Names({_LIST: ""}, labels), seconds=seconds)


def leaves_answers_out(listing: Listing | str, *, seconds: float = ASIDE) -> bool:
    """Whether it is proved in time that figures which can stand together cannot be all the answers that were given."""
    deadline = time.monotonic() + given.seconds(seconds)
    listing = listing_given(listing)
    joint = join(stated(listing_claims(listing)), [_question(replace(listing, several=False), others=False)])
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


def _question(listing: Listing, *, others: bool) -> Question:
    """The question that a list answers. A net is no answer; where it may have parts unnamed, one stands for them."""
    wholes = {net.whole for net in listing.nets}
    answers = [str(n) for n in range(1, len(listing.parts) + 1) if n - 1 not in wholes]
    nets = {}
    for net in listing.nets:
        unnamed = [f"{_REST} of {net.whole + 1}"] if net.is_open else []
        nets[str(net.whole + 1)] = (*(str(part + 1) for part in net.parts), *unnamed)
        answers += unnamed
    single = not listing.several
    return Question(_LIST, (*answers, *([_REST] if others else [])), single=single, presumed=single, nets=nets)
