"""What everybody can work out of withheld counts from the statistics of the whole sample.

By strata, waves and weights, a share of the whole and its standard error are sums over the groups, and each withheld
count is a term of them. Here belongs the attack: for each answer and each group variable, every way to divide the
answer's count over the groups that are withheld is tried, its share and standard error are computed and told as the
tables would, and what does not come out as printed is struck out. It supposes what makes it strongest: that the groups
are the strata, and that all of a group have one weight, which margins and sizes give. Where that is not so nothing
comes out as printed, and nothing is learnt.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from dagster_project.disclosure.tables import TableCell

_WAYS = 100_000  # ways to divide a count over the groups; more unknowns than that are too many for two equations


class Group(NamedTuple):
    """A group of a survey: its respondents, those in the base of the share, and the weight of each."""

    size: int
    base: int
    weight: float


@dataclass(frozen=True)
class Topline:
    """An answer of the whole sample as it is printed, and the groups' counts of it: None where they are withheld."""

    n: int
    n_base: int
    share: float
    se: float | None
    counts: Sequence[int | None]


def divided(topline: Topline, groups: Sequence[Group], coarse_by: float | None) -> list[tuple[int, ...]]:
    """The counts of all groups in each way to divide the answer that comes out as printed."""
    return [counts for counts in _ways(topline, groups) if _comes_out(counts, topline, groups, coarse_by)]


def _ways(topline: Topline, groups: Sequence[Group]) -> Iterator[tuple[int, ...]]:
    """Every way to divide what is left of the answer over the groups whose count is withheld, none of them nobody."""
    left = topline.n - sum(n or 0 for n in topline.counts)
    ranges = [
        range(1, min(left, group.base) + 1) if n is None else range(n, n + 1)
        for n, group in zip(topline.counts, groups, strict=True)
    ]
    if math.prod(map(len, ranges)) <= _WAYS:
        yield from (counts for counts in itertools.product(*ranges) if sum(counts) == topline.n)


def _comes_out(counts: Sequence[int], topline: Topline, groups: Sequence[Group], coarse_by: float | None) -> bool:
    """Whether the share and the standard error that these counts make are told as they are printed."""
    share, spreads = _computed(counts, groups)
    if coarse_by is not None:
        spreads = [_spread_as_told(spread, topline.n_base) for spread in spreads]
        if len({group.weight for group in groups}) > 1:
            share = _to_steps_of(share, 2 * coarse_by / topline.n_base)
    return _same(share, topline.share) and (topline.se is None or any(_same(one, topline.se) for one in spreads))


def _computed(counts: Sequence[int], groups: Sequence[Group]) -> tuple[float, list[float]]:
    """The share, and its standard error with the groups as strata and without strata; see docs/linearisation.md."""
    base = sum(group.weight * group.base for group in groups)
    share = sum(group.weight * n for n, group in zip(counts, groups, strict=True)) / base
    of_strata = of_all = 0.0
    for n, group in zip(counts, groups, strict=True):
        z = group.weight * (n - share * group.base) / base
        squares = group.weight**2 * (n * (1 - 2 * share) + share**2 * group.base) / base**2
        of_all += squares
        if group.size > 1:
            of_strata += group.size / (group.size - 1) * max(squares - z**2 / group.size, 0)
    size = sum(group.size for group in groups)
    return share, [math.sqrt(of_strata), math.sqrt(of_all * size / max(size - 1, 1))]


def _spread_as_told(spread: float, n_base: int) -> float:
    """As the macro told_spread has it."""
    return _to_steps_of(spread, spread * max(0.02, 10 / n_base)) if spread > 0 else spread


def _to_steps_of(number: float, step: float) -> float:
    """As the macro to_steps_of has it."""
    power = 10.0 ** math.floor(math.log10(step))
    wide = power * next(by for by in (1, 2, 5, 10) if step <= by * power or by == 10)
    return math.copysign(math.floor(abs(number / wide) + 0.5), number) * wide  # half away from zero, as DuckDB does


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def told_by_statistics(connection: duckdb.DuckDBPyConnection) -> set[TableCell]:
    """The cells of the published tables whose withheld count is one number in all that comes out as printed."""
    [(coarse_by,)] = connection.execute("SELECT coarse_by FROM raw.survey").fetchall()
    found: set[TableCell] = set()
    weights = _weights(connection)
    for (question, group_by), groups in _groups(connection, weights).items():
        for answer, kind, topline in _toplines(connection, question, group_by, list(groups)):
            ways = divided(topline, list(groups.values()), coarse_by)
            for place, (value, n) in enumerate(zip(groups, topline.counts, strict=True)):
                if n is None and ways and len({way[place] for way in ways}) == 1:
                    found.add(TableCell(question, answer, kind, group_by, value))
    return found


def _weights(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], float]:
    """What the weights of each group sum to, as it is told or, where weights were made to meet it, as a share."""
    told = connection.execute(
        """SELECT DISTINCT group_by, group_value, w_base FROM marts.bases
        WHERE base_rule = 'all' AND group_by IS NOT NULL AND w_base IS NOT NULL"""
    ).fetchall()
    made = connection.execute(
        """SELECT questions[1], answers[1], population_share FROM raw.weighting_margins
        WHERE len(questions) = 1 AND answers IS NOT NULL AND wave IS NULL"""
    ).fetchall()
    return {(by, value): float(w) for by, value, w in [*told, *made]}


def _groups(
    connection: duckdb.DuckDBPyConnection, weights: Mapping[tuple[str, str], float]
) -> Mapping[tuple[str, str], Mapping[str, Group]]:
    """Of each question and group variable the groups, where the sizes and bases of all are told."""
    [(weighted,)] = connection.execute("SELECT weighted FROM raw.survey").fetchall()
    found: dict[tuple[str, str], dict[str, Group]] = defaultdict(dict)
    unknown = set()
    for question, by, value, size, base in connection.execute(
        """SELECT question, group_by, group_value, min(n_base) FILTER (WHERE base_rule = 'all'),
            min(n_base) FILTER (WHERE is_published)
        FROM marts.bases WHERE group_by IS NOT NULL GROUP BY ALL ORDER BY ALL"""
    ).fetchall():
        part = weights.get((by, value)) if weighted else size
        if None in (size, base, part) or size == 0:
            unknown.add((question, by))
        else:
            found[question, by][value] = Group(size, base, part / size)
    return {of: groups for of, groups in found.items() if of not in unknown}


def _toplines(
    connection: duckdb.DuckDBPyConnection, question: str, group_by: str, groups: Sequence[str]
) -> Iterator[tuple[str, str, Topline]]:
    """The answers of a question of which a group's count is withheld, and the whole sample's and its share are not."""
    counts: dict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
    for answer, kind, value, n in connection.execute(
        "SELECT answer, kind, group_value, n FROM marts.crosstabs WHERE question = ? AND group_by = ?",
        [question, group_by],
    ).fetchall():
        counts[answer, kind][value] = n
    for answer, kind, n, n_base, share, se in connection.execute(
        """SELECT answer, kind, n, n_base, share, se FROM marts.toplines
        WHERE question = ? AND n IS NOT NULL AND share IS NOT NULL ORDER BY ALL""",
        [question],
    ).fetchall():
        of_groups = [counts[answer, kind].get(value, 0) for value in groups]
        if None in of_groups:
            yield answer, kind, Topline(n, n_base, share, se, of_groups)
