"""Deep features: lesion-centred 2.5D crops through a small encoder with super token attention."""

from modeling.engines.deep.attention import SuperTokenAttention
from modeling.engines.deep.crops import lesion_crop
from modeling.engines.deep.encoder import FEATURES, LesionEncoder, embed
from modeling.engines.deep.pretraining import pretrain

__all__ = ["FEATURES", "LesionEncoder", "SuperTokenAttention", "embed", "lesion_crop", "pretrain"]
