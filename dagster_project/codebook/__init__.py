"""The codebook room: what a person writes about a survey, as typed models.

It knows no other room but `claims`, whose words it uses, and `formats`, whose options survey.yml can give.
"""

from dagster_project.codebook.claims_yml import ClaimEntry
from dagster_project.codebook.design import RESPONDED, Sample
from dagster_project.codebook.fields import DESIGN_COLUMNS, RESERVED
from dagster_project.codebook.files import (
    CODEBOOK_FILE,
    SurveyFolder,
    read_survey_folder,
    survey_identifier,
    survey_names,
    write_json_schemas,
)
from dagster_project.codebook.located import Place
from dagster_project.codebook.open_questions import TODO
from dagster_project.codebook.question_types import Holds, QuestionType, types_that
from dagster_project.codebook.questions import ANY_VALUE, AnswerKind, Question
from dagster_project.codebook.records import Records
from dagster_project.codebook.survey import Codebook, OnUnknownCode, Provenance
from dagster_project.codebook.weighting import Margin

__all__ = [
    "ANY_VALUE", "CODEBOOK_FILE", "DESIGN_COLUMNS", "RESERVED", "RESPONDED", "TODO", "AnswerKind", "ClaimEntry",
    "Codebook", "Holds", "Margin", "OnUnknownCode", "Place", "Provenance", "Question", "QuestionType", "Records",
    "Sample", "SurveyFolder", "read_survey_folder", "survey_identifier", "survey_names", "types_that",
    "write_json_schemas",
]  # fmt: skip
