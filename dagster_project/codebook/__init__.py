"""The codebook room: what a person writes about a survey, as typed models. It knows no other room but `claims`."""

from dagster_project.codebook.claims_yml import (
    Claim,
    Published,
    Reading,
    Statement,
)
from dagster_project.codebook.files import (
    CODEBOOK_FILE,
    SurveyFolder,
    read_survey_folder,
    survey_identifier,
    survey_names,
    write_json_schemas,
)
from dagster_project.codebook.model import (
    ANY_VALUE,
    Answer,
    AnswerKind,
    BaseRule,
    Codebook,
    Provenance,
    Question,
    QuestionType,
    RecordFormat,
)

__all__ = [
    "ANY_VALUE", "CODEBOOK_FILE", "Answer", "AnswerKind", "BaseRule", "Claim", 
    "Codebook", "Provenance", "Published", "Question", "QuestionType", "Reading", "RecordFormat", "Statement",
    "SurveyFolder", "read_survey_folder", "survey_identifier", "survey_names", "write_json_schemas",
]  # fmt: skip
