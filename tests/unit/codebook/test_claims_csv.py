"""claims.csv: each row is a claim like those of claims.yml, and each mistake one message with line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.claims import BaseRule, Kind
from dagster_project.codebook import SurveyFolder, read_survey_folder
from dagster_project.places import PROJECT_DIR

Read = Callable[..., SurveyFolder]
Refusal = Callable[..., str]

PUBLICATION = "publication: {title: A paper}\n"
TABLE = """\
question,option,group_question,group_answer,figure,kind,base
sex,,,,121,base,answered
sex,1,,,22%,percentage,answered
media,p,sex,2,"1,024",count,
sex,1,,,22%,percentage,answered
"""


def test_the_rows_are_claims_after_those_of_claims_yml(read: Read, claims: str) -> None:
    published = read(claims=claims, table=TABLE).published

    assert published is not None
    assert [claim.id for claim in published.claims] == ["C1", "C2", "C3", "C4", "T001", "T002", "T003", "T004"]
    base, share, count, again = published.claims[4:]
    assert (base.kind, base.base, base.figure) == (Kind.BASE, BaseRule.answered, "121")
    assert (share.question, share.option, share.group, share.figure) == ("sex", "1", None, "22%")
    assert count.group is not None
    assert (count.figure, count.group.question, count.group.answer, count.base) == ("1,024", "sex", "2", None)
    assert again.figure == share.figure  # the same figure may be printed twice


def test_a_row_may_have_a_name_and_words_of_its_own(read: Read) -> None:
    table = "claim,figure,kind,hedge,of,where\nA1,150,count,about,companies,table 2\n,8,count,,others,\n"
    published = read(claims=PUBLICATION, table=table).published

    assert published is not None
    first, second = published.claims
    assert (first.id, first.hedge, first.of, first.where) == ("A1", "about", "companies", "table 2")
    assert (second.id, second.hedge, second.of, second.where) == ("T002", None, "others", None)


def test_a_row_without_words_gets_those_of_the_codebook(read: Read, survey: str) -> None:
    with_wave = TABLE.replace("question,option", "wave,question,option").replace("\nsex", "\nw1,sex")
    published = read(
        survey="waves: [{id: w1, label: March}]\n" + survey,
        claims=PUBLICATION,
        table=with_wave.replace("\nmedia", "\n,media"),
    ).published

    assert published is not None
    assert [claim.of for claim in published.claims[:3]] == [
        "who answered; Sex; March",
        "Woman; Sex; March",
        "Paper; Man; Which media?",
    ]


def test_ids_are_as_wide_as_the_table_is_long(read: Read) -> None:
    published = read(claims=PUBLICATION, table="figure,kind\n" + "7,count\n" * 1000).published

    assert published is not None
    assert (published.claims[0].id, published.claims[-1].id) == ("T0001", "T1000")


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("figure,kind", "figur,kind", "claims.csv:1: no claim has a column 'figur'; mend the spelling (the columns: "),
        ("question,option", "question,question", "claims.csv:1: column question stands twice; keep one."),
        ("figure,kind", "where,kind", "claims.csv:1: the column figure is missing; the first line names the columns."),
        (
            "sex,1,,,22%,percentage,answered",
            "sex,1,,22%,percentage,answered",
            "claims.csv:3: 6 fields where the header",
        ),
        ("sex,1,,,22%", "\nsex,1,,,22%", "claims.csv:3: an empty line; take it out."),
        ("22%", '"22%', "claims.csv:3: not CSV ("),
        ("22%", "2\x002%", "claims.csv:3: a NUL character"),
        ("22%", "lots", "claims.csv:3: column figure: 'lots' is no figure"),
        ("22%", "122%", "claims.csv:3: column figure: '122%' is over 100 %"),
        ("22%", "", "claims.csv:3: column figure: this field is missing; add it."),
        ("121,base", "0,base", "claims.csv:2: column figure: '0' is no base"),
        ("121,base,answered", "121,base,some", "claims.csv:2: column base: "),
        ("121,base,answered", "121,base,", "claims.csv:2: a base names which one it is"),
        ("percentage", "share", "claims.csv:3: column kind: "),
        ("sex,1,,", "gender,1,,", "claims.csv:3: column question: the codebook has no question 'gender'."),
        ("sex,1,,", "sex,3,,", "claims.csv:3: column option: '3' is no option of question sex."),
        ("media,p,sex,2", "media,p,media,p", "claims.csv:4: column group_question: 'media' is none of the survey's gr"),
        ("media,p,sex,2", "media,p,sex,3", "claims.csv:4: column group_answer: '3' is no option of question sex."),
        ("media,p,sex,2", "media,p,sex,", "claims.csv:4: column group_answer: this field is missing; add it."),
    ],
)
def test_a_mistake_is_named_with_its_line_and_column(refusal: Refusal, was: str, becomes: str, says: str) -> None:
    assert was in TABLE
    message = refusal(claims=PUBLICATION, table=TABLE.replace(was, becomes, 1))

    assert message.startswith(says), message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("", "claims.csv:1: the column figure is missing"),
        ("figure,kind\n", "claims.csv: a header and no claim; write the claims below it, or remove the file."),
        ("figure;kind\n8;count\n", "claims.csv:1: no claim has a column 'figure;kind'"),
        ("figure,kind\n8é,count\n".encode("cp1252"), "claims.csv: not UTF-8 text at byte 13; save the file as UTF-8."),
        ("claim,figure,kind\nC1,8,count\n", "claims.csv:2: column claim: 'C1' stands twice; keep one."),
        ("wave,figure,kind\nw1,8,count\n", "claims.csv:2: column wave: 'w1' is no wave of this survey"),
        ('figure,kind,of\n8,count,"two\nlines"\n8,counts,x\n', "claims.csv:4: column kind: "),
    ],
)
def test_a_table_that_is_none_is_refused(refusal: Refusal, claims: str, table: str | bytes, says: str) -> None:
    message = refusal(claims=claims, table=table)

    assert message.startswith(says), message


def test_a_mistake_in_claims_yml_is_still_told_by_its_field(refusal: Refusal, claims: str) -> None:
    message = refusal(claims=claims.replace("option: 1", "option: 3"), table=TABLE)

    assert message == "claims.yml:7: claims[1].option: '3' is no option of question sex."


def test_a_table_needs_the_publication_beside_it(refusal: Refusal) -> None:
    assert refusal(table=TABLE) == "claims.csv: there is no claims.yml beside it; write one with the publication."


def test_the_shipped_tables_are_read_whole() -> None:
    published = read_survey_folder(Path(PROJECT_DIR / "data" / "raw"), "reuters_corporate_survey").published

    assert published is not None
    kinds = [claim.kind for claim in published.claims]
    assert (kinds.count(Kind.PERCENTAGE), kinds.count(Kind.BASE), kinds.count(Kind.COUNT)) == (591, 288, 0)
    assert len({claim.question for claim in published.claims}) == 48
