"""The plugin that dbt-duckdb loads (dbt/profiles.yml), so that a plain dbt knows our SQL functions."""

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from dagster_project.sql_functions import make_functions


class Plugin(BasePlugin):
    """What dbt-duckdb looks for in a plugin's module."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called with every connection that dbt opens."""
        make_functions(conn)
