"""Shares beside their parts: `68% agree (25% strongly, 43% somewhat)`, `74% agree, including 30% who ...`, `net agree`.

The text is put as a plain list, and which of its shares is the sum of which is kept apart from it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from dagster_project.claims.read.sentence import EXAMPLES
from dagster_project.claims.read.statement import Listing, Net, StatementError

_SHARE = r"[0-9]+(?:\.[0-9]+)?\s?(?:%|percent\b|per\s?cent\b)"
_IN_BRACKETS = rf"({_SHARE}[^()0-9]*[a-z])\s*\(\s*({_SHARE}[^()]*?[a-z][^()]*?{_SHARE}[^()]*)\)"
_INCLUDING = rf"({_SHARE}[^()0-9]*?)\s*,\s*including\s+(?={_SHARE})"
_NAMED = (
    r"(?P<before>(?:^|[,;]\s*))"
    r"(?:(?:net|total|subtotal)[\s:]+(?P<one>[a-z][a-z ]*?)|(?P<two>[a-z][a-z ]*?)\s*\((?:net|total)\))"
    rf"(?=:?\s*{_SHARE})"
)
_HINTS = ("(", "including", "net ", "total ", "subtotal ")  # one stands in every form


def without_nets(text: str) -> tuple[str, tuple[Net, ...]]:
    """The text as a plain list of shares, and those of them that others are parts of, by their places in it."""
    nets: list[Net] = []
    if not any(hint in text.lower() for hint in _HINTS):
        return text, ()
    while found := re.search(_IN_BRACKETS, text, re.IGNORECASE):
        at = _shares(text[: found.start()])
        nets.append(Net(at, tuple(range(at + 1, at + 1 + _shares(found[2])))))
        text = f"{text[: found.start()]}{found[1]}, {found[2]}{text[found.end() :]}"
    while found := re.search(_INCLUDING, text, re.IGNORECASE):
        at = _shares(text[: found.start()])
        nets.append(Net(at, (at + 1,), is_open=True))
        text = f"{text[: found.start()]}{found[1]}, {text[found.end() :]}"
    while found := re.search(_NAMED, text, re.IGNORECASE):
        nets.append(Net(_shares(text[: found.start()]), ()))
        text = f"{text[: found.start()]}{found['before']}any {found['one'] or found['two']}{text[found.end() :]}"
    return text, tuple(nets)


def _shares(text: str) -> int:
    return len(re.findall(_SHARE, text, flags=re.IGNORECASE))


def with_nets(listing: Listing, nets: Sequence[Net], degrees: Collection[str]) -> Listing:
    """The list with its nets. Raises StatementError where the parts of one cannot be told from the others."""
    if any(part.percentage is None for part in listing.parts):
        raise StatementError(
            f"{listing.text!r}: what is part of what is not said: give each share its label. {EXAMPLES}"
        )
    nets = tuple(net if net.parts else _by_labels(listing, net) for net in nets)
    words = {word for net in nets for n in net.parts for word in listing.parts[n].label.casefold().split()}
    return replace(listing, nets=nets, exclusive=not words.isdisjoint(degrees))


def _by_labels(listing: Listing, net: Net) -> Net:
    """The parts of a net are the answers whose label ends like that of the net: *strongly agree*, *tend to agree*."""
    labels = [part.label.casefold().split() for part in listing.parts]
    stem = labels[net.whole][-1:]
    parts = tuple(n for n, label in enumerate(labels) if n != net.whole and label[-1:] == stem)
    if not stem or len(parts) < 2:
        said = listing.parts[net.whole].figures[-1].phrase
        raise StatementError(
            f"{listing.text!r}: of which shares {said!r} is the sum is not said: leave it out. {EXAMPLES}"
        )
    return Net(net.whole, parts)
