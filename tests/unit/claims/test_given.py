"""What is given to a public function is taken as it is meant, or refused in one line that says what is wanted."""

import inspect
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from dagster_project import claims
from dagster_project.claims import (
    Antecedent,
    Audit,
    BaseRule,
    Cell,
    Claim,
    Code,
    Figure,
    FigureError,
    Finding,
    GivenError,
    GivenTypeError,
    Hedge,
    Interval,
    Kind,
    Lexicon,
    Listing,
    Names,
    Order,
    Question,
    Reading,
    Repair,
    RepairedFigure,
    Reply,
    RoundingRule,
    Sense,
    Severity,
    Slip,
    StatementError,
    Triple,
    Verdict,
    ambiguity,
    answer_claim,
    audit_change,
    audit_claims,
    audit_listing,
    audit_statement,
    bases_possible,
    check_units,
    common_bases,
    counts_possible,
    debit,
    debit_power,
    grim,
    grim_power,
    grimmer,
    grimmer_power,
    half_up,
    listed,
    missing_disclosure,
    parse_change,
    parse_figure,
    parse_statement,
    percent_text,
    percentages_possible,
    short_text,
    tally_text,
    worst_first,
)
from dagster_project.claims.decide.algebra import percentage_power, printed_percentages, shares
from dagster_project.claims.decide.triple import audit_triple
from dagster_project.claims.listing import leaves_answers_out
from dagster_project.claims.read.rounding import percent_preimage, preimage, round_fraction

YES = Claim("C1", parse_figure("42%"), Cell("q", "yes"))
NO = Claim("C2", parse_figure("58%"), Cell("q", "no"))

# Every public function, and the inner ones that take as much, with arguments that they take.
TAKEN: dict[Callable[..., Any], dict[str, Any]] = {
    Antecedent: {"base": "all", "question": "q", "answer": "yes"},
    Claim: {"id": "C1", "figure": parse_figure("42%"), "cell": Cell("q", "yes"), "base": "answered"},
    Question: {"id": "q", "answers": ("yes", "no"), "missing": ("dk",), "not_asked": ("na",), "exclusive": ()},
    Triple: {"count": "96", "base": "about 150", "percentage": "42%"},
    ambiguity: {"claim": YES, "antecedents": [Antecedent("all")], "variants": [("", [YES])], "names": Names()},
    answer_claim: {"text": "96 of 150 is 42%", "rounding": "half_up"},
    audit_change: {"change": "up 3 points", "earlier": YES, "later": NO, "claim": "V1"},
    audit_claims: {"claims": [YES, NO], "questions": [], "orders": [], "names": Names(), "seconds": 5},
    audit_listing: {"listing": "58% yes, 42% no of 26", "seconds": 5},
    audit_statement: {"triple": "96 of about 150 is 42%", "claims": {Kind.COUNT: ("C1",)}},
    audit_triple: {"triple": "96 of about 150 is 42%", "others": ["59%"]},
    bases_possible: {"count": 96, "percentage": "42%", "base": "about 150"},
    check_units: {"change": "up 3 points", "first": YES.figure, "second": NO.figure},
    common_bases: {"percentages": ["42%", "58%"], "base": 99},
    counts_possible: {"percentage": "42%", "base": 150, "count": "about 60"},
    debit: {"mean_text": "0.50", "sd_text": "0.51", "base": 40, "rounding": "half_up"},
    debit_power: {"mean_text": "0.50", "sd_decimals": 2, "base": 40, "rounding": "half_up"},
    grim: {"value_text": "5.19", "base": 28, "rounding": "half_up", "items": 2},
    grim_power: {"decimals": 2, "base": 28, "rounding": "half_up", "items": 2},
    grimmer: {"mean_text": "3.44", "sd_text": "2.45", "base": 18, "rounding": "half_up", "items": 1},
    grimmer_power: {"mean_text": "3.44", "sd_text": "2.4", "base": 18, "rounding": "half_up", "items": 1},
    half_up: {"value": Fraction(25, 4), "decimals": 1},
    leaves_answers_out: {"listing": "58% yes, 42% no of 26", "seconds": 3},
    missing_disclosure: {"told": ["when"], "claims": [YES]},
    parse_change: {"text": "up 3 points"},
    parse_figure: {
        "text": "42%", "kind": "percentage", "hedge": "about", "rounding": "half_up", "low": 40, "high": "43.5",
    },
    parse_statement: {"text": "96 of about 150 is 42%", "rounding": "half_up"},
    percent_preimage: {"value": 42, "decimals": 0, "rule": "half_up"},
    percent_text: {"count": 23, "base": 40, "decimals": 0, "rule": "half_up"},
    percentage_power: {"base": 40, "decimals": 0, "rule": "half_up", "count": "about 20"},
    percentages_possible: {"count": 23, "base": "about 40"},
    preimage: {"value": "3.14", "decimals": 2, "rule": "half_up"},
    printed_percentages: {"count": 23, "base": "about 40", "decimals": 0, "rule": "half_up"},
    round_fraction: {"x": Fraction(1, 3), "decimals": 2, "rule": "half_up"},
    short_text: {"triple": "96 of about 150 is 42%"},
    shares: {"percentage": "42%", "base": "about 150", "count": "96"},
    worst_first: {"findings": []},
}  # fmt: skip
# What is no question of what is given: values that the room makes itself, and words.
ITS_OWN = {
    Audit, BaseRule, Cell, Code, Figure, FigureError, Finding, GivenError, GivenTypeError, Hedge, Interval, Kind,
    Lexicon, Listing, Names, Order, Reading, Repair, RepairedFigure, Reply, RoundingRule, Sense, Severity, Slip,
    StatementError, listed, tally_text, Verdict,
}  # fmt: skip
STRANGE = [
    None, True, -5, 0, 7, 10**30, 10**5000, 0.5, float("nan"), float("inf"), Fraction(1, 3), Decimal("NaN"),
    Decimal("1E+999999"), "", "nan", "1e999999999", "HALF-DOWN", "blorg", "9" * 400, "0." + "3" * 400, "-3%", b"42%",
    [], [None], {}, object(), Interval.of(3, 4), parse_figure("7"), YES, RoundingRule.DOWN, Kind.BASE,
]  # fmt: skip


def test_every_public_function_is_tried() -> None:
    public = {one for name in claims.__all__ if callable(one := getattr(claims, name))}
    assert public <= {*TAKEN, *ITS_OWN}


@pytest.mark.parametrize(("function", "name"), [(one, name) for one, taken in TAKEN.items() for name in taken])
def test_a_strange_argument_is_taken_or_refused_in_one_line(function: Callable[..., Any], name: str) -> None:
    function(**TAKEN[function])
    for strange in STRANGE:
        try:
            function(**{**TAKEN[function], name: strange})
        except (GivenError, GivenTypeError) as error:
            told = str(error)
            assert "\n" not in told, told
            assert len(told) < 1000, told


def test_no_parameter_is_left_out() -> None:
    untold = {"lexicon", "percent", "interval_of", "weights_possible", "text", "who", "weighted", "counted"}
    untold |= {"single", "complete", "asked_if", "wave", "presumed", "nets", "spent"}
    for function, arguments in TAKEN.items():
        assert {*inspect.signature(function).parameters} - {*arguments} <= untold, function


@pytest.mark.parametrize("name", ["half_up", "HALF_UP", "half-up", "Half Up", " half_up "])
def test_a_rule_is_known_however_it_is_written(name: str) -> None:
    assert grim("3.44", 20, rounding=name) is grim("3.44", 20, rounding=RoundingRule.HALF_UP) is False
    assert preimage(Fraction(42), 0, name) == preimage(Fraction(42), 0, RoundingRule.HALF_UP)
    assert parse_figure("42%", rounding=name).rounding is RoundingRule.HALF_UP
    assert answer_claim("1 of 8 is 13%", name) == answer_claim("1 of 8 is 13%", RoundingRule.HALF_UP)


def test_a_rule_that_is_not_known_is_refused_with_the_rules_there_are() -> None:
    rules = "half_up, half_down, half_even, either_half, down, up, unknown"
    for call in (
        lambda: RoundingRule("half-up"),
        lambda: RoundingRule("banker"),
        lambda: grim("3.44", 20, rounding="banker"),
        lambda: answer_claim("40 of 96 is 42%", "banker"),
        lambda: parse_statement("40 of 96 is 42%", "banker"),
    ):
        with pytest.raises(ValueError, match=rf"is no rounding rule: choose one of {rules}\."):
            call()


def test_what_is_plainly_meant_is_taken() -> None:
    assert common_bases(["42%"], 99) == (99,)  # 42 of 99 is 42.4 %
    assert common_bases("42%", "about 100") == common_bases([parse_figure("42%").interval], Interval.of(90, 110))
    assert counts_possible("about 42%", "around 150") == Interval.of(58, 68)  # 41 to 43 % of 140 to 160
    assert bases_possible("96", "42%", "up to 300") == bases_possible(96, parse_figure("42%"), Interval.of(1, 300))
    assert grim(Decimal("5.19"), 28) is grim("5.19", 28) is grim("5.19", "28")
    assert audit_statement("96 of about 150 is 42%") == audit_statement(parse_statement("96 of about 150 is 42%"))  # type: ignore[arg-type]
    assert audit_triple("96 of 150 is 42%", ["59%"]).meanings == audit_triple(triple(), [parse_figure("59%")]).meanings
    assert audit_listing("58% yes, 31% no, 12% maybe of 26").findings
    assert Triple("96", "150", "42%") == Triple(*(parse_figure(*one) for one in PLACED))
    assert parse_figure("42%", "Percentage") == parse_figure("42%", Kind.PERCENTAGE)
    assert Claim("C", YES.figure, YES.cell, "asked").base is BaseRule.asked  # type: ignore[arg-type]
    assert audit_change("up 16 points", YES, NO, "V1").severity is Severity.CONSISTENT


PLACED = (("96", Kind.COUNT), ("150", Kind.BASE), ("42%", Kind.PERCENTAGE))


def triple() -> Triple:
    read = parse_statement("96 of 150 is 42%")
    assert isinstance(read, Triple)
    return read


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: grim(5.19, 28), "a printed statistic is not exact as a float: give it as it is printed, '5.19'."),
        (lambda: grim("5.19", 28.0), "a base is a whole number, not 28.0."),
        (lambda: grim("5.19", "about 28"), "one base is needed, and 'about 28' is 27 to 29: give a single number."),
        (lambda: grim("5.19", True), "a base is a number, not True."),
        (lambda: grim("5.19", 28, items=0), "a number of items is at least 1, not 0."),
        (lambda: grim("nan", 28), "'nan' is no printed statistic: write it like '3.14' or '67.4%'"),
        (lambda: grimmer("3.4", "2.5", -1), "a base is at least 1, not -1."),
        (lambda: debit("0.5", "50%", 40), "'50%' is no standard deviation: it is in the unit of the answers"),
        (lambda: counts_possible(42, 150), "a percentage is given as it is printed, like '42%', not as 42."),
        (lambda: counts_possible("42", 150), "'42' has no percent sign: write it like '42%'."),
        (lambda: counts_possible("42%", 0), "a base is at least 1, not 0."),
        (lambda: counts_possible(parse_figure("42"), 9), "'42' is a count in the place of the percentage"),
        (lambda: common_bases(["42%"], None), "a base is a whole number, not None."),
        (lambda: common_bases(None, 9), "percentages are a list, not None: give each as it is printed."),
        (lambda: parse_figure(96), "a figure is a text as it is printed, like '42%', not 96."),
        (lambda: parse_figure("96", "share"), "'share' is no kind of a figure: choose one of count, percentage, base."),
        (lambda: parse_figure("96", low=[]), "the low of '96' is no number: write it like '41.5', not []."),
        (lambda: parse_figure("96", high="1e999999999"), "is '1e999999999', which is no number"),
        (lambda: parse_statement(None), "a statement is a text as it is printed, like '96 of about 150 is 42%'"),
        (lambda: audit_statement("58% yes, 42% no of 26"), "is a list of answers, and a triple is wanted"),
        (lambda: audit_listing("40 of 96 is 42%"), "is of one answer, and a list is wanted"),
        (lambda: audit_statement(None), "a triple is not None: give a sentence like '96 of about 150 is 42%'"),
        (lambda: audit_claims("C1"), "claims are a list, not 'C1': give each as Claim(id, figure, cell)."),
        (lambda: audit_claims([YES, YES]), "two claims have the id 'C1': give each its own."),
        (lambda: audit_claims([YES], orders=[Order("O", "C1", "C9")]), "order O speaks of 'C9', and no claim has"),
        (lambda: audit_claims([YES], seconds=-1), "a time limit is a number of seconds from 0 on, not -1."),
        (lambda: Claim("C", "42%", Cell()), "the figure of claim C is not '42%': give what parse_figure reads."),
        (lambda: Claim("C", YES.figure, Cell(), "everyone"), "'everyone' is no base rule: choose one of answered"),
        (lambda: Question("q", "yes"), "the answers of question q are a list, not 'yes': give each as text."),
        (lambda: Antecedent(question="q"), "an antecedent is a base, or a question with one of its answers"),
        (lambda: missing_disclosure(["who"], [YES]), "'who' is nothing that is told of a survey: choose from"),
        (lambda: percent_text(5, 0, 0), "5 of 0 is no share"),
        (lambda: preimage(Fraction(1), 10**6, "up"), "a number of decimals is at most 15, not 1000000."),
        (lambda: Interval.of(41.5, 42), "an interval's low end is not exact: give it as text or a whole number"),
        (lambda: audit_change("up 3 points", YES, "58%", "V"), "one of claims is not '58%': give each as Claim"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_refused_with_what_is_wanted(call: Callable[[], object], says: str) -> None:
    with pytest.raises((ValueError, TypeError)) as error:
        call()
    assert says in str(error.value)
    assert isinstance(error.value, GivenError | GivenTypeError)
