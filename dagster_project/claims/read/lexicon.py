"""The words of figures and statements, as one table of data per language.

A language is added by writing another `Lexicon` beside `ENGLISH` and passing it on: no code knows a word. All words are
lower case; a hyphen between words counts as a space.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from dagster_project.claims.read.aside import Aside
from dagster_project.claims.read.asides import ENGLISH_ASIDES
from dagster_project.claims.read.hedges import Hedge


@dataclass(frozen=True)
class Lexicon:
    """What a language calls numbers, hedges, units and the joints of a statement."""

    numbers: Mapping[str, int]
    """Number words to a hundred."""
    fractions: Mapping[str, Fraction]
    """Shares said in one go: half, a quarter."""
    denominators: Mapping[str, int]
    """Parts that a number can stand before: two *thirds*."""
    fraction_joints: frozenset[str]
    """What stands in two *in* five."""
    majority: frozenset[str]
    """More than half, without a number."""
    minority: frozenset[str]
    """Less than half, without a number."""
    hedges: Mapping[str, Hedge]
    """Hedges before the number."""
    trailing_hedges: Mapping[str, Hedge]
    """Hedges behind it."""
    percent: frozenset[str]
    points: frozenset[str]
    """Differences between percentages, which are not percentages themselves."""
    group_mark: str
    decimal_mark: str
    articles: frozenset[str]
    """Words right before a figure that say nothing about it."""
    of: frozenset[str]
    """What stands right before the base."""
    equates: frozenset[str]
    """What stands between two ways to say the same."""
    separators: frozenset[str]
    """What stands between the answers of a list: single words and signs."""
    leads: frozenset[str]
    """Words around an answer that are no part of it: 58% *said* yes."""
    answers: frozenset[str]
    """Answers that are understood though they hold a number or a word that turns the meaning."""
    turns: frozenset[str]
    """Words that turn the meaning of a statement, which is then not read at all."""
    negations: frozenset[str] = frozenset()
    """Those of them that may be part of an answer: 58% had *no* plans."""
    auxiliaries: frozenset[str] = frozenset()
    """What stands before a negation that is part of an answer: 58% *would* not move."""
    doubts: frozenset[str] = frozenset()
    """Words that hedge the number behind them, and are an answer behind a number: 12% *maybe*."""
    comparatives: frozenset[str] = frozenset()
    """What stands before a *than* that is part of an answer: work longer *than* agreed."""
    than: frozenset[str] = frozenset()
    heads_an_answer: frozenset[str] = frozenset()
    """Negations that an answer may begin with: 39% *not* satisfied."""
    untrue: frozenset[str] = frozenset()
    """What makes a negation one of the whole statement: is not *true*."""
    almost_all: frozenset[str] = frozenset()
    """Nearly a hundred percent, without a number."""
    superlative: frozenset[str] = frozenset()
    """What stands before a *most* that counts nobody: *the* most common reason."""
    scales: Mapping[str, int] = field(default_factory=dict)
    """What a number counts by: 2 *million*."""
    hundreds: frozenset[str] = frozenset()
    hundred_joints: frozenset[str] = frozenset()
    """What stands in one hundred *and* four."""
    fraction_joints_of: frozenset[str] = frozenset()
    """What stands in a share if a base follows: three *out of* four of 120."""
    range_leads: frozenset[str] = frozenset()
    """What stands before a range: *between* 40 and 45%."""
    range_joints: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    """Phrases that give the figures beside them another meaning: the sentence is refused."""
    exclusive: frozenset[str] = frozenset()
    """Words of answers that nobody gives beside another: no, disagree, undecided."""
    degrees: frozenset[str] = frozenset()
    """Words of the parts of one answer that nobody gives two of: very, fairly."""
    groups: frozenset[str] = frozenset()
    """Words of groups of respondents, who give no answers of each other."""
    versus: frozenset[str] = frozenset()
    """What stands between groups that are set against each other."""
    overall: frozenset[str] = frozenset()
    """What says that a share is that of all groups together."""
    totals: frozenset[str] = frozenset()
    """Labels of the row of a table that is its base."""
    measures: frozenset[str] = frozenset()
    """Heads of columns that hold neither counts nor shares: change, mean."""
    several: frozenset[str] = frozenset()
    """What says that each could give several answers."""
    asides: Sequence[Aside] = ()
    """Forms of what counts nobody, and what is read instead."""
    circumstances: frozenset[str] = frozenset()
    """What stands before a number that need not count anybody: *in* 12 towns, *since* 2015."""
    levels: frozenset[str] = frozenset()
    """What a year may stand before: 45% of 2015 *levels*."""
    closings: frozenset[str] = frozenset()
    """What stands before the last part of a whole: the *remaining* 22%."""
    same: frozenset[str] = frozenset()
    """Words behind a figure that say that it is the one before in another way: 18 *in all*, 18 *people*."""
    additions: frozenset[str] = frozenset()
    """What stands before a number that is of another answer: *another* 6."""
    at_once: frozenset[str] = frozenset()
    """Words of what is said of several answers of a list at once: use *both*."""
    suppositions: frozenset[str] = frozenset()
    """What a sentence begins with that claims nothing: *if* 40% agree."""
    placeholders: frozenset[str] = frozenset()
    """What stands for a number that was never filled in."""
    single: frozenset[str] = frozenset()
    """What says that each gave one answer: the *main* source."""


_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

_SIZES = [
    *("slim", "narrow", "small", "tiny", "bare", "slight", "thin", "mere", "simple", "absolute", "outright", "solid"),
    *("clear", "large", "larger", "big", "huge", "great", "vast", "overwhelming", "strong", "substantial", "decisive"),
    *("significant", "sizeable", "sizable", "considerable", "comfortable", "crushing", "massive", "broad", "silent"),
    *("very small", "very large", "very slim", "relatively small", "fairly large"),
]
_EVERYONE = ("everyone", "everybody", "all", "nobody", "no one", "anyone", "anybody")

_DOUBTS = ("perhaps", "maybe", "possibly", "probably")

ENGLISH = Lexicon(
    numbers={
        **{word: n for n, word in enumerate(_UNITS)},
        **{word: 10 * n for n, word in enumerate(_TENS, start=2)},
        **{
            f"{ten} {unit}": 10 * n + m
            for n, ten in enumerate(_TENS, start=2)
            for m, unit in enumerate(_UNITS[1:10], start=1)
        },
        "none": 0,
        "a dozen": 12,
        "half a dozen": 6,
        "a hundred": 100,
        "a thousand": 1000,
        "half a million": 500_000,
    },
    fractions={
        "half": Fraction(1, 2),
        "a half": Fraction(1, 2),
        "one half": Fraction(1, 2),
        "a third": Fraction(1, 3),
        "a quarter": Fraction(1, 4),
        "a fifth": Fraction(1, 5),
        "a sixth": Fraction(1, 6),
        "a seventh": Fraction(1, 7),
        "an eighth": Fraction(1, 8),
        "a ninth": Fraction(1, 9),
        "a tenth": Fraction(1, 10),
        **{f"{part} ⁄ {whole}": Fraction(part, whole) for whole in range(2, 11) for part in range(1, whole)},  # ½, ⅔
    },
    denominators={
        **dict.fromkeys(("third", "thirds"), 3),
        **dict.fromkeys(("quarter", "quarters", "fourth", "fourths"), 4),
        **dict.fromkeys(("fifth", "fifths"), 5),
        **dict.fromkeys(("sixth", "sixths"), 6),
        **dict.fromkeys(("seventh", "sevenths"), 7),
        **dict.fromkeys(("eighth", "eighths"), 8),
        **dict.fromkeys(("ninth", "ninths"), 9),
        **dict.fromkeys(("tenth", "tenths"), 10),
    },
    fraction_joints=frozenset({"in", "in every"}),
    majority=frozenset(
        {
            *("most", "the bulk", "a supermajority", "a super majority"),
            *(f"{article} majority" for article in ("a", "the")),
            *(f"{article} {size} majority" for article in ("a", "an", "the") for size in _SIZES),
        }
    ),
    minority=frozenset(
        {
            *(f"{article} minority" for article in ("a", "the")),
            *(f"{article} {size} minority" for article in ("a", "an", "the") for size in _SIZES),
        }
    ),
    hedges={
        **dict.fromkeys(("only", "a mere", "as few as", "as many as"), Hedge.ONLY),  # the number, with emphasis
        "just": Hedge.ONLY,
        "exactly": Hedge.EXACTLY,
        "precisely": Hedge.EXACTLY,
        **dict.fromkeys(
            (
                *(
                    "about",
                    "around",
                    "roughly",
                    "some",
                    "approximately",
                    "approx",
                    "approx .",
                    "circa",
                    "ca",
                    "ca .",
                    "~",
                ),
                *("≈", "an estimated", "estimated", "in the region of", "something like", "in the order of", "c ."),
            ),
            Hedge.ABOUT,
        ),
        **dict.fromkeys(
            (
                *("nearly", "almost", "just under", "just below", "not quite", "close to", "just shy of", "shy of"),
                *("approaching", "barely under", "a little under", "slightly under"),
            ),
            Hedge.NEARLY,
        ),
        **dict.fromkeys(
            (
                *("over", "more than", "above", "just over", "just above", "well over", "upwards of", ">", "north of"),
                *("in excess of", "well above", "a little over", "slightly over", "slightly more than"),
            ),
            Hedge.OVER,
        ),
        **dict.fromkeys(("at least", "no fewer than", "no less than", "not less than", "≥"), Hedge.AT_LEAST),
        **dict.fromkeys(
            ("under", "below", "less than", "fewer than", "<", "south of", "well under", "well below", "not even"),
            Hedge.UNDER,
        ),
        **dict.fromkeys(("at most", "up to", "no more than", "not more than", "at best", "≤"), Hedge.AT_MOST),
    },
    trailing_hedges={
        "or so": Hedge.ABOUT,
        "or thereabouts": Hedge.ABOUT,
        "give or take": Hedge.ABOUT,
        "or more": Hedge.AT_LEAST,
        "+": Hedge.AT_LEAST,
        "or less": Hedge.AT_MOST,
        "or fewer": Hedge.AT_MOST,
    },
    percent=frozenset({"%", "percent", "per cent", "pct", "pct .", "pc", "percents"}),
    points=frozenset({"percentage points", "percentage point", "percent points", "% points", "points", "point", "pp"}),
    group_mark=",",
    decimal_mark=".",
    articles=frozenset(
        {
            "the",
            "that",
            "all",
            "all of the",
            "those",
            "these",
            "its",
            "their",
            "a total of",
            "a sample of",
            "another",
            "a further",
            "further",
            *("the first", "the last", "the top", "the largest", "the biggest", "the nearest"),
        }
    ),
    of=frozenset(
        [
            *("of", "out of", "among"),
            *(f"{joint} a {gathering} of" for joint in ("in", "from") for gathering in ("sample", "survey", "poll")),
            *("base", "a base of", "base of", "n"),
            *(f"{name} {sign}" for name in ("base", "n", "sample", "sample size", "respondents") for sign in ":="),
        ]
    ),
    equates=frozenset({"is", "are", "was", "were", "or", "=", "equals", "makes", "make", "that is", "which is", "("}),
    separators=frozenset({",", ";", "/", "and", "&", "but", "while", "whereas"}),
    leads=frozenset({"is", "are", "was", "were", "who", "said", "say", "says", "answered", "replied", "responded"}),
    answers=frozenset(
        [
            *("no", "neither", "never", "not at all", "not very", "none of these", "none of the above"),
            *("don't know", "do not know", "did not know", "didn't know", "not sure", "not decided"),
            *(
                "no answer",
                "no reply",
                "no response",
                "no opinion",
                "no view",
                "no comment",
                "no change",
                "no difference",
            ),
            *("not answered", "not stated", "not applicable", "about the same", "much the same"),
            *("did not answer", "didn't answer", "did not say", "didn't say"),
        ]
    ),
    turns=frozenset(
        [
            *("not", "no", "never", "neither", "nor", "cannot"),
            *("isn't", "aren't", "wasn't", "weren't", "don't", "doesn't", "didn't", "can't", "won't"),
            *("than", "plus", "minus", "times", "except", "without", "per", "between", "versus", "vs"),
            *("difference", "differences", "margin", "average"),
            *("majority", "supermajority", "minority", "plurality", "unanimously", "unanimous"),
            *("total", "together", "altogether", "combined", "sum"),
            *("remaining", "remainder", "respectively", "weighted", "weighting", "including", "estimated", "ditto"),
            *_DOUBTS,
            *("presumably", "reportedly", "allegedly", "supposedly"),
            *("apparently", "hardly", "scarcely", "barely", "virtually", "practically", "nigh", "conceivably"),
        ]
    ),
    negations=frozenset(
        [
            *("not", "no", "never", "neither", "cannot"),
            *("isn't", "aren't", "wasn't", "weren't", "don't", "doesn't", "didn't", "can't", "won't"),
        ]
    ),
    auxiliaries=frozenset(
        [
            *("will", "would", "shall", "should", "can", "could", "may", "might", "must"),
            *("have", "has", "had", "do", "does", "did", "is", "are", "was", "were"),
        ]
    ),
    doubts=frozenset(_DOUBTS),
    comparatives=frozenset(
        {"more", "less", "rather", "later", "longer", "better", "worse", "higher", "lower", "other"}
    ),
    than=frozenset({"than"}),
    heads_an_answer=frozenset({"not", "never"}),
    untrue=frozenset({"true", "correct", "right", "so", "possible", "the"}),
    almost_all=frozenset(f"{near} all" for near in ("almost", "nearly", "virtually", "practically")),
    superlative=frozenset({"the", "its", "their", "our", "his", "her", "second", "third", "fourth", "fifth"}),
    scales={
        "hundred": 100,
        "dozen": 12,
        **dict.fromkeys(("thousand", "k"), 10**3),
        "lakh": 10**5,
        **dict.fromkeys(("million", "m", "mn"), 10**6),
        "crore": 10**7,
        **dict.fromkeys(("billion", "bn"), 10**9),
    },
    hundreds=frozenset({"hundred"}),
    hundred_joints=frozenset({"and"}),
    fraction_joints_of=frozenset({"out of", "out of every"}),
    range_leads=frozenset({"between", "anywhere between", "anywhere from", "somewhere between"}),
    range_joints=frozenset({"and", "to", "-", "–"}),
    foreign=frozenset(
        [
            *("all but", "chapter", "page", "episode", "ditto", "respectively", "net", "subtotal", "of which"),
            *("ranked", "rank", "increase", "decrease", "change of", "times as many"),
            *(
                f"{times} {of}"
                for times in ("twice", "thrice", "double", "triple", "half")
                for of in ("as", "the", "that")
            ),
            *("few of", *(f"{everyone} {sign}" for everyone in _EVERYONE for sign in "(,")),
            *("times as", "times the", "times more", "as many again"),
        ]
    ),
    exclusive=frozenset(
        [
            *("no", "not", "never", "don't", "won't", "didn't", "doesn't", "against", "undecided", "unsure"),
            *("oppose", "opposed", "opposes", "disagree", "disagreed", "disapprove", "disapproved", "dissatisfied"),
            *(
                "reject",
                "rejected",
                "abstained",
                "abstain",
                "neutral",
                "excellent",
                "fair",
                "poor",
                "worse",
                "unchanged",
            ),
            *("main", "neutral", "declined", "other", "none", "married", "divorced", "widowed"),
        ]
    ),
    measures=frozenset(
        [
            *(
                "change",
                "changes",
                "growth",
                "index",
                "score",
                "mean",
                "median",
                "sd",
                "se",
                "ci",
                "moe",
                "rank",
                "ratio",
            ),
            *(
                "odds",
                "p",
                "weight",
                "age",
                "price",
                "amount",
                "rate",
                "+/-",
                "±",
                "diff",
                "diff.",
                "net",
                "swing",
                "lead",
            ),
        ]
    ),
    degrees=frozenset(
        [
            *("very", "fairly", "quite", "strongly", "somewhat", "slightly", "tend", "completely", "totally", "mostly"),
            *("partly", "extremely", "moderately", "definitely", "probably", "rather", "always", "often", "sometimes"),
        ]
    ),
    groups=frozenset(
        {"men", "women", "male", "female", "males", "females", "boys", "girls", "urban", "rural", "tenants", "owners"}
    ),
    versus=frozenset({"vs", "versus", "v"}),
    overall=frozenset({"overall", "in all", "in total", "all"}),
    totals=frozenset(
        [
            *("total", "all", "base", "n", "sample", "unweighted base", "respondents", "total respondents"),
            *("gesamt", "insgesamt", "summe", "somme", "totaal", "totale"),
        ]
    ),
    several=frozenset(
        [
            *(
                f"{many} answers {allowed}"
                for many in ("several", "multiple", "more", "many", "more than one")
                for allowed in ("allowed", "possible", "permitted", "were allowed", "were possible")
            ),
            *("more than one answer possible", "multiple responses possible", "multiple mentions", "multiple response"),
            *("multiple answers", "multiple responses"),
            *(
                f"{who} could {choose} as many {what} as they liked"
                for who in ("respondents", "participants", "people", "they")
                for choose in ("tick", "choose", "name", "give", "pick", "select")
                for what in ("boxes", "answers", "options", "reasons")
            ),
        ]
    ),
    asides=ENGLISH_ASIDES,
    circumstances=frozenset(
        [
            *("in", "at", "on", "by", "since", "after", "before", "within", "during", "from", "until", "till", "to"),
            *("for", "between", "via", "through", "throughout", "around", "with", "than", "against", "versus", "into"),
            *(
                "version",
                "phase",
                "stage",
                "class",
                "grade",
                "year",
                "day",
                "week",
                "month",
                "no",
                "no .",
                "number",
                "level",
            ),
        ]
    ),
    levels=frozenset(
        [
            *(
                "level",
                "levels",
                "figure",
                "figures",
                "output",
                "prices",
                "price",
                "value",
                "values",
                "total",
                "totals",
            ),
            *(
                "budget",
                "sales",
                "revenue",
                "revenues",
                "turnover",
                "income",
                "spending",
                "gdp",
                "emissions",
                "average",
            ),
            *(
                "graduates",
                "leavers",
                "models",
                "election",
                "edition",
                "survey",
                "poll",
                "volume",
                "volumes",
                "exports",
            ),
        ]
    ),
    closings=frozenset(f"{article}{rest}" for article in ("the ", "") for rest in ("remaining", "other", "rest of")),
    same=frozenset(
        [
            *("people", "persons", "respondents", "participants", "individuals", "cases", "replies", "responses"),
            *("in", "all", "of", "them", "these", "those", "whom", "total", "altogether", "overall", "it", "asked"),
            *("sample", "group", "whole", "to", "be", "exact", "precise", "exactly", "precisely"),
        ]
    ),
    additions=frozenset({"another", "further", "other"}),
    at_once=frozenset({"both", "either"}),
    suppositions=frozenset({"if", "suppose", "supposing", "assuming", "assume", "unless", "had", "imagine", "should"}),
    placeholders=frozenset({"x", "xx", "xxx", "nn", "tbc", "tbd"}),
    single=frozenset(
        [
            *("main", "most important", "biggest", "favourite", "favorite", "first choice", "primary"),
            *("voting intention", "vote intention", "vote share"),
            *("one answer only", "only one answer", "single answer", "one answer each"),
        ]
    ),
)
