"""Whether pixel data have the size and frames that the image description announces; nothing is decoded."""

from math import prod

from pydicom.dataset import Dataset
from pydicom.encaps import generate_fragments
from pydicom.uid import RLELossless

from imaging.intake.classes import ENCAPSULATED_SYNTAXES
from imaging.intake.refusal import RefusedInstance

_IMAGE_CLASSES_NEED_PIXELS = frozenset({"CT", "MR", "SEG"})
_JPEG, _J2K_STREAM, _JP2_BOX = b"\xff\xd8", b"\xff\x4f", b"\0\0\0\x0cjP"


def check_pixels(dataset: Dataset) -> None:
    """Raise bad_pixel_data when pixels are missing, too short, or not of the announced compression."""
    keyword = next((k for k in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if k in dataset), None)
    if keyword is None:
        if dataset.get("Modality") in _IMAGE_CLASSES_NEED_PIXELS:
            raise RefusedInstance("bad_pixel_data", "Pixel Data missing")
        return
    frames = _frames(dataset)
    if dataset.file_meta.TransferSyntaxUID in ENCAPSULATED_SYNTAXES:
        _check_encapsulated(dataset, frames)
    else:
        _check_native(dataset, keyword, frames)


def _frames(dataset: Dataset) -> int:
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames < 1:
        raise RefusedInstance("bad_pixel_data", "Number of Frames")
    return frames


def _check_native(dataset: Dataset, keyword: str, frames: int) -> None:
    sizes = [dataset.get(k) for k in ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated")]
    if not all(isinstance(size, int) and size > 0 for size in sizes):
        raise RefusedInstance("bad_pixel_data", "Rows, Columns, Samples per Pixel or Bits Allocated")
    expected = (prod(sizes) * frames + 7) // 8
    present = len(dataset[keyword].value or b"")
    if present < expected:
        raise RefusedInstance("bad_pixel_data", f"{present} of {expected} bytes")


def _check_encapsulated(dataset: Dataset, frames: int) -> None:
    try:
        fragments = list(generate_fragments(dataset.PixelData))[1:]
    except (ValueError, EOFError) as error:
        raise RefusedInstance("bad_pixel_data", "fragments unreadable") from error
    if len(fragments) < frames:
        raise RefusedInstance("bad_pixel_data", f"{len(fragments)} fragments for {frames} frames")
    if not _starts_as_announced(fragments[0], dataset.file_meta.TransferSyntaxUID):
        raise RefusedInstance(
            "bad_pixel_data", "compressed stream does not start as its transfer syntax requires"
        )
    if len(fragments) == frames:
        _check_complete(fragments, dataset)


def _starts_as_announced(fragment: bytes, syntax: str) -> bool:
    if syntax == RLELossless:
        return len(fragment) >= 64 and 1 <= int.from_bytes(fragment[:4], "little") <= 15
    return fragment.startswith((_JPEG, _J2K_STREAM, _JP2_BOX))


def _check_complete(fragments: list[bytes], dataset: Dataset) -> None:
    """One fragment per frame: each must end with its end-of-image marker (JPEG family, FF D9)."""
    if dataset.file_meta.TransferSyntaxUID == RLELossless:
        return
    if any(b"\xff\xd9" not in fragment[-16:] for fragment in fragments):
        raise RefusedInstance("bad_pixel_data", "compressed frame has no end marker")
