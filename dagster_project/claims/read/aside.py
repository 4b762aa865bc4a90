"""One form of what is printed beside figures, and the pieces of which such forms are made."""

import re
from collections.abc import Callable
from typing import NamedTuple


class Aside(NamedTuple):
    """A form: a text without any of the `hints` holds none; `instead` stands in its place."""

    hints: tuple[str, ...]
    form: str
    instead: str | Callable[[re.Match[str]], str] = ""


NUMBER = r"[0-9][0-9,]*"
SHARE = r"[<>~≈]?[0-9.]+\s?(?:%|percent|per\s?cent|pct\b|pc\b)"
