"""survey.yml: what is right is read exactly, and each mistake is one message with file, line and field."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.codebook import AnswerKind, SurveyFolder, read_survey_folder, survey_names
from dagster_project.errors import InputError

Read = Callable[..., SurveyFolder]
Refusal = Callable[..., str]


def test_codes_keep_their_exact_text(read: Read, survey: str) -> None:
    paper = read(survey=survey).codebook.question("paper")

    assert paper is not None
    assert list(paper.options) == ["01", "yes"]


def test_the_answers_of_a_question_are_its_options_then_a_blank_then_the_missing_codes(read: Read, survey: str) -> None:
    book = read(survey=survey).codebook
    sex = book.question("sex")

    assert sex is not None
    assert [(answer.code, answer.kind) for answer in book.answers(sex)] == [
        ("1", AnswerKind.valid),
        ("2", AnswerKind.valid),
        ("", AnswerKind.no_answer),
        ("98", AnswerKind.dont_know),
        ("99", AnswerKind.refused),
    ]


def test_a_missing_code_that_is_an_option_is_that_option(read: Read, survey: str) -> None:
    book = read(survey=survey.replace("{1: Woman, 2: Man}", "{1: Woman, 98: Man}")).codebook
    sex = book.question("sex")

    assert sex is not None
    assert [a.kind for a in book.answers(sex) if a.code == "98"] == [AnswerKind.valid]


def test_a_byte_order_mark_is_no_part_of_the_first_field(read: Read, survey: str) -> None:
    assert read(survey=b"\xef\xbb\xbf" + survey.encode()).codebook.title == "A survey"


def test_a_column_without_a_name_can_be_given(read: Read, survey: str) -> None:
    """R writes its row names under an empty header."""
    sex = read(survey=survey.replace("  - id: sex\n", '  - id: sex\n    column: ""\n')).codebook.question("sex")

    assert sex is not None
    assert sex.source_columns() == [""]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "field", "says"),
    [
        ("title: A survey\n", "", 1, "title", "missing"),
        ("universe: Everybody", "univers: Everybody", 3, "univers", "no such field"),
        ("title: A survey", "title:", 1, "title", "expected text"),
        ("title: A survey", "title: [a]", 1, "title", "expected text"),
        ("source: {name: An office, licence: CC0}", "source: An office", 2, "source", "expected `field: value`"),
        ("source: {name: An office, licence: CC0}", "source: {name: An office}", 2, "source.licence", "missing"),
        ("title: A survey", "title: A survey\ntitle: B", 2, "", "title stands twice"),
        ("asked: 200", "asked: many", 4, "asked", "'many' is no number of people; write 1200, or around 1200"),
        ("asked: 200", "asked: 0", 4, "asked", "'0' is no number of people"),
        ("asked: 200", "asked: over 200", 4, "asked", "'over 200' leaves open how many at most"),
        ("start: 2026-01-01", "start: 2026-02-30", 6, "fieldwork.start", "valid date"),
        ("start: 2026-01-01", "start: 0", 6, "fieldwork.start", "'0' is no day"),
        ("end: 2026-01-31", "end: 2025-01-31", 5, "fieldwork", "ends (2025-01-31) before"),
        ("provenance: collected", "provenance: found", 8, "provenance", "'collected'"),
        ("provenance: collected", "provenance: collected\nsample: random", 9, "sample", "'opt-in', 'census' or 'none'"),
        ("respondent: person", "respondent: person\nweights_sum_to: universe", 13, "weights_sum_to", "no weights"),
        ("respondent: person", "weight: w\nweights_sum_to: 1", 13, "weights_sum_to", "'universe' or 'respondents'"),
        ("provenance: collected", "provenance: synthetic", 8, "provenance", "provenance_note"),
        ("files: [records.csv]", "files: records.csv", 10, "records.files", "expected a list"),
        ("files: [records.csv]", "files: []", 10, "records.files", "at least 1"),
        ("files: [records.csv]", "files: [../records.csv]", 10, "records.files[1]", "plain name"),
        ("files: [records.csv]", "files: [r*.csv]", 10, "records.files[1]", "plain name"),
        ("files: [records.csv]", "files: [r.csv, r.csv]", 9, "records", "named twice"),
        ('delimiter: ","', 'delimiter: ",,"', 11, "records.delimiter", "neither one sign nor"),
        ('delimiter: ","', "delimiter: '\"'", 9, "records", "cannot separate"),
        ('delimiter: ","', 'decimal_mark: ","', 9, "records", "cannot both"),
        ('delimiter: ","', "encoding: utf-9", 9, "records", "'utf-9' is unknown"),
        ('delimiter: ","', "encoding: base64", 9, "records", "'base64' is unknown"),
        ('delimiter: ","', "format: xlsx", 11, "records.format", "'stata' or 'workbook' (found 'xlsx')."),
        ('delimiter: ","', "sheets: Data", 11, "records.sheets", "no such field"),
        ("respondent: person", "respondent: person\nweight: person", 13, "weight", "another use"),
        ("respondent: person", "respondent: sex", 18, "questions[1]", "column 'sex' has another use"),
        ("groups: [sex]", "groups: [gender]", 13, "groups[1]", "'gender' must be the id"),
        ("groups: [sex]", "groups: [media]", 13, "groups[1]", "'media' must be the id of a single"),
        ("groups: [sex]", "groups: [paper]", 13, "groups[1]", "that everybody is asked"),
        ("groups: [sex]", "groups: [sex, sex]", 13, "groups[2]", "stands twice"),
        ('refused: ["99"]', 'refused: ["98"]', 16, "missing.refused", "'98' has two meanings"),
        ("  - id: media", "  - id: sex", 22, "questions[2].id", "'sex' stands twice"),
        ("  - id: media", "  - id: Media", 22, "questions[2].id", "no identifier"),
        ("  - id: media", '  - id: "media\\n"', 22, "questions[2].id", "no identifier"),
        ("  - id: media", "  - id: weight", 22, "questions[2].id", "kept for basecheck"),
        ("  - id: media", "  - id: a__b", 22, "questions[2].id", "kept for basecheck"),
        ("    type: multiple", "    type: many", 24, "questions[2].type", "'multiple'"),
        ('    separator: ";"\n', "", 22, "questions[2]", "either a separator or columns"),
        ('    separator: ";"\n', '    separator: ""\n', 25, "questions[2].separator", "at least 1"),
        ('separator: ";"', "columns: {p: a, r: b}", 22, "questions[2]", "for each option"),
        ('separator: ";"', "columns: {p: a, r: b, n: b}", 22, "questions[2]", "'b' has another use"),
        ("{p: Paper, r: Radio, n: None}", "{p;q: P, n: None}", 25, "questions[2].separator", "contains the separator"),
        ('dont_know: ["98"]', 'dont_know: ["9;8"]', 25, "questions[2].separator", "'9;8' contains the separator"),
        ("exclusive: [n]", "exclusive: [x]", 27, "questions[2].exclusive", "'x' is none of the options"),
        ("question: media", "question: age", 31, "questions[3].asked_if", "an earlier question with options"),
        ("question: media", "question: nobody", 31, "questions[3].asked_if", "an earlier question"),
        ("question: media", "question: paper", 31, "questions[3].asked_if", "an earlier question"),
        ("answers: [p]", "answers: [p, x]", 33, "questions[3].asked_if.answers", "'x' is no answer of question media"),
        ("answers: [p]", "answers: []", 33, "questions[3].asked_if.answers", "at least 1"),
        ("      yes: Second", "      yes: Second\n      yes: Third", 37, "", "yes stands twice"),
        ("      yes: Second", '      "*": Second', 28, "questions[3]", 'neither "*" nor blank'),
        ("    type: quantity", "    type: single", 37, "questions[4]", "needs its options"),
        ("    type: quantity", "    type: text\n    options: {1: a}", 37, "questions[4]", "no options"),
        ("    type: quantity", '    type: text\n    separator: ";"', 37, "questions[4]", "only a multiple question"),
        ("    type: quantity", "    type: quantity\n    base: asked", 37, "questions[4]", "answered, routed or all"),
        ("provenance: collected", "provenance: published", 9, "records", "is published has no records; take them out"),
        ('  files: [records.csv]\n  delimiter: ","\n', "", 8, "provenance", "collected records need the field records"),
        (
            "provenance: collected",
            "provenance: collected\nweighted: true",
            9,
            "weighted",
            "for surveys without records",
        ),
        ("groups: [sex]", "waves: [{id: w1}, {id: w1}]\ngroups: [sex]", 13, "waves[2].id", "wave 'w1' stands twice"),
        ("groups: [sex]", "waves: [{id: w 1}]\ngroups: [sex]", 13, "waves[1].id", "match pattern"),
        ("groups: [sex]", "waves: [{label: March}]\ngroups: [sex]", 13, "waves[1].id", "missing"),
        ("    type: quantity", "    type: quantity\n    wave: w1", 40, "questions[4].wave", "declare it under waves"),
        ("    type: quantity", "    type: quantity\n    complete: true", 40, "questions[4].complete", "only a single"),
        ("    asked_if:\n", "    complete: true\n    asked_if:\n", 31, "questions[3].complete", "a routed question"),
        (
            "    type: quantity",
            "    type: quantity\n    decimals: 7",
            40,
            "questions[4].decimals",
            "less than or equal",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(
    refusal: Refusal, survey: str, was: str, becomes: str, line: int, field: str, says: str
) -> None:
    assert was in survey
    message = refusal(survey=survey.replace(was, becomes, 1))

    assert message.startswith(f"survey.yml:{line}: {field + ': ' if field else ''}"), message
    assert says in message
    assert "\n" not in message


def test_the_number_asked_may_be_known_as_a_range_only(read: Read, survey: str) -> None:
    asked = read(survey.replace("asked: 200", "asked: around 150")).codebook.asked
    assert asked is not None
    assert (asked.text, asked.low, asked.high, asked.exactly) == ("around 150", 140, 160, None)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "survey.yml does not say what kind of sample this is"),
        ("sample: probability\n", None),
        ("sample: quota\n", "a quota sample has no sampling error"),
        ("sample: opt-in\n", "an opt-in sample has no sampling error"),
        ("sample: census\n", "a census has no sampling error"),
        ("sample: none\n", "no sample was drawn at random"),
    ],
)
def test_only_a_probability_sample_has_a_sampling_error(read: Read, survey: str, said: str, reason: str | None) -> None:
    assert read(said + survey).codebook.no_sampling_error == reason


def test_records_that_no_respondent_gave_have_no_sampling_error(read: Read, survey: str) -> None:
    made_up = survey.replace("provenance: collected", "provenance: synthetic\nprovenance_note: Made up.")
    book = read("sample: probability\n" + made_up).codebook
    assert book.no_sampling_error == "synthetic records have no sampling error"


@pytest.mark.parametrize(("numbers", "expected"), [("counts", "universe"), ("shares", None)])
def test_weights_made_to_meet_counts_of_the_universe_sum_to_it(
    read: Read, survey: str, numbers: str, expected: str | None
) -> None:
    weighting = f"weighting: {{margins: [{{question: sex, {numbers}: {{1: 51, 2: 49}}}}]}}\n"
    assert read(weighting + survey).codebook.weights_mean == expected


def test_weights_made_to_meet_counts_of_the_universe_do_not_sum_to_the_respondents(
    refusal: Refusal, survey: str
) -> None:
    weighting = "weighting: {margins: [{question: sex, counts: {1: 51, 2: 49}}]}\nweights_sum_to: respondents\n"
    assert "survey.yml:2: weights_sum_to: the margins of weighting are counts" in refusal(survey=weighting + survey)


def test_a_mark_cannot_mean_chosen_and_not_chosen(refusal: Refusal, survey: str) -> None:
    message = refusal(survey=survey.replace('separator: ";"', 'columns: {p: a, r: b, n: c}\n    not_selected: ["1"]'))

    assert message.startswith("survey.yml:26: questions[2].not_selected: '1' is both"), message


def test_of_several_mistakes_the_first_is_told_and_the_others_are_counted(refusal: Refusal, survey: str) -> None:
    message = refusal(survey=survey.replace("asked: 200", "asked: x").replace("title: A survey", "title: []"))

    assert message.startswith("survey.yml:1: title:")
    assert message.endswith("(Wrong besides: 1.)")


def test_what_is_found_is_told_in_a_few_words(refusal: Refusal, survey: str) -> None:
    questions = survey.index("questions:")
    message = refusal(survey=survey[:questions] + f"questions: {'x' * 5000}\n")

    assert "questions: expected a list (found 'xxx" in message
    assert len(message) < 200


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"- a\n- b\n", "survey.yml:1: expected `field: value` lines"),
        (b"", "survey.yml:1: expected `field: value` lines"),
        (b"title: [a\nuniverse: b\n", "survey.yml:2: not valid YAML"),
        (b"title: a\n\tuniverse: b\n", "survey.yml:2: not valid YAML"),
        (b"title: a\nuniverse: b\x07\n", "survey.yml:2: not valid YAML: a control character"),
        (b"title: a\n---\ntitle: b\n", "survey.yml:2: not valid YAML"),
        (b"title: a\n? [b, c]\n: d\n", "survey.yml:2: a field's name must be plain text"),
        (b"title: a\nquestions: &a [*a]\n", "survey.yml:2: an alias that contains itself"),
        (b"title: " + b"[" * 2000, "survey.yml: not valid YAML: brackets"),
        ("title: é\n".encode("cp1252"), "survey.yml: not UTF-8 text at byte 7; save the file as UTF-8."),
    ],
)
def test_what_is_no_plain_yaml_is_refused(refusal: Refusal, content: bytes, expected: str) -> None:
    assert refusal(survey=content).startswith(expected)


def test_aliases_that_multiply_are_refused_rather_than_written_out(refusal: Refusal) -> None:
    layers = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 20)}]\n" for n in range(1, 9))

    assert "more than 500,000 values" in refusal(survey="a0: &a0 x\n" + layers)


def test_a_missing_survey_yml_is_named(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()

    with pytest.raises(InputError, match=re.escape(f"{tmp_path}/office/survey.yml: this file is missing.")):
        read_survey_folder(tmp_path, "office")


def test_a_folder_in_place_of_survey_yml_is_named(tmp_path: Path) -> None:
    (tmp_path / "office" / "survey.yml").mkdir(parents=True)

    with pytest.raises(InputError, match=r"survey.yml: cannot be read \(Is a directory\)"):
        read_survey_folder(tmp_path, "office")


@pytest.mark.parametrize("name", ["Office", "1office", "my-office", "my office", "a" * 64, "bü", "a\n"])
def test_a_folder_name_that_is_no_identifier_is_refused(read: Read, name: str) -> None:
    with pytest.raises(InputError, match=r"a survey's name is a small letter"):
        read(name=name)


def test_an_unknown_survey_is_answered_with_those_there_are(read: Read, tmp_path: Path) -> None:
    read()

    with pytest.raises(InputError, match=r"there is no such survey \(folders found: office\)"):
        read_survey_folder(tmp_path, "offise")


def test_the_surveys_are_the_folders_that_are_not_hidden(tmp_path: Path) -> None:
    for name in ("b", "a", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "notes.txt").touch()

    assert survey_names(tmp_path) == ["a", "b"]
    assert survey_names(tmp_path / "nowhere") == []


WITHOUT_RECORDS = """\
title: Printed figures
source: {name: An agency, licence: Facts only}
universe: Companies
provenance: published
waves:
  - {id: 2026-03, label: March}
  - id: 2026-04
    fieldwork: {start: 2026-04-02, end: 2026-04-15}
questions:
  - id: media
    text: Which media?
    type: multiple
    options: {p: Paper, n: None}
    exclusive: [n]
    wave: 2026-04
"""


def test_a_survey_of_published_figures_needs_no_records_no_note_and_no_separator(read: Read) -> None:
    book = read(survey=WITHOUT_RECORDS).codebook

    assert (book.records, book.record_files, book.provenance_note) == (None, [], None)
    assert [(wave.id, wave.fieldwork is not None) for wave in book.waves] == [("2026-03", False), ("2026-04", True)]
    assert [question.wave for question in book.questions] == ["2026-04"]


@pytest.mark.parametrize(
    ("was", "becomes", "line", "field", "says"),
    [
        ("provenance: published", "provenance: collected", 4, "provenance", "collected records need the field records"),
        ("provenance: published", "provenance: synthetic", 4, "provenance", "write `provenance: published`"),
        ("waves:", "respondent: id\nwaves:", 5, "respondent", "there are no records that could have this column"),
        ("waves:", "weight: w\nwaves:", 5, "weight", "take it out"),
        ("waves:", "stratum: s\nwaves:", 5, "stratum", "take it out"),
        ("waves:", "sampling_unit: s\nwaves:", 5, "sampling_unit", "take it out"),
        ("    wave: 2026-04", "    wave: 2026-05", 15, "questions[1].wave", "its waves are 2026-03, 2026-04"),
        ("end: 2026-04-15", "end: 2026-04-01", 8, "waves[2].fieldwork", "before it starts"),
    ],
)
def test_a_mistake_in_a_survey_without_records_is_named(
    refusal: Refusal, was: str, becomes: str, line: int, field: str, says: str
) -> None:
    assert was in WITHOUT_RECORDS
    message = refusal(survey=WITHOUT_RECORDS.replace(was, becomes, 1))

    assert message.startswith(f"survey.yml:{line}: {field}: "), message
    assert says in message
