"""Several groups in one sentence, each with its base, and perhaps the share of all of them together.

`52% of 900 men and 48% of 100 women, 58% overall` is two triples and a share of the whole. A sentence is parted only
where one way of parting it makes a triple of every part, all of the same kinds of figures.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dagster_project.claims.read.figures import Figure, parse_figure
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.parse import parse_statement
from dagster_project.claims.read.phrases import FigureError, read_phrase
from dagster_project.claims.read.rounding import RoundingRule
from dagster_project.claims.read.sentence import Sentence
from dagster_project.claims.read.statement import Listing, StatementError, Triple
from dagster_project.claims.read.tokens import Words, start_of, tokenize

_MOST = 40  # places to part a sentence at


@dataclass(frozen=True)
class Groups:
    """Triples of groups that share nobody, and the share of them all where one is said.

    `last_is_whole`: the last triple is said to be of all of them.
    """

    text: str
    triples: tuple[Triple, ...]
    overall: Figure | None
    last_is_whole: bool = False

    @property
    def figures(self) -> tuple[Figure, ...]:
        of_groups = tuple(figure for triple in self.triples for figure in triple.figures)
        return of_groups if self.overall is None else (*of_groups, self.overall)


def parse_sentence(
    text: str, rounding: RoundingRule = RoundingRule.EITHER_HALF, lexicon: Lexicon = ENGLISH
) -> Triple | Listing | Groups:
    """Read a sentence of one base, or of several groups with a base each. Raises StatementError."""
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
        of_all = start_of(lexicon.overall, tokenize(triples[-1].text, lexicon)) is not None
        return Groups(text.strip(), triples, overall, of_all)


def _parted(
    sentence: Sentence, words: Words, rounding: RoundingRule
) -> Iterator[tuple[tuple[Triple, ...], Figure | None]]:
    """Every way to part the words into triples of the same kinds, with the whole at the end."""
    marks = sentence.lexicon.separators | sentence.lexicon.versus
    for at, token in enumerate(words):
        if token.word not in marks:
            continue
        first = _triple(sentence, words[:at], rounding)
        if first is None:
            continue
        rest = words[at + 1 :]
        while rest and (rest[0].word in marks or rest[0].word == "or"):
            rest = rest[1:]
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
