"""Changes over time, open antecedents and what a publication leaves unsaid."""

import pytest

from dagster_project.claims import (
    Antecedent,
    BaseRule,
    Cell,
    Claim,
    FigureError,
    Kind,
    ambiguity,
    audit_change,
    missing_disclosure,
    parse_change,
    parse_figure,
)


def claim(name: str, text: str, kind: Kind = Kind.PERCENTAGE, base: BaseRule = BaseRule.all, **cell: str) -> Claim:
    return Claim(name, parse_figure(text, kind), Cell(**cell), base)


@pytest.mark.parametrize(
    ("change", "earlier", "later", "severity"),
    [
        ("up 3 points", "40%", "43%", "consistent"),
        ("up 4 points", "40%", "43%", "consistent"),  # 39.5 to 43.5 before rounding
        ("up 5 points", "40%", "43%", "proved impossible"),
        ("down 3 points", "43%", "40%", "consistent"),
        ("-2.5 percentage points", "45.5%", "43.0%", "consistent"),
        ("down 3 points", "40%", "43%", "impossible as labelled"),
        ("up 5 percent", "40%", "45%", "impossible as labelled"),
        ("12.5 percent higher", "40%", "45%", "consistent"),
        ("about 5 points", "40%", "45%", "consistent"),
        ("more than 6 points", "40%", "45%", "proved impossible"),
    ],
)
def test_a_change_is_held_against_its_two_ends(change: str, earlier: str, later: str, severity: str) -> None:
    finding = audit_change(parse_change(change), claim("A", earlier), claim("B", later), "V")

    assert finding.severity.value == severity
    assert finding.claims == ("A", "B", "V")


def test_one_point_is_a_point() -> None:
    one = audit_change("up 3 points", claim("A", "40%"), claim("B", "41%"), "V")
    several = audit_change("up 3 points", claim("A", "40%"), claim("B", "42%"), "V")

    assert "is up 1 percentage point (" in one.message
    assert "is up 2 percentage points (" in several.message


def test_points_are_not_percent_and_the_slip_is_named() -> None:
    finding = audit_change(parse_change("up 5 percent"), claim("A", "40%"), claim("B", "45%"), "V")

    assert [reading.title for reading in finding.readings] == ["points, not percent"]
    assert "From 40% to 45% is up 12.5 percent" in finding.message


def test_a_change_of_counts_is_in_respondents() -> None:
    one, two = claim("A", "40", Kind.COUNT), claim("B", "52", Kind.COUNT)

    assert audit_change(parse_change("12 more"), one, two, "V").severity.value == "consistent"
    with pytest.raises(ValueError, match="no change of a count"):
        audit_change(parse_change("up 3 points"), one, two, "V")


def test_what_is_no_change_is_refused() -> None:
    with pytest.raises(FigureError, match="write it like 'up 3 points'"):
        parse_change("a lot")


def test_of_these_is_told_with_the_share_of_each_circle() -> None:
    these = claim("C", "26", Kind.COUNT)
    claims = [these, claim("N", "96", Kind.BASE), claim("T", "60%", question="q", answer="training")]
    circles = [Antecedent(base=BaseRule.all), Antecedent(question="q", answer="training")]
    finding = ambiguity(these, circles, [("", claims)])

    assert finding.severity.value == "needs an assumption"
    assert finding.condition == "“26” is a part of all who responded or of those with “training”"
    assert "all who responded (96) it is 27.1 %" in finding.message
    assert "(58) it is 44.8 %" in finding.message


def test_what_a_publication_does_not_tell_is_listed() -> None:
    finding = missing_disclosure(["who_asked", "when", "weighting"], [claim("N", "96", Kind.BASE)])

    assert finding is not None
    assert finding.message.startswith("The publication does not tell: the margin of error.")
    assert (
        missing_disclosure(["who_asked", "when", "weighting", "margin_of_error", "how_many"], [claim("A", "4%")])
        is None
    )
    assert missing_disclosure([], []) is None
