"""A sentence is read into its figures and answers as a reader would, or refused with the words that are unclear."""

import contextlib
import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dagster_project.claims import ENGLISH, Figure, Hedge, Listing, StatementError, Triple, parse_statement

# -- one count, one base, one percentage ----------------------------------------------------------------------------


def texts(*figures: Figure | None) -> list[str | None]:
    return [None if figure is None else figure.text for figure in figures]


@pytest.mark.parametrize(
    ("statement", "count", "base", "percentage"),
    [
        ("96 of roughly 150 companies is about 42%", "96", "roughly 150", "about 42%"),
        ("42% of 96", None, "96", "42%"),
        ("96 of 150, or 64 %", "96", "150", "64 %"),
        ("64 percent or 96 of 150", "96", "150", "64 percent"),
        ("96 (64%) of 150", "96", "150", "64%"),
        ("96 out of 150 (64%).", "96", "150", "64%"),
        ("Of the 150 companies, 96 (64%) said yes.", "96", "150", "64%"),
        ("half of the 96 companies is 48", "48", "96", "half"),
        ("that 96 companies of a total of 1,500 are 6.4%", "96", "1,500", "6.4%"),
        ("only eight of 96", "only eight", "96", None),
        ("two in five of 150 or so", None, "150 or so", "two in five"),
        ("two in five of 96", None, "96", "two in five"),
        ("96 respondents or 42 percent of around 150 companies", "96", "around 150", "42 percent"),
        ("42% (96) of 150", "96", "150", "42%"),
        ("n = 96, 42%", None, "96", "42%"),
        ("40 of 96 companies (42%)", "40", "96", "42%"),
        ("96, 42% of 150", "96", "150", "42%"),
        ("8 of 26 said no (31%)", "8", "26", "31%"),
        ("no: 31% of 26", None, "26", "31%"),
        ("In 2020, 96 of 150 is 64%", "96", "150", "64%"),
        ("15/26 (58%)", "15", "26", "58%"),
        ("42% of 96 firms (May 2024)", None, "96", "42%"),
        ("Among those aged 18 to 24, 42% of 96", None, "96", "42%"),
        ("Table 3 shows that 42% of 96 had no car", None, "96", "42%"),
        ("42% of 96¹ firms² would not move", None, "96", "42%"),
        ("41,7% of 96", None, "96", "41.7%"),
        ("1 248 of 2\u2009080 households (60%)", "1,248", "2,080", "60%"),
        ("30% of 2 thousand", None, "2 thousand", "30%"),
        ("One hundred and four of 160 (65%)", "One hundred and four", "160", "65%"),
        ("ca. 40% of 18", None, "18", "ca. 40%"),
        ("an estimated 40% of 18", None, "18", "an estimated 40%"),
        ("three out of four of 120", None, "120", "three out of four"),
        ("“92%” of 25", None, "25", "92%"),
    ],
)
def test_a_statement_is_read_into_its_figures(
    statement: str, count: str | None, base: str, percentage: str | None
) -> None:
    triple = parse_statement(statement)
    assert isinstance(triple, Triple)
    assert texts(triple.count, triple.base, triple.percentage) == [count, base, percentage]
    assert triple.text == statement


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("", "holds no figure"),
        ("hello world", "holds no figure"),
        ("96", "has no base: say of how many"),
        ("the 96 respondents or the 42 percent of the companies", "has no base"),
        ("96 xyz 150 is 42%", "'xyz' does not say how two figures belong together"),
        ("96 of xyz 150", "'xyz' is not understood"),
        ("96 of 150 is not 42%", "'not' is not understood"),
        ("96 more than 42 of 150", "hedges twice|not understood|belong together"),
        ("96 of over companies", "'over' is not understood"),
        ("96 of 0 is 42%", "nothing can be divided by none"),
        ("96 of 150 is 640%", "from 0 to 100 %"),
        ("96 of 150 is 42 percentage points", "is a difference"),
        ("In room 2020, 96 of 150 is 64%", "'room 2020' may be no number of respondents"),
        ("96 of 150 is 64% or 60%", "several percentages, '64%' and '60%'"),
        ("42% of 150 of 96", "several bases"),
    ],
)
def test_what_is_no_statement_is_refused_with_the_words_not_understood(statement: str, says: str) -> None:
    with pytest.raises(StatementError, match=says):
        parse_statement(statement)


# -- lists of answers -----------------------------------------------------------------------------------------------


def read(text: str) -> tuple[list[tuple[str | None, ...]], str | None, str]:
    """The parts as label, count and percentage, the base and its words."""
    listing = parse_statement(text)
    assert isinstance(listing, Listing)
    assert listing.text == text
    parts = [(part.label, *texts(part.count, part.percentage)) for part in listing.parts]
    return parts, listing.base and listing.base.text, listing.who


YES_NO_DONT_KNOW = [("yes", None, "58%"), ("no", None, "31%"), ("don't know", None, "12%")]
YES_NO = [("yes", None, "58%"), ("no", None, "31%")]
WITH_COUNTS = [("yes", "15", "58%"), ("no", "8", "31%")]


@pytest.mark.parametrize(
    ("text", "parts", "base", "who"),
    [
        ("58% yes, 31% no, 12% don't know of 26", YES_NO_DONT_KNOW, "26", ""),
        ("58% yes, 31% no and 12% don't know of 26 respondents", YES_NO_DONT_KNOW, "26", "respondents"),
        ("58% yes and 31% no and 12% don't know of 26", YES_NO_DONT_KNOW, "26", ""),
        ("of 26, 58% said yes, 31% no, 12% don't know", YES_NO_DONT_KNOW, "26", ""),
        ("26 respondents: 58% yes; 31% no; 12% don't know", YES_NO_DONT_KNOW, "26", "respondents"),
        ("26 respondents: yes 58%, no 31%", YES_NO, "26", "respondents"),
        ("yes 58%, no 31%, don't know 12% (n=26)", YES_NO_DONT_KNOW, "26", ""),
        ("yes (58%), no (31%), don't know (12%); N = 26.", YES_NO_DONT_KNOW, "26", ""),
        ('"yes" 58%, "no" 31%; respondents: 26', YES_NO, "26", ""),
        ("58%, yes; 31%, no; of 26", YES_NO, "26", ""),
        ("yes is 58% and no is 31% in a survey of 26", YES_NO, "26", ""),
        ("yes: 58 %, no: 31 %; base: 26", [("yes", None, "58 %"), ("no", None, "31 %")], "26", ""),
        ("The survey found that 58% said yes, 31% no, of 26 firms", YES_NO, "26", "firms"),
        ("58% of 26 companies said yes, 31% said no", YES_NO, "26", "companies"),
        ("58% of the 26 firms say yes but 31% no", YES_NO, "26", "firms"),
        ("58% yes, 31% no, 12% don't know", YES_NO_DONT_KNOW, None, ""),
        ("58.3% yes, 41.7% no of 1,026", [("yes", None, "58.3%"), ("no", None, "41.7%")], "1,026", ""),
        (
            "Of about 150 companies, 42% want to leave and 60% train",
            [("want to leave", None, "42%"), ("train", None, "60%")],
            "about 150",
            "companies",
        ),
        (
            "about half were in favour and nearly a third opposed in a sample of 1,026",
            [("in favour", None, "about half"), ("opposed", None, "nearly a third")],
            "1,026",
            "",
        ),
        (
            "31% black and white, 69% agree, strongly or somewhat; 0% none of these; n=26",
            [
                ("black and white", None, "31%"),
                ("agree, strongly or somewhat", None, "69%"),
                ("none of these", None, "0%"),
            ],
            "26",
            "",
        ),
        ("15 (58%) yes, 8 (31%) no of 26", WITH_COUNTS, "26", ""),
        ("15 said yes (58%), 8 said no (31%) of 26", WITH_COUNTS, "26", ""),
        ("yes: 15 (58%), no: 8 (31%); n: 26", WITH_COUNTS, "26", ""),
        ("15 of 26 (58%) said yes, 8 (31%) said no", WITH_COUNTS, "26", ""),
        ("15 or 58% yes, 8 or 31% no", WITH_COUNTS, None, ""),
        (
            "15 yes, 8 no, 3 don't know of 26",
            [("yes", "15", None), ("no", "8", None), ("don't know", "3", None)],
            "26",
            "",
        ),
        (
            "22%, 53%, 24% and 2% of 121",
            [("", None, "22%"), ("", None, "53%"), ("", None, "24%"), ("", None, "2%")],
            "121",
            "",
        ),
        ("15/8/3 of 26", [("", "15", None), ("", "8", None), ("", "3", None)], "26", ""),
    ],
)
def test_a_list_is_read_into_its_answers(
    text: str, parts: list[tuple[str | None, ...]], base: str | None, who: str
) -> None:
    assert read(text) == (parts, base, who)


@pytest.mark.parametrize("text", ["22/53/24/2 % of 121", "22, 53, 24 and 2 % of 121", "22, 53, 24, 2 % of 121"])
def test_one_percent_sign_behind_a_list_is_the_sign_of_all(text: str) -> None:
    assert [percentage for _, _, percentage in read(text)[0]] == ["22%", "53%", "24%", "2 %"]


def test_the_figures_of_a_list_come_in_the_order_of_the_text_and_the_base_last() -> None:
    listing = parse_statement("Of about 26, 15 (58%) said yes and 8 (31%) no")
    assert texts(*listing.figures) == ["15", "58%", "8", "31%", "about 26"]
    assert str(listing.figures[-1].interval) == "25 to 27"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("58% yes, 31% no, 7 of 26", "the '7' is not understood where it stands: it is a number"),
        ("58% yes, 31% no, 12% don't know (26 respondents)", "the '26' is not understood"),
        ("In room 2020, 58% said yes, 31% no of 26", "'room 2020' may be no number of respondents"),
        ("In room 2020, 15 (58%) yes, 8 (31%) no of 26", "'room 2020' may be no number"),
        ("In room 2020, 15 yes, 8 no of 26", "'room 2020' may be no number"),
        (
            "58% yes in room 2020, 31% no of 26",
            "'yes in room' does not say how two figures belong together, '58%' and '2020'",
        ),
        ("58% yes, 31% no of 26 in Japan, 2020", "', 2020' may be no number"),
        ("15, 96 of 150, 64%", "is not understood where it stands"),
        ("58% yes, 31% of 26", "the '31%' is not understood where it stands: it has no label"),
        ("15 said yes, 96, 42% of 200", "the '42%' is not understood"),
        ("yes 58% no 31%", "'no' does not say how two figures belong together, '58%' and '31%'"),
        ("yes 58%, no 31% in Japan", "'in japan' is not understood"),
        ("a majority, 49%, of 200", "the one is no rounder form of the other"),
        ("58% yes, 31% yes of 26", "gives 'yes' more than once"),
        ("58% yes, 31% not of 26", "'not' is not understood"),
        ("58% yes except 31% no of 26", "'except' is not understood"),
        ("58% yes, 31% no, 89% together of 26", "'together' is not understood"),
        ("40 to 60% of 96", "'to' does not say how"),
        ("58% yes, difference 27% of 26", "'difference' is not understood"),
        ("58% yes, 31% no, a gap of 27 points", "is a difference"),
        ("58% yes, of which 31% strongly, of 26", "'of which' is not understood"),
        ("58% yes, of 26 women, 31% no", "says '26' between two answers: put the base first or last"),
        ("15 said yes: 58%, 8 said no: 31%", "'said no :' does not say how"),
        ("15 yes, 8 no", "has no base: say of how many"),
        ("58% yes", "has no base: say of how many"),
        ("96 of 150 is 42% and 64%", "the '64%' is not understood"),
        ("96 of 150, no 42%", "the '96' is not understood"),
        ("96 of 150 never is 64%", "'never' is not understood"),
        ("58% some change, 31% none of these of 26", "'some' is not understood"),
        ("640% yes, 31% no of 26", "from 0 to 100 %"),
        ("42% of 26 or 30 people", "has several bases, '26' and '30'"),
        ("perhaps 42% of 96", "'perhaps' is not understood"),
        ("a slim majority (49%) of 200", "the one is no rounder form of the other"),
        ("It is not true that 42% of 96 left", "'not' is not understood"),
        ("42% of 96 is not true", "'not' is not understood"),
        ("Of 84 shops, 31 (37%) deliver, 12 of these (14%) by bicycle", "'of these' is not understood"),
        ("58% yes, 31% no of 0", "nothing can be divided by none"),
        ("9" * 5000 + " yes, 8 no of 26", "a number of 5000 digits"),
    ],
)
def test_a_list_that_could_be_misread_is_refused_with_what_is_unclear(text: str, says: str) -> None:
    with pytest.raises(StatementError, match=re.escape(says)):
        parse_statement(text)


def test_another_language_is_another_table_for_lists_too() -> None:
    german = replace(
        ENGLISH,
        numbers={"acht": 8},
        hedges={"rund": Hedge.ABOUT},
        percent=frozenset({"%", "prozent"}),
        group_mark=".",
        decimal_mark=",",
        articles=frozenset({"den"}),
        of=frozenset({"von", "n ="}),
        equates=frozenset({"sind", "(", "="}),
        separators=frozenset({",", ";", "und"}),
        leads=frozenset({"sagten"}),
        answers=frozenset({"nein", "weiß nicht"}),
        turns=frozenset({"nein", "nicht", "kein"}),
    )

    def answers(text: str) -> list[str]:
        listing = parse_statement(text, lexicon=german)
        assert isinstance(listing, Listing)
        said = [f"{part.label}={part.percentage and part.percentage.value}" for part in listing.parts]
        return [*said, str(listing.base and listing.base.interval)]

    assert answers("58 % ja, 31 % nein von 26") == ["ja=58", "nein=31", "26"]
    assert answers("Von den rund 1.000 sagten: 58,5 % ja, 31 Prozent nein und 10,5 % weiß nicht") == [
        *("ja=117/2", "nein=31", "weiß nicht=21/2"),
        "900 to 1,100",
    ]
    with pytest.raises(StatementError, match="'nicht' is not understood"):
        parse_statement("58 % nicht, 31 % ja von 26", lexicon=german)


# -- laws -----------------------------------------------------------------------------------------------------------

LABELS = ["yes", "no", "don't know", "no answer", "want to leave", "train", "black and white", "are unsure", "Größe"]
SHAPES = {
    "behind": lambda rows, base: ", ".join(f"{p} {label}" for label, _, p in rows) + f" of {base} people",
    "and": lambda rows, base: f"Of {base}, " + " and ".join(f"{p} said {label}" for label, _, p in rows),
    "before": lambda rows, base: ", ".join(f"{label} {p}" for label, _, p in rows) + f" (n={base})",
    "colons": lambda rows, base: "; ".join(f"{label}: {p}" for label, _, p in rows) + f"; base: {base}",
    "counts": lambda rows, base: f"{base} firms: " + "; ".join(f"{k} ({p}) {label}" for label, k, p in rows),
}


@st.composite
def answers(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=2, max_size=6, unique=True))
    rows = []
    for label in labels:
        tenths = draw(st.integers(0, 1000))
        percentage = draw(st.sampled_from([f"{tenths / 10}%", f"{tenths // 10} %", f"about {tenths // 10} percent"]))
        rows.append((label, draw(st.sampled_from(["7", "1,234", "nearly 150", "forty-two"])), percentage))
    return rows


@settings(max_examples=150, deadline=None)
@given(answers(), st.sampled_from(["26", "1,026", "about 150"]), st.sampled_from(sorted(SHAPES)))
def test_a_printed_list_is_read_back(rows: list[tuple[str, str, str]], base: str, shape: str) -> None:
    text = SHAPES[shape](rows, base)
    listing = parse_statement(text)
    assert isinstance(listing, Listing)
    assert listing.base is not None
    assert listing.base.text == base
    said = [(part.label, *texts(part.count, part.percentage)) for part in listing.parts]
    assert said == [(label.removeprefix("are "), k if shape == "counts" else None, p) for label, k, p in rows]


MEANT = [*ENGLISH.of, *ENGLISH.equates, *ENGLISH.separators, *ENGLISH.leads, *ENGLISH.answers, *ENGLISH.articles]
OTHER = [*ENGLISH.hedges, *ENGLISH.turns, *"().:%-'/", "half", "two in five", "most", "respondents", "xyz", "\n", "½"]
NUMBERS = ["15", "58%", "31 %", "1,026", "26", "8", "12.5%", "0"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(NUMBERS) | st.sampled_from(MEANT) | st.sampled_from(OTHER), max_size=14).map(" ".join))
@example("58%, 15 (31%) of 26")
def test_any_words_are_read_with_every_number_in_a_figure_or_refused(text: str) -> None:
    try:
        statement = parse_statement(text)
    except StatementError:
        return
    numbers = re.compile("[0-9]+")
    in_figures = [number for figure in statement.figures for number in numbers.findall(figure.text)]
    assert set(in_figures) == set(numbers.findall(text.replace("½", "1/2")))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text("0123456789 %,.;:()/=of", max_size=40))
def test_junk_raises_nothing_but_a_statement_error(text: str) -> None:
    with contextlib.suppress(StatementError):
        parse_statement(text)
