"""The fusion engine: train, pack and apply a Transformer over clinical, radiomics and deep tokens."""

from modeling.engines.fusion.bundle import DEMO_NOTICE, Bundle, read_bundle, write_bundle
from modeling.engines.fusion.inputs import (
    FUSION_RADIOMICS,
    Contract,
    PhaseImage,
    ScoreInputs,
    inputs_from_images,
)
from modeling.engines.fusion.network import FusionModel
from modeling.engines.fusion.scoring import ScoreResult, encoder_of, score
from modeling.engines.fusion.training import TrainedModel, train_demo

__all__ = [
    "DEMO_NOTICE",
    "FUSION_RADIOMICS",
    "Bundle",
    "Contract",
    "FusionModel",
    "PhaseImage",
    "ScoreInputs",
    "ScoreResult",
    "TrainedModel",
    "encoder_of",
    "inputs_from_images",
    "read_bundle",
    "score",
    "train_demo",
    "write_bundle",
]
