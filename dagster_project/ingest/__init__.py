"""The ingest room: survey.yml, claims.yml and record files to the `raw` and `records` schemas of one database."""

from dagster_project.ingest.claims_tables import CLAIMS_TABLES, write_claims
from dagster_project.ingest.codebook_tables import CODEBOOK_TABLES, generation_of, write_codebook
from dagster_project.ingest.proposal import Said, propose
from dagster_project.ingest.reconstruction import reconstruct
from dagster_project.ingest.records import RECORDS_TABLES, FileAccount, records_table, write_records
from dagster_project.ingest.weighting import WEIGHTING_TABLES, Weighed, write_weights

__all__ = [
    "CLAIMS_TABLES",
    "CODEBOOK_TABLES",
    "RECORDS_TABLES",
    "WEIGHTING_TABLES",
    "FileAccount",
    "Said",
    "Weighed",
    "generation_of",
    "propose",
    "reconstruct",
    "records_table",
    "write_claims",
    "write_codebook",
    "write_records",
    "write_weights",
]
