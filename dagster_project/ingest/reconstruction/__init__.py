"""Records made up so that they meet every published figure, for a survey whose own records are not public.

They prove that a reading is possible and let the pipeline run on it; they are no data. `said` takes what claims.yml and
survey.yml say; how many give which answer is an example that the joint system finds for it; `dealing` makes people of
the numbers, `records` writes and reads them, and `recount` holds each figure against them. `unmet` says why not.
"""

from dagster_project.ingest.reconstruction.making import reconstruct

__all__ = ["reconstruct"]
