"""How a question divides those who are led to it, as far as anything that is said of the survey tells them apart.

Everybody who is led to a question is in one of its *lots*: those who give one of some answers that nothing tells apart.
Who can give several answers at once is in one lot with a *tree*, of the sets of answers that are counted as one. Where
such sets have some answers in common and neither is within the other, their tree is divided by *patterns*: which of
the answers somebody gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations

from dagster_project.claims.decide.laws import NONE
from dagster_project.claims.read.survey import Question

MOST_ALIKE = 8  # of answers that patterns tell apart: there are 255 of these

Codes = tuple[str, ...]
Counted = Sequence[AbstractSet[str]]  # the answers to a question that are counted, as one or one by one


class CrossingError(ValueError):
    """The sets of answers to a question that are counted as one have more in common than patterns can tell apart."""


@dataclass(frozen=True)
class Pattern:
    """Those who give one or more of each of these answers, and none of the others of their tree."""

    given: tuple[Codes, ...]


@dataclass(frozen=True)
class Tree:
    """Those who give one or more of these answers. Its parts may overlap; of its patterns everybody has one."""

    codes: Codes
    parts: tuple[Tree, ...] = ()
    patterns: tuple[Pattern, ...] = ()

    @property
    def free(self) -> Codes:
        """The answers that are in none of the parts."""
        return tuple(code for code in self.codes if not any(code in part.codes for part in self.parts))

    def those(self, codes: AbstractSet[str]) -> Sequence[Piece]:
        """Who of it gave one of these answers, which are counted, in pieces to add up."""
        within = codes & {*self.codes}
        if len(within) == len(self.codes):
            return [self]
        if self.patterns:
            return [one for one in self.patterns if not within.isdisjoint(code for of in one.given for code in of)]
        return [piece for part in self.parts if within <= {*part.codes} for piece in part.those(codes)]


@dataclass(frozen=True)
class Lot:
    """Those who give one of these answers; with a tree, several of them. `is_needless`: nobody has to be in it."""

    codes: Codes
    is_missing: bool = False
    is_needless: bool = False
    tree: Tree | None = None

    def those(self, codes: AbstractSet[str]) -> Sequence[Piece]:
        """Who of it gave one of these answers, which are counted, in pieces to add up."""
        if codes >= {*self.codes}:
            return [self]
        return [] if self.tree is None or codes.isdisjoint(self.codes) else self.tree.those(codes)


Piece = Lot | Tree | Pattern


def lots_of(question: Question, counted: Counted, *, none: bool = False) -> tuple[Lot, ...]:
    """The lots of a question in the order of its answers, those of which nothing is said behind the others.

    `none`: who is asked which ones of several can choose none. Raises CrossingError.
    """
    missing = [Lot(codes, True, not is_counted) for codes, is_counted in _alike(question.missing, counted)]
    if question.single:
        return (*(Lot(codes) for codes, _ in _alike(question.answers, counted)), *missing)
    found = [Lot(codes, is_needless=not is_counted) for codes, is_counted in _alike(question.exclusive, counted)]
    if none:
        found.append(Lot((NONE,), is_needless=True))
    together = tuple(code for code in question.answers if code not in question.exclusive)
    if together:
        found.append(Lot(together, tree=_grown(together, [of & {*together} for of in counted])))
    return (*found, *missing)


def _alike(codes: Codes, counted: Counted) -> list[tuple[Codes, bool]]:
    """The codes that are in the same sets together, and whether they are in any."""
    found: dict[tuple[bool, ...], list[str]] = {}
    for code in codes:
        found.setdefault(tuple(code in of for of in counted), []).append(code)
    return sorted(((tuple(alike), any(sets)) for sets, alike in found.items()), key=lambda one: not one[1])


def _grown(codes: Codes, counted: Counted) -> Tree:
    """The tree of the counted sets that are part of these codes."""
    within = list(dict.fromkeys(frozenset(of) for of in counted if of and of < {*codes}))
    parts = []
    for joined in _joined(within):
        of_part = tuple(code for code in codes if code in joined)
        part = _grown(of_part, within) if joined in within else Tree(of_part, patterns=_patterns(of_part, within))
        parts.append(part)
    return Tree(codes, tuple(sorted(parts, key=lambda part: codes.index(part.codes[0]))))


def _joined(sets: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """The sets that are in no other, those that have some answers in common joined to one."""
    found: list[frozenset[str]] = []
    for one in sets:
        apart = [other for other in found if not other & one]
        found = [*apart, one.union(*(other for other in found if other & one))]
    return found


def _patterns(codes: Codes, counted: Counted) -> tuple[Pattern, ...]:
    alike = [of for of, _ in _alike(codes, counted)]
    if len(alike) > MOST_ALIKE:
        raise CrossingError(f"{', '.join(codes)} are counted together in too many ways")
    return tuple(Pattern(given) for size in range(1, len(alike) + 1) for given in combinations(alike, size))
