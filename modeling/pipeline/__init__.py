"""The steps of an analysis, each from a claimed run to what the run made; reached from worker tasks alone.

A step reads rows and the archive, computes with the engines outside any transaction, and gives back a
`StepResult`; nothing but the mask of the first step is stored here.
"""

from collections.abc import Callable

from modeling.models import Run
from modeling.pipeline.embedding import embed_volume
from modeling.pipeline.radiomics import extract_radiomics
from modeling.pipeline.result import Report, StepResult
from modeling.pipeline.scoring import score_subject
from modeling.pipeline.segmenting import segment_lesion

STEPS: dict[str, Callable[[Run, Report], StepResult]] = {
    Run.Step.SEGMENT: segment_lesion,
    Run.Step.RADIOMICS: extract_radiomics,
    Run.Step.EMBED: embed_volume,
    Run.Step.SCORE: score_subject,
}

__all__ = ["STEPS", "Report", "StepResult"]
