"""What the audit says of figures that were printed, and of the cases that are easily got wrong."""

from dataclasses import replace
from fractions import Fraction

import pytest

from dagster_project.claims.decide.joint import join, stated
from dagster_project.claims.decide.severity import Severity
from dagster_project.claims.decide.slips import Slip
from dagster_project.claims.finding import Code, Finding
from dagster_project.claims.findings import Audit, audit_claims
from dagster_project.claims.read.bases import BaseRule
from dagster_project.claims.read.figures import parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.survey import Cell, Claim, Names, Order, Question

YES_NO = Question("q", ("yes", "no"), missing=("dk",))


def share(name: str, text: str, answer: str | None, base: str | None = None, **more: object) -> Claim:
    rule = RoundingRule(str(more.pop("rule", "either_half")))
    return Claim(name, parse_figure(text, Kind.PERCENTAGE, rounding=rule), _cell(answer, more), base, **more)  # type: ignore[arg-type]


def count(name: str, text: str, answer: str | None, base: str | None = None, **more: object) -> Claim:
    return Claim(name, parse_figure(text, Kind.COUNT), _cell(answer, more), base, **more)  # type: ignore[arg-type]


def base(name: str, text: str, rule: BaseRule = BaseRule.answered, **more: object) -> Claim:
    return Claim(name, parse_figure(text, Kind.BASE), _cell(None, more), rule, **more)  # type: ignore[arg-type]


def _cell(answer: str | None, more: dict[str, object]) -> Cell:
    return Cell(more.pop("of", "q"), answer, more.pop("group", None), more.pop("wave", None))  # type: ignore[arg-type]


def contradictions(audit: Audit) -> list[Finding]:
    return [finding for finding in audit.findings if finding.severity.is_contradicted]


def single_repairs(finding: Finding) -> dict[str, str]:
    alone = [repair.figures[0] for repair in finding.repairs if len(repair.figures) == 1]
    return {one.figure.text: str(one.interval) for one in alone}


# -- the article that basecheck started from ------------------------------------------------------------------------

KYODO = [
    ("K01", "more than 40 percent", Kind.PERCENTAGE, "shift_base", "yes"),
    ("K02", "over 40%", Kind.PERCENTAGE, "shift_base", "yes"),
    ("K03", "96", Kind.COUNT, "shift_base", "yes"),
    ("K04", "42 percent", Kind.PERCENTAGE, "shift_base", "yes"),
    ("K05", "around 150", Kind.BASE, None, None),
    ("K06", "96", Kind.COUNT, "shift_base", "yes"),
    ("K07", "only eight", Kind.COUNT, "move_to_japan", "positive"),
    ("K08", "60 percent", Kind.PERCENTAGE, "measures", "training"),
    ("K09", "26", Kind.COUNT, "measures", "research"),
    ("K10", "6", Kind.COUNT, "measures", "none"),
    ("K11", "one", Kind.COUNT, "regulated_partner", "yes"),
    ("K12", "59 percent", Kind.PERCENTAGE, "human_rights", "yes"),
]
KYODO_QUESTIONS = (
    Question("shift_base", ("yes", "no")),
    Question("move_to_japan", ("positive", "other")),
    Question("measures", ("training", "research", "other", "none"), single=False, exclusive=("none",)),
    Question("regulated_partner", ("yes", "no"), asked_if=("measures", ("none",))),
    Question("human_rights", ("yes", "no")),
)


def kyodo() -> Audit:
    claims = [Claim(name, parse_figure(text, kind), Cell(q, a), BaseRule.asked) for name, text, kind, q, a in KYODO]
    return audit_claims(claims, KYODO_QUESTIONS)


def test_kyodo_is_impossible_as_labelled_with_three_repairs_of_one_figure() -> None:
    [finding] = contradictions(kyodo())
    assert finding.severity is Severity.IMPOSSIBLE_AS_LABELLED
    assert finding.code is Code.TRIPLE
    assert set(finding.claims) == {"K03", "K04", "K05", "K06"}
    assert single_repairs(finding) == {"42 percent": "60 to 69", "96": "59 to 68", "around 150": "226 to 231"}


def test_kyodo_has_two_readings_and_none_for_the_59_percent() -> None:
    [finding] = contradictions(kyodo())
    said = {(reading.title, str(reading.base), str(reading.percentage)) for reading in finding.readings}
    assert said == {
        ("count is the base", "96", "41.5 to 42.5"),
        ("count belongs to another percentage", "159 to 160", "59.5 to 60.5"),
    }


# -- what is not blamed ---------------------------------------------------------------------------------------------


def test_a_base_of_unknown_size_makes_whole_percentages_possible() -> None:
    audit = audit_claims([share("A", "33%", "yes"), share("B", "67%", "no")], [YES_NO])
    assert not contradictions(audit)
    assert not audit.fits  # of a base that nobody says, anything can be a share


def test_shares_of_one_base_of_unknown_size_must_still_add_up() -> None:
    [finding] = contradictions(audit_claims([share("A", "33%", "yes"), share("B", "70%", "no")], [YES_NO]))
    assert finding.severity is Severity.PROVED_IMPOSSIBLE
    assert single_repairs(finding) == {"33%": "29 to 31", "70%": "66 to 68"}


def test_a_base_of_unknown_size_is_told_by_its_counts() -> None:
    audit = audit_claims([count("A", "96", "yes"), share("B", "42%", "yes"), base("N", "about 230")], [YES_NO])
    assert str(audit.fits["N"]) == "226 to 231"


def test_weighted_percentages_are_not_held_against_counts() -> None:
    claims = [count("A", "40", "yes"), base("N", "100"), share("B", "47.3%", "yes", weighted=True)]
    assert not contradictions(audit_claims(claims, [YES_NO]))


def test_weighted_percentages_fit_no_grid_of_a_small_base() -> None:
    claims = [base("N", "7"), share("A", "33.33%", "yes", weighted=True), share("B", "66.67%", "no", weighted=True)]
    assert not contradictions(audit_claims(claims, [YES_NO]))


def test_weighted_percentages_must_still_add_up() -> None:
    claims = [share("A", "40%", "yes", weighted=True), share("B", "62%", "no", weighted=True)]
    assert contradictions(audit_claims(claims, [YES_NO]))


def test_weighted_counts_and_bases_are_rounded_sums_of_weights() -> None:
    every = Question("q", ("x", "y", "z"))
    thirds = [count(answer, "333", answer, weighted=True) for answer in every.answers]
    assert not contradictions(audit_claims([base("N", "1,000", weighted=True), *thirds], [every]))


def test_a_don_t_know_is_not_among_those_who_answered() -> None:
    claims = [base("N", "10"), base("M", "30", BaseRule.routed), count("A", "15", "dk"), count("B", "4", "yes")]
    assert not contradictions(audit_claims(claims, [YES_NO]))
    claims[2] = count("A", "21", "dk")
    assert contradictions(audit_claims(claims, [YES_NO]))


def test_without_a_base_a_don_t_know_is_a_share_of_those_led_to_the_question() -> None:
    claims = [base("N", "10"), base("M", "30", BaseRule.routed), share("A", "67%", "dk")]
    assert not contradictions(audit_claims(claims, [YES_NO]))


# -- what is -------------------------------------------------------------------------------------------------------


def test_a_figure_recounted_from_records_is_in_no_repair() -> None:
    claims = [base("N", "100", counted=True), count("A", "40", "yes"), share("B", "50%", "yes")]
    [finding] = contradictions(audit_claims(claims, [YES_NO]))
    assert single_repairs(finding) == {"40": "50", "50%": "40"}
    everything = [replace(claim, counted=True) for claim in claims]
    [finding] = contradictions(audit_claims(everything, [YES_NO]))
    assert finding.repairs == ()


def test_what_records_give_is_right_and_the_other_figure_carries_the_blame() -> None:
    claims = [base("N", "901"), share("A", "28%", "yes", counted=True), share("B", "82%", "yes")]
    [finding] = contradictions(audit_claims(claims, [YES_NO]))
    assert finding.claims == ("B",)
    assert "“28%” and “82%” for “yes” are two different figures for one number." in finding.statement


def test_the_text_s_order_of_two_shares_is_held() -> None:
    claims = [base("N", "40"), count("A", "10", "yes"), share("B", "25%", "no")]
    said = [Order("more", "B", "A")]
    multiple = Question("q", ("yes", "no"), single=False)
    [finding] = contradictions(audit_claims(claims, [multiple], said))
    assert finding.code is Code.ORDER
    assert single_repairs(finding)["10"] == "0 to 9"
    assert not contradictions(audit_claims([*claims[:2], share("B", "28%", "no")], [multiple], said))


def test_an_order_of_shares_of_two_stated_bases_is_held() -> None:
    groups = Question("sex", ("f", "m"), complete=True)
    women, men = ("sex", "f"), ("sex", "m")
    claims = [
        base("F", "50", group=women),
        base("M", "20", group=men),
        count("A", "25", "yes", group=women),
        count("B", "9", "yes", group=men),
    ]
    assert not contradictions(audit_claims(claims, [YES_NO, groups], [Order("o", "A", "B")]))
    assert contradictions(audit_claims(claims, [YES_NO, groups], [Order("o", "B", "A")]))


def test_orders_that_contradict_each_other_do_so_whatever_the_figures_are() -> None:
    claims = [base("N", "40"), share("A", "30%", "yes"), share("B", "70%", "no")]
    [finding] = contradictions(audit_claims(claims, [YES_NO], [Order("o", "A", "B"), Order("p", "B", "A")]))
    assert (finding.code, finding.severity, finding.claims) == (Code.ORDER, Severity.PROVED_IMPOSSIBLE, ("o", "p"))
    assert finding.message == (
        "The text says that “30%” is more than “70%” and “70%” is more than “30%”. "
        "That cannot be, whatever the figures are."
    )


def test_an_order_that_contradicts_itself_leaves_the_others_to_be_checked() -> None:
    claims = [base("N", "40"), share("A", "30%", "yes"), share("B", "70%", "no")]
    audit = audit_claims(claims, [YES_NO], [Order("o", "A", "A"), Order("p", "B", "A")])
    assert [finding.claims for finding in contradictions(audit)] == [("o",)]
    assert ("B", "A", "p") in [one.claims for one in audit.findings if one.severity is Severity.CONSISTENT]


def test_of_orders_that_contradict_each_other_the_one_that_records_refute_carries_the_blame() -> None:
    claims = [base("N", "40"), share("A", "30%", "yes", counted=True), share("B", "70%", "no", counted=True)]
    audit = audit_claims(claims, [YES_NO], [Order("o", "A", "B"), Order("p", "B", "A")])
    [finding] = contradictions(audit)
    assert finding.claims == ("o",)
    assert finding.message.endswith("The records refute that “30%” is more than “70%”.")
    assert ("B", "A", "p") in [one.claims for one in audit.findings if one.severity is Severity.CONSISTENT]


def test_a_net_is_as_many_as_its_answers() -> None:
    scale = Question("q", ("1", "2", "3"), nets={"top": ("2", "3")})
    claims = [base("N", "200"), share("T", "62%", "top"), share("B", "30%", "2"), share("C", "28%", "3")]
    [finding] = contradictions(audit_claims(claims, [scale]))
    assert finding.code is Code.PARTITION
    assert "“top” counts “2” and “3” as one" in finding.message
    assert single_repairs(finding)["62%"] == "57 to 59"
    assert not contradictions(audit_claims([claims[0], share("T", "58%", "top"), *claims[2:]], [scale]))
    assert contradictions(audit_claims([claims[0], share("T", "58%", "top"), share("A", "45%", "1")], [scale]))


def test_a_net_of_several_answers_is_between_the_largest_and_their_sum() -> None:
    media = Question("q", ("papers", "radio"), single=False, nets={"any": ("papers", "radio")})
    claims = [base("N", "100"), count("P", "40", "papers"), count("R", "30", "radio")]
    for any_of_them in (40, 55, 70):
        assert not contradictions(audit_claims([*claims, count("A", str(any_of_them), "any")], [media]))
    for impossible in (39, 71):
        assert contradictions(audit_claims([*claims, count("A", str(impossible), "any")], [media]))


def test_more_led_to_a_question_than_gave_the_answer_that_leads_there() -> None:
    asker, routed = Question("a", ("yes", "no")), Question("q", ("yes", "no"), asked_if=("a", ("yes",)))
    claims = [count("A", "12", "yes", of="a"), base("N", "15")]
    [finding] = contradictions(audit_claims(claims, [asker, routed]))
    assert finding.code is Code.ROUTING
    assert single_repairs(finding)["15"] == "1 to 12"


def test_a_share_of_nobody_is_not_mended_by_another_share() -> None:
    asker, routed = Question("a", ("yes", "no")), Question("q", ("yes", "no"), asked_if=("a", ("yes",)))
    claims = [count("A", "0", "yes", of="a"), share("B", "50%", "yes")]
    [finding] = contradictions(audit_claims(claims, [asker, routed]))
    assert set(single_repairs(finding)) == {"0"}


def test_what_is_not_decided_in_time_is_said_to_be_undecided() -> None:
    every = tuple(f"a{n}" for n in range(40))
    multiple, groups = Question("q", every), Question("g", ("x", "y", "z"), complete=True)
    claims = [base("N", "about 3000"), *(share(f"T{n}", f"{n % 5}.{n % 10}%", a) for n, a in enumerate(every))]
    for g in groups.answers:
        claims += [share(f"{g}{n}", f"{n % 4}.{3 * n % 10}%", a, group=("g", g)) for n, a in enumerate(every)]
    audit = audit_claims(claims, [multiple, groups], seconds=0)
    assert {finding.severity for finding in audit.findings} == {Severity.UNDECIDED}
    assert "Nothing is claimed about them" in audit.findings[0].message


def test_the_power_of_a_checked_table_is_said() -> None:
    claims = [base("N", "20"), share("A", "35%", "yes"), share("B", "65%", "no")]
    [finding] = audit_claims(claims, [YES_NO]).findings
    assert (finding.code, finding.severity) == (Code.PARTITION, Severity.CONSISTENT)
    assert finding.power == Fraction(100, 101)


@pytest.mark.parametrize("rule", ["half_up", "half_even", "half_down", "down", "up"])
def test_a_joint_system_under_another_rule_is_that_of_its_figures(rule: str) -> None:
    claims = [base("N", "8"), share("A", "13%", "yes"), share("B", "88%", "no")]
    joint = join(stated(claims), [YES_NO]).under(RoundingRule(rule))
    expected = rule in ("half_up", "up")  # 12.5 and 87.5 %: only if both halves go up
    assert (joint.system.decide(joint.everything).feasibility.value == "possible") == expected


def test_what_is_said_to_be_larger_is_left_out_where_a_reading_is_tried_without_it() -> None:
    claims = [
        *(base("N", "10"), share("A", "55%", "yes")),
        *(base("M", "10", of="r"), share("B", "45%", "yes", of="r")),
    ]
    found = contradictions(audit_claims(claims, [YES_NO, replace(YES_NO, id="r")], [Order("O", "A", "B")]))

    assert {finding.claims for finding in found} == {("N", "A"), ("M", "B")}


def test_dont_knows_come_on_top_of_those_who_answered_a_question_with_several_answers() -> None:
    several = Question("q", ("car", "train"), single=False, missing=("dk",))
    claims = [share("A", "60%", "dk", BaseRule.routed), share("B", "50%", "car", BaseRule.routed)]
    [finding] = contradictions(audit_claims(claims, [several]))

    assert "add up to at least 109 %, though those who answered and those who did not know" in finding.statement


def test_a_sum_of_shares_is_no_reason_where_the_text_says_that_one_is_larger() -> None:
    claims = [share("A", "77%", "no", BaseRule.routed), share("B", "20%", "yes", BaseRule.routed)]
    [finding] = contradictions(audit_claims(claims, [YES_NO], [Order("O", "B", "A", "more said yes")]))

    assert "add up to" not in finding.statement
    assert "the text says “more said yes”" in finding.statement


# -- what a finding carries -----------------------------------------------------------------------------------------


def test_a_message_is_the_statement_with_the_readings_and_the_remarks_behind_it() -> None:
    claims = [base("N", "150"), share("A", "42%", "yes"), count("K", "96", "yes")]
    [finding] = contradictions(audit_claims(claims, [YES_NO]))

    assert finding.readings
    assert all(reading.message not in finding.statement for reading in finding.readings)
    assert finding.message == " ".join([finding.statement, *(reading.message for reading in finding.readings)])
    remarked = replace(finding, remarks=("There was no time to try every reading.",))
    assert remarked.message == f"{finding.message} There was no time to try every reading."


def test_a_slip_names_the_number_that_was_meant_and_the_printed_one() -> None:
    slip = Slip("two digits swapped", ("24", "42"))

    assert str(slip) == "two digits swapped: 24 for 42"


@pytest.mark.parametrize(("figure", "rest", "place"), [("36%", [], ""), ("27%", ["81%"], "Whether, ")])
def test_a_repair_names_its_group_and_a_finding_its_wave_by_their_labels(
    figure: str, rest: list[str], place: str
) -> None:
    names = Names({"q": "Whether"}, {("q", "yes"): "Yes", ("sex", "f"): "Women"}, {"w": "Poll of March"})
    women = {"group": ("sex", "f"), "wave": "w"}
    claims = [base("N", "26", **women), share("A", figure, "yes", **women)]
    claims += [share("B", other, "no", **women) for other in rest]
    [finding] = contradictions(audit_claims(claims, [YES_NO, Question("sex", ("f", "m"))], names=names))

    assert finding.statement.startswith(f"{place}Poll of March, Women: ")
    repaired = [one.message for repair in finding.repairs for one in repair.figures]
    assert repaired
    assert all("among Women can be" in message for message in repaired)


def test_a_table_that_hangs_on_a_half_says_so() -> None:
    claims = [base("N", "8"), share("A", "12%", "yes"), share("B", "87%", "no")]
    hanging = [one for one in audit_claims(claims, [YES_NO]).findings if one.condition]

    assert [(one.severity.value, set(one.claims)) for one in hanging] == [("needs an assumption", {"N", "A", "B"})]
    assert hanging[0].condition == "a half was not rounded up"


@pytest.mark.parametrize(
    ("more", "less", "severity"),
    [
        (("58%", "q", "y"), ("42%", "r", "n"), Severity.CONSISTENT),  # of two questions without a base
        (("42%", "q", "y"), ("58%", "r", "n"), Severity.PROVED_IMPOSSIBLE),
        (("42%", "q", "y"), ("42%", "r", "n"), Severity.NOT_CHECKABLE),
        (("58%", "q", "y"), ("12%", "q", "dk"), Severity.CONSISTENT),  # a don't-know is of another base
        (("42", "r", "n"), ("58", "q", "y"), Severity.PROVED_IMPOSSIBLE),  # counts are compared as they are
    ],
)
def test_an_order_is_checked_by_what_is_printed_where_no_base_is(
    more: tuple[str, str, str], less: tuple[str, str, str], severity: Severity
) -> None:
    questions = [Question("q", ("y", "n"), missing=("dk",)), Question("r", ("y", "n"))]
    kinds = [Kind.PERCENTAGE if text.endswith("%") else Kind.COUNT for text, *_ in (more, less)]
    claims = [
        Claim(name, parse_figure(text, kind), Cell(question, answer))
        for name, kind, (text, question, answer) in zip("AB", kinds, (more, less), strict=True)
    ]
    found = audit_claims(claims, questions, [Order("O", "A", "B")]).findings
    assert [one.severity for one in found if "O" in one.claims] == [severity]


def test_no_reading_lets_go_of_an_order_by_leaving_out_one_of_its_figures() -> None:
    claims = [Claim(a, parse_figure(f, Kind.PERCENTAGE), Cell("q", a)) for a, f in (("y", "42%"), ("n", "58%"))]
    found = audit_claims(claims, [Question("q", ("y", "n"))], [Order("O", "y", "n")]).findings
    assert {one.severity for one in found} == {Severity.PROVED_IMPOSSIBLE}
