"""The distribution functions that intervals need and DuckDB lacks, as SQL functions of dbt's connections.

dbt-duckdb loads this module as a plugin (dbt/profiles.yml) and hands it every connection that it opens. So all models
stay SQL, with contracts, unit tests and one order; a dbt Python model may have none of these, and a table of quantiles
could not hold those of the beta distribution, which depend on every row. Only marts may use the functions: each row is
one call into Python. No statistics of our own belong in here.
"""

from __future__ import annotations

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin


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


class Plugin(BasePlugin):
    """What dbt-duckdb looks for in a plugin's module."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Make the functions known. DuckDB keeps them with the open database, past the connection that made them."""
        for function, parameters in ((normal_quantile, 1), (t_quantile, 2), (beta_quantile, 3)):
            try:
                conn.create_function(function.__name__, function, ["DOUBLE"] * parameters, "DOUBLE")
            except duckdb.CatalogException:
                return  # another connection of this process has the file open and made them
