"""The models of the modeling app, by concept."""

from modeling.models.features import FeatureSet
from modeling.models.registry import ModelVersion
from modeling.models.run import Analysis, Run
from modeling.models.score import Band, Score, ScoreReview

__all__ = ["Analysis", "Band", "FeatureSet", "ModelVersion", "Run", "Score", "ScoreReview"]
