"""Reconstructed records meet every claim, are always the same, and are never made where records were collected."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dagster_project.codebook import read_survey_folder
from dagster_project.errors import InputError
from dagster_project.ingest import reconstruct
from dagster_project.ingest.reconstruction.dealing import deal

RAW = Path(__file__).parents[3] / "data" / "raw"
SURVEY = """\
title: t
source: {name: n, licence: l}
universe: u
provenance: reconstructed
provenance_note: made up
records: {files: [records.csv]}
groups: [sex]
questions:
  - {id: sex, text: S, type: single, options: {1: W, 2: M}}
"""
BASE = "  - {id: N, figure: '20', kind: base, base: all, of: all}\n"


def _reconstruct(tmp_path: Path, claims: str, survey: str = SURVEY) -> list[str]:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "survey.yml").write_text(survey)
    (folder / "claims.yml").write_text("publication: {title: p}\nclaims:\n" + claims)
    return reconstruct(read_survey_folder(tmp_path, "made")).read_text().splitlines()


def test_the_shipped_reconstruction_comes_out_byte_for_byte(tmp_path: Path) -> None:
    shutil.copytree(RAW / "kyodo_economic_security", tmp_path / "kyodo_economic_security")
    (tmp_path / "kyodo_economic_security" / "records.csv").unlink()

    made = reconstruct(read_survey_folder(tmp_path, "kyodo_economic_security"))

    assert made.read_bytes() == (RAW / "kyodo_economic_security" / "records.csv").read_bytes()


def test_collected_records_are_never_made_up() -> None:
    with pytest.raises(InputError, match="its provenance is collected"):
        reconstruct(read_survey_folder(RAW, "nhanes2"))


def test_a_survey_of_published_figures_has_no_records_to_make(tmp_path: Path) -> None:
    survey = SURVEY.replace("reconstructed", "published").replace("records: {files: [records.csv]}\n", "")
    with pytest.raises(InputError, match=r"made: this survey has no records, only published figures; to make some up"):
        _reconstruct(tmp_path, BASE, survey)


def test_bounds_of_ones_own_are_kept_to(tmp_path: Path) -> None:
    rows = _reconstruct(
        tmp_path,
        BASE + "  - {id: W, figure: about 10, kind: count, low: 6, high: 7, question: sex, option: 1, of: w}\n",
    )

    assert rows.count("1") in (6, 7)


@pytest.mark.parametrize(
    ("asked", "claims", "named"),
    [
        (140, "  - {id: A, figure: '150', kind: base, base: asked, of: a}\n", "A"),
        (15, "", "N"),
    ],
)
def test_claims_that_survey_yml_denies_are_told_with_what_it_says(
    tmp_path: Path, asked: int, claims: str, named: str
) -> None:
    with pytest.raises(InputError, match=rf": {named} cannot be met where {asked} were asked, as survey.yml says"):
        _reconstruct(tmp_path, BASE + claims, f"asked: {asked}\n{SURVEY}")


def test_the_claims_are_met(tmp_path: Path) -> None:
    rows = _reconstruct(
        tmp_path, BASE + "  - {id: W, figure: 35%, kind: percentage, question: sex, option: 1, of: w}\n"
    )

    assert (rows[0], rows.count("1"), rows.count("2")) == ("sex", 7, 13)


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ("  - {id: W, figure: 42%, kind: percentage, question: sex, option: 1, of: w}\n", "W say of option '1'"),
        ("  - {id: W, figure: '21', kind: count, question: sex, option: 1, of: w}\n", "W say of option '1'"),
        (
            "  - {id: W, figure: '8', kind: count, question: sex, option: 1, of: w}\n"
            "  - {id: M, figure: '8', kind: count, question: sex, option: 2, of: m}\n",
            "W, M cannot be met: question sex: the counts {'1': 8, '2': 8} do not make 20 respondents",
        ),
        (
            "  - {id: B, figure: '19', kind: base, base: answered, question: sex, of: b}\n",
            "B gives question sex the base",
        ),
        (
            "  - {id: G, figure: '3', kind: count, question: sex, group: {question: sex, answer: 1}, of: g}\n",
            "G speak of a group",
        ),
        ("  - {id: M2, figure: '21', kind: base, base: all, of: all}\n", "several numbers of respondents: [20, 21]"),
    ],
)
def test_a_claim_that_cannot_be_met_is_named_and_nothing_is_written(tmp_path: Path, claims: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        _reconstruct(tmp_path, BASE + claims)

    assert says in str(error.value)
    assert str(error.value).startswith(f"{tmp_path}/made/claims.yml: ")
    assert not (tmp_path / "made" / "records.csv").exists()


HEALTH = """\
title: t
source: {name: n, licence: l}
universe: u
provenance: reconstructed
provenance_note: made up
records: {files: [records.csv]}
wave: year
waves: [{id: 2019}, {id: 2020}]
groups: [sex]
missing: {dont_know: [9]}
questions:
  - {id: sex, text: S, type: single, options: {f: F, m: M}, complete: true}
  - id: mood
    text: M
    type: single
    options: {1: bad, 2: fair, 3: good, 4: best}
    nets: {top: {label: T, options: [3, 4]}}
  - id: media
    text: Which
    type: multiple
    separator: ";"
    options: {papers: P, radio: R, online: O, none: N}
    exclusive: [none]
    nets: {heard: {label: H, options: [radio, online]}}
  - id: hours
    text: How long
    type: single
    options: {few: F, many: M}
    asked_if: {question: media, answers: [radio, papers]}
  - {id: owns, text: Which, type: multiple, options: {car: C, bike: B}, columns: {car: has_car, bike: has_bike}}
"""
FIGURES = """\
  - {id: A, figure: '60', kind: base, base: all, wave: 2019, of: a}
  - {id: B, figure: about 40, kind: base, base: all, wave: 2020, of: b}
  - {id: C, figure: '30', kind: base, base: all, question: mood, of: c, wave: 2019, group: {question: sex, answer: f}}
  - {id: D, figure: 21, kind: count, question: mood, option: top, of: d, wave: 2019, group: {question: sex, answer: f}}
  - {id: E, figure: '5', kind: count, question: mood, option: 4, of: e, wave: 2019, group: {question: sex, answer: f}}
  - {id: F, figure: one in four, kind: percentage, question: mood, option: top, of: f, wave: 2020}
  - {id: G, figure: '7', kind: count, question: mood, option: 9, of: g, wave: 2020}
  - {id: H, figure: '48', kind: count, question: media, option: heard, of: h}
  - {id: I, figure: '20', kind: count, question: media, option: radio, of: i}
  - {id: J, figure: '11', kind: count, question: media, option: none, of: j}
  - {id: K, figure: '31', kind: base, base: routed, question: hours, of: k}
  - {id: L, figure: '12', kind: count, question: hours, option: many, of: l, group: {question: sex, answer: m}}
  - {id: M, figure: 10%, kind: percentage, question: owns, option: car, of: m}
  - {id: N, figure: 5%, kind: percentage, question: owns, option: bike, of: n}
"""


def test_claims_on_groups_nets_waves_and_missing_answers_are_met(tmp_path: Path) -> None:
    rows = [row.split(",") for row in _reconstruct(tmp_path, FIGURES, HEALTH)]
    assert rows[0] == ["year", "sex", "mood", "media", "hours", "has_car", "has_bike"]
    people = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    media = [set(one["media"].split(";")) for one in people]
    women = [one["mood"] for one in people if one["year"] == "2019" and one["sex"] == "f"]
    last = [one["mood"] for one in people if one["year"] == "2020"]
    assert (len(people), len(last), len(women)) == (100, 40, 30)
    assert (women.count("3") + women.count("4"), women.count("4")) == (21, 5)
    # 8 of 33 who said anything is 24.2 %, and no quarter; so somebody left it blank
    assert (last.count("3") + last.count("4"), last.count("9"), last.count("")) == (8, 7, 1)
    assert [sum(bool(one & of) for one in media) for of in ({"radio", "online"}, {"radio"}, {"none"})] == [48, 20, 11]
    assert [bool(one["hours"]) for one in people] == [bool(one & {"radio", "papers"}) for one in media]
    assert sum(bool(one["hours"]) for one in people) == 31
    assert sum(one["hours"] == "many" and one["sex"] == "m" for one in people) == 12
    assert [sum(one[column] == "1" for one in people) for column in ("has_car", "has_bike")] == [10, 5]


def test_the_same_files_give_the_same_records(tmp_path: Path) -> None:
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
    assert _reconstruct(tmp_path / "one", FIGURES, HEALTH) == _reconstruct(tmp_path / "other", FIGURES, HEALTH)


@pytest.mark.parametrize(
    ("claims", "survey", "says"),
    [
        (FIGURES, HEALTH.replace("wave: year\n", ""), "A, B, C, D, E, F, G speak of a wave, and the records have no"),
        (BASE, HEALTH, "no claim speaks of a wave; take wave out of survey.yml"),
        (BASE.replace("all,", "all, wave: 2019,"), HEALTH, "no claim says how many responded"),
        (FIGURES.replace("figure: '60'", "figure: '20'"), HEALTH, "D cannot be met together"),
    ],
)
def test_what_no_reconstruction_meets_is_named(tmp_path: Path, claims: str, survey: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        _reconstruct(tmp_path, claims, survey)
    assert says in str(error.value)
    assert not (tmp_path / "made" / "records.csv").exists()


def test_records_that_do_not_give_a_figure_after_all_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagster_project.ingest.reconstruction.making.deal", lambda *numbers: deal(*numbers)[1:])
    with pytest.raises(InputError, match=r"claims.yml: the records made up do not give N\."):
        _reconstruct(tmp_path, BASE)
    assert not (tmp_path / "made" / "records.csv").exists()


def test_without_a_number_of_respondents_nothing_can_be_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no claim says how many responded"):
        _reconstruct(tmp_path, "  - {id: W, figure: '8', kind: count, question: sex, option: 1, of: w}\n")


def test_a_code_that_the_encoding_lacks_leaves_the_old_file(tmp_path: Path) -> None:
    survey = SURVEY.replace("files: [records.csv]", "files: [records.csv], encoding: cp1252").replace("1: W", "日: W")
    with pytest.raises(InputError, match="'日' cannot be written in cp1252"):
        _reconstruct(tmp_path, BASE, survey)

    assert not (tmp_path / "made" / "records.csv").exists()
