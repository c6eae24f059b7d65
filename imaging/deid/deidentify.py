"""One instance across the boundary of identity: copied, labelled, written, read back and verified."""

import warnings
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Final

from pydicom import config, dcmread
from pydicom import uid as uids
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import correct_ambiguous_vr
from pydicom.tag import Tag

from imaging.deid.engine import Engine
from imaging.deid.facts import AcquisitionFacts, extract_facts
from imaging.deid.profile import METHOD, STANDARD, Profile
from imaging.deid.pseudonym import Pseudonymiser
from imaging.deid.report import DeidReport
from imaging.deid.verify import Leak, Search, collect_identifiers, verify
from imaging.deid.writing import CHARACTER_SET, part10, sequence_element
from imaging.intake.refusal import RefusedInstance

IMPLEMENTATION_UID: Final = "2.25.281207963118205714385671204337920415387"
CODES: Final = Tag("DeidentificationMethodCodeSequence")
# Pixel-related options of an earlier de-identification: still true, so they are still told.
_PIXEL_CODES: Final = {
    "113101": "Clean Pixel Data Option",
    "113102": "Clean Recognizable Visual Features Option",
}
_BURNED_IN_CLASSES: Final = frozenset(
    {
        uids.SecondaryCaptureImageStorage,
        uids.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
        uids.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
        uids.MultiFrameSingleBitSecondaryCaptureImageStorage,
        uids.MultiFrameTrueColorSecondaryCaptureImageStorage,
        uids.UltrasoundImageStorage,
        uids.UltrasoundMultiFrameImageStorage,
        uids.XRayAngiographicImageStorage,
        uids.XRayRadiofluoroscopicImageStorage,
    }
)
_BURNED_IN_MODALITIES: Final = frozenset({"US", "IVUS", "XA", "RF", "OT", "SC", "ES"})
_SCREEN_WORDS: Final = frozenset({"SCREEN SAVE", "SCREENSHOT", "DOSE_INFO", "PATIENT_PROTOCOL"})


class DeidentificationFailed(Exception):
    """Identity was still found after de-identification; nothing may be stored. Holds places, never values."""

    code = "deidentification_failed"

    def __init__(self, leaks: list[Leak]) -> None:
        self.leaks = tuple(leaks)
        places = ", ".join(f"{leak.path} {leak.kind}" for leak in leaks[:5])
        self.zh = f"去标识后仍发现身份信息({places})，图像未保存。联系数据管理员。"
        self.en = (
            f"Identity remained after de-identification ({places}); nothing was stored. Ask the data manager."
        )
        super().__init__(f"{len(leaks)} places, first: {places}")


@dataclass(frozen=True, slots=True)
class DeidResult:
    """`content` is the Part 10 file that was verified, `dataset` the same content read back from it."""

    dataset: Dataset
    content: bytes
    report: DeidReport
    facts: AcquisitionFacts


def deidentify(dataset: Dataset, *, pseudonymiser: Pseudonymiser, profile: Profile = STANDARD) -> DeidResult:
    """Return the de-identified instance; the source is not changed and pixel data are carried over unaltered.

    Raises RefusedInstance (burned_in_risk, malformed) or DeidentificationFailed; a result is verified.
    """
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        try:
            return _deidentify(dataset, pseudonymiser, profile)
        except (RefusedInstance, DeidentificationFailed):
            raise
        except RecursionError:
            raise RefusedInstance("too_deep", "de-identification") from None
        except Exception as error:
            # The messages of pydicom quote file content, so only the type may leave this boundary.
            raise RefusedInstance("malformed", type(error).__name__) from None


def _deidentify(dataset: Dataset, pseudonymiser: Pseudonymiser, profile: Profile) -> DeidResult:
    if not profile.burned_in_cleared:
        _refuse_burned_in(dataset)
    originals = collect_identifiers(
        dataset,
        pseudonyms=frozenset({pseudonymiser.subject_key, pseudonymiser.study_oid}),
        is_pseudonymous_uid=pseudonymiser.is_mapped,
    )
    search = Search(originals)
    facts = extract_facts(dataset).without(search.identifies)
    report = DeidReport(options=tuple(code for code, _ in profile.codes()))
    days = 0 if _was_shifted(dataset, pseudonymiser) else pseudonymiser.shift_days
    engine = Engine(
        pseudonymiser=pseudonymiser,
        profile=profile,
        days=days,
        report=report,
        identifies=search.identifies,
    )
    out = engine.copy(dataset)
    correct_ambiguous_vr(out, True)
    _label(out, dataset, pseudonymiser, profile)
    content = _encode(out, dataset)
    written = dcmread(BytesIO(content))
    leaks = verify(written, originals)
    if leaks:
        raise DeidentificationFailed(leaks)
    return DeidResult(written, content, report, facts)


def _refuse_burned_in(dataset: Dataset) -> None:
    sop_class = str(dataset.get("SOPClassUID") or "")
    image_type = {str(word).upper() for word in dataset.get("ImageType") or []}
    if sop_class in _BURNED_IN_CLASSES:
        raise RefusedInstance("burned_in_risk", uids.UID(sop_class).name)
    if dataset.get("Modality") in _BURNED_IN_MODALITIES:
        raise RefusedInstance("burned_in_risk", f"Modality {dataset.Modality}")
    if str(dataset.get("BurnedInAnnotation") or "").upper() == "YES":
        raise RefusedInstance("burned_in_risk", "Burned In Annotation YES")
    if image_type & _SCREEN_WORDS:
        raise RefusedInstance("burned_in_risk", "Image Type names a screen capture")


def _was_shifted(dataset: Dataset, pseudonymiser: Pseudonymiser) -> bool:
    """Tell whether this subject's dates were already moved: proved by a study UID only the secret makes."""
    return (
        str(dataset.get("LongitudinalTemporalInformationModified") or "") == "MODIFIED"
        and str(dataset.get("PatientID") or "") == pseudonymiser.subject_key
        and pseudonymiser.is_mapped(str(dataset.get("StudyInstanceUID") or ""))
    )


def _label(out: Dataset, source: Dataset, pseudonymiser: Pseudonymiser, profile: Profile) -> None:
    """Write who the subject is here and what was done (PS3.15 E.3, PS3.3 C.7.1.1 and C.12.1)."""
    out.SpecificCharacterSet = CHARACTER_SET
    out.PatientName = out.PatientID = pseudonymiser.subject_key
    out.PatientIdentityRemoved = "YES"
    out.DeidentificationMethod = METHOD
    earlier = {str(item.get("CodeValue")) for item in source.get("DeidentificationMethodCodeSequence") or []}
    pixel = [(code, meaning) for code, meaning in _PIXEL_CODES.items() if code in earlier]
    out[CODES] = _code_sequence(tuple(profile.codes() + pixel))
    shifted = "modified_dates" in profile.options
    out.LongitudinalTemporalInformationModified = "MODIFIED" if shifted else "REMOVED"


@cache
def _code_sequence(codes: tuple[tuple[str, str], ...]) -> RawDataElement:
    """Return the sequence of the codes, which is the same for every instance that one profile cleans."""
    items = []
    for value, meaning in codes:
        item = Dataset()
        item.CodeValue, item.CodeMeaning, item.CodingSchemeDesignator = value, meaning, "DCM"
        items.append(item)
    return sequence_element(CODES, items)


def _encode(out: Dataset, source: Dataset) -> bytes:
    """Return the Part 10 bytes: explicit VR little endian, or the compressed syntax of the pixels."""
    syntax = uids.UID(source.file_meta.TransferSyntaxUID)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = out.SOPClassUID
    meta.MediaStorageSOPInstanceUID = out.SOPInstanceUID
    meta.TransferSyntaxUID = syntax if syntax.is_encapsulated else uids.UID(uids.ExplicitVRLittleEndian)
    meta.ImplementationClassUID = uids.UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = "TANDEM"
    return part10(out, meta)
