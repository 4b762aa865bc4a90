"""A sentence in one language: its pieces as they are printed, and what in it is refused, with the mend.

A word that could turn the meaning is refused rather than skipped. How figures belong together is decided by `parse`.
"""

from collections.abc import Collection, Iterator, Sequence

from dagster_project.claims.read.asides import set_aside
from dagster_project.claims.read.gaps import SIGNS
from dagster_project.claims.read.lexicon import Lexicon
from dagster_project.claims.read.phrases import Phrase
from dagster_project.claims.read.signs import plain
from dagster_project.claims.read.statement import StatementError
from dagster_project.claims.read.tokens import (
    Token,
    Words,
    is_number,
    match_phrase,
    spelled,
    start_of,
    tokenize,
    trimmed,
)

EXAMPLES = "Write it like '96 of about 150 companies is 42%', '42% of 96' or '58% yes, 31% no, 12% don't know of 26'."


def _word(words: Words, at: int) -> str:
    """The word at a place, "" where there is none."""
    return words[at].word if 0 <= at < len(words) else ""


class Sentence:
    """A text, its plain form without what stands beside the figures, and the tokens of that."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.plain = set_aside(plain(text, lexicon.group_mark, lexicon.decimal_mark), lexicon.asides)
        words = tokenize(self.plain, lexicon)
        several = start_of(lexicon.several, words)
        self.says_several = several is not None
        words = words if several is None else self._without_several(words, several)
        self.tokens = tuple(self._without_closings(words))
        self.says_complete = len(self.tokens) < len(words)
        self.says_one_each = self.says_complete or start_of(lexicon.single, words) is not None

    def _without_several(self, words: Words, at: int) -> Words:
        """The words without those that say so, and without the brackets or the colon around them."""
        found = match_phrase(self.lexicon.several, words, at)
        stop = found[1] if found else at
        in_brackets = at > 0 and words[at - 1].word == "(" and words[stop : stop + 1] and words[stop].word == ")"
        start = at - 1 if in_brackets else at
        stop = stop + 1 if in_brackets or (words[stop : stop + 1] and words[stop].word == ":") else stop
        return words[:start] + words[stop:]

    def _without_closings(self, words: Words) -> Iterator[Token]:
        """The words without those before the last part of a whole: the *remaining* 22%."""
        at = 0
        while at < len(words):
            found = match_phrase(self.lexicon.closings, words, at)
            behind = words[found[1] :][:1] if found else ()
            at = found[1] if found and behind and is_number(behind[0].word, self.lexicon) else at
            yield words[at]
            at += 1

    def slice(self, words: Words) -> str:
        """The words as they are printed."""
        return self.plain[words[0].start : words[-1].stop] if words else ""

    def printed(self, phrase: Phrase) -> str:
        """The figure as printed; with a percent sign of its own where it shares that of another."""
        words = self.tokens[phrase.start : phrase.stop]
        shares = phrase.is_percentage and not phrase.in_words and start_of(self.lexicon.percent, words) is None
        return f"{self.slice(words)}%" if shares else self.slice(words)

    def label(self, words: Words) -> Words:
        """The words of a label, without those that only lead up to it."""
        if match_phrase(self.lexicon.of, words, 0):
            raise self.not_understood(words)
        return trimmed(words, self.lexicon.leads) or words

    # -- what is refused --------------------------------------------------------------------------------------------

    def check(self, words: Words, *, known_answers: bool = True, is_answer: bool = False) -> None:
        """Refuse words that have a meaning of their own, unless they are all one known answer (`don't know`).

        `is_answer`: they stand behind a figure and may say what was answered: *would not move*.
        """
        harmless = self.lexicon.separators | self.lexicon.equates | self.lexicon.leads | SIGNS
        if known_answers and all(token.word in harmless for token in self._without_answers(words)):
            return
        unknown = tuple(
            token
            for at, token in enumerate(words)
            if self._has_a_meaning(token.word, harmless)
            and not (known_answers and self._is_plain(words, at, is_answer))
        )
        if unknown:
            raise self.not_understood(unknown)

    def _has_a_meaning(self, word: str, harmless: Collection[str]) -> bool:
        """Whether a word turns, counts or hedges, or is no word at all."""
        lexicon = self.lexicon
        if any(word in words for words in (lexicon.turns, lexicon.percent, lexicon.points, lexicon.hedges)):
            return True
        return not word[0].isalpha() and word not in harmless

    def _is_plain(self, words: Words, at: int, is_answer: bool) -> bool:
        """Whether a word that could turn the meaning is part of what was answered, or hedges no number."""
        word, before, behind = words[at].word, _word(words, at - 1), _word(words, at + 1)
        if word in self.lexicon.doubts:
            return is_answer and not before and (not behind or behind.isalpha())
        if word in self.lexicon.negations:
            return is_answer and self._negates_an_answer(word, before, behind)
        if word in self.lexicon.than:
            return is_answer and self._compares(_word(words, at - 2), before, behind)
        return self._hedges_no_number(word, before, behind, is_answer)

    def _compares(self, what: str, before: str, behind: str) -> bool:
        """Work longer *than* agreed."""
        return before in self.lexicon.comparatives and what.isalpha() and behind.isalpha()

    def _hedges_no_number(self, word: str, before: str, behind: str, is_answer: bool) -> bool:
        hedges = word in self.lexicon.hedges and word not in self.lexicon.turns
        return hedges and self._stands_apart(before) and (behind.isalpha() or (is_answer and not behind))

    def _negates_an_answer(self, word: str, before: str, behind: str) -> bool:
        """Would *not* move, had *no* car, (25%) *never* used: not the statement itself, as in is *not* true."""
        if behind in self.lexicon.untrue:
            return False
        if before == ")" or not before:
            heads = word in self.lexicon.heads_an_answer and behind.isalpha() and behind not in self._joints()
            return heads or (not before and self._is_of_the_verb(word, before))
        return self._is_of_the_verb(word, before)

    def _is_of_the_verb(self, word: str, before: str) -> bool:
        """Don't, can't, cannot; would *not*, have *never*."""
        contracted = "'" in word or word == "cannot"
        return contracted or before in self.lexicon.auxiliaries or (word != "not" and before.isalpha())

    def _joints(self) -> frozenset[str]:
        return self.lexicon.of | self.lexicon.equates | self.lexicon.separators

    def _stands_apart(self, before: str) -> bool:
        """Whether no figure and no "of" stands right before a hedge: gone *over*, but not of *over*."""
        return before.isalpha() and before not in {phrase.split()[-1] for phrase in self.lexicon.of}

    def _without_answers(self, words: Words) -> list[Token]:
        rest: list[Token] = []
        at = 0
        while at < len(words):
            answer = match_phrase(self.lexicon.answers, words, at)
            if answer is None:
                rest.append(words[at])
            at = answer[1] if answer else at + 1
        return rest

    def check_who(self, words: Words) -> None:
        """The words for a base may end in what it answered: companies said no."""
        self.check(words, is_answer=True)

    def unlinked(self, words: Words, one: Phrase, two: Phrase) -> StatementError:
        """That the words between two figures do not say how they belong together."""
        try:
            self.check(words)
        except StatementError as error:
            return error
        of = match_phrase(self.lexicon.of, words, 0)
        if of and words[of[1] :]:
            return self.not_understood(words[of[1] :])
        figures = f"two figures belong together, {self.printed(one)!r} and {self.printed(two)!r}"
        return self.error(f"{spelled(words)!r} does not say how {figures}.", is_verb=False)

    def not_understood(self, words: Words) -> StatementError:
        return self.error(f"{spelled(words)!r} is not understood where it stands.", is_verb=False)

    def out_of_place(self, phrases: Sequence[Phrase], why: str) -> StatementError:
        figures = " with ".join(repr(self.printed(phrase)) for phrase in phrases)
        return self.error(f"the {figures} is not understood where it stands: {why}.", is_verb=False)

    def several(self, name: str, phrases: Sequence[Phrase]) -> StatementError:
        which = " and ".join(repr(self.printed(phrase)) for phrase in phrases)
        return self.error(f"has several {name}, {which}: keep one of each.")

    def error(self, says: str, *, is_verb: bool = True) -> StatementError:
        """`is_verb` if the sentence goes on with what the statement does."""
        return StatementError(f"{self.text!r}{'' if is_verb else ':'} {says} {EXAMPLES}")
