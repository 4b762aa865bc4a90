"""Weights that make the sample's margins those of the universe: post-stratified to one margin, raked to several.

The arithmetic runs over the cells in which the margins cross, never over records: one scan counts the cells, and one
statement gives each record its base weight times its cell's factor. Bounded weights depend on each base weight, so with
`trim` the unit of the arithmetic is a base weight in a cell. No variance belongs in here: the final weights are data to
the models that come after.

The arithmetic is ours because no package on PyPI fits (November 2026): ipfn had its last release in 2021; balance pulls
in 40 packages and an older numpy; samplics, weightipy and svy bring statsmodels, requests or polars; and all of them
work on a frame of respondents in memory. What comes out is compared with R's package survey in the tests.

Sources: W. E. Deming and F. F. Stephan, Annals of Mathematical Statistics 11 (1940), for raking; J.-C. Deville and
C.-E. Särndal, Journal of the American Statistical Association 87 (1992), for raking within bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from dagster_project.codebook import CODEBOOK_FILE, RESPONDED, Codebook, Margin, Place, SurveyFolder
from dagster_project.codebook.located import read_yaml
from dagster_project.errors import InputError
from dagster_project.ingest.weight_units import UNWEIGHTED, WEIGHT_UNITS, WeightUnits, weight_units
from dagster_project.schema import GENERATION, SURVEY, Column, Row, Table, public, replace_all
from dagster_project.warehouse import survey_key, transaction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[Any]

MOST_ROUNDS = 1000
MOST_STEPS = 20
CLOSE = 1e-11  # every category's weights sum to its part of the universe, within this part of it
OUT_OF_HAND = 200  # the logarithm of a factor by which it is plain that nothing is met
UNBOUNDED = (0.0, float("inf"))
WEIGHTING = Table(
    "raw",
    "weighting",
    "One row per wave that was weighted, or one for the survey: what the weights are",
    (
        SURVEY,
        GENERATION,
        public("wave", "VARCHAR", "The wave; null without waves"),
        public("method", "VARCHAR", "raking or post-stratification"),
        public("rounds", "INTEGER", "How often the margins were gone through"),
        public(
            "largest_gap", "DOUBLE", "By how much, relatively, the worst category still misses its part of the universe"
        ),
        public("n", "BIGINT", "The respondents"),
        public("n_trimmed", "BIGINT", "How many of them have a weight at a bound"),
        public("w", "DOUBLE", "The sum of their weights"),
        public("n_kish_before", "DOUBLE", "Kish's effective size by the base weights"),
        public("n_kish", "DOUBLE", "Kish's effective size by the final weights"),
        public("deff_before", "DOUBLE", "The design effect of unequal base weights, n / n_kish_before"),
        public("deff", "DOUBLE", "The design effect of unequal final weights, n / n_kish"),
        public("weight_min", "DOUBLE", "The least final weight"),
        public("weight_mean", "DOUBLE", "The mean final weight"),
        public("weight_max", "DOUBLE", "The greatest final weight"),
    ),
)
MARGINS = Table(
    "raw",
    "weighting_margins",
    "One row per category of a margin, and one per margin for those who did not answer",
    (
        SURVEY,
        GENERATION,
        public("wave", "VARCHAR", "The wave; null without waves"),
        public("margin", "INTEGER", "The margin's place in the codebook"),
        public("questions", "VARCHAR[]", "The margin's question, or those that it crosses"),
        public("position", "INTEGER", "The category's place in its margin"),
        public("answers", "VARCHAR[]", "The category: an option or net of each question; null for no answer"),
        public("n", "BIGINT", "n_in_full, where that tells nothing that is withheld"),
        public("population_share", "DOUBLE", "Its share of the universe"),
        public("share_before", "DOUBLE", "share_before_in_full, where that tells nothing that is withheld"),
        public("share_after", "DOUBLE", "Its share of the final weights of those who answered"),
        Column("n_in_full", "BIGINT", "Its respondents"),
        Column("share_before_in_full", "DOUBLE", "Its share of the base weights of those who answered"),
    ),
)
WEIGHTS = Table(
    "records",
    "weights",
    "One row per respondent with its weight, where survey.yml has weights computed (weighting)",
    (
        Column("source_file", "VARCHAR", "The record's file"),
        Column("source_line", "BIGINT", "The record's line in it"),
        Column("final_weight", "DOUBLE", "The respondent's weight"),
    ),
    ("source_file", "source_line"),
)
WEIGHTING_TABLES = (WEIGHTING, MARGINS, WEIGHTS, WEIGHT_UNITS)


@dataclass(frozen=True)
class Weighed:
    """What weighting did to a survey, or to a wave: a row of raw.weighting.

    `n_kish` is Kish's effective size, `deff` the design effect of unequal weights, n / n_kish; `largest_gap` is by how
    much, relatively, the worst category still misses its part of the universe.
    """

    wave: str | None
    method: str
    rounds: int
    largest_gap: float
    n: int
    n_trimmed: int
    w: float
    n_kish_before: float
    n_kish: float
    deff_before: float
    deff: float
    weight_min: float
    weight_mean: float
    weight_max: float


def write_weights(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> list[Weighed]:
    """Replace records.weights and the account of it in `raw`, in one transaction; one row per wave, or one.

    Without `weighting` in the codebook there is no records.weights, and the account is empty. Raises `InputError`,
    naming the line of survey.yml, for a margin that no weights can meet; nothing changes then.
    """
    book = folder.codebook
    survey = survey_key(connection)
    key = {"survey": survey.survey, "generation": survey.generation}
    weighed: list[Weighed] = []
    margins: list[Row] = []
    with transaction(connection):
        prepare_weights(connection, folder)
        if book.weighting is not None:
            waves = _count_cells(connection, book, _base_units(connection, folder))
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE weighting_factors (cell INTEGER, factor DOUBLE, low DOUBLE, high DOUBLE)"
            )
            for wave in waves:
                one = _Wave(connection, folder, wave)
                weighed.append(one.weigh())
                margins += one.margin_rows()
                one.keep_factors(connection)
            _fill_weights(connection, book)
            connection.execute("DROP TABLE weighting_cells; DROP TABLE weighting_factors")
            units = _units(connection, folder, "final_weight", WEIGHTS.address)
            replace_all(connection, {WEIGHT_UNITS: [vars(units)]}, key=key)
        replace_all(connection, {WEIGHTING: [vars(one) for one in weighed], MARGINS: margins}, key=key)
    return weighed


def prepare_weights(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> None:
    """Take away the weights of other records, and tell the units of these records' own.

    Where weights must be computed, tallies before them are empty, not wrong.
    """
    connection.execute(f"DROP TABLE IF EXISTS {WEIGHTS.address}")
    if folder.codebook.weighting is not None:
        WEIGHTS.make(connection)
        WEIGHT_UNITS.make(connection)
        return
    survey = survey_key(connection)
    key = {"survey": survey.survey, "generation": survey.generation}
    replace_all(connection, {WEIGHT_UNITS: [vars(_base_units(connection, folder))]}, key=key)


@dataclass(frozen=True)
class Raked:
    """The factor of each cell, after so many rounds, and the largest relative gap that is left."""

    factors: Numbers
    rounds: int
    gap: float
    worst: tuple[int, int]  # the margin and category of that gap


class _Sums:
    """The sums of weights by cell, for any factors: from sums along its sorted base weights, made once.

    A group has its cell, the base weight of each of its records and their count; groups are sorted by both.
    """

    def __init__(self, cells: Numbers, weights: Numbers, counts: Numbers, bounds: tuple[float, float]) -> None:
        import numpy as np

        self.weights, self.bounds = weights, bounds
        self.edges = np.searchsorted(cells, np.arange(int(cells.max()) + 2))
        self.n = np.concatenate([[0.0], np.cumsum(counts)])
        self.w = np.concatenate([[0.0], np.cumsum(counts * weights)])

    def of(self, factors: Numbers) -> tuple[Numbers, Numbers]:
        """By cell, the sum of the weights that are cut off at a bound, and that of those that are free."""
        import numpy as np

        low, high = self.bounds
        starts, ends = self.edges[:-1], self.edges[1:]
        free_from, free_to = starts.copy(), ends.copy()
        if self.bounds != UNBOUNDED:
            for cell, factor in enumerate(factors):
                own = self.weights[starts[cell] : ends[cell]]
                free_from[cell] += np.searchsorted(own, low / factor, "right")
                free_to[cell] = starts[cell] + np.searchsorted(own, high / factor, "left")
        at_high = self.n[ends] - self.n[free_to]
        cut_off = low * (self.n[free_from] - self.n[starts]) + np.where(at_high > 0, high * at_high, 0.0)
        return cut_off, factors * (self.w[free_to] - self.w[free_from])

    def stretch(self, factors: Numbers, margin: Numbers, target: Numbers) -> Numbers:
        """What to multiply the factors of each category by, so that its weights sum to its target.

        The sum grows with that number along straight lines, which bend where a weight leaves the lower bound or meets
        the upper one: Newton's steps, kept between what is too little and what is too much, end on the right line.
        """
        import numpy as np

        size = len(target)
        stretch, least, most = np.ones(size), np.zeros(size), np.full(size, np.inf)
        for _ in range(MOST_STEPS):
            cut_off, free = (np.bincount(margin, of, size) for of in self.of(factors * stretch[margin]))
            over = cut_off + free - target
            if (np.abs(over) <= CLOSE / 10 * target).all():
                break
            least, most = np.where(over < 0, stretch, least), np.where(over > 0, stretch, most)
            newton = stretch * (target - cut_off) / free
            middle = np.where(np.isinf(most), 2 * stretch, (least + most) / 2)
            step = np.where((newton > least) & (newton < most), newton, middle)
            stretch = np.where(np.abs(over) <= CLOSE / 10 * target, stretch, step)
        return stretch


def rake(sums: _Sums, margins: Sequence[Numbers], targets: Sequence[Numbers]) -> Raked:
    """Factors by cell after which the weights of every category of every margin sum to its target.

    `margins` has for each margin the category of every cell, `targets` the sum of weights of every category. The weight
    of a record is its base weight times the cell's factor, within the bounds. With one margin one round is enough.
    """
    import numpy as np

    factors = np.ones(len(margins[0]))
    rounds, gap, worst = 0, np.inf, (0, 0)
    while rounds < MOST_ROUNDS and gap > CLOSE and np.abs(np.log(factors)).max() < OUT_OF_HAND:
        rounds += 1
        for margin, target in zip(margins, targets, strict=True):
            factors *= sums.stretch(factors, margin, target)[margin]
        gap = -1.0
        for at, (margin, target) in enumerate(zip(margins, targets, strict=True)):
            found = np.bincount(margin, sum(sums.of(factors)), len(target))
            gaps = np.divide(np.abs(found - target), target, out=np.zeros(len(target)), where=target > 0)
            if gaps.max() > gap:
                gap, worst = float(gaps.max()), (at, int(gaps.argmax()))
    return Raked(factors, rounds, gap, worst)


class _Wave:
    """The cells of one wave, or of a survey without waves, and their weighting."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: SurveyFolder, wave: str | None) -> None:
        self.folder, self.wave, self.book = folder, wave, folder.codebook
        assert self.book.weighting is not None
        self.margins, self.trim = self.book.weighting.margins, self.book.weighting.trim
        self.numbers = [margin.numbers() for margin in self.margins]
        given = self._read_cells(connection)
        self.categories = [self._category_of(margin, given) for margin in self.margins]
        self.total = self._total()
        self.group_cells, self.group_weights, self.group_counts = self._groups(connection)
        self.targets = [self._target(number) for number in range(len(self.margins))]

    def _read_cells(self, connection: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
        """Take over the cells' counts and sums of weights, and return the answers of each."""
        import numpy as np

        asked = _questions(self.book)
        answers = "".join(f", answer_{number}::VARCHAR" for number in range(len(asked)))
        # one row per cell: number, respondents, and of their weights the sum, the sum of squares, least and greatest
        cells = connection.execute(
            f"SELECT cell, n, w, w2, least, greatest{answers} FROM weighting_cells WHERE wave IS NOT DISTINCT FROM ? "
            "ORDER BY cell",
            [self.wave],
        ).fetchall()
        self.cells = [cell for cell, *_ in cells]
        self.n, self.w, self.w2, self.least, self.greatest = (
            np.array([row[column] for row in cells], dtype=float) for column in range(1, 6)
        )
        return [dict(zip(asked, row[6:], strict=True)) for row in cells]

    def _total(self) -> float:
        """What all weights sum to: the universe where a margin counts it, else what the base weights sum to."""
        counted = (
            sum(numbers.values()) for margin, numbers in zip(self.margins, self.numbers, strict=True) if margin.counts
        )
        return next(counted, float(self.w.sum()))

    def _category_of(self, margin: Margin, given: list[dict[str, str]]) -> Numbers:
        """Each cell's category by position; the last one is of those who did not answer."""
        import numpy as np

        positions = {category: at for at, category in enumerate(margin.numbers())}
        of_options = {options: positions[category] for options, category in self.book.categories(margin).items()}
        return np.array(
            [of_options.get(tuple(answers[one] for one in margin.asked), len(positions)) for answers in given]
        )

    def _groups(self, connection: duckdb.DuckDBPyConnection) -> tuple[Numbers, Numbers, Numbers]:
        """What the arithmetic runs over: cells with their mean base weight, or with trim every base weight in them."""
        import numpy as np

        if self.trim is None:
            return np.arange(len(self.cells)), self.w / self.n, self.n
        found = connection.execute(
            f"""SELECT cells.cell AS cell, {_base(self.book)} AS base, count(*) AS n FROM {_respondents(self.book)}
            WHERE cells.wave IS NOT DISTINCT FROM ? GROUP BY ALL ORDER BY ALL""",
            [self.wave],
        ).fetchnumpy()
        return np.searchsorted(self.cells, found["cell"]), np.asarray(found["base"]), np.asarray(found["n"])

    def _target(self, number: int) -> Numbers:
        """The sum of weights of each category: those who did not answer keep their share of the base weights."""
        import numpy as np

        numbers, category = self.numbers[number], self.categories[number]
        size = len(numbers) + 1
        unknown = float(np.bincount(category, self.w, size)[-1] / self.w.sum())
        parts = np.array(list(numbers.values()))
        target = np.append(parts / parts.sum() * (1 - unknown), unknown) * self.total
        counted = np.bincount(category, self.n, size)
        low, high = self._bounds
        for position, (answers, _) in enumerate(numbers.items()):
            sought, n = target[position], int(counted[position])
            named = f"{self._named(number, answers)}{self._in_wave}"
            if sought == 0 and n > 0:
                raise self._error(
                    number, answers, f"the universe has nobody of {named}, and the sample {n}; mend the number."
                )
            if sought > 0 and n == 0:
                raise self._error(
                    number,
                    answers,
                    f"nobody in the sample is of {named}; collapse it with another: give their net one number.",
                )
            if not n * low <= sought * (1 + CLOSE) or not sought * (1 - CLOSE) <= n * high:
                mean = sought / n * self.n.sum() / self.total
                raise self._error(
                    number,
                    answers,
                    f"{named} needs weights of {mean:.3g} times the mean, which trim does not allow; widen it.",
                )
        return target

    @property
    def _bounds(self) -> tuple[float, float]:
        """The least and the greatest weight that trim allows."""
        if self.trim is None:
            return UNBOUNDED
        mean = self.total / float(self.n.sum())
        return self.trim.low * mean, float("inf") if self.trim.high is None else self.trim.high * mean

    def weigh(self) -> Weighed:
        """Find the factors. Raises `InputError` where no weights meet all margins."""
        import numpy as np

        with np.errstate(all="ignore"):
            sums = _Sums(self.group_cells, self.group_weights, self.group_counts, self._bounds)
            raked = rake(sums, self.categories, self.targets)
        if not raked.gap <= CLOSE:
            number, position = raked.worst
            category = [*self.numbers[number], None][position]
            within = " within the bounds of trim" if self.trim else ""
            mend = "widen trim, collapse" if self.trim else "collapse"
            raise self._error(
                number,
                None,
                f"no weights{within} meet all margins{self._in_wave}: after {raked.rounds:,} rounds "
                f"{self._named(number, category)} is {100 * raked.gap:.2g} % off; {mend} small categories, or leave a "
                "margin out.",
            )
        self.raked = raked
        factors = raked.factors[self.group_cells]
        if self.trim is None:
            w, w2, least, greatest, trimmed = self.w, self.w2, self.least, self.greatest, 0
            ratio: Numbers = factors
        else:
            base, counts = self.group_weights, self.group_counts
            w, w2, least, greatest = base * counts, base**2 * counts, base, base
            free = base * factors
            ratio = np.clip(free, *self._bounds) / base
            trimmed = int(counts[(free < self._bounds[0]) | (free > self._bounds[1])].sum())
        self.final = np.bincount(self.group_cells, ratio * w, len(self.cells))
        n, total = float(self.n.sum()), float(self.final.sum())
        before = float(self.w.sum() ** 2 / self.w2.sum())
        after = float(total**2 / (ratio**2 * w2).sum())
        return Weighed(
            self.wave, "raking" if len(self.margins) > 1 else "post-stratification", raked.rounds, raked.gap, int(n),
            trimmed, total, before, after, n / before, n / after, float((ratio * least).min()), total / n,
            float((ratio * greatest).max()),
        )  # fmt: skip

    def keep_factors(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Add the cells' factors, and the bounds of the weights, to weighting_factors."""
        connection.execute(
            "INSERT INTO weighting_factors SELECT unnest(?), unnest(?), ?, ?",
            [self.cells, self.raked.factors.tolist(), *self._bounds],
        )

    def margin_rows(self) -> list[Row]:
        """The rows of raw.weighting_margins, with what may be told of them still to be decided."""
        import numpy as np

        rows: list[Row] = []
        for number, (margin, numbers) in enumerate(zip(self.margins, self.numbers, strict=True)):
            size = len(numbers) + 1
            n, before, after = (np.bincount(self.categories[number], of, size) for of in (self.n, self.w, self.final))
            universe: Numbers = np.array([*numbers.values()])
            totals = (sum(numbers.values()), before[:-1].sum(), after[:-1].sum())
            for position, answers in enumerate([*numbers, None]):
                population_share, share_before, share_after = (
                    None if answers is None else float(of[position] / total)
                    for of, total in zip((universe, before, after), totals, strict=True)
                )
                rows.append(
                    {
                        "wave": self.wave,
                        "margin": number + 1,
                        "questions": margin.asked,
                        "position": position + 1,
                        "answers": answers and list(answers),
                        "n": None,
                        "population_share": population_share,
                        "share_before": None,
                        "share_after": share_after,
                        "n_in_full": int(n[position]),
                        "share_before_in_full": share_before,
                    }
                )
        return rows

    @property
    def _in_wave(self) -> str:
        return "" if self.wave is None else f" in wave {self.wave}"

    def _named(self, number: int, answers: tuple[str, ...] | None) -> str:
        if answers is None:
            return f"no answer to {' or '.join(self.margins[number].asked)}"
        return ", ".join(
            f"{asked} = {answer}" for asked, answer in zip(self.margins[number].asked, answers, strict=True)
        )

    def _error(self, number: int, answers: tuple[str, ...] | None, message: str) -> InputError:
        place: Place = ("weighting", "margins", number, self.margins[number].field, *(answers or ()))
        return read_yaml(self.folder.folder / CODEBOOK_FILE).error(place, message)


def _fill_weights(connection: duckdb.DuckDBPyConnection, book: Codebook) -> None:
    """Give each respondent in records.weights its base weight times its cell's factor, within the bounds."""
    WEIGHTS.insert_from(
        connection,
        f"""SELECT source_file, source_line,
            least(greatest({_base(book)} * factors.factor, factors.low), factors.high) AS final_weight
        FROM {_respondents(book)} JOIN weighting_factors AS factors ON cells.cell = factors.cell""",
    )


def _base_units(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> WeightUnits:
    """The units of the respondents' weights before weighting."""
    book = folder.codebook
    if book.weight is None:
        return UNWEIGHTED
    _check_signs(connection, folder)
    return _units(connection, folder, _base(book), f"records.records AS records WHERE {_responded(book)}")


def _check_signs(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder) -> None:
    """Raise `InputError`, naming the line, for a weight below 0, and for a 0 that is not meant or cannot be raked."""
    book = folder.codebook
    least = "<" if book.zero_weights and book.weighting is None else "<="
    for file, line, weight in connection.execute(
        f"""SELECT source_file, source_line, weight FROM records.records AS records
        WHERE weight {least} 0 AND {_responded(book)} ORDER BY ALL LIMIT 1"""
    ).fetchall():
        about_0 = (
            ", or, where 0 is meant, set zero_weights: true in survey.yml"
            if book.weighting is None
            else "; weighting leaves a 0 as it is"
        )
        raise InputError(
            f"{folder.folder / file}, line {line}: column {book.weight!r} (weight) has {weight:g}; give a weight above "
            f"0{'' if weight else about_0}."
        )


def _units(connection: duckdb.DuckDBPyConnection, folder: SurveyFolder, weight: str, rows: str) -> WeightUnits:
    select = f"SELECT {weight} AS weight, source_file, source_line FROM {rows}"
    return weight_units(connection, select, folder.folder, folder.codebook.weight)


def _count_cells(connection: duckdb.DuckDBPyConnection, book: Codebook, units: WeightUnits) -> list[str | None]:
    """Number the cells in which the margins cross, in the temporary table weighting_cells; the waves that have some."""
    answers = [f"answer_{number}" for number in range(len(_questions(book)))]
    crossed = "".join(f', "{question}" AS {answer}' for question, answer in zip(_questions(book), answers, strict=True))
    base = _base(book)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE weighting_cells AS
        SELECT (row_number() OVER (ORDER BY {", ".join(["wave", *answers])}))::INTEGER AS cell, *
        FROM (
            SELECT {"wave" if book.wave else "NULL::VARCHAR"} AS wave{crossed}, count(*) AS n,
                {units.sum_of(base)} AS w, {units.sum_of_squares(base)} AS w2, min({base}) AS least,
                max({base}) AS greatest
            FROM records.records AS records WHERE {_responded(book)} GROUP BY ALL
        )"""
    )
    return [wave for (wave,) in connection.execute("SELECT DISTINCT wave FROM weighting_cells ORDER BY 1").fetchall()]


def _questions(book: Codebook) -> list[str]:
    """The questions of all margins, each once."""
    margins = book.weighting.margins if book.weighting else []
    return list(dict.fromkeys(asked for margin in margins for asked in margin.asked))


def _respondents(book: Codebook) -> str:
    """SQL of the respondents' records, each with its cell; `records` and `cells` are what to call them."""
    alike = [
        f'records."{question}" IS NOT DISTINCT FROM cells.answer_{number}'
        for number, question in enumerate(_questions(book))
    ]
    if book.wave:
        alike.append("records.wave = cells.wave")
    responding = f"(FROM records.records AS records WHERE {_responded(book)})"
    return f"{responding} AS records JOIN weighting_cells AS cells ON {' AND '.join(alike)}"


def _responded(book: Codebook) -> str:
    return "true" if book.disposition is None else f"records.disposition IN {tuple(one.value for one in RESPONDED)}"


def _base(book: Codebook) -> str:
    """SQL of a respondent's weight before weighting."""
    return "records.weight" if book.weight is not None else "1.0::DOUBLE"
