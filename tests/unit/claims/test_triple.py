"""The audit of a triple: true figures are never blamed, false ones are found, and the words carry the arithmetic."""

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.claims import Kind, RoundingRule, Severity, Triple, parse_figure, parse_statement
from dagster_project.claims.decide.senses import Sense
from dagster_project.claims.decide.triple import JudgedTriple, audit_triple
from dagster_project.claims.read.rounding import decimal_text, round_fraction
from dagster_project.claims.say.triple_words import arithmetic_text, fit_text, meaning_text

OTHERS = (parse_figure("60 percent"), parse_figure("59 percent"))
KYODO = parse_statement("96 of around 150 is 42 percent")


def triple_of(k: int, base: str, percentage: str, rule: RoundingRule = RoundingRule.EITHER_HALF) -> Triple:
    return Triple(parse_figure(str(k)), parse_figure(base, Kind.BASE), parse_figure(percentage, rounding=rule))


def words_of(judged: JudgedTriple) -> str:
    return " ".join([arithmetic_text(judged), *(meaning_text(one, judged.triple) for one in judged.meanings)])


# -- the triple of the article --------------------------------------------------------------------------------------


def test_the_printed_triple_is_impossible_as_labelled() -> None:
    finding = audit_triple(KYODO, OTHERS)
    assert (finding.holds, finding.severity) == (False, Severity.IMPOSSIBLE_AS_LABELLED)


def test_its_repairs_of_one_figure() -> None:
    percentage, count, base = audit_triple(KYODO).fits
    assert (percentage.kind, str(percentage.interval)) == (Kind.PERCENTAGE, "60 to 69")
    assert (count.kind, str(count.interval)) == (Kind.COUNT, "59 to 68")
    assert (str(count.only_half_down), count.only_half_up.is_empty) == ("68", True)
    assert (base.kind, str(base.interval)) == (Kind.BASE, "226 to 231")


def test_its_readings_that_change_no_figure() -> None:
    as_base, of_other = audit_triple(KYODO, OTHERS).meanings
    assert (as_base.sense, as_base.cost) == (Sense.COUNT_IS_BASE, 1)
    assert (str(as_base.count), str(as_base.base), str(as_base.of_base)) == ("40", "96", "60 to 68.57")
    assert [str(implied.count) for implied in as_base.others] == ["58", "57"]
    assert (of_other.sense, of_other.cost) == (Sense.COUNT_OF_OTHER, 2)
    assert (of_other.percentage_figure.text, str(of_other.base), str(of_other.count)) == (
        "60 percent",
        "159 to 160",
        "96",
    )
    assert [str(implied.count) for implied in of_other.others] == ["66 to 68", "94 to 95"]


def test_it_does_not_belong_to_the_59_percent_whose_base_would_not_be_around_150() -> None:
    only_59 = audit_triple(KYODO, OTHERS[1:]).meanings
    assert [meaning.sense for meaning in only_59] == [Sense.COUNT_IS_BASE]


def test_its_words() -> None:
    text = words_of(audit_triple(KYODO, OTHERS))
    for part in (
        "“96 of around 150 is 42 percent” cannot be",
        "96 of 150 is 64 %",
        "96 of 140 to 160 is 60 to 69 %",
        "42 % of 140 to 160 is 59 to 68 (68 only where a half may be rounded down)",
        "96 is 42 % of 226 to 231",
        "If 96 is itself the base, no figure has to change: 40 of 96 is 41.7 %, printed 42 percent",
        "58 of 96 is 60.4 %, printed 60 percent; 57 of 96 is 59.4 %, printed 59 percent",
        "the response rate if around 150 were asked",
        "If 96 is 60 percent of the base, and not 42 percent, no figure has to change: the base is 159 or 160",
    ):
        assert part in text
    assert "162" not in text


def test_the_example_as_a_person_types_it() -> None:
    finding = audit_triple(parse_statement("96 of roughly 150 companies is about 42%"))
    assert (finding.holds, finding.triple.who) == (False, "companies")
    assert "96 of 150 is 64 %" in words_of(finding)


def test_the_reading_with_96_as_base_holds() -> None:
    finding = audit_triple(parse_statement("40 of 96 is 42 percent"))
    assert (finding.holds, finding.severity, finding.power) == (True, Severity.CONSISTENT, Fraction(100, 101))
    assert words_of(finding) == (
        "40 of 96 is 41.7 %, printed 42 percent: it fits. "
        "Of the 101 whole percentages from 0 to 100, 100 would not have fitted."
    )


# -- other triples --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "severity", "words"),
    [
        (
            "42% of 7",
            "proved impossible",
            "no whole number of 7 is 42 %; the nearest percentages that can be are 29 %",
        ),
        ("42% of 1,500", "not checkable", "That proves nothing: with such a base, any percentage would have fitted."),
        ("96 of 150", "not checkable", "96 of 150 is 64 %. No percentage is printed, so there is nothing to check."),
        (
            "96 of 50",
            "proved impossible",
            "96 is more than 50; a count of 50 is 0 to 50; 96 needs a base of 96",
        ),
        ("1 of 3 is 70%", "proved impossible", "1 of 3 is 33.3 %"),
        ("96 of over 150 is 42%", "consistent", "For example, 96 of 226 is 42.5 %, printed 42%: it fits."),
        ("61 of 150 is over 40%", "consistent", "61 of 150 is 40.7 %, printed over 40%: it fits."),
        ("60 of 150 is over 40%", "impossible as labelled", "60 of 150 is 40 %"),
        ("a majority of 96, or 40", "impossible as labelled", "40 of 96 is 41.7 %; a majority of 96 is 49 to 96"),
    ],
)
def test_a_triple_has_its_severity_and_its_arithmetic(statement: str, severity: str, words: str) -> None:
    finding = audit_triple(parse_statement(statement))
    assert finding.severity == severity
    assert words in words_of(finding)


def test_a_repair_and_a_reading_are_sentences() -> None:
    finding = audit_triple(KYODO)
    assert fit_text(finding.fits[2], KYODO) == (
        "If “96” and “42 percent” stand, the base can be 226 to 231 instead of “around 150”."
    )
    assert meaning_text(finding.meanings[0], KYODO).endswith("the response rate if around 150 were asked.")


def test_a_percentage_that_a_reading_leaves_over_costs_and_is_said() -> None:
    small = audit_triple(parse_statement("7 of 20 is 43%"), (parse_figure("42%"),))
    assert (small.meanings[0].cost, small.meanings[0].others[0].count.is_empty) == (2, True)
    assert "42% is no whole number of 7 and needs another base" in words_of(small)


def test_figures_in_the_wrong_place_are_refused() -> None:
    with pytest.raises(ValueError, match="'150' is a count in the place of the base"):
        Triple(None, parse_figure("150"), parse_figure("42%"))
    with pytest.raises(ValueError, match="needs a count or a percentage"):
        Triple(None, parse_figure("150", Kind.BASE), None)
    with pytest.raises(ValueError, match="only percentages"):
        audit_triple(KYODO, (parse_figure("96"),))


# -- laws -----------------------------------------------------------------------------------------------------------


@st.composite
def printed_triples(draw: st.DrawFn) -> tuple[int, int, Triple]:
    """A true count and base, and a triple printed from them under any rule, its base exact or hedged."""
    n = draw(st.integers(1, 400))
    k = draw(st.integers(0, n))
    decimals, rule = draw(st.integers(0, 2)), draw(st.sampled_from(list(RoundingRule)))
    printed = draw(st.sampled_from(round_fraction(Fraction(100 * k, n), decimals, rule)))
    base = draw(st.sampled_from([str(n), f"about {n}", f"at least {n}", f"over {n - 1}" if n > 1 else "1"]))
    return k, n, triple_of(k, base, f"{decimal_text(printed, decimals)}%", rule)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(printed_triples())
def test_figures_printed_from_real_counts_are_never_blamed(printed: tuple[int, int, Triple]) -> None:
    _, _, triple = printed
    finding = audit_triple(triple)
    assert finding.holds
    assert finding.fits == finding.meanings == ()
    assert audit_triple(Triple(None, triple.base, triple.percentage)).holds


@settings(max_examples=60, deadline=None)
@given(printed_triples(), st.integers(0, 500))
def test_a_count_moved_out_is_found_and_the_truth_is_among_its_repairs(
    printed: tuple[int, int, Triple], moved: int
) -> None:
    k, _, triple = printed
    assert triple.percentage is not None
    bases = [b for b in range(1, 600) if triple.base.interval.contains(b)]
    fits = any(moved <= b and triple.percentage.interval.contains(Fraction(100 * moved, b)) for b in bases)
    finding = audit_triple(Triple(parse_figure(str(moved)), triple.base, triple.percentage))
    if triple.base.interval.high is not None:
        assert finding.holds == fits
    if not finding.holds:
        count = next(repair for repair in finding.fits if repair.kind is Kind.COUNT)
        assert count.interval.contains(k)
        assert not (triple.base.interval.is_point and count.interval.contains(moved))
        for repair in finding.fits:
            assert fit_text(repair, finding.triple)
        assert words_of(finding)


def test_the_room_imports_nothing_but_the_standard_library_and_itself() -> None:
    code = (
        "import sys; import dagster_project.claims; "
        "print(sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    loaded = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=".")
    assert loaded.stdout.strip() == "['__main__', 'dagster_project']"
