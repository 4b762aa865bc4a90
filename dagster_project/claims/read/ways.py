"""Which way a figure went: the one list of the words that say so, by the place that they take in a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """What says that a figure went one way."""

    went: frozenset[str]
    """Verbs: support *fell* from 40% to 38%."""
    stands: frozenset[str]
    """What it is then: *down* 2 points, 2 points *lower*."""
    going: frozenset[str]
    """Participles: *falling* from 40%."""
    names: frozenset[str]
    """Nouns: a *drop* of 2 points."""

    @property
    def words(self) -> frozenset[str]:
        """All of them, in whatever place."""
        return self.went | self.stands | self.going | self.names


ENGLISH_RISES = Way(
    went=frozenset(
        [
            *("rose", "rises", "risen", "climbed", "climbs", "grew", "grows", "grown", "increased", "increases"),
            *("jumped", "jumps", "gained", "gains", "surged", "soared", "edged up", "went up", "is up", "was up"),
            *("has risen", "have risen", "has grown", "has increased", "ticked up", "crept up", "added", "improved"),
        ]
    ),
    stands=frozenset({"up", "higher", "more"}),
    going=frozenset({"rising", "having risen", "climbing", "growing", "increasing"}),
    names=frozenset({"rise", "increase", "gain", "jump"}),
)
ENGLISH_FALLS = Way(
    went=frozenset(
        [
            *("fell", "falls", "fallen", "dropped", "drops", "slid", "slides", "slipped", "slips", "declined"),
            *("declines", "decreased", "decreases", "shrank", "shrinks", "sank", "plunged", "tumbled", "edged down"),
            *("went down", "is down", "was down", "has fallen", "have fallen", "has dropped", "has declined", "lost"),
            *("has decreased", "dipped", "ticked down", "crept down"),
        ]
    ),
    stands=frozenset({"down", "lower", "less", "fewer"}),
    going=frozenset({"falling", "having fallen", "dropping", "declining", "decreasing"}),
    names=frozenset({"fall", "drop", "decline", "decrease"}),
)
ENGLISH_MOVES = frozenset({"went", "goes", "moved", "moves", "changed", "has gone", "has moved", "has changed"})
"""Verbs that leave open which way."""


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first."""
    return "|".join(word.replace(" ", r"\s+") for word in sorted(words, key=lambda word: (-len(word), word)))
