"""From a file that somebody has to records: what `basecheck new` decides is true, and what it cannot know it asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dagster_project.codebook import Codebook, QuestionType, read_survey_folder
from dagster_project.errors import InputError
from dagster_project.ingest import Said, propose, write_codebook, write_records
from dagster_project.ingest.proposal import Proposal
from dagster_project.warehouse import open_warehouse

FACTS = {"title": "People", "source": "An office", "licence": "CC0", "universe": "Everybody"}


class Found:
    """What is proposed for one file, and what a run makes of it."""

    def __init__(self, folder: Path, proposal: Proposal) -> None:
        self.folder = folder
        self.proposal = proposal
        self.text = (folder / "survey.yml").read_text(encoding="utf-8")

    @property
    def open(self) -> list[str]:
        return self.proposal.open_questions()

    @property
    def book(self) -> Codebook:
        return read_survey_folder(self.folder.parent, self.folder.name).codebook

    def records(self, columns: str = "*") -> list[tuple[Any, ...]]:
        """The records of a run, of which no line may be a reject."""
        read = read_survey_folder(self.folder.parent, self.folder.name)
        with open_warehouse(self.folder.parent / "survey.duckdb") as connection:
            write_codebook(connection, read)
            (account,) = write_records(connection, read)
            assert account.rows_rejected == 0
            return connection.execute(f"SELECT {columns} FROM records.records ORDER BY source_line").fetchall()


def new(tmp_path: Path, content: str | bytes, name: str = "people.csv", **said: Any) -> Found:
    source = tmp_path / name
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    made = propose(tmp_path / "raw", "people", source, Said(FACTS, **said))
    return Found(made.folder, made.proposal)


def column(name: str, values: list[object]) -> str:
    return "\n".join([f"key,{name}", *(f"k{at},{value}" for at, value in enumerate(values))]) + "\n"


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def test_what_only_a_person_knows_is_refused_in_one_list(tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    source.write_text(column("q", [1, 2, 98] * 5))
    made = propose(tmp_path / "raw", "people", source)

    with pytest.raises(InputError) as refused:
        read_survey_folder(tmp_path / "raw", "people")

    first, *listed = str(refused.value).splitlines()
    assert first.endswith("survey.yml:1: 5 questions are open; write the answers in place:")
    fields = [line.split(": ")[1] for line in listed]
    assert fields == ["title", "source.name", "source.licence", "universe", "questions[1].missing"]
    assert len(made.proposal.open_questions()) == 5


def test_answers_on_the_command_line_close_what_is_open(tmp_path: Path) -> None:
    found = new(tmp_path, column("q", [1, 2, 98, 99] * 5), missing={"98": "dont_know", "q:99": "answer"})

    assert found.open == []
    question = found.book.questions[0]
    assert list(question.options) == ["1", "2", "99"]
    assert found.book.missing_codes(question) == {"": "no_answer", "98": "dont_know"}


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ([1, 2, 3, 4, 5, 98, 99], ["98", "99"]),
        ([0, 1, -1], ["-1"]),
        ([1, 2, 3, 8, 9], ["8", "9"]),
        ([1, 2, 7], ["7"]),
        ([*range(18, 91), 99], ["99"]),
        ([*range(18, 97), *[99] * 40], ["99"]),
        ([10, 20.5, 30, 999], ["999"]),
        (list(range(11)), []),
        (list(range(1, 8)), []),
        (list(range(90, 100)), []),
        ([-9, -5.5, 3, 12, 20], []),
    ],
)
def test_numbers_that_stand_for_no_answer_are_asked_about(
    tmp_path: Path, values: list[object], asked: list[str]
) -> None:
    found = new(tmp_path, column("q", values * 3))

    (question,) = found.proposal.questions
    assert list(question.missing.open) == asked
    assert bool(found.open) == bool(asked)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Don't know", "dont_know"),
        ("Don’t know", "dont_know"),
        ("DK", "dont_know"),
        ("Refused", "refused"),
        ("Prefer not to say", "refused"),
        ("NA", "no_answer"),
        (".", "no_answer"),
        ("無回答", "no_answer"),
        ("Not applicable", "not_asked"),
    ],
)
def test_words_for_no_answer_are_missing(tmp_path: Path, word: str, kind: str) -> None:
    found = new(tmp_path, column("q", ["yes", "no", word] * 3))

    (question,) = found.book.questions
    assert list(question.options) == ["no", "yes"]
    assert found.book.missing_codes(question)[word] == kind
    assert "# decided: by their words" in found.text


def test_numbers_with_words_for_no_answer_are_numbers(tmp_path: Path) -> None:
    found = new(tmp_path, column("income", [*range(1000, 1030), "NA", "Refused"]))

    (question,) = found.book.questions
    assert question.type is QuestionType.quantity
    assert found.open == []


def test_a_country_called_na_is_a_country(tmp_path: Path) -> None:
    found = new(tmp_path, column("country", ["DE", "NA", "FR", "JP"] * 2))

    assert "NA" in found.book.questions[0].options


def test_options_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    found = new(tmp_path, column("years", [13, 2.5, 16.5, 0.5] * 3))

    assert list(found.book.questions[0].options) == ["0.5", "2.5", "13", "16.5"]


@pytest.mark.parametrize("name", ["weight", "wt", "pweight", "finalwgt", "w", "WEIGHT", "survey_weight", "gew_weight"])
def test_a_column_called_weight_is_the_weight(tmp_path: Path, name: str) -> None:
    found = new(tmp_path, lines(f"sex,{name}", "1,0.5", "2,1.25", "1,0.9", "2,1.35"))

    assert found.book.weight == name
    assert "# decided: its name, and 0.5 to 1.35" in found.text


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("sex,weight", ["1,1", "2,2", "1,2"]),
        ("sex,weight", ["1,0.5", "2,", "1,1.5"]),
        ("sex,weight", ["1,0.5", "2,-1.5", "1,1.5"]),
        ("sex,weight", [f"1,{kilos}" for kilos in range(50, 90)]),
        ("sex,wt1,wt2", ["1,0.5,0.6", "2,1.5,1.4", "2,1.5,1.3"]),
    ],
    ids=["codes", "blank", "negative", "kilos", "two"],
)
def test_a_weight_that_may_be_none_is_asked_about(tmp_path: Path, header: str, rows: list[str]) -> None:
    found = new(tmp_path, lines(header, *rows))

    assert len(found.open) == 1
    assert "which column is the weight" in found.open[0]
    with pytest.raises(InputError, match="1 question is open"):
        read_survey_folder(tmp_path / "raw", "people")


def test_the_weight_can_be_said(tmp_path: Path) -> None:
    rows = lines("sex,wt1,wt2", "1,0.5,0.6", "2,1.5,1.4", "2,1.5,1.3")

    assert new(tmp_path, rows, weight="wt2").book.weight == "wt2"
    with pytest.raises(InputError, match="no column 'wt3'"):
        propose(tmp_path / "raw", "others", tmp_path / "people.csv", Said(weight="wt3"))
    (tmp_path / "raw").rename(tmp_path / "before")
    assert [q.id for q in new(tmp_path, rows, weight="none").book.questions] == ["sex", "wt1", "wt2"]


def test_replicate_weights_are_no_questions(tmp_path: Path) -> None:
    names = [f"brr_{at}" for at in range(1, 33)]
    rows = [",".join([str(sex), "0.7", *("1.5" for _ in names)]) for sex in (1, 2, 2)]
    found = new(tmp_path, lines(",".join(["sex", "finalwgt", *names]), rows[0], rows[1].replace("0.7", "0.9"), rows[2]))

    assert found.book.records.ignore_columns == names
    assert found.book.weight == "finalwgt"
    assert [question.id for question in found.book.questions] == ["sex"]


def test_personal_data_are_left_out_and_named(tmp_path: Path) -> None:
    found = new(
        tmp_path,
        lines("id,Email,contact,phone,sex", "1,,a@b.org,1,1", "2,,c@d.org,2,2", "3,,e@f.org,3,2"),
    )

    assert found.book.records.ignore_columns == ["Email", "contact", "phone"]
    assert "personal data" in found.text


@pytest.mark.parametrize("mark", ["1", "x", "Yes"])
def test_columns_of_ticks_are_one_question(tmp_path: Path, mark: str) -> None:
    found = new(tmp_path, lines("id,Q5_1,Q5_2,Q5_3", f"a,{mark},,", f"b,{mark},{mark},", "c,,,"))

    (question,) = found.book.questions
    assert question.type is QuestionType.multiple
    assert question.source_columns() == ["Q5_1", "Q5_2", "Q5_3"]
    assert [row[0] for row in found.records("q5")] == [["1"], ["1", "2"], []]


def test_ticks_that_are_the_options_words_are_labels(tmp_path: Path) -> None:
    found = new(tmp_path, lines("id,Q5_1,Q5_2", "a,Politics,", "b,Politics,Sports", "c,,Sports"))

    (question,) = found.book.questions
    assert question.options == {"1": "Politics", "2": "Sports"}
    assert [row[0] for row in found.records("q5")] == [["1"], ["1", "2"], ["2"]]


def test_columns_of_ones_and_zeros_are_one_question(tmp_path: Path) -> None:
    found = new(tmp_path, lines("id,q___1,q___2", "a,1,0", "b,0,0", "c,1,1"))

    assert [row[0] for row in found.records("q")] == [["1"], [], ["1", "2"]]


def test_several_answers_in_one_cell_are_taken_apart(tmp_path: Path) -> None:
    rows = ['"Bread, Milk"', "Milk", '"Bread, Eggs"', '"Milk, Eggs"', "Eggs", "Bread"]
    found = new(tmp_path, column("buys", rows))

    (question,) = found.book.questions
    assert (question.type, question.separator) == (QuestionType.multiple, ", ")
    assert list(question.options) == ["Bread", "Eggs", "Milk"]


def test_one_answer_with_a_comma_stays_one(tmp_path: Path) -> None:
    found = new(tmp_path, column("often", ['"Yes, always"', '"Yes, sometimes"', "No"] * 3))

    assert found.book.questions[0].type is QuestionType.single


def test_a_grid_shares_its_options(tmp_path: Path) -> None:
    header = "id,Q7_1,Q7_2,Q7_3"
    rows = ["1,5,3", "2,4,3", "3,1,2", "4,2,1", "5,3,2", "5,5,1"] * 3
    found = new(tmp_path, lines(header, *(f"k{at},{row}" for at, row in enumerate(rows))))

    assert [list(q.options) for q in found.book.questions] == [["1", "2", "3", "4", "5"]] * 3


def test_whole_numbers_are_a_quantity_where_many_and_options_where_few(tmp_path: Path) -> None:
    rows = [f"{at},{at % 5},{18 + at % 60},{1950 + at % 19}" for at in range(200)]
    found = new(tmp_path, lines("id,mood,age,born", *rows))

    types = {question.id: question.type for question in found.book.questions}
    assert types == {"mood": QuestionType.single, "age": QuestionType.quantity, "born": QuestionType.single}


def test_decimal_commas_are_numbers(tmp_path: Path) -> None:
    content = lines("id;größe;wieviel", "a;1,5;1", "b;2,75;2", "c;3;2", "d;4,25;1").encode("cp1252")
    found = new(tmp_path, content)

    assert (found.book.records.encoding, found.book.records.delimiter, found.book.records.decimal_mark) == (
        "cp1252",
        ";",
        ",",
    )
    assert [row[0] for row in found.records("gr_e")] == [1.5, 2.75, 3.0, 4.25]


@pytest.mark.parametrize(
    "content",
    [
        lines("id;income", "a;1,500", "b;2,750", "c;900", "d;1,250"),
        lines("id,income", 'a,"1,500"', 'b,"12,750"', "c,900"),
        lines("id,share", 'a,"1,5"', 'b,"2,75"', 'c,"0,5"', 'd,"0,25"'),
    ],
    ids=["a thousand or a little", "thousands", "a comma in a comma-separated file"],
)
def test_numbers_that_can_be_read_in_two_ways_are_asked_about(tmp_path: Path, content: str) -> None:
    found = new(tmp_path, content)

    assert len(found.open) == 1
    with pytest.raises(InputError, match="1 question is open"):
        read_survey_folder(tmp_path / "raw", "people")


def test_a_file_with_blanks_between_its_fields_is_taken_apart(tmp_path: Path) -> None:
    found = new(tmp_path, lines("id  sex    age", " 1    1   30", " 2    2   41", '12    1   "29"'), "people.txt")

    assert found.book.records.delimiter == "whitespace"
    assert found.records("respondent, sex, age") == [("1", "1", 30.0), ("2", "2", 41.0), ("12", "1", 29.0)]


QUALTRICS = lines(
    "StartDate,ResponseId,Q1,Q2_1",
    'Start Date,Response ID,"Your sex, please","How many\nhours?"',
    '"{""ImportId"":""startDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_1""}"',
    "2026-03-01 10:00:00,R_1,1,3.5",
    "2026-03-01 11:00:00,R_2,2,7.25",
    "2026-03-02 10:00:00,R_3,2,1.5",
)


def test_the_three_header_rows_of_qualtrics_are_no_respondents(tmp_path: Path) -> None:
    found = new(tmp_path, QUALTRICS)

    assert found.book.records.rows_after_header == 2
    assert found.book.respondent == "ResponseId"
    assert [(q.id, q.text) for q in found.book.questions][1:] == [
        ("q1", "Your sex, please"),
        ("q2_1", "How many hours?"),
    ]
    assert found.records("respondent, q1, source_line") == [("R_1", "1", 5), ("R_2", "2", 6), ("R_3", "2", 7)]


def test_the_two_header_rows_of_surveymonkey_name_columns_together(tmp_path: Path) -> None:
    found = new(
        tmp_path,
        lines(
            "Respondent ID,Your sex,Which sections?,,,Anything else?",
            ",Response,Politics,Sports,None,Open-Ended Response",
            "11,Woman,Politics,Sports,,good",
            "12,Man,,Sports,,",
            "13,Man,,,None,so so",
        ),
    )

    assert found.book.respondent == "Respondent ID"
    sex, sections, _ = found.book.questions
    assert sex.source_columns() == ["Your sex / Response"]
    assert list(sections.options.values()) == ["Politics", "Sports", "None"]
    assert len(found.records()) == 3


def test_a_row_of_texts_under_the_names_is_no_respondent(tmp_path: Path) -> None:
    found = new(tmp_path, lines("id,a,b,c", "Who,How old,How many,How far", "1,30,2,5.5", "2,40,3,6", "3,50,3,7"))

    assert found.book.records.rows_after_header == 1
    assert found.book.questions[0].text == "How old"


def test_a_title_above_the_names_is_skipped(tmp_path: Path) -> None:
    found = new(tmp_path, lines("Survey of 2026", "", "id,sex,age,area", "1,1,30,2", "2,2,41,2", "3,2,29,1"))

    assert found.book.records.rows_before_header == 2
    assert found.records("source_line, age")[0] == (4, 30.0)


def test_a_file_without_names_is_refused_and_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        new(tmp_path, lines("17,4711,35", "18,4712,36"))

    assert "most cells are numbers" in str(refused.value)
    assert "4711" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (column("答え", ["①はい", "②いいえ", "髙い"] * 3), "cp932"),
        (column("答え", ["男", "女"] * 3), "cp932"),
        (column("q", ["très bien", "français", "élevé, oui".replace(",", "")] * 3), "cp1252"),
        (column("q", ["größer", "Straße"] * 3), "cp1252"),
    ],
    ids=["circled", "kanji", "french", "german"],
)
def test_an_older_encoding_is_told_by_its_letters(tmp_path: Path, text: str, encoding: str) -> None:
    found = new(tmp_path, text.encode(encoding))

    assert found.book.records.encoding == encoding
    header, *cells = [line.split(",") for line in text.splitlines()]
    assert found.book.questions[0].source_columns() == [header[1]]
    assert set(found.book.questions[0].options) == {cell[1] for cell in cells}


@pytest.mark.parametrize(
    ("word", "encoding"),
    [("Привет", "cp1251"), ("byłoby", "cp1250"), ("dušek", "cp1250"), ("καλημέρα", "cp1253"), ("한국어", "cp949")],
)
def test_an_encoding_that_bytes_do_not_tell_is_asked(tmp_path: Path, word: str, encoding: str) -> None:
    content = column("q", [word, "x"] * 3).encode(encoding)
    with pytest.raises(InputError, match="say which with `--encoding`"):
        new(tmp_path, content)

    found = new(tmp_path, content, options={"encoding": encoding})
    assert word in found.book.questions[0].options


def test_utf_8_that_was_read_as_latin_1_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"people.csv:2: UTF-8 that was read as Latin-1"):
        new(tmp_path, column("q", ["Café".encode().decode("latin-1"), "no"]))


def test_lines_of_two_encodings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this line is not UTF-8 and line 2 is"):
        new(tmp_path, b"key,q\n1,caf\xc3\xa9\n2,caf\xe9\n")


def test_the_schema_is_found_from_within_the_project_only(tmp_path: Path) -> None:
    assert "$schema" not in new(tmp_path, column("q", [1, 2, 1])).text
