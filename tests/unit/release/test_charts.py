"""Charts: where marks stand on their scale, what is said of them, and what is not drawn."""

from __future__ import annotations

from dagster_project.release.charts import MOST_ROWS, answers_chart, groups_chart, percent_scale, waves_chart
from dagster_project.schema import Row


def row(percent: int | None, *, withheld: bool = False, low: float | None = None) -> Row:
    share = None if percent is None else percent / 100
    text = None if percent is None else str(percent)
    high = None if low is None else 1.0
    return {"share": share, "percent_text": text, "withheld": withheld, "kind": "valid", "ci_low": low, "ci_high": high}


def test_a_scale_ends_where_it_has_to_and_its_sign_stands_once() -> None:
    scale = percent_scale([3, 53])
    assert scale.marks == [("0.00", "0"), ("33.33", "20"), ("66.67", "40"), ("100.00", "60 %")]
    assert scale.at(30) == "50.00"
    assert scale.at(70) == "100.00", "nothing is drawn past an end"


def test_a_chart_says_its_largest_answer_and_does_without_intervals() -> None:
    chart = answers_chart([("Yes", row(42)), ("No", row(58)), ("Perhaps", row(None, withheld=True))])
    assert chart is not None
    assert chart.title == "“No”: 58 %"
    assert not chart.with_intervals
    assert chart.in_words == "“No”: 58 %. Yes: 42 %; No: 58 %; Perhaps: withheld."
    assert answers_chart([("Yes", row(None))]) is None


def test_of_three_hundred_answers_the_largest_are_drawn() -> None:
    chart = answers_chart([(f"Option {n}", row(n % 50)) for n in range(300)])
    assert chart is not None
    assert len(chart.parts[0][1]) == MOST_ROWS
    assert chart.left_out == "The 20 largest of 300 answers are drawn; the table has all."


def test_groups_are_drawn_answer_by_answer_and_too_many_are_not() -> None:
    chart = groups_chart([("Yes", [row(42), row(10, low=0.05)])], [("Men", "A"), ("Women", None)])
    assert chart is not None
    assert chart.title == "“Yes”: Men 42 %, Women 10 %"
    assert [(bar.mark, bar.label) for bar in chart.parts[0][1]] == [("A", "Men"), (None, "Women")]
    assert chart.with_intervals
    assert groups_chart([("Yes", [row(1)] * 9)], [(str(n), None) for n in range(9)]) is None


def test_no_line_is_drawn_over_a_wave_without_percentages() -> None:
    waves = [(name, name.title()) for name in ("march", "april", "may", "june")]
    chart = waves_chart([("Yes", {"march": row(40), "april": row(44), "june": row(20)})], waves)
    assert chart is not None
    [line] = chart.lines
    assert [step[1][2] for step in line.steps] == ["44 %"], "from March to April, and not over May"
    assert list(chart.breaks) == ["May"]
    assert chart.title == "“Yes”: from 40 % to 20 %"
    assert "May none, June 20 %" in chart.in_words
    assert line.points[0] == ("12.50", "33.33", "40 %")
    assert line.points[2] is None
    assert waves_chart([("Yes", {"march": row(40)})], waves) is None
