"""What `basecheck claim` answers, and how it leaves."""

import json
import os
import pty
import subprocess
import sys

import pytest

from dagster_project.claims.answer import answer_claim


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("96 of about 150 is 42%", "impossible"),
        ("40 of 96 is 42%", "possible"),
        ("58% yes, 31% no, 12% don't know of 26", "possible"),
        ("58% yes, 31% no, 14% don't know of 26", "impossible"),
        ("15 (58%) yes, 8 (31%) no, 3 (12%) don't know of 26", "possible"),
        ("15 (58%) yes, 8 (31%) no, 4 (12%) don't know of 26", "impossible"),
        ("60% yes, 50% no", "impossible"),
        ("58% yes, 42% no", "possible"),
        ("22/53/24/2 % of 121", "impossible"),
        ("50% yes, 30% no of 1,000", "possible"),
    ],
)
def test_a_sentence_is_possible_or_not(text: str, verdict: str) -> None:
    assert answer_claim(text).verdict == verdict


def test_a_list_that_leaves_answers_out_says_so() -> None:
    assert answer_claim("33% a, 33% b, 33% c of 100").message.endswith(
        "They cannot be all the answers: some gave another, or none."
    )


def test_an_example_makes_a_possible_list_tangible() -> None:
    assert "for example 15, 8 and 3 of 26" in answer_claim("58% yes, 31% no, 12% don't know of 26").message


def test_a_fixed_rule_of_rounding_is_kept_to() -> None:
    assert answer_claim("68 of 160 is 42%").severity == "needs an assumption"
    assert answer_claim("68 of 160 is 42%", "half_up").verdict == "impossible"
    assert answer_claim("40 of 96 is 41%", "down").verdict == "possible"
    assert answer_claim("40 of 96 is 41%", "half_up").readings == [
        reading for reading in answer_claim("40 of 96 is 41%").readings if "cut off" not in reading
    ]


def test_other_meanings_are_told_that_change_no_figure() -> None:
    assert answer_claim("40 of 96 is 41%").readings == [
        "With numbers cut off instead of rounded, every figure would fit."
    ]
    assert answer_claim("150 of 96 companies is 64%").readings == [
        "If 96 is the part and 150 the whole, no figure has to change: 96 of 150 is 64 %, printed 64%."
    ]
    several = answer_claim("60% yes, 50% no of 100")
    assert several.readings == ["If each could give several answers, no figure has to change."]
    assert several.severity == "impossible as labelled"


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("23 of 40 is 57%", "a half was not rounded up"),
        ("12% yes, 38% no, 50% don't know of 8", "a half was not rounded up"),
        ("12%, 12%, 12%, 12%, 50% of 8", "a half was not rounded up"),
        ("13% yes, 38% no, 50% don't know of 8", ""),
    ],
)
def test_a_condition_names_the_meaning_that_is_possible(sentence: str, condition: str) -> None:
    answer = answer_claim(sentence)
    assert answer.condition == condition
    assert (answer.verdict == "conditional") == bool(condition)


def test_answers_that_need_not_exclude_each_other_are_possible_on_that_condition() -> None:
    several = answer_claim("62% use A, 61% use B and 30% use C")
    groups = answer_claim("men: 58%, women: 52%, n=1,000")

    assert several.headline == "POSSIBLE IF each could give several answers"
    assert groups.headline == "POSSIBLE IF each of them is a share of its own group"
    assert answer_claim("60% yes, 50% no").headline == "IMPOSSIBLE"
    assert answer_claim("Of 21 stations (several answers allowed), 71% named A and 48% B").verdict == "possible"


def test_a_fraction_in_words_that_cannot_be_is_answered_without_a_slip() -> None:
    assert answer_claim("a third of the 47 plots (22) are flooded").verdict == "impossible"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("a mean of 5.19 of 28", "impossible"),
        ("a mean of 5.18 of 28", "possible"),
        ("M = 2.40, SD = 0.55, n = 5", "possible"),
        ("M = 3.45, SD = 0.90, n = 20", "impossible"),
        ("a mean of 6.2 of 31 answers from 1 to 5", "impossible"),
        ("52 percent of 900 men and 48 percent of 100 women, 58 percent overall", "impossible"),
        ("52 percent of 900 men and 48 percent of 100 women, 52 percent overall", "possible"),
        ("support fell by 27 points from 52 percent to 38 percent", "impossible"),
        ("support fell by 14 points from 52 percent to 38 percent", "possible"),
        ("58% of men and 49% of women, a gap of 9 points", "possible"),
        ("8/44 (18.2%) vs 5/46 (10.9%)", "possible"),
        ("8/44 (18.2%) vs 5/46 (11.9%)", "impossible"),
    ],
)
def test_means_and_groups_can_be_asked(text: str, verdict: str) -> None:
    assert answer_claim(text).verdict == verdict


def claim(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dagster_project.cli", "claim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_leaves_with_0_1_or_2() -> None:
    possible, impossible, unread = claim("40 of 96 is 42%"), claim("96 of 150 is 42%"), claim("many say so")

    assert (possible.returncode, impossible.returncode, unread.returncode) == (0, 1, 2)
    assert "many say so" in unread.stderr
    assert not unread.stdout


def test_the_first_line_is_the_verdict_and_the_exit_code_goes_with_it() -> None:
    told = {text: claim(text) for text in ("40 of 96 is 42%", "62% use A, 61% use B", "42% of 1,500")}

    assert [one.stdout.splitlines()[0] for one in told.values()] == [
        "POSSIBLE",
        "POSSIBLE IF each could give several answers",
        "NOT CHECKABLE",
    ]
    assert [one.returncode for one in told.values()] == [0, 3, 0]
    assert max(len(line) for one in told.values() for line in one.stdout.splitlines()) <= 80


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize(
    "text",
    [
        "62% use A, 61% use B",
        "96 of about 150 is 42%",
        "Of 40 farms, 20 (50%) flooded, 30 (60%) burnt and 3 (10%) fell",
        "42% of 26 or 30",
    ],
)
def test_whatever_is_answered_is_wrapped_at_words_to_the_terminal(columns: int, text: str) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "dagster_project.cli", "claim", text]
    widths = {**os.environ, "COLUMNS": str(columns)}
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, text=True, check=False, env=widths)
    os.close(end)
    lines = (told.stdout or _all_of(terminal)).splitlines()
    os.close(terminal)

    assert lines
    assert max(map(len, lines)) <= columns
    assert not any(line.endswith(" ") for line in lines)


def _all_of(terminal: int) -> str:
    """What a program that has ended left in a terminal."""
    return os.read(terminal, 10_000).decode()


def test_a_dash_reads_the_standard_input() -> None:
    command = [sys.executable, "-m", "dagster_project.cli", "claim", "-"]
    table = "Yes 54%\nNo 46%\nBase 1,003\n"
    told = subprocess.run(command, input=table, capture_output=True, text=True, check=False)

    assert told.stdout.startswith("POSSIBLE")


def test_the_answer_as_json_has_its_parts() -> None:
    answer = json.loads(claim("--json", "58% yes, 31% no, 14% don't know of 26").stdout)

    assert answer["verdict"] == "impossible"
    assert [figure["text"] for figure in answer["figures"]] == ["58%", "31%", "14%", "26"]
    assert set(answer) >= {"verdict", "message", "figures", "repairs", "readings", "power"}
    assert answer["repairs"] == [
        "If all others stand, the percentage for “don't know” can be 0 to 12 % instead of “14%”."
    ]


def test_a_rule_that_is_none_is_named() -> None:
    refused = claim("--rounding", "banker", "40 of 96 is 42%")

    assert refused.returncode == 2
    assert "'banker' is no rounding rule: choose one of half_up" in refused.stderr


def test_the_command_starts_without_what_is_heavy() -> None:
    code = (
        "import sys; from dagster_project.claims.answer import answer_claim; "
        'answer_claim("58% yes, 31% no, 12% don\'t know of 26"); '
        "heavy = ('dagster', 'great_expectations', 'scipy', 'duckdb', 'pydantic'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
