"""Whether two figures of a triple are one answer said twice: `60% of 30 firms stayed (18)`, and not `(12 left)`.

What restates a figure has no words of its own, or those of the base, or words that say that it is of the same.
"""

from collections.abc import Sequence

from dagster_project.claims.read.gaps import before_of
from dagster_project.claims.read.labels import SaidBase
from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.phrases import Phrase
from dagster_project.claims.read.sentence import Sentence
from dagster_project.claims.read.tokens import Words, is_number, match_phrase, trimmed, without_end

_ENDS = frozenset({",", ";", ".", ")", ":", "!", "?"})


def refuse_another_answer(sentence: Sentence, phrases: Sequence[Phrase], who: Words) -> None:
    """Refuse a count and a percentage of which the second is said of other respondents than the first."""
    if len(phrases) < 2:
        return
    first, second = sorted(phrases)[:2]
    if sentence.says_complete or _is_another(sentence, second, who):
        raise sentence.out_of_place(
            [second], f"it may be of another answer than {sentence.printed(first)!r}; give both answers alike"
        )


def refuse_others(sentence: Sentence, after: Words, base: SaidBase) -> None:
    """Refuse a share that is said to be of others than the base before it: of 60 farms, 41% *of mills*."""
    lexicon = sentence.lexicon
    of = match_phrase(lexicon.of, after, 0)
    if base.behind or of is None:
        return
    same = {token.word for token in base.who} | lexicon.same | lexicon.articles | lexicon.leads
    words = trimmed(after[of[1] :], lexicon.articles)
    if words and words[0].word not in same:
        said = sentence.slice((*after[: of[1]], *words[:1]))
        raise sentence.error(f"{said!r} may be others than the {sentence.printed(base.phrase)}.", is_verb=False)


def _is_another(sentence: Sentence, second: Phrase, who: Words) -> bool:
    lexicon = sentence.lexicon
    before = sentence.tokens[: second.start]
    bare = without_end(before, lexicon.articles)
    if bare and bare[-1].word in lexicon.equates - {"("}:
        return False
    if before and before[-1].word in lexicon.additions:
        return True
    same = {token.word for token in who} | lexicon.same | lexicon.articles
    own = _words_behind(sentence.tokens[second.stop :], lexicon)
    return any(token.word not in same for token in own)


def _words_behind(words: Words, lexicon: Lexicon) -> Words:
    """The words of a figure itself: up to a sign, or to the base that it is said to be of."""
    stop = next((n for n, token in enumerate(words) if token.word in _ENDS or is_number(token.word, lexicon)), None)
    before = before_of(words[:stop], lexicon)
    return words[:stop] if before is None else before
