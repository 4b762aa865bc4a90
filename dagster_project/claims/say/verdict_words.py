"""How many figures have each verdict, in the words that stand wherever figures are counted."""

from collections import Counter
from collections.abc import Iterable

from dagster_project.claims.decide.verdict import Verdict


def tally_text(verdicts: Iterable[str]) -> str:
    """`1 impossible, 2 undecided, 9 possible`: the worst first, and nothing of which there is none."""
    counts = Counter(map(Verdict, verdicts))
    return ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts[verdict])
