"""Whatever is printed truly of a survey is never blamed: that is the soundness of every row of the joint system."""

from hypothesis import given, settings
from hypothesis import strategies as st
from true_surveys import QUESTIONS, true_survey

from dagster_project.claims.decide.joint import join, stated
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.system import Feasibility
from dagster_project.claims.findings import audit_claims

BLAMED = (Severity.PROVED_IMPOSSIBLE, Severity.IMPOSSIBLE_AS_LABELLED)
SECONDS = 2  # of an audit; in a few of these surveys the ranges take far longer, since no base is printed
seeds = st.integers(0, 10**6)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seeds)
def test_true_figures_are_never_blamed(seed: int) -> None:
    survey = true_survey(seed, most_claims=10)
    audit = audit_claims(survey.claims, QUESTIONS, survey.orders, seconds=SECONDS)
    assert [finding.message for finding in audit.findings if finding.severity in BLAMED] == []


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seeds)
def test_many_true_figures_of_few_people_are_possible_together(seed: int) -> None:
    survey = true_survey(seed, most_claims=40, most_people=8)
    joint = join(stated(survey.claims), QUESTIONS, survey.orders)
    assert joint.system.decide(joint.everything).feasibility is Feasibility.POSSIBLE


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seeds)
def test_a_true_figure_lies_in_what_it_could_be_given_all_others(seed: int) -> None:
    survey = true_survey(seed, most_claims=8, plain=True)
    audit = audit_claims(survey.claims, QUESTIONS, survey.orders, seconds=SECONDS)
    for claim in survey.claims:
        assert claim.id not in audit.fits or audit.fits[claim.id].contains(claim.figure.value or 0), claim
