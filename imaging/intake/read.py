"""The only reader of uploaded bytes: what it returns is bounded, complete, identified and allowed."""

import warnings
from io import BytesIO
from pathlib import Path

from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID

from imaging.intake.classes import ALLOWED_SOP_CLASSES
from imaging.intake.limits import Limits
from imaging.intake.part10 import open_envelope
from imaging.intake.pixels import check_pixels
from imaging.intake.refusal import RefusedInstance
from imaging.intake.scan import scan_elements

REQUIRED_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")


def read_instance(data: bytes | Path, *, limits: Limits) -> Dataset:
    """Return the parsed instance; raises RefusedInstance with a stable code and never any other error.

    Sizes, nesting and element counts are checked on the bytes before a parser sees them.
    """
    envelope = open_envelope(_load(data, limits), limits=limits)
    scan_elements(envelope.data, envelope.dataset_start, implicit=envelope.implicit, limits=limits)
    try:
        with warnings.catch_warnings(), config.disable_value_validation():
            warnings.simplefilter("ignore")
            dataset = dcmread(BytesIO(envelope.data))
            _check_identity(dataset)
            check_pixels(dataset)
    except RefusedInstance:
        raise
    except RecursionError as error:
        raise RefusedInstance("too_deep", "parser recursion") from error
    except Exception as error:
        # pydicom raises many types on damaged files, and its messages quote file content.
        raise RefusedInstance("malformed", type(error).__name__) from None
    return dataset


def _load(data: bytes | Path, limits: Limits) -> bytes:
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > limits.max_bytes:
        raise RefusedInstance("too_large", f"{size} bytes, {limits.max_bytes} allowed")
    return data.read_bytes() if isinstance(data, Path) else data


def _check_identity(dataset: Dataset) -> None:
    values = {keyword: str(dataset.get(keyword) or "").strip() for keyword in REQUIRED_UIDS}
    empty = [keyword for keyword, value in values.items() if not value]
    if empty:
        raise RefusedInstance("missing_uid", ", ".join(empty))
    if any(not UID(value).is_valid for value in values.values()):
        raise RefusedInstance("malformed", "a required UID is not a UID")
    modalities = ALLOWED_SOP_CLASSES.get(values["SOPClassUID"])
    if modalities is None:
        raise RefusedInstance("unsupported_sop_class", _class_name(values["SOPClassUID"]))
    if dataset.get("Modality") not in modalities:
        raise RefusedInstance("wrong_modality", _class_name(values["SOPClassUID"]))


def _class_name(value: str) -> str:
    """Return the registered name of the class, else a fixed phrase: file content must not reach messages."""
    uid = UID(value)
    return uid.name if uid.name != value else "private or unknown SOP class"
