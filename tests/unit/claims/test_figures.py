"""Every form of a figure's text stands for the interval that the table of hedges gives it; anything else is refused."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from dagster_project.claims import ENGLISH, FigureError, Hedge, Kind, RoundingRule, parse_figure


@pytest.mark.parametrize(
    ("text", "kind", "value", "decimals", "interval"),
    [
        ("42%", "percentage", "42", 0, "41.5 to 42.5"),
        ("42 percent", "percentage", "42", 0, "41.5 to 42.5"),
        ("42 per cent", "percentage", "42", 0, "41.5 to 42.5"),
        ("42 pct", "percentage", "42", 0, "41.5 to 42.5"),
        ("42.0 %", "percentage", "42", 1, "41.95 to 42.05"),
        ("60.0%", "percentage", "60", 1, "59.95 to 60.05"),
        ("60%", "percentage", "60", 0, "59.5 to 60.5"),
        ("0%", "percentage", "0", 0, "0 to 0.5"),
        ("100%", "percentage", "100", 0, "99.5 to 100"),
        ("４２％", "percentage", "42", 0, "41.5 to 42.5"),
        ("1,234", "count", "1234", 0, "1,234"),
        ("1,234,567", "count", "1234567", 0, "1,234,567"),
        ("12 in 100", "percentage", "12", 0, "11.5 to 12.5"),
        ("two in five", "percentage", "40", 0, "39.5 to 40.5"),
        ("one in ten", "percentage", "10", 0, "9.5 to 10.5"),
        ("a third", "percentage", "100/3", 0, "32.83 to 33.83"),
        ("two thirds", "percentage", "200/3", 0, "66.17 to 67.17"),
        ("three quarters", "percentage", "75", 0, "74.5 to 75.5"),
        ("half", "percentage", "50", 0, "49.5 to 50.5"),
        ("about half", "percentage", "50", 0, "45 to 55"),
        ("almost half", "percentage", "50", 0, "45 to under 50"),
        ("forty-two", "count", "42", 0, "42"),
        ("forty two percent", "percentage", "42", 0, "41.5 to 42.5"),
        ("a hundred", "count", "100", 0, "100"),
        ("one", "count", "1", 0, "1"),
        ("only eight", "count", "8", 0, "8"),
        ("exactly 40", "count", "40", 0, "40"),
        ("about 150", "count", "150", 0, "140 to 160"),
        ("around 150", "count", "150", 0, "140 to 160"),
        ("roughly 150", "count", "150", 0, "140 to 160"),
        ("some 150", "count", "150", 0, "140 to 160"),
        ("approximately 150", "count", "150", 0, "140 to 160"),
        ("150 or so", "count", "150", 0, "140 to 160"),
        ("only about 150", "count", "150", 0, "140 to 160"),
        ("about 1,000", "count", "1000", 0, "900 to 1,100"),
        ("about 8", "count", "8", 0, "8"),
        ("about 42%", "percentage", "42", 0, "41 to 43"),
        ("about 3%", "percentage", "3", 0, "2.5 to 3.5"),
        ("about 40%", "percentage", "40", 0, "36 to 44"),
        ("nearly 150", "count", "150", 0, "140 to 149"),
        ("nearly eight", "count", "8", 0, "7"),
        ("almost 42%", "percentage", "42", 0, "41 to under 42"),
        ("just under 42%", "percentage", "42", 0, "41 to under 42"),
        ("over 40%", "percentage", "40", 0, "over 40 to 100"),
        ("more than 40 percent", "percentage", "40", 0, "over 40 to 100"),
        ("over 40", "count", "40", 0, "41 or more"),
        ("at least 40", "count", "40", 0, "40 or more"),
        ("40 or more", "count", "40", 0, "40 or more"),
        ("at least 40%", "percentage", "40", 0, "40 to 100"),
        ("fewer than 9", "count", "9", 0, "0 to 8"),
        ("less than 9%", "percentage", "9", 0, "under 9"),
        ("under 9%", "percentage", "9", 0, "under 9"),
        ("up to 9", "count", "9", 0, "0 to 9"),
        ("at most 9%", "percentage", "9", 0, "0 to 9"),
    ],
)
def test_a_text_stands_for_its_interval(text: str, kind: str, value: str, decimals: int, interval: str) -> None:
    figure = parse_figure(text)
    assert (figure.text, figure.kind, figure.value, figure.decimals) == (text, kind, Fraction(value), decimals)
    assert str(figure.interval) == interval


def test_a_majority_has_no_number_but_an_interval() -> None:
    figure = parse_figure("a majority")
    assert (figure.kind, figure.value, str(figure.interval)) == (Kind.PERCENTAGE, None, "over 50 to 100")


@pytest.mark.parametrize("number", range(101))
def test_number_words_to_a_hundred_are_known(number: int) -> None:
    words = {n: word for word, n in ENGLISH.numbers.items()}
    assert parse_figure(words[number]).value == number
    assert parse_figure(words[number].replace(" ", "-")).value == number


def test_every_hedge_of_the_lexicon_is_read() -> None:
    for word, hedge in ENGLISH.hedges.items():
        assert parse_figure(f"{word} 40%").hedge is hedge, word
    for word, hedge in ENGLISH.trailing_hedges.items():
        assert parse_figure(f"40% {word}").hedge is hedge, word


def test_a_base_is_at_least_one() -> None:
    assert str(parse_figure("up to 150", Kind.BASE).interval) == "1 to 150"
    assert str(parse_figure("around 150", Kind.BASE).interval) == "140 to 160"


def test_a_hedge_that_stands_elsewhere_widens_the_figure_and_is_said_with_it() -> None:
    figure = parse_figure("150", Kind.BASE, hedge="around")
    assert (figure.text, figure.phrase, figure.hedge, str(figure.interval)) == (
        "150",
        "around 150",
        Hedge.ABOUT,
        "140 to 160",
    )
    assert parse_figure("around 150", hedge=Hedge.ABOUT) == parse_figure("around 150")


def test_own_bounds_replace_the_ends_of_the_interval() -> None:
    assert str(parse_figure("around 150", Kind.BASE, low=145, high="170").interval) == "145 to 170"
    assert str(parse_figure("42%", low="41.2").interval) == "41.2 to 42.5"
    assert str(parse_figure("42%", low=Decimal("41.2"), high=Fraction(43)).interval) == "41.2 to 43"


def test_the_rounding_rule_makes_the_interval_and_can_be_changed() -> None:
    figure = parse_figure("42%", rounding=RoundingRule.HALF_UP)
    assert str(figure.interval) == "41.5 to under 42.5"
    assert str(figure.under(RoundingRule.DOWN).interval) == "42 to under 43"
    hedged = parse_figure("over 40%")
    assert hedged.under(RoundingRule.DOWN) == hedged


def test_another_language_is_another_table() -> None:
    german = replace(
        ENGLISH,
        numbers={"acht": 8},
        hedges={"rund": Hedge.ABOUT, "nur": Hedge.ONLY},
        percent=frozenset({"%", "prozent"}),
        fractions={"die hälfte": Fraction(1, 2)},
        group_mark=".",
        decimal_mark=",",
    )
    assert str(parse_figure("rund 1.000", lexicon=german).interval) == "900 to 1,100"
    assert parse_figure("42,5 Prozent", lexicon=german).decimals == 1
    assert parse_figure("nur acht", lexicon=german).value == 8
    assert parse_figure("die Hälfte", lexicon=german).value == 50


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", None, "it is empty"),
        ("blorg", None, "'blorg' is not understood"),
        ("42% blorg", None, "'blorg' is not understood"),
        ("1,23", None, "'1,23' is not understood"),
        ("-5", None, "'- 5' is not understood"),
        ("101%", None, "from 0 to 100 %"),
        ("over 100%", None, "no percentage is over 100"),
        ("under 0", None, "no count is under 0"),
        ("42 percentage points", None, "'percentage points' are not percent of a base"),
        ("5% points", None, "is a difference"),
        ("42", Kind.PERCENTAGE, "has no percent sign: write it like '42%'"),
        ("42%", Kind.COUNT, "is a percentage, not a count"),
        ("half", Kind.BASE, "is a percentage, not a base"),
        ("96.5", Kind.COUNT, "respondents are whole"),
        ("0", Kind.BASE, "nothing can be divided by none"),
        ("fewer than one", Kind.BASE, "no base is fewer than 1"),
        ("12 in 0", None, "divides by none"),
        ("five in two", None, "is no share"),
        ("about over 40", None, "hedges twice, 'about' and 'over'"),
        ("over 40 or less", None, "hedges twice, 'over' and 'or less'"),
        ("over most", None, "no number that 'over' could hedge"),
        ("1.2345%", None, "more than 3 decimals"),
        ("12 in", None, "'in' is not understood"),
    ],
)
def test_a_text_that_is_no_figure_is_refused_with_the_mend(text: str, kind: Kind | None, says: str) -> None:
    with pytest.raises(FigureError) as error:
        parse_figure(text, kind)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (160, 140, "contradict each other: no base is from 160 to 140"),
        (0, 0, "contradict each other"),
        (160, 170, "leave it out: 150 is not from 160 to 170"),
        (None, 100, "contradict each other"),
        ("many", None, "is 'many', which is no number"),
        (140.5, None, "is not exact"),
    ],
)
def test_contradictory_bounds_are_refused(low: int, high: int, says: str) -> None:
    with pytest.raises(FigureError) as error:
        parse_figure("150", Kind.BASE, low=low, high=high)
    assert says in str(error.value)


def test_contradictory_hedges_are_refused() -> None:
    with pytest.raises(FigureError, match="already says 'over', which is not 'about'"):
        parse_figure("over 40%", hedge="about")
    with pytest.raises(FigureError, match="'blorg' is no hedge"):
        parse_figure("40%", hedge="blorg")
