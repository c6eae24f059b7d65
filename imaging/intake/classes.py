"""Which SOP classes and transfer syntaxes are taken in, and which Modality belongs to each class."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydicom import uid

LABEL_MAP_SEGMENTATION: Final = uid.UID("1.2.840.10008.5.1.4.1.1.66.7")

ALLOWED_SOP_CLASSES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        uid.CTImageStorage: frozenset({"CT"}),
        uid.EnhancedCTImageStorage: frozenset({"CT"}),
        uid.LegacyConvertedEnhancedCTImageStorage: frozenset({"CT"}),
        uid.MRImageStorage: frozenset({"MR"}),
        uid.EnhancedMRImageStorage: frozenset({"MR"}),
        uid.LegacyConvertedEnhancedMRImageStorage: frozenset({"MR"}),
        uid.SegmentationStorage: frozenset({"SEG"}),
        LABEL_MAP_SEGMENTATION: frozenset({"SEG"}),
        uid.RTStructureSetStorage: frozenset({"RTSTRUCT"}),
        uid.BasicTextSRStorage: frozenset({"SR"}),
        uid.EnhancedSRStorage: frozenset({"SR"}),
        uid.ComprehensiveSRStorage: frozenset({"SR"}),
        uid.Comprehensive3DSRStorage: frozenset({"SR"}),
    }
)

IMAGE_SOP_CLASSES: Final = frozenset(
    str(sop_class) for sop_class, modalities in ALLOWED_SOP_CLASSES.items() if modalities & {"CT", "MR"}
)

IMPLICIT: Final = uid.ImplicitVRLittleEndian
DEFLATED: Final = uid.DeflatedExplicitVRLittleEndian
NATIVE_SYNTAXES: Final = frozenset({uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, DEFLATED})
ENCAPSULATED_SYNTAXES: Final = frozenset(
    {
        uid.JPEGBaseline8Bit,
        uid.JPEGExtended12Bit,
        uid.JPEGLossless,
        uid.JPEGLosslessSV1,
        uid.JPEGLSLossless,
        uid.JPEGLSNearLossless,
        uid.JPEG2000Lossless,
        uid.JPEG2000,
        uid.HTJ2KLossless,
        uid.HTJ2KLosslessRPCL,
        uid.HTJ2K,
        uid.RLELossless,
    }
)
ALLOWED_SYNTAXES: Final = NATIVE_SYNTAXES | ENCAPSULATED_SYNTAXES
