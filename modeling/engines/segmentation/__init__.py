"""Draft lesion masks for a reader to edit; never accepted unseen."""

from modeling.engines.segmentation.lesion import DraftMask, segment_lesion

__all__ = ["DraftMask", "segment_lesion"]
