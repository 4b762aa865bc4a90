"""Each cell is typed by the codebook, or its line is a reject with the column, the value and the reason."""

from __future__ import annotations

import pytest
from survey_desk import Desk

MULTIPLE = """\
missing: {dont_know: ['8']}
questions:
  - {id: media, text: Media, type: multiple, separator: ';', options: {p: Paper, r: Radio, n: None}, exclusive: [n]}
"""
INDICATORS = """\
missing: {dont_know: ['8'], not_asked: ['0']}
questions:
  - id: media
    text: Media
    type: multiple
    columns: {p: m1, r: m2, n: m3}
    options: {p: Paper, r: Radio, n: None}
    exclusive: [n]
"""
DESIGN = """\
respondent: person
weight: w
stratum: st
sampling_unit: psu
questions:
  - {id: sex, text: Sex, type: single, options: {1: Woman, 2: Man}}
"""


def _quantity(desk: Desk, text: str, decimal_mark: str = ".") -> float | None:
    desk.take(
        f'age\n"{text}"\n',
        "questions: [{id: age, text: Age, type: quantity}]\n",
        f'  decimal_mark: "{decimal_mark}"\n  delimiter: ";"\n',
    )
    found = desk.values("age")
    if not found:
        assert desk.rejects() == [(2, "age", text, "not a number")]
        return None
    value: float = found[0][0]
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("-1.5", -1.5), ("+2", 2), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-3", 0.001), ("007", 7)],
)
def test_a_plain_number_is_read(desk: Desk, text: str, value: float) -> None:
    assert _quantity(desk, text) == value


@pytest.mark.parametrize("text", ["1e61", "-1e308"])
def test_a_number_of_which_no_sum_can_be_made_is_a_reject_that_says_so(desk: Desk, text: str) -> None:
    desk.take(f"age\n{text}\n", "questions: [{id: age, text: Age, type: quantity}]\n")
    assert desk.rejects() == [(2, "age", text, "a number beyond 1e+60, which cannot be added up")]


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        " 1",
        "1 ",
        "٣",
        "1_000",
        "1.000.000",
        "1e999",
        "0x10",
        "1e",
        "-",
        ".",
        "½",
        "true",
        "1\t",
    ],
)
def test_what_is_no_plain_number_is_a_reject(desk: Desk, text: str) -> None:
    assert _quantity(desk, text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("1,5", 1.5), ("-0,25", -0.25), ("3", 3), ("1.5", None), ("1.000,5", None), ("1,000,5", None)]
)
def test_a_decimal_comma_is_read_where_it_is_declared_and_a_point_is_not(
    desk: Desk, text: str, value: float | None
) -> None:
    assert _quantity(desk, text, ",") == value


def test_a_single_answer_is_a_code_exactly_or_blank(desk: Desk) -> None:
    desk.take("person,sex,age\na,1,1\nb,,1\nc,8,1\nd,9,1\ne,01,1\nf, 1,1\ng,3,1\nh,1.0,1\n")

    assert desk.values("respondent, sex") == [("a", "1"), ("b", None), ("c", "8"), ("d", "9")]
    reason = "no code of question sex (its codes: 1, 2, 8, 9)"
    assert desk.rejects() == [
        (6, "sex", "01", reason),
        (7, "sex", " 1", reason),
        (8, "sex", "3", reason),
        (9, "sex", "1.0", reason),
    ]
    assert desk.types() == [("sex", ["1", "2", "8", "9"])]


def test_a_missing_code_stands_beside_the_quantity(desk: Desk) -> None:
    desk.take("person,sex,age\na,1,30\nb,1,8\nc,1,\n")

    assert desk.values("age, age__missing") == [(30.0, None), (None, "8"), (None, None)]


def test_a_missing_code_stands_beside_the_text(desk: Desk) -> None:
    book = (
        "missing: {refused: ['9']}\nquestions:\n"
        "  - {id: remark, text: R, type: text}\n  - {id: sex, text: S, type: single, options: {1: a}}\n"
    )
    desk.take("remark,sex\n good ,1\n9,1\n,1\n", book)

    assert desk.values("remark, remark__missing") == [(" good ", None), (None, "9"), (None, None)]
    assert desk.rejects() == []


def test_several_problems_of_a_line_are_all_kept_and_the_first_leads(desk: Desk) -> None:
    desk.take("person,sex,age\n,3,old\na,1,1\n")

    assert desk.rejects() == [(2, "person", "", "the respondent is missing")]
    ((problems,),) = desk.rows("SELECT problems FROM raw.rejects")
    assert [(p["column"], p["value"]) for p in problems] == [("person", ""), ("sex", "3"), ("age", "old")]


def test_the_reason_names_only_the_first_codes_of_a_long_list(desk: Desk) -> None:
    options = ", ".join(f"{n}: a" for n in range(1000))
    desk.take("place\nx\n", f"questions: [{{id: place, text: P, type: single, options: {{{options}}}}}]\n")

    assert desk.rejects()[0][3] == "no code of question place (its codes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …)"


def test_several_answers_in_one_cell(desk: Desk) -> None:
    desk.take('media\np\nr;p\n""\n8\nn\np;\np;p\np;x\np;8\nn;p\np; r\n;\n', MULTIPLE)

    assert desk.values("media") == [(["p"],), (["r", "p"],), (None,), (["8"],), (["n"],)]
    unknown = "no code of question media (its codes: p, r, n, 8)"
    alone = "a code that must stand alone stands beside others"
    assert desk.rejects() == [
        (7, "media", "p;", unknown),
        (8, "media", "p;p", "a code stands twice"),
        (9, "media", "p;x", unknown),
        (10, "media", "p;8", alone),
        (11, "media", "n;p", alone),
        (12, "media", "p; r", unknown),
        (13, "media", ";", unknown),
    ]


def test_several_answers_in_a_column_each(desk: Desk) -> None:
    desk.take("m1,m2,m3\n1,0,0\n1,1,0\n0,0,0\n,,\n8,8,8\n0,0,1\n1,,0\n8,0,0\n1,0,1\n2,0,0\n", INDICATORS)

    assert desk.values("media") == [(["p"],), (["p", "r"],), ([],), (None,), (["8"],), (["n"],)]
    unmarked = "marked neither as chosen nor as not chosen"
    assert desk.rejects() == [
        (8, "m2", "", unmarked),
        (9, "m1", "8", unmarked),
        (10, "m1", "p n", "an option that must stand alone is chosen beside others"),
        (11, "m1", "2", unmarked),
    ]


def test_a_blank_may_be_the_mark_of_an_option_not_chosen(desk: Desk) -> None:
    desk.take("m1,m2,m3\nx,,\n,,\nx,x,\n0,,\n", INDICATORS + "    selected: [x]\n    not_selected: ['']\n")

    assert desk.values("media") == [(["p"],), ([],), (["p", "r"],)]
    assert desk.rejected_lines() == [5]


def test_codes_labels_and_separators_are_never_run(desk: Desk) -> None:
    """Quotes, SQL and Jinja in every place that a person can write."""
    evil = ["'; DROP TABLE raw.files; --", "{{ 7*7 }}", '"', "$$", "\\", "%s", "?", "${x}"]
    separator = "'|"
    options = ", ".join(f"{_quoted(code)}: {_quoted(code)}" for code in evil)
    book = (
        f"missing: {{refused: [{_quoted(chr(39) + ')')}]}}\n"
        "questions:\n"
        f"  - {{id: one, text: {_quoted(evil[0])}, type: single, options: {{{options}}}}}\n"
        f"  - {{id: many, text: {_quoted(evil[1])}, type: multiple, separator: {_quoted(separator)},"
        f" options: {{{options}}}}}\n"
    )
    lines = [f'"{code.replace(chr(34), chr(34) * 2)}","{evil[0]}\'|{evil[1]}"' for code in [*evil, "')"]]

    desk.take("one,many\n" + "\n".join(lines) + "\n", book)

    assert desk.rejects() == []
    assert desk.values("one, many") == [(code, evil[:2]) for code in [*evil, "')"]]
    labels = desk.rows(
        "SELECT answer_label FROM raw.answers WHERE question = 'one' AND kind = 'valid' ORDER BY position"
    )
    assert labels == [(code,) for code in evil]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


NAMES = ["position", "problems", "file", "broken", "raw_line", "line", "code", "found", "c0", "c1", "c2", "judged"]
NAMES += ["date", "integer", "varchar", "list", "select", "order", "order_by", "survey", "generation", "answer"]


def test_a_question_may_have_any_identifier(desk: Desk) -> None:
    """Names of our own columns, of types and of SQL's words; each column gives back what its cell holds."""
    questions = "".join(
        f"  - {{id: {name}, text: T, type: single, options: {{{name}: T, x: T}}}}\n" for name in reversed(NAMES)
    )
    header = ",".join(NAMES)

    desk.take(f"{header}\n{header}\n{','.join('x' * len(NAMES))}\n", f"questions:\n{questions}")

    assert desk.rejects() == []
    assert desk.values(", ".join(f'"{name}"' for name in NAMES)) == [tuple(NAMES), ("x",) * len(NAMES)]


def test_repeated_identifiers_leave_the_first_record_across_files(desk: Desk) -> None:
    desk.write("person,sex,age\na,1,1\nb,1,1\na,2,2\n", dialect="  files: [one.csv, two.csv]\n", name="one.csv")
    (desk.folder / "two.csv").write_text("person,sex,age\nb,1,9999\nc,1,1\nc,1,1\n")

    accounts = desk.ingest()

    assert desk.values("source_file, source_line, respondent") == [
        ("one.csv", 2, "a"),
        ("one.csv", 3, "b"),
        ("two.csv", 3, "c"),
    ]
    assert desk.rows("SELECT source_file, source_line, value, reason FROM raw.rejects ORDER BY ALL") == [
        ("one.csv", 4, "a", "this identifier stands on line 2 of one.csv already"),
        ("two.csv", 2, "b", "this identifier stands on line 3 of one.csv already"),
        ("two.csv", 4, "c", "this identifier stands on line 3 of two.csv already"),
    ]
    assert [(a.file, a.rows_read, a.rows_accepted, a.rows_rejected) for a in accounts] == [
        ("one.csv", 3, 2, 1),
        ("two.csv", 3, 1, 2),
    ]


def test_a_record_rejected_for_itself_gives_its_identifier_to_the_next(desk: Desk) -> None:
    desk.take("person,sex,age\na,3,1\na,1,1\n")

    assert desk.values("source_line, respondent") == [(3, "a")]


def test_weights_strata_and_sampling_units(desk: Desk) -> None:
    desk.take(
        "person,w,st,psu,sex\na,1.5,north,1,1\nb,2,north,1,1\nc,1e-3,north,1,1\nd,,north,1,1\ne,x,north,1,1\nf,1,,1,1\ng,1,north,,1\n,1,n,1,1\n",
        DESIGN,
    )

    assert desk.values("respondent, weight, stratum, sampling_unit") == [
        ("a", 1.5, "north", "1"),
        ("b", 2.0, "north", "1"),
        ("c", 0.001, "north", "1"),
    ]
    assert desk.rejects() == [
        (5, "w", "", "the weight is missing"),
        (6, "w", "x", "not a number"),
        (7, "st", "", "the stratum is missing"),
        (8, "psu", "", "the sampling unit is missing"),
        (9, "person", "", "the respondent is missing"),
    ]


def test_a_survey_may_have_dispositions_and_no_other_column_of_its_design(desk: Desk) -> None:
    book = """\
disposition: outcome
dispositions: {i: complete, r: refusal}
questions:
  - {id: sex, text: Sex, type: single, options: {1: Woman, 2: Man}}
"""
    account = desk.take("outcome,sex\ni,1\nr,\nx,2\n", book)
    assert (account.rows_accepted, account.rows_responded) == (2, 1)
    assert desk.rejects() == [(4, "outcome", "x", "no code of dispositions in survey.yml")]
