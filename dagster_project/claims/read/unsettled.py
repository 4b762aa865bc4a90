"""Numbers that need not count anybody, refused: a year, `in 12 towns`, `Windows 11:`, `1,25`.

A number is a count where the words around it settle that: a base or a percentage of it stands right behind.
"""

from collections.abc import Sequence

from dagster_project.claims.read.gaps import SIGNS
from dagster_project.claims.read.phrases import Phrase
from dagster_project.claims.read.sentence import Sentence
from dagster_project.claims.read.statement import StatementError
from dagster_project.claims.read.tokens import is_number, match_phrase, without_end

_YEARS = range(1900, 2100)
_ROUND = 100  # nobody means the year by 2000 people


def refuse_broken_numbers(sentence: Sentence) -> None:
    """Refuse digits that are no number: 1,25 and 4O."""
    for token in sentence.tokens:
        if token.word[0].isdigit() and not is_number(token.word, sentence.lexicon):
            said = sentence.plain[token.start : token.stop]
            raise sentence.error(f"{said!r} is no number that is understood: write it in digits.", is_verb=False)


def refuse_unsettled(sentence: Sentence, phrases: Sequence[Phrase], base: Phrase | None) -> None:
    """Refuse a number that is read as a count or a base and could as well be something else."""
    for phrase in phrases:
        if not phrase.is_percentage and not _is_counted(sentence, phrase) and _is_unsettled(sentence, phrase):
            raise _may_be_else(sentence, phrase)
    if base is not None and _is_a_year(sentence, base) and not _is_of_people(sentence, base):
        raise _may_be_else(sentence, base)


def _is_unsettled(sentence: Sentence, phrase: Phrase) -> bool:
    before = sentence.tokens[: phrase.start][-2:]
    is_circumstance = len(without_end(before, sentence.lexicon.circumstances)) < len(before)
    return is_circumstance or _is_a_year(sentence, phrase) or bool(before and _heads(sentence, phrase))


def _may_be_else(sentence: Sentence, phrase: Phrase) -> StatementError:
    said = sentence.slice(sentence.tokens[max(phrase.start - 1, 0) : phrase.stop])
    more = f", or {int(phrase.value or 0):,} if it counts" if _is_a_year(sentence, phrase) else ""
    return sentence.error(
        f"{said!r} may be no number of respondents: leave it out{more}, or say what it is a count of.", is_verb=False
    )


def _is_counted(sentence: Sentence, phrase: Phrase) -> bool:
    """Whether its base or its percentage stands right behind a number."""
    behind = sentence.tokens[phrase.stop :][:1]
    joints = (sentence.lexicon.of | sentence.lexicon.equates) - {"is", "are", "was", "were"}
    return bool(behind) and match_phrase(joints, behind, 0) is not None


def _heads(sentence: Sentence, phrase: Phrase) -> bool:
    """Whether a colon follows on a number behind a word: Windows 11:."""
    before, behind = sentence.tokens[phrase.start - 1], sentence.tokens[phrase.stop :][:1]
    return before.word.isalpha() and bool(behind) and behind[0].word == ":" and not phrase.hedge_word


def _is_a_year(sentence: Sentence, phrase: Phrase) -> bool:
    words = sentence.tokens[phrase.start : phrase.stop]
    digits = words[0].word if len(words) == 1 else ""
    return len(digits) == len("2020") and digits.isdigit() and int(digits) in _YEARS


def _is_of_people(sentence: Sentence, base: Phrase) -> bool:
    """Whether a year that is read as a base stands before those it counts, or behind what says that it is one."""
    before, behind = sentence.tokens[base.start - 1 : base.start], sentence.tokens[base.stop :][:1]
    if behind and behind[0].word in sentence.lexicon.levels:
        return False
    named = before and before[0].word in (":", "=", "n", "base")
    joints = SIGNS | sentence.lexicon.separators | sentence.lexicon.equates
    noun = behind and behind[0].word[0].isalpha() and behind[0].word not in joints
    return bool(named or noun or int(base.value or 0) % _ROUND == 0)
