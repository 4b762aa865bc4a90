"""The disclosure room: which counts of a survey's tables are withheld, and what everybody can work out of those.

`counts` are the counts that tables show, with the laws between them; `decide` chooses what is withheld, on the true
numbers, and `least` the fewest that the equations ask for; `attack` works out what is left for a reader, from counts,
and `told` from statistics; `prove` does so on what was published. `survey_tables` reads, `withheld` and `prove` write
the tables declared in `tables`.
"""

from dagster_project.disclosure.prove import Proof, prove_withheld
from dagster_project.disclosure.tables import PROOF_TABLES, WITHHELD, WITHHELD_TABLES
from dagster_project.disclosure.withheld import Decision, make_withheld_tables, withhold_counts

__all__ = [
    "PROOF_TABLES",
    "WITHHELD",
    "WITHHELD_TABLES",
    "Decision",
    "Proof",
    "make_withheld_tables",
    "prove_withheld",
    "withhold_counts",
]
