"""The total behind a list: `540 (45%) said yes and 660 (55%) no, a total of 1,200`.

It is how many all the answers are, so that they are of it and fill it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from dagster_project.claims.read.aside import NUMBER
from dagster_project.claims.read.sentence import EXAMPLES
from dagster_project.claims.read.statement import Listing, StatementError, Triple

_NOUN = r"(?:\s+[a-z]+){0,2}"
_FORMS = (
    rf"\s*[,;:(–—-]\s*(?:(?:for|making|giving|or|and|with)\s+)?(?:an?\s+|the\s+)?(?:overall\s+|grand\s+)?total"
    rf"(?:\s+of|\s+is|\s+was|\s*[:=])?\s+(?P<n>{NUMBER}){_NOUN}\s*\)?\s*\.?\s*$",
    rf"\s*[,;:(–—-]\s*(?:and\s+|or\s+)?(?P<n>{NUMBER}){_NOUN}\s+(?:in\s+(?:total|all)|altogether)\s*\)?\s*\.?\s*$",
)
_HINTS = ("total", "in all", "altogether")  # one stands in every form


class Total(NamedTuple):
    """A text without the total behind it, and the total."""

    rest: str
    said: str


def total_of(text: str) -> Total | None:
    """The total that a text ends with; None if it ends with none."""
    if not any(hint in text.lower() for hint in _HINTS):
        return None
    found = next((one for form in _FORMS if (one := re.search(form, text, re.IGNORECASE))), None)
    return None if found is None else Total(text[: found.start()], found["n"].rstrip(","))


def read_with_total(text: str, total: Total, read: Callable[[str], Triple | Listing]) -> Triple | Listing:
    """The list of which the total is the base. Raises StatementError where another base is said, or no list."""
    try:
        before = read(total.rest)
    except StatementError as error:
        if "has no base" not in str(error):
            raise
        before = None
    if before is not None and before.base is not None and before.base.value != int(total.said.replace(",", "")):
        raise StatementError(f"{text!r}: of what {total.said!r} is the total is not said: leave it out. {EXAMPLES}")
    whole = before if before is not None and before.base is not None else read(f"{total.rest} of {total.said}")
    if not isinstance(whole, Listing):
        raise StatementError(f"{text!r}: {total.said!r} is the total of one answer: say the base as 'of'. {EXAMPLES}")
    return replace(whole, text=text.strip(), complete=True, exclusive=True)
