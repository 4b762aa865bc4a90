"""In which encoding a text may be written, for a first look; where two could be meant, a person is asked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from dagster_project.errors import InputError

MOST_LINES = 2_000  # that are judged, of those with more than ASCII in them
MOST_BYTES = 100_000_000  # of a line
# UTF-8 that was taken for Latin-1 or cp1252 and written as UTF-8 once more: é as Ã©, ° as Â°, quotes as â€…
_TWICE = re.compile(rb"\xc3[\x82\x83]\xc2[\xa0-\xbf]|\xc3\xa2\xe2\x82\xac")
_RUNS = re.compile(rb"[\x80-\xff]+")
# In a word of a western language stands neither a sign of these nor a letter that others write with the same byte
# (š and ž of Czech, ð, þ and ý of Turkish).
_NOT_WESTERN = re.compile(r"[^\W\d_][¡-©¬-±³-¶¸¹¼-¿×÷][^\W\d_]|[ŠšŽžÐðÞþÝý]")


def encoding_of(path: Path, stream: BinaryIO, given: str | None) -> tuple[str, str]:
    """The text's encoding, and what speaks for it. Raises `InputError` where that cannot be known."""
    if given is not None:
        return given, "as was said"
    first = stream.readline(MOST_BYTES)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "a byte order mark"
    if b"\x1b$" in first:
        return "iso2022_jp", "its escapes"
    lines = chain([first], iter(lambda: stream.readline(MOST_BYTES), b""))
    plain: list[int] = []  # lines of UTF-8
    others: list[tuple[int, bytes]] = []
    for number, line in enumerate(lines, start=1):
        if line.isascii():
            continue
        if _is(line, "utf-8"):
            _check_once(path, number, line)
            plain.append(number)
        elif len(others) < MOST_LINES:
            others.append((number, line))
    if not others:
        return "utf-8", "every byte of it"
    if len(plain) > len(others) / 4:
        raise InputError(
            f"{path}:{others[0][0]}: this line is not UTF-8 and line {plain[0]} is; save all of it in one encoding."
        )
    return _of_bytes(path, others)


def _check_once(path: Path, number: int, line: bytes) -> None:
    if _TWICE.search(line):
        raise InputError(
            f"{path}:{number}: UTF-8 that was read as Latin-1 and saved so (é as Ã©); export the file again, or "
            "say `--encoding utf-8` if it is meant."
        )


def _of_bytes(path: Path, lines: Sequence[tuple[int, bytes]]) -> tuple[str, str]:
    data = b"".join(line for _, line in lines)
    found = [name for name, fits in (("cp932", _is_japanese), ("cp1252", _is_western)) if fits(data)]
    if len(found) != 1:
        raise InputError(
            f"{path}:{lines[0][0]}: this line is not UTF-8, and its bytes do not say what else; say which with "
            "`--encoding`: cp932 (Japanese), cp1252 (Western European), cp1250, cp1251, for example."
        )
    return found[0], f"not UTF-8; {len(lines):,} lines read well so, line {lines[0][0]} first"


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_japanese(data: bytes) -> bool:
    """Whether Shift-JIS reads it as kana, common kanji and what the makers of computers added (①, 髙)."""
    if not _is(data, "cp932"):
        return False
    leads = [sign.encode("cp932")[0] for sign in data.decode("cp932") if not sign.isascii()]
    common = sum(0x81 <= lead <= 0x97 or 0xED <= lead <= 0xEE or 0xFA <= lead <= 0xFC for lead in leads)
    return common >= 0.8 * len(leads)


def _is_western(data: bytes) -> bool:
    """Whether cp1252 reads it as words with a letter or two beyond ASCII, as the languages of western Europe have."""
    if not _is(data, "cp1252") or _NOT_WESTERN.search(data.decode("cp1252")):
        return False
    beyond = inside = 0
    for run in _RUNS.finditer(data):
        around = data[max(0, run.start() - 1) : run.start()] + data[run.end() : run.end() + 1]
        beyond += len(run[0])
        inside += len(run[0]) if len(run[0]) <= 2 and any(chr(one).isalpha() for one in around) else 0
    return inside >= 0.8 * beyond


@cache
def as_latin(encoding: str) -> re.Pattern[str] | None:
    """What UTF-8 looks like where it is read in an encoding of one byte a sign; None for any other encoding."""
    if codecs.lookup(encoding).name not in ("cp1252", "iso8859-1", "iso8859-15"):
        return None
    # Ã, Â and what follows in é, ß-free words, ° and the like; the guillemets may well follow a capital Ã.
    return re.compile("[ÃÂ][\xa0-\xaa\xac-\xba\xbc-\xbf]|â€")
