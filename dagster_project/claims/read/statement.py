"""Statements: one sentence with the figures of one base, read into a triple or into a list of answers.

`96 of roughly 150 companies is about 42%`, `64%, or 96 of 150` and `96 (64%) of 150` are triples: a count, a percentage
or both, and the base. `58% yes, 31% no, 12% don't know of 26` is a listing: several answers, each with its figures. A
sentence is read in three steps: its figures, with the words in the gaps between them; what each gap says of the
figures beside it; the answers that follow. A word that could turn the meaning is refused rather than skipped, and so
is a number that fits nowhere. What a single figure means is `figures`', the words are `lexicon`'s.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from dagster_project.claims.decide.triple import Triple
from dagster_project.claims.read.figures import (
    Figure,
    FigureError,
    Phrase,
    Token,
    figure_of,
    match_phrase,
    normalized,
    read_phrase,
    tokenize,
)
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.rounding import RoundingRule


class StatementError(ValueError):
    """A sentence that is no statement about a base. The message names the words not understood and the mend."""


@dataclass(frozen=True)
class Part:
    """What a list says of one answer: its count, its percentage or both. `label` is "" where none is said."""

    label: str
    count: Figure | None
    percentage: Figure | None

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(f for f in (self.count, self.percentage) if f is not None)


@dataclass(frozen=True)
class Listing:
    """Several answers in the order of the text, of one base, which is None where none is said.

    All parts have the same kinds of figures, and all have a label, or none has. `who` is
    the words for the respondents in the base, as far as said.
    """

    text: str
    parts: tuple[Part, ...]
    base: Figure | None
    who: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure: those of the parts in their order, then the base."""
        of_parts = tuple(figure for part in self.parts for figure in part.figures)
        return of_parts if self.base is None else (*of_parts, self.base)


def parse_statement(
    text: str, rounding: RoundingRule = RoundingRule.EITHER_HALF, lexicon: Lexicon = ENGLISH
) -> Triple | Listing:
    """Read a statement, its figures with their words as written.

    A count, a percentage or both of a base are a triple; several counts or percentages, or percentages without a base,
    a listing. Raises StatementError.
    """
    try:
        return _Sentence(text, rounding, lexicon).read()
    except FigureError as error:
        raise StatementError(f"in {text!r}: {error}") from None


_EXAMPLES = "Write it like '96 of about 150 companies is 42%', '42% of 96' or '58% yes, 31% no, 12% don't know of 26'."
_SIGNS = frozenset({")", ".", "!", "?", ":", '"', "'", "“", "”", "‘", "’", "«", "»"})
"""Signs that say nothing about how figures belong together."""

Words = tuple[Token, ...]


class _Link(Enum):
    """How two figures belong together."""

    EQUATES = auto()  # two ways to say the same
    COMMA = auto()  # a bare comma: the next of a list, or the same again
    LISTS = auto()  # the next of a list


@dataclass(frozen=True)
class _Gap:
    """The words between two figures: those of the one before, the link, those of the one behind."""

    left: Words
    link: _Link | None
    right: Words = ()


@dataclass(frozen=True)
class _Base:
    """The base, its words, and how many other figures it stands behind; `apart` if it could belong to either side."""

    phrase: Phrase
    who: Words
    behind: int
    apart: bool


@dataclass(frozen=True)
class _Answer:
    """The figures of one answer, and the words that could name it."""

    phrases: tuple[Phrase, ...]
    before: Words
    between: Words = ()
    after: Words = ()


class _Sentence:
    """A statement while it is read."""

    def __init__(self, text: str, rounding: RoundingRule, lexicon: Lexicon) -> None:
        self.text, self.rounding, self.lexicon = text, rounding, lexicon
        self.tokens = tokenize(text, lexicon)

    def read(self) -> Triple | Listing:
        phrases, gaps = self._figures_and_gaps()
        if not phrases:
            raise self._error("holds no figure.")
        place = self._place_of_base(phrases, gaps)
        base = None
        if place is not None:
            base, phrases, gaps = self._without_base(phrases, gaps, place)
        answers = self._answers(phrases, gaps)
        if base is None and (len(answers) == 1 or not any(p.is_percentage for a in answers for p in a.phrases)):
            raise self._error("has no base: say of how many.")
        if base is None or len(answers) > 1:
            return self._listing(answers, base)
        self._check_who(base.who)
        count, percentage = self._count_and_percentage(answers[0])
        return Triple(count, self._figure(base.phrase, Kind.BASE), percentage, self.text.strip(), self._slice(base.who))

    # -- from tokens to figures and the gaps between them -----------------------------------------------------------

    def _figures_and_gaps(self) -> tuple[list[Phrase], list[Words]]:
        """The figures, and the words before each and behind the last. A known answer (`none of these`) is no figure."""
        phrases: list[Phrase] = []
        gaps: list[Words] = []
        at = since = 0
        while at < len(self.tokens):
            phrase = read_phrase(self.tokens, at, self.text, self.lexicon)
            answer = match_phrase(self.lexicon.answers, self.tokens, at)
            if answer and (phrase is None or answer[1] >= phrase.stop):
                at = answer[1]
            elif phrase is None:
                at += 1
            else:
                gaps.append(self.tokens[since:at])
                phrases.append(phrase)
                at = since = phrase.stop
        gaps.append(self.tokens[since:])
        return phrases, gaps

    def _place_of_base(self, phrases: Sequence[Phrase], gaps: Sequence[Words]) -> int | None:
        """Which figure is the base: the number behind an "of", or a first number that a colon and a list follow."""
        numbers = [n for n, phrase in enumerate(phrases) if not phrase.is_percentage]
        places = [n for n in numbers if self._before_of(gaps[n]) is not None]
        if len(places) > 1:
            raise self._several("bases", [phrases[n] for n in places])
        if places:
            return places[0]
        heading = self._heading(gaps[1]) if len(phrases) > 2 and 0 in numbers else None
        return None if heading is None or self._start_of(self.lexicon.answers, heading) is not None else 0

    def _before_of(self, words: Words) -> Words | None:
        """The words before the "of" that `words` ends with; None if it ends with none."""
        while words:
            before_of = _without_end(words, self.lexicon.of)
            before_article = _without_end(words, self.lexicon.articles)
            if len(before_of) < len(words) and len(before_of) <= len(before_article):
                return before_of
            if len(before_article) == len(words):
                return None
            words = before_article
        return None

    def _heading(self, words: Words) -> Words | None:
        """The words before a colon, if it stands before any separator."""
        colon = next((n for n, token in enumerate(words) if token.word == ":"), None)
        return None if colon is None or self._separator(words[:colon]) else words[:colon]

    def _without_base(
        self, phrases: list[Phrase], gaps: list[Words], place: int
    ) -> tuple[_Base, list[Phrase], list[Words]]:
        """The base, the other figures, and the gaps as if the base and its words were not there."""
        if len(phrases) == 1:
            raise self._error("has a base alone: say which count or percentage of it.")
        before = self._before_of(gaps[place])
        who, rest = gaps[place + 1], gaps[place + 1][:0]
        if before is None:
            before = gaps[place]
        if place + 1 < len(phrases):
            behind = gaps[place + 1]
            heading, gap = self._heading(behind), self._gap(behind)
            if heading is None and gap.link is None:
                raise self._unlinked(behind, phrases[place], phrases[place + 1])
            who = gap.left if heading is None else heading
            rest = tuple(token for token in behind if not who or token.start >= who[-1].stop)
        apart = 0 < place < len(phrases) - 1 and bool(before) and before[-1].word in self.lexicon.separators
        return (
            _Base(phrases[place], self._bare(who), place, apart),
            [*phrases[:place], *phrases[place + 1 :]],
            [*gaps[:place], (*before, *rest), *gaps[place + 2 :]],
        )

    # -- what a gap says of the figures beside it -------------------------------------------------------------------

    def _gap(self, words: Words, label_first: bool = False) -> _Gap:
        """`label_first` says where the list goes on when a label has a comma on both sides."""
        inner = _trimmed(_without_end(words, self.lexicon.articles), _SIGNS)
        before_joint = _trimmed(_without_end(inner, self.lexicon.equates), _SIGNS)
        if len(before_joint) < len(inner):
            inner = _without_end(before_joint, self.lexicon.separators)
            if self._separator(inner, label_first) is None:
                return _Gap(inner, _Link.EQUATES)
        found = self._separator(inner, label_first)
        if found is None:
            return _Gap(inner, None)
        left, sign, right = inner[: found[0]], inner[slice(*found)], inner[found[1] :]
        is_bare = not right and [token.word for token in sign] == [","]
        return _Gap(left, _Link.COMMA if is_bare else _Link.LISTS, right)

    def _separator(self, words: Words, label_first: bool = False) -> tuple[int, int] | None:
        """Where the list goes on: at a semicolon, else a comma, else another separator that stands beside a figure."""
        runs: list[tuple[int, int]] = []
        for n, token in enumerate(words):
            if token.word in self.lexicon.separators:
                start = runs.pop()[0] if runs and runs[-1][1] == n else n
                runs.append((start, n + 1))
        found = beside = [run for run in runs if run[0] == 0 or run[1] == len(words)]
        for sign in ",;":
            if signed := [run for run in runs if sign in (token.word for token in words[slice(*run)])]:
                found = [run for run in signed if run in beside] or signed
        return found[0 if label_first else -1] if found else None

    # -- from gaps to answers ---------------------------------------------------------------------------------------

    def _answers(self, phrases: Sequence[Phrase], gaps: Sequence[Words]) -> list[_Answer]:
        """The answers in the order of the text."""
        self._check(gaps[0])
        label_first = bool(gaps[0]) and gaps[0][-1].word not in self.lexicon.separators
        lead = self._after_intro(gaps[0]) if label_first else ()
        inner = [self._gap(words, label_first) for words in gaps[1:-1]]
        for n, gap in enumerate(inner):
            if gap.link is None:
                raise self._unlinked(gaps[n + 1], phrases[n], phrases[n + 1])
            in_brackets = any(token.word == "(" for token in gaps[n + 1])
            self._check(gap.left, known_answers=gap.link is not _Link.EQUATES or in_brackets)
            self._check(gap.right)
        self._check(gaps[-1])

        phrases = self._with_shared_percent(phrases)
        answers = [_Answer((phrases[0],), lead)]
        for phrase, gap in zip(phrases[1:], inner, strict=True):
            last = answers[-1]
            if gap.link is _Link.EQUATES:
                same = [p for p in last.phrases if p.is_percentage is phrase.is_percentage]
                if same:
                    raise self._several("percentages" if phrase.is_percentage else "counts", [*same, phrase])
                answers[-1] = replace(last, phrases=(*last.phrases, phrase), between=self._bare(gap.left))
            else:
                answers[-1] = replace(last, after=self._bare(gap.left))
                answers.append(_Answer((phrase,), self._bare(gap.right)))
        answers[-1] = replace(answers[-1], after=self._bare(gaps[-1]))

        if len(phrases) == len(answers) == 2 and inner[0].link is _Link.COMMA:
            one, two = answers
            if phrases[0].is_percentage is not phrases[1].is_percentage and not (one.after and two.after):
                return [_Answer(tuple(phrases), lead, one.after, two.after)]
        return answers

    def _with_shared_percent(self, phrases: Sequence[Phrase]) -> list[Phrase]:
        """A percent sign behind bare numbers is the sign of all: 22/53/24/2 %. The 96 of `96, 42%` stays a count."""
        shared = list(phrases)
        for last in range(len(phrases) - 1, 0, -1):
            first = last
            while first and not shared[first - 1].is_percentage and self._only_separates(shared[first - 1 : first + 1]):
                first -= 1
            words = self.tokens[shared[first].stop : shared[last].start]
            several = bool(words) and [token.word for token in words] != [","]
            if several and shared[last].is_percentage and not shared[last].in_words:
                shared[first:last] = [replace(phrase, is_percentage=True) for phrase in shared[first:last]]
        return shared

    def _only_separates(self, pair: Sequence[Phrase]) -> bool:
        words = self.tokens[pair[0].stop : pair[1].start]
        return bool(words) and all(token.word in self.lexicon.separators for token in words)

    def _listing(self, answers: Sequence[_Answer], base: _Base | None) -> Listing:
        if base is not None and base.apart:
            raise self._error(f"says {self._printed(base.phrase)!r} between two answers: put the base first or last.")
        self._check_kinds(answers)
        labels, who = self._labels(answers, base)
        for answer, label in zip(answers, labels, strict=True):
            if any(labels) and not label:
                raise self._out_of_place(answer.phrases, "it has no label, and other answers have one")
            if not any(labels) and any(phrase.in_words for phrase in answer.phrases):
                raise self._out_of_place(answer.phrases, "it may be the same as its neighbour; label each, or keep one")
        names = [self._slice(label) for label in labels]
        folded = [name.casefold() for name in names if name]
        if twice := next((name for name in names if folded.count(name.casefold()) > 1), None):
            raise self._error(f"gives {twice!r} more than once: keep one of each.")
        parts = tuple(
            Part(name, *self._count_and_percentage(answer)) for name, answer in zip(names, answers, strict=True)
        )
        figure = None if base is None else self._figure(base.phrase, Kind.BASE)
        return Listing(self.text.strip(), parts, figure, self._slice(who))

    def _check_kinds(self, answers: Sequence[_Answer]) -> None:
        """Every answer has the same kinds of figures; that tells a year or a forgotten base from a count."""
        kinds = [frozenset(phrase.is_percentage for phrase in answer.phrases) for answer in answers]
        usual = max(kinds, key=lambda kind: (kinds.count(kind), True in kind))
        for answer, kind in zip(answers, kinds, strict=True):
            if extra := [phrase for phrase in answer.phrases if phrase.is_percentage not in usual]:
                name = "percentage" if extra[0].is_percentage else "number"
                raise self._out_of_place(extra, f"it is a {name}, and the other answers give none")
            if kind != usual:
                raise self._out_of_place(answer.phrases, "the other answers give a count and a percentage each")

    def _labels(self, answers: Sequence[_Answer], base: _Base | None) -> tuple[list[Words], Words]:
        """The label of each answer, all before their figures or all behind them; and the words for the base."""
        who = () if base is None else base.who
        if any(answer.before for answer in answers[1:]):
            labels = [self._label(answer.before) for answer in answers]
            if any(answer.after for answer in answers):
                sides = [answer.before if answers[0].after else answer.after for answer in answers[1:]]
                raise self._not_understood(next(words for words in [*sides, answers[0].after] if words))
        else:
            labels = [self._label(answer.after) or self._label(answer.between) for answer in answers]
            if not any(labels):
                labels[0] = self._label(answers[0].before)
            elif base is not None:
                holders = [n for n, answer in enumerate(answers) for _ in answer.phrases]
                if base.behind and not labels[holders[base.behind - 1]]:
                    who, labels[holders[base.behind - 1]] = self._who_and_label(who)
        self._check_who(who)
        return labels, who

    def _who_and_label(self, words: Words) -> tuple[Words, Words]:
        """What stands behind a base and before the next answer: companies | said yes."""
        at = self._start_of(self.lexicon.leads | self.lexicon.answers, words)
        at = 1 if at is None else at
        self._check(words[at:])
        return words[:at], self._label(words[at:])

    def _label(self, words: Words) -> Words:
        """The words of a label, without those that only lead up to it."""
        if match_phrase(self.lexicon.of, words, 0):
            raise self._not_understood(words)
        return _trimmed(words, self.lexicon.leads) or words

    def _after_intro(self, words: Words) -> Words:
        """What stands right before the first figure, without a phrase before it: In Japan, *yes*."""
        words = _trimmed(_without_end(words, self.lexicon.articles), _SIGNS)
        words = _without_end(words, self.lexicon.equates)
        starts = [n + 1 for n, token in enumerate(words) if token.word in (":", ";", ",")]
        return self._bare(words[starts[-1] :] if starts else words)

    def _bare(self, words: Words) -> Words:
        return _trimmed(words, {*self.lexicon.separators, *_SIGNS, "("})

    def _start_of(self, phrases: Collection[str], words: Words) -> int | None:
        return next((at for at in range(len(words)) if match_phrase(phrases, words, at)), None)

    # -- figures ----------------------------------------------------------------------------------------------------

    def _count_and_percentage(self, answer: _Answer) -> tuple[Figure | None, Figure | None]:
        count = next((self._figure(p, Kind.COUNT) for p in answer.phrases if not p.is_percentage), None)
        return count, next((self._figure(p, Kind.PERCENTAGE) for p in answer.phrases if p.is_percentage), None)

    def _figure(self, phrase: Phrase, kind: Kind) -> Figure:
        return figure_of(phrase, self._printed(phrase), kind, self.rounding)

    def _printed(self, phrase: Phrase) -> str:
        """The figure as written; with a percent sign of its own where it shares that of another."""
        words = self.tokens[phrase.start : phrase.stop]
        shares = phrase.is_percentage and not phrase.in_words and self._start_of(self.lexicon.percent, words) is None
        return f"{self._slice(words)}%" if shares else self._slice(words)

    def _slice(self, words: Words) -> str:
        return normalized(self.text)[words[0].start : words[-1].stop] if words else ""

    # -- what is refused --------------------------------------------------------------------------------------------

    def _check(self, words: Words, *, known_answers: bool = True) -> None:
        """Refuse words that have a meaning of their own, unless they are all one known answer (`don't know`)."""
        lexicon = self.lexicon
        harmless = lexicon.separators | lexicon.equates | lexicon.leads | _SIGNS
        rest: list[Token] = []
        at = 0
        while at < len(words):
            answer = match_phrase(lexicon.answers, words, at)
            if answer is None:
                rest.append(words[at])
            at = answer[1] if answer else at + 1
        if known_answers and all(token.word in harmless for token in rest):
            return
        meaning = lexicon.turns | lexicon.percent | lexicon.points | set(lexicon.hedges)
        unknown = tuple(
            token for token in words if token.word in meaning or not (token.word[0].isalpha() or token.word in harmless)
        )
        if unknown:
            raise self._not_understood(unknown)

    def _check_who(self, words: Words) -> None:
        """The words for a base may end in what it answered: companies said no."""
        said = self._start_of(self.lexicon.leads, words)
        self._check(words[:said], known_answers=False)
        self._check(words[said:] if said is not None else ())

    def _unlinked(self, words: Words, one: Phrase, two: Phrase) -> StatementError:
        try:
            self._check(words)
        except StatementError as error:
            return error
        of = match_phrase(self.lexicon.of, words, 0)
        if of and words[of[1] :]:
            return self._not_understood(words[of[1] :])
        figures = f"two figures belong together, {self._printed(one)!r} and {self._printed(two)!r}"
        return self._error(f"{' '.join(t.word for t in words)!r} does not say how {figures}.", is_verb=False)

    def _not_understood(self, words: Words) -> StatementError:
        return self._error(f"{' '.join(t.word for t in words)!r} is not understood where it stands.", is_verb=False)

    def _out_of_place(self, phrases: Sequence[Phrase], why: str) -> StatementError:
        figures = " with ".join(repr(self._printed(phrase)) for phrase in phrases)
        return self._error(f"the {figures} is not understood where it stands: {why}.", is_verb=False)

    def _several(self, name: str, phrases: Sequence[Phrase]) -> StatementError:
        which = " and ".join(repr(self._printed(phrase)) for phrase in phrases)
        return self._error(f"has several {name}, {which}: keep one of each.")

    def _error(self, says: str, *, is_verb: bool = True) -> StatementError:
        """`is_verb` if the sentence goes on with what the statement does."""
        return StatementError(f"{self.text!r}{'' if is_verb else ':'} {says} {_EXAMPLES}")


def _without_end(words: Words, phrases: Collection[str]) -> Words:
    """`words` without the longest of `phrases` that it ends with."""
    for at in range(len(words)):
        found = match_phrase(phrases, words, at)
        if found and found[1] == len(words):
            return words[:at]
    return words


def _trimmed(words: Words, phrases: Collection[str]) -> Words:
    """`words` without any of `phrases` at its ends."""
    while found := match_phrase(phrases, words, 0):
        words = words[found[1] :]
    while len(shorter := _without_end(words, phrases)) < len(words):
        words = shorter
    return words
