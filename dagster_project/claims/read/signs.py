"""One form for signs: marks of notes taken away, thousands and decimals marked alike, dashes and quotation marks plain.

This needs no words of a language. What a dash or a mark cannot surely mean is left for the reader to refuse.
"""

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_THIN = "\u00a0\u2007\u2009\u202f'’"  # what marks thousands and parts no numbers
_HALVES = {"½": "5", "¼": "25", "¾": "75"}  # the decimals of a number that one of these stands behind
_AT_A_HEAD = r"(?:^|(?<=\n))[ \t]*([0-9]{1,2})[.)][ \t]+(?=[^\W\d_])"
_WITHIN = r"(?<=[\s%])([0-9]{1,2})\)\s+(?=[^\W\d_])"
_NUMBER = r"(?<![0-9.,])[0-9]{1,3}"


def plain(text: str, group_mark: str, decimal_mark: str) -> str:
    """`text` with one form for what is printed in many."""
    text = re.sub(rf"(?<=10)(?=[{_RAISED}])", "^", text)  # a power, not a note: refused further on
    text = re.sub(rf"(?<!\^)(?<![{_RAISED}])[{_RAISED}]+", "", text)
    text = re.sub(r"(?<=[\w%)])[*†‡]+|\[[0-9a-z]{1,3}\]", "", text)
    text = text.replace("[", "(").replace("]", ")")
    text = re.sub(r"(?<=[0-9])[½¼¾]", lambda half: decimal_mark + _HALVES[half[0]], text)
    text = re.sub(r"[\u2460-\u2473\u2776-\u277f]", " ; ", text).removeprefix(" ; ")
    text = re.sub(rf"{_NUMBER}(?:[{_THIN}][0-9]{{3}})+(?![0-9])", _grouped(group_mark), text)
    text = re.sub(rf"(?:^|(?<=\bof )){_NUMBER}(?: [0-9]{{3}})+(?![0-9.,])(?=[^\n\t|]*$)", _grouped(group_mark), text)
    text = re.sub(
        rf"(?<![0-9.,])[0-9]{{1,2}}(?:{re.escape(group_mark)}[0-9]{{2}})+(?={re.escape(group_mark)}[0-9]{{3}}(?![0-9]))",
        _ungrouped,
        text,
    )
    if group_mark == ",":
        text = re.sub(r"(?<![0-9.,])([0-9]{1,2}),([0-9]{1,2})(?=\s?(?:%|per ?cent\b))", rf"\1{decimal_mark}\2", text)
    text = _without_numbering(text)
    return _without_quotes(_without_dashes(unicodedata.normalize("NFKC", text)))


def _grouped(mark: str) -> Callable[[re.Match[str]], str]:
    return lambda number: re.sub(r"[^0-9]", mark, number[0])


def _without_numbering(text: str) -> str:
    """Without the numbers of a numbered list, 1) to 3) or 1. to 3. at the heads of lines; `;` parts its entries."""
    marks = list(re.finditer(rf"{_AT_A_HEAD}|{_WITHIN}", text))
    numbers = [int(mark[1] or mark[2]) for mark in marks]
    if len(marks) < len((1, 2)) or numbers != [*range(1, len(marks) + 1)]:
        return text
    for mark in reversed(marks):
        text = text[: mark.start()] + ("; " if mark[2] else "") + text[mark.end() :]
    return text


def _ungrouped(lakhs: re.Match[str]) -> str:
    """1,25 before ,000, as India marks thousands and lakhs."""
    return re.sub(r"[^0-9]", "", lakhs[0])


def _without_quotes(text: str) -> str:
    """Without the marks around what is quoted; an apostrophe stays."""
    return re.sub(r"[\"“”„«»‘]|['’](?![^\W\d_])(?<![0-9]['’])|(?<=[0-9%])['’](?!\w)", "", text)


def _without_dashes(text: str) -> str:
    """A dash with spaces around it parts like a colon before a figure and like a comma elsewhere.

    Between percentages it parts the shares of a list, and of two where they are a whole; else it may be a range.
    """
    text = re.sub(r"(?<=[^\W\d_])\s+[–—-]\s+(?=[0-9])", ": ", text)
    text = re.sub(r"\s+[–—]\s+|\s+--?\s+(?=[^\W\d_])", ", ", text)
    share = r"[0-9]+(?:\.[0-9]+)?%"
    return re.sub(rf"{share}(?:[–—-]{share})+", _listed, text)


def _listed(run: re.Match[str]) -> str:
    shares = re.split("[–—-]", run[0])
    whole = sum((Fraction(share.rstrip("%")) for share in shares), Fraction(0))
    return ", ".join(shares) if len(shares) > 2 or 99 <= whole <= 101 else run[0]
