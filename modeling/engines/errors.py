"""What an engine may refuse, with a stable code and a message in both languages."""

from functools import partial
from typing import Any


class EngineError(Exception):
    """An expected refusal: `code` for the run record, `message` as {"zh", "en"} for the reader."""

    code = "engine_error"

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = {"zh": zh, "en": en}

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker hands the error on between processes; without this its texts would be lost.
        return partial(type(self), **self.message), ()


class EmptyMask(EngineError):
    """The mask marks no voxel."""

    code = "empty_mask"


class MaskTooSmall(EngineError):
    """The mask is smaller than the least volume on which textures are defined."""

    code = "mask_too_small"


class GeometryMismatch(EngineError):
    """Volume, mask or spacing do not describe one grid."""

    code = "geometry_mismatch"


class InvalidBundle(EngineError):
    """A model bundle is malformed, altered or of an unknown kind."""

    code = "invalid_bundle"


class SegmentationFailed(EngineError):
    """No plausible lesion grows from the given point."""

    code = "segmentation_failed"
