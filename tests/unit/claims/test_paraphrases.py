"""A sentence that says the same in another way is understood in the same way, or refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.claims.answer import Reply, answer_claim

LEADS = [
    *("", "In 2023, ", "In March 2021, ", "On 5 May 2022, ", "As of 1 June 2020, ", "Table 4: ", "See page 12: "),
    *("Between 2018 and 2020, ", "In the 1990s, ", "According to a survey, ", "Q3 2022: ", "Figure 2.1: "),
]
ENDS = ["", ".", "!", "¹", " (2023)", " (May 2024)", ".”", "*"]
PERCENTS = ["%", " %", " percent", " per cent", "pct", " PERCENT"]
HEDGES = ["", "only ", "exactly ", "just "]
NOUNS = ["", " firms", " of the firms", " G7 firms"]
NUMBER = st.integers(min_value=0, max_value=3000)
MARKS = [",", "\u2009", "\u202f", "\u00a0", "'", "’"]


def grouped(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)


def read(text: str) -> Reply | None:
    try:
        return answer_claim(text)
    except ValueError:
        return None


def told(answer: Reply) -> tuple[str, list[tuple[str, str]]]:
    return answer.verdict.value, sorted((one["kind"], one["value"]) for one in answer.figures)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_stands_around_a_triple_changes_nothing_of_it(data: st.DataObject) -> None:
    base = data.draw(st.integers(min_value=1, max_value=3000))
    count = data.draw(st.integers(min_value=0, max_value=base))
    share = data.draw(st.integers(min_value=0, max_value=100))
    plain = answer_claim(f"{count:,} of {base:,} is {share}%")
    mark = data.draw(st.sampled_from(MARKS))
    many, of = grouped(count, mark), grouped(base, mark)
    percent = f"{data.draw(st.sampled_from(HEDGES))}{share}{data.draw(st.sampled_from(PERCENTS))}"
    noun = data.draw(st.sampled_from(NOUNS[:2]))
    form = data.draw(
        st.sampled_from(
            [
                f"{many} of {of}{noun} ({percent}) agreed",
                f"{many} of the {of}{noun}, or {percent}",
                f"{percent} ({many} of {of})",
                f"{many}/{of} ({percent})",
                f"{many} ({percent}) of {of}{noun}",
                f"of {of}{noun}, {many} ({percent}) agreed",
            ]
        )
    )
    text = f"{data.draw(st.sampled_from(LEADS))}{form}{data.draw(st.sampled_from(ENDS))}"
    answer = read(text if data.draw(st.booleans()) else text.upper())
    assert answer is None or told(answer) == told(plain), text


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_stands_around_a_list_changes_nothing_of_it(data: st.DataObject) -> None:
    shares = data.draw(st.lists(st.integers(min_value=0, max_value=100), min_size=3, max_size=3))
    base = data.draw(st.integers(min_value=1, max_value=3000))
    labels = ("yes", "no", "don't know")
    plain = answer_claim(
        ", ".join(f"{share}% {label}" for share, label in zip(shares, labels, strict=True)) + f" of {base:,}"
    )
    percent = data.draw(st.sampled_from(PERCENTS))
    rows = [f"{share}{percent}" for share in shares]
    form = data.draw(
        st.sampled_from(
            [
                ", ".join(f"{row} {label}" for row, label in zip(rows, labels, strict=True)) + f" (n = {base:,})",
                "; ".join(f"{label}: {row}" for row, label in zip(rows, labels, strict=True)) + f"; n = {base:,}",
                "\n".join(f"{label}\t{share}%" for share, label in zip(shares, labels, strict=True))
                + f"\nBase\t{base:,}",
                "\n".join(f"| {label} | {share}% |" for share, label in zip(shares, labels, strict=True))
                + f"\n| N | {base:,} |",
                f"Of {base:,}, {rows[0]} said yes, {rows[1]} said no and {rows[2]} did not know",
            ]
        )
    )
    answer = read(f"{data.draw(st.sampled_from(LEADS))}{form}" if "\n" not in form else form)
    assert answer is None or told(answer) == told(plain), form


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("end", ENDS)
def test_what_counts_nobody_is_set_aside(lead: str, end: str) -> None:
    answer = read(f"{lead}42% of 96 firms left{end}")
    assert answer is None or told(answer) == told(answer_claim("42% of 96"))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["In", "At", "Since", "After", "By", "During", "Class", "No.", "Before"]), NUMBER)
def test_a_number_behind_what_is_no_noun_is_never_a_count(word: str, number: int) -> None:
    for text in (
        f"{word} {number} towns, 30% of 40 left",
        f"{word} {number}: 30% of 40 left",
        f"{word} {number}, 30% of 40",
    ):
        answer = read(text)
        assert answer is None or told(answer) == told(answer_claim("30% of 40")), text


@pytest.mark.parametrize(
    "text",
    [
        *("13% of 2016", "45% of 2015 levels", "In 2020 people, 30% of 40", "52% of 3 m", "25% of 1,25", "41% of 80x"),
        *(
            "Twice the 40% of 25",
            "Windows 11: 41% of 80",
            "Between 1 and 2 million of 9 million",
            "61% of 18-24",
            "2021 | 44%\nChange | 3%",
        ),
        "Year\t2021\tChange\nYes\t44%\t7%\nNo\t56%\t7%",
    ],
)
def test_what_could_as_well_be_something_else_is_refused(text: str) -> None:
    assert read(text) is None
