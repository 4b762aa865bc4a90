"""Two or more shares of which one is said to be more, as much or so many times as another.

`men (34%) were more likely than women (41%)`, `three times as likely (42% and 14%)`, `unchanged … also 51%`, `the most
common reason was pay (34%), followed by hours (28%)`. Every number of such a sentence is one of the shares.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from dagster_project.claims.read.differences import BETWEEN, ENDS, SHARE, ends_of
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.times import LATER
from dagster_project.claims.read.ways import any_of

_TIMES = {
    "twice": 2,
    "double": 2,
    "three times": 3,
    "four times": 4,
    "five times": 5,
    "six times": 6,
    "ten times": 10,
    **{f"{n} times": n for n in range(2, 11)},
}
_LARGE = "more|likelier|larger|bigger|greater|higher"
_SMALL = "less|fewer|smaller|lower"
_HEDGE = r"(?P<hedge>more\s+than|over|at\s+least|nearly|almost|about|around|roughly|some)\s+"
_MULTIPLE = rf"\b(?:{_HEDGE})?(?P<times>{any_of(_TIMES)})\s+(?P<kind>as|{_LARGE})\b"
_SECOND = r"[^#;]*\b(?:as|than)\b[^#;]*\(#\)"
_TIMES_OF = (
    rf"\(#\)[^#;]*{_MULTIPLE}{_SECOND}",
    rf"{_MULTIPLE}[^#;]*\(#\){_SECOND}",
    rf"#[^#;]*\b(?:{_HEDGE})?(?P<times>{any_of(_TIMES)})\s+(?P<kind>the)\s+#",
)
_VERBS = {"doubled": 2, "halved": 2, "tripled": 3, "trebled": 3, "quadrupled": 4, "quintupled": 5}
_MULTIPLIED = rf"\b(?:{_HEDGE})?(?P<verb>{any_of(_VERBS)}){BETWEEN}{ENDS}"
_COMPARED = rf"\b(?:(?P<more>{_LARGE})|(?P<less>{_SMALL}))\b"
_UNCHANGED = r"\b(?:unchanged|unaltered|the\s+same|no\s+change)\b"
_SAME = (
    rf"#[^#;]*{_UNCHANGED}\s+(?:from|on|as)\s+(?:the\s+)?#|{_UNCHANGED}\s+at\s+#[^#]*\b(?:from|compared\s+with)\s+#"
    rf"|#[^#;]*{_UNCHANGED}[^#;]*\bwhen\b[^#;]*#"
)
_FIRST = r"\b(?:most|top|first|biggest|largest|leading|main|highest|commonest|likeliest|favourite)\b[^#]*#[^#;]*"
_AHEAD = rf"{_FIRST}\bfollowed\s+by\b|#[^#;]*(?:,|\b(?:is|was|came|finished))\s+(?:[a-z]+\s+)?ahead\s+of\b"
_BEHIND = r"\b(?:second|third|fourth|fifth|last)\b[^#]*#[^#;]*\bbehind\b"
_HINTS = ("than", "times", "twice", "double", "unchanged", "unaltered", "no change", "the same", *_VERBS)
_RANKED = ("followed by", "ahead of", "behind")
_NOT_ONE = (
    r"\b(?:points?|pp|half|third\s+of|quarter|majority|most\s+(?:of|people|respondents)|not|never|no\s+longer"
    r"|no\s+(?:more|less))\b"
)


class Way(Enum):
    """How the first share is said to stand to each of the others."""

    MORE = auto()
    LESS = auto()
    SAME = auto()
    TIMES = auto()


@dataclass(frozen=True)
class Relation:
    """The first share against each of the others. `times`: so many times as much; `or_more`: it may be one time more.

    `hedge` is the word before the number of times.
    """

    text: str
    way: Way
    first: Figure
    others: tuple[Figure, ...]
    said: str
    times: int = 1
    or_more: bool = False
    hedge: str = ""


def parse_relation(text: str, rounding: RoundingRule) -> Relation | None:
    """Read a sentence on such shares; None if it is none, or holds a number besides. Raises FigureError."""
    plain = text.strip().lower()
    if not any(hint in plain for hint in (*_HINTS, *_RANKED)):
        return None
    if (multiplied := _multiplied(text, plain, rounding)) is not None:
        return multiplied
    printed = re.findall(SHARE, plain)
    rest = re.sub(rf"\b{LATER}\b", "", re.sub(SHARE, "#", plain))
    if len(printed) < 2 or re.search(_NOT_ONE, rest) or re.search("[0-9%]", re.sub(_MULTIPLE, "", rest)):
        return None
    shares = tuple(parse_figure(one, Kind.PERCENTAGE, rounding=rounding) for one in printed)
    return _multiple(text, rest, shares) or _ranked(text, rest, shares) or _of_two(text, rest, shares)


def _multiplied(text: str, plain: str, rounding: RoundingRule) -> Relation | None:
    """A figure has doubled from 14% to 28%, was halved from 480 to 240."""
    found = re.search(_MULTIPLIED, plain)
    if found is None or re.search("[0-9%]", plain[: found.start()] + re.sub(rf"\b{LATER}", "", plain[found.end() :])):
        return None
    earlier, later = (parse_figure(end, rounding=rounding) for end in ends_of(found))
    if earlier.kind is not later.kind:
        return None
    hedge, verb = " ".join((found["hedge"] or "").split()), found["verb"]
    first, other = (earlier, later) if verb == "halved" else (later, earlier)
    return Relation(text, Way.TIMES, first, (other,), f"{hedge} {verb}".strip(), _VERBS[verb], hedge=hedge)


def _multiple(text: str, rest: str, shares: tuple[Figure, ...]) -> Relation | None:
    """A (42%) is three times as likely as B (14%); three times *more* may be four times as much."""
    found = next((one for form in _TIMES_OF if (one := re.search(form, rest))), None)
    if found is None or len(shares) != 2:
        return None
    times, hedge = (" ".join((found[name] or "").split()) for name in ("times", "hedge"))
    said = f"{times} {found['kind']}"
    is_more = found["kind"] not in ("as", "the")
    return Relation(text, Way.TIMES, shares[0], shares[1:], said, _TIMES[times], is_more, hedge)


def _ranked(text: str, rest: str, shares: tuple[Figure, ...]) -> Relation | None:
    """Most named A (34%), followed by B (28%) and C (11%); A came third, named by 22%, behind B (25%)."""
    ahead, behind = re.search(_AHEAD, rest), re.search(_BEHIND, rest)
    found = ahead or behind
    if found is None or (ahead and behind) or rest[: found.end()].count("#") != 1:
        return None
    said = found[0].rpartition("#")[2].strip(" ,()")
    return Relation(text, Way.MORE if ahead else Way.LESS, shares[0], shares[1:], said)


def _of_two(text: str, rest: str, shares: tuple[Figure, ...]) -> Relation | None:
    """A (41%) was more likely than B (34%); unchanged at 51%, when it also stood at 51%."""
    if len(shares) != 2 or re.search(_MULTIPLE, rest):
        return None
    if re.search(_SAME, rest):
        return Relation(text, Way.SAME, shares[0], shares[1:], "unchanged")
    compared = list(re.finditer(_COMPARED, rest))
    in_brackets = list(re.finditer(r"\(#\)", rest))
    than = rest.find(" than ")
    if len(compared) != 1 or len(in_brackets) != 2 or not compared[0].start() < than:
        return None
    if not in_brackets[0].end() <= than < in_brackets[1].start():
        return None
    return Relation(text, Way.MORE if compared[0]["more"] else Way.LESS, shares[0], shares[1:], compared[0][0])
