"""Why lines are rejected or answers set aside, summed up; and record files that hold the same."""

from __future__ import annotations

from survey_desk import QUESTIONS, Desk

REASONS = "SELECT becomes, column_name, reason, lines, first_line FROM raw.reasons ORDER BY position"


def test_the_reasons_of_rejects_are_counted_the_most_frequent_first(desk: Desk) -> None:
    desk.take("person,sex,age\na,1,5\nb,3,5\nc,4,6\na,1,7\na,2,7\nc,x,y,z\nd,9,old\n")
    assert desk.rows(REASONS) == [
        ("a reject", "sex", "no code of question sex (its codes: 1, 2, 8, 9)", 2, 3),
        ("a reject", "person", "this identifier stands on line … of … already", 2, 5),
        ("a reject", None, "4 fields where the header has 3", 1, 7),
        ("a reject", "age", "not a number", 1, 8),
    ]


def test_a_cell_that_is_no_answer_costs_that_answer_alone_where_the_codebook_says_so(desk: Desk) -> None:
    book = "on_unknown_code: missing\n" + QUESTIONS
    account = desk.take("sex,age\n1,5\n3,6\n2,old\n", book)
    assert (account.rows_accepted, account.rows_rejected) == (3, 0)
    assert desk.values("sex, age") == [("1", 5.0), (None, 6.0), ("2", None)]
    assert desk.rows("SELECT source_line, column_name, value, reason FROM raw.set_aside ORDER BY 1") == [
        (3, "sex", "3", "no code of question sex (its codes: 1, 2)"), (4, "age", "old", "not a number"),
    ]  # fmt: skip
    assert [row[:2] for row in desk.rows(REASONS)] == [
        ("a record with a missing answer", "sex"), ("a record with a missing answer", "age"),
    ]  # fmt: skip


def test_a_line_that_is_wrong_elsewhere_is_rejected_all_the_same(desk: Desk) -> None:
    book = "respondent: person\non_unknown_code: missing\n" + QUESTIONS
    desk.take("person,sex,age\na,3,5\n,1,6\na,1,7\nb\n", book)
    assert desk.rejected_lines() == [3, 4, 5]
    assert desk.rows("SELECT source_line, column_name FROM raw.set_aside") == [(2, "sex")]


def of_two_files(desk: Desk, first: str, second: str) -> list[str | None]:
    desk.write(first, QUESTIONS, "  files: [a.csv, b.csv]\n", "a.csv")
    (desk.folder / "b.csv").write_bytes(second.encode())
    return [account.same_as for account in desk.ingest()]


def test_a_file_under_two_names_is_told_also_where_its_bytes_differ(desk: Desk) -> None:
    lines = [f"{1 + at % 2},{at}" for at in range(12)]
    records = "\n".join(["sex,age", *lines]) + "\n"
    assert of_two_files(desk, records, records) == [None, "a.csv"]
    assert of_two_files(desk, records, records.replace("\n", "\r\n")) == [None, "a.csv"]
    turned = "\n".join(["age,sex", *(",".join(reversed(line.split(","))) for line in lines)]) + "\n"
    assert of_two_files(desk, records, turned) == [None, "a.csv"]
    assert of_two_files(desk, records, records.replace("1,10", "1,11")) == [None, None]


def test_a_few_records_may_be_alike_by_chance(desk: Desk) -> None:
    assert of_two_files(desk, "sex,age\n1,5\n", "age,sex\n5,1\n") == [None, None]
    assert of_two_files(desk, "sex,age\n1,5\n", "sex,age\n1,5\n") == [None, "a.csv"]
