"""The functions that marts need and DuckDB lacks, as SQL functions of a connection: distributions, Rao and Scott.

A plain dbt has them from `dbt_plugin`. So all models stay SQL, with contracts, unit tests and one order; a dbt Python
model may have none of these, and a table of quantiles could not hold those of the beta distribution, which depend on
every row. Only marts may use the functions: each row is one call into Python. What SQL can say belongs in a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import duckdb


def normal_quantile(p: float) -> float:
    """Below which a standard normal variable stays with probability `p`."""
    from scipy.special import ndtri

    return float(ndtri(p))


def t_quantile(p: float, df: float) -> float:
    """Below which Student's t with `df` degrees of freedom stays with probability `p`."""
    from scipy.special import stdtrit

    return float(stdtrit(df, p))


def beta_quantile(p: float, a: float, b: float) -> float:
    """Below which a beta variable with the parameters `a` and `b` stays with probability `p`."""
    from scipy.special import betaincinv

    return float(betaincinv(a, b, p))


def normal_tail(x: float) -> float:
    """The probability that a standard normal variable is above `x`."""
    from scipy.special import ndtr

    return float(ndtr(-x))


def t_tail(x: float, df: float) -> float:
    """The probability that Student's t with `df` degrees of freedom is above `x`."""
    from scipy.special import stdtr

    return float(stdtr(df, -x))


def f_tail(x: float, numerator_df: float, denominator_df: float) -> float:
    """The probability that an F variable is above `x`."""
    from scipy.special import fdtrc

    return float(fdtrc(numerator_df, denominator_df, x))


def chi2_tail(x: float, df: float) -> float:
    """The probability that a chi-squared variable with `df` degrees of freedom is above `x`."""
    from scipy.special import chdtrc

    return float(chdtrc(df, x))


def rao_scott(
    weights: list[float], columns: int, n: int, positions: list[int], values: list[float]
) -> dict[str, float | None]:
    """What a sample design makes of Pearson's chi-squared test of a two-way table of `n` respondents.

    `weights` are the sums of weights in the table's cells, row by row, zeros included. `values` is a sparse matrix: the
    one at `positions[i]`, which is vector x number of cells + cell, is what that vector has in that cell. The
    covariance of the cells' weights is the sum of vector x vector', less that of the vectors with a number below 0,
    once each vector is taken less its own sum shared out as the table's weights are (Taylor linearisation).

    Returns the trace of the matrix of generalised design effects, and the trace of its square (J. N. K. Rao and A. J.
    Scott 1981, 1984; `svychisq` in R's package survey). Both are None where so many cells are empty that it has none.
    """
    import numpy as np
    from numpy.linalg import matrix_rank, solve

    total = np.sum(weights)
    share = np.asarray(weights) / total
    vectors, cells = np.divmod(positions, len(share))
    numbers, order = np.unique(vectors, return_inverse=True)
    z = np.zeros((len(numbers), len(share)))
    z[order, cells] = np.asarray(values) / total
    z -= np.outer(z.sum(axis=1), share)
    covariance = (z * np.where(numbers < 0, -1, 1)[:, None]).T @ z

    # the contrasts of the cells that are 0 wherever rows and columns are independent
    def contrasts(levels: int) -> Any:
        return np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])

    inverse = np.divide(1, share, out=np.zeros_like(share), where=share > 0)[:, None]
    interaction = np.kron(contrasts(len(share) // columns), contrasts(columns))
    simple = interaction.T @ (inverse * interaction) / n
    if matrix_rank(simple) < len(simple):
        return {"trace": None, "trace_of_square": None}
    effects = solve(simple, (inverse * interaction).T @ covariance @ (inverse * interaction))
    return {"trace": float(np.trace(effects)), "trace_of_square": float(np.trace(effects @ effects))}


class SqlFunction(NamedTuple):
    """A function as SQL calls it, by the same name; a null among its arguments gives null."""

    function: Callable[..., Any]
    parameters: Sequence[str]
    returns: str = "DOUBLE"


FUNCTIONS = (
    SqlFunction(normal_quantile, ["DOUBLE"]),
    SqlFunction(t_quantile, ["DOUBLE", "DOUBLE"]),
    SqlFunction(beta_quantile, ["DOUBLE", "DOUBLE", "DOUBLE"]),
    SqlFunction(normal_tail, ["DOUBLE"]),
    SqlFunction(t_tail, ["DOUBLE", "DOUBLE"]),
    SqlFunction(f_tail, ["DOUBLE", "DOUBLE", "DOUBLE"]),
    SqlFunction(chi2_tail, ["DOUBLE", "DOUBLE"]),
    SqlFunction(
        rao_scott,
        ["DOUBLE[]", "BIGINT", "BIGINT", "BIGINT[]", "DOUBLE[]"],
        "STRUCT(trace DOUBLE, trace_of_square DOUBLE)",
    ),
)


def make_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known. DuckDB keeps them with the open database, past the connection that made them."""
    for function, parameters, returns in FUNCTIONS:
        try:
            connection.create_function(function.__name__, function, list(parameters), returns)
        except duckdb.CatalogException:
            return  # another connection of this process has the file open and made them
