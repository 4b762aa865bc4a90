"""Text as it may be printed: nothing in it steers a terminal, and it is wrapped at words."""

from __future__ import annotations

import shutil
import textwrap

NO_BREAK = "\N{NO-BREAK SPACE}"


def printable(text: str) -> str:
    """Text of somebody's file, as a terminal may get it: signs that steer it, or turn the text, by their names."""
    return "".join(sign if sign.isprintable() or sign in "\n " else repr(sign)[1:-1] for sign in text)


def wrapped(text: str, *, indent: str = "", width: int | None = None) -> str:
    """Lines as wide as the terminal, or of 80 characters; only a word that is longer by itself goes over.

    A number and the sign of per cent behind it are one word. `indent` stands before each line but the first.
    """
    lines = textwrap.fill(
        text.replace(" %", f"{NO_BREAK}%"),
        width or shutil.get_terminal_size().columns,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace(NO_BREAK, " ")
