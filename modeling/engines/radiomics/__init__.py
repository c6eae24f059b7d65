"""Radiomics with pyradiomics 3.0.1, cropped exactly and with its settings beside the values."""

from modeling.engines.radiomics.extraction import FeatureSet, extract
from modeling.engines.radiomics.settings import RadiomicsSettings

__all__ = ["FeatureSet", "RadiomicsSettings", "extract"]
