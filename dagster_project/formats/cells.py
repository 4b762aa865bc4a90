"""How a typed cell becomes the text that a CSV file of the same records would have."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

MOST_EXACT = 2.0**53  # beyond it a whole number in floating point is no exact one


class InexactNumberError(ValueError):
    """A whole number whose last digits its file cannot have kept."""


@dataclass(frozen=True)
class CellText:
    """The text of a cell's value: whole numbers without a point, days as 2026-11-30, 1 and 0 for yes and no.

    `digits` are those that the program which wrote the file keeps of a number; what lies beyond is noise of its
    arithmetic (0.1 + 0.2), and a whole number of more digits has lost its last ones.
    """

    decimal_mark: str = "."
    digits: int = 17

    def of(self, value: object) -> str:
        """Raises `InexactNumberError`."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, float):
            return self._number(value)
        if isinstance(value, datetime.datetime):
            return value.isoformat(sep=" ")
        if isinstance(value, datetime.date | datetime.time):
            return value.isoformat()
        return str(value)

    def _number(self, value: float) -> str:
        if math.isnan(value):
            return ""
        if value.is_integer():
            if abs(value) >= min(MOST_EXACT, 10.0**self.digits):
                raise InexactNumberError(f"{value:.17g}")
            return str(int(value))
        text = repr(value) if self.digits >= 17 else f"{value:.{self.digits}g}"
        return text.replace(".", self.decimal_mark)
