"""Several groups in one sentence, each with its base, and perhaps the share of all of them together.

`52% of 900 men and 48% of 100 women, 58% overall` is two triples and a share of the whole. A sentence is parted only
where one way of parting it makes a triple of every part, all of the same kinds of figures.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

from dagster_project.claims.read.alone import share_alone
from dagster_project.claims.read.comparisons import Comparison, without_comparisons
from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.glosses import Fit, Gloss, without_glosses
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.nested import Clauses, clauses_of, whole_of
from dagster_project.claims.read.nets import with_nets, without_nets
from dagster_project.claims.read.parse import parse_statement, refuse_unless
from dagster_project.claims.read.phrases import FigureError, read_phrase
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.sentence import EXAMPLES, Sentence
from dagster_project.claims.read.statement import Listing, StatementError, Triple
from dagster_project.claims.read.tables import parse_table
from dagster_project.claims.read.tokens import Words, start_of, tokenize
from dagster_project.claims.read.totals import read_with_total, total_of

_MOST = 40  # places to part a sentence at


@dataclass(frozen=True)
class Groups:
    """Triples of groups that share nobody, and the share of them all where one is said.

    `whole`: which of the triples is said to be of all of them.
    """

    text: str
    triples: tuple[Triple, ...]
    overall: Figure | None
    whole: int | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        of_groups = tuple(figure for triple in self.triples for figure in triple.figures)
        return of_groups if self.overall is None else (*of_groups, self.overall)


@dataclass(frozen=True)
class Said:
    """All that a sentence says: what it says of each base, and what its shares are set against.

    `repeated`: bases of a part of a part, which stand as counts before. `glosses`: fractions that percentages restate.
    `alone`: the one share of a sentence without a base.
    """

    text: str
    parts: tuple[Triple | Listing | Groups, ...]
    comparisons: tuple[Comparison, ...] = ()
    repeated: tuple[Figure, ...] = ()
    glosses: tuple[Gloss, ...] = ()
    alone: Figure | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        of_parts = [figure for part in self.parts for figure in part.figures]
        repeated = {id(figure) for figure in self.repeated}
        said = [figure for figure in of_parts if id(figure) not in repeated]
        return (*(said or self._alone()), *(one.earlier for one in self.comparisons if one.earlier is not None))

    def _alone(self) -> tuple[Figure, ...]:
        """The share that is only set against another, of no base."""
        later = tuple(one.later for one in self.comparisons[:1] if one.later is not None)
        return later or (() if self.alone is None else (self.alone,))


def parse_sentence(text: str, rounding: RoundingRule = RoundingRule.EITHER_HALF, lexicon: Lexicon = ENGLISH) -> Said:
    """Read a sentence or a pasted table with all that it says. Raises StatementError."""
    _refuse_supposed(text, lexicon)
    parts: tuple[Triple | Listing | Groups, ...] = ()
    repeated: tuple[Figure, ...] = ()
    alone = None
    try:
        rest, comparisons = without_comparisons(text, rounding)
        rest, glosses = without_glosses(rest, rounding, lexicon)
        refuse_unless(text, glosses, Fit.FITS, Fit.LARGEST_ONLY, Fit.CONTRADICTS)
        alone = share_alone(rest, rounding, lexicon)
        if alone is None:
            parts, repeated = _parts(rest, rounding, lexicon)
    except FigureError as error:
        raise StatementError(f"in {text!r}: {error} {EXAMPLES}") from None
    except StatementError as error:
        if not comparisons or not any(says in str(error) for says in ("has no base", "holds no figure")):
            raise
    return Said(text.strip(), parts, comparisons, repeated, glosses, alone)


def _refuse_supposed(text: str, lexicon: Lexicon) -> None:
    """Refuse what is not said to be so: if it rose from 40% to 38%."""
    first = text.split(maxsplit=1)[:1]
    if first and first[0].casefold().rstrip(",") in lexicon.suppositions:
        raise StatementError(f"{text!r}: {first[0]!r} says what is not claimed: leave it out. {EXAMPLES}")


def _parts(
    text: str, rounding: RoundingRule, lexicon: Lexicon
) -> tuple[tuple[Triple | Listing | Groups, ...], tuple[Figure, ...]]:
    """What a text says of each base, and the bases that are counts before."""
    columns = parse_table(text, rounding, lexicon)
    if columns:
        return columns, ()
    clauses = clauses_of(text)
    if clauses is not None:
        return _nested(clauses, rounding, lexicon)
    total = total_of(text)
    if total is not None:
        return (read_with_total(text, total, partial(parse_statement, rounding=rounding, lexicon=lexicon)),), ()
    plain, nets = without_nets(text)
    if nets:
        read = parse_statement(plain, rounding, lexicon)
        if isinstance(read, Listing):
            return (with_nets(read, nets, lexicon.degrees),), ()
    return (_statement(text, rounding, lexicon),), ()


def _nested(
    clauses: Clauses, rounding: RoundingRule, lexicon: Lexicon
) -> tuple[tuple[Triple | Listing, ...], tuple[Figure, ...]]:
    before = Sentence(clauses.before, lexicon)
    try:
        read = parse_statement(clauses.before, rounding, lexicon)
    except StatementError:
        read = None
    whole, count = whole_of(before, read, clauses.number)
    within = parse_statement(clauses.within(whole), rounding, lexicon)
    if within.base is None:
        raise before.error("says nothing of which the rest could be a part.")
    return (within,) if read is None else (read, within), () if count is None else (within.base,)


def _statement(text: str, rounding: RoundingRule, lexicon: Lexicon) -> Triple | Listing | Groups:
    """What is said of one base, or of several groups with a base each."""
    try:
        return parse_statement(text, rounding, lexicon)
    except StatementError as error:
        sentence = Sentence(text, lexicon)
        if len(sentence.tokens) > _MOST or "several bases" not in str(error):
            raise
        found = list(dict.fromkeys(_parted(sentence, sentence.tokens, rounding)))
        if len(found) != 1:
            raise
        triples, overall = found[0]
        says_all = [start_of(lexicon.overall, tokenize(one.text, lexicon)) is not None for one in triples]
        of_all = [n for n, says_so in enumerate(says_all) if says_so]
        if len(of_all) + (overall is not None) > 1:
            raise
        return Groups(text.strip(), triples, overall, next(iter(of_all), None))


_Parting = tuple[tuple[Triple, ...], Figure | None]


def _parted(sentence: Sentence, words: Words, rounding: RoundingRule) -> Iterator[_Parting]:
    """Every way to part the words into triples of the same kinds, with the whole at the end."""
    marks = sentence.lexicon.separators | sentence.lexicon.versus
    for at, token in enumerate(words):
        first = _triple(sentence, words[:at], rounding) if token.word in marks else None
        if first is not None:
            rest = _without_marks(words[at:], marks | {"or"})
            yield from _followed(sentence, first, rest, rounding)


def _without_marks(words: Words, marks: Collection[str]) -> Words:
    return next((words[at:] for at, token in enumerate(words) if token.word not in marks), ())


def _followed(sentence: Sentence, first: Triple, rest: Words, rounding: RoundingRule) -> Iterator[_Parting]:
    """A triple with every way to read what stands behind it: one more, several more, the share of all."""
    last = _triple(sentence, rest, rounding)
    if last is not None and _alike(first, last):
        yield (first, last), None
    for triples, overall in _parted(sentence, rest, rounding):
        if _alike(first, triples[0]):
            yield (first, *triples), overall
    overall = _overall(sentence, rest, rounding)
    if overall is not None:
        yield (first,), overall


def _triple(sentence: Sentence, words: Words, rounding: RoundingRule) -> Triple | None:
    try:
        read = parse_statement(sentence.slice(words), rounding, sentence.lexicon) if words else None
    except StatementError:
        return None
    return read if isinstance(read, Triple) else None


def _alike(one: Triple, two: Triple) -> bool:
    return [figure.kind for figure in one.figures] == [figure.kind for figure in two.figures]


def _overall(sentence: Sentence, words: Words, rounding: RoundingRule) -> Figure | None:
    """The share of all: a percentage alone, with a word that says so."""
    if start_of(sentence.lexicon.overall, words) is None:
        return None
    text = sentence.slice(words)
    figures = [
        phrase for at in range(len(words)) if (phrase := read_phrase(words, at, text, sentence.lexicon)) is not None
    ]
    if not figures or not figures[0].is_percentage:
        return None
    one = figures[0]
    if any(phrase.start >= one.stop for phrase in figures):
        return None
    try:
        return parse_figure(sentence.slice(words[one.start : one.stop]), rounding=rounding, lexicon=sentence.lexicon)
    except FigureError:
        return None
