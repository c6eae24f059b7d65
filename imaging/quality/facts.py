"""The header facts that quality is judged from, read once before de-identification narrows the headers."""

from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class SliceFacts:
    """One plane: position (mm, LPS), row and column direction cosines, thickness (mm)."""

    position: Triple | None
    orientation: tuple[float, ...] | None
    thickness: float | None = None
    instance_number: int | None = None


@dataclass(frozen=True)
class SeriesFacts:
    """What one series says of itself; None where the header is silent. Times are seconds of the day."""

    series_instance_uid: str = ""
    modality: str = ""
    description: str = ""
    protocol_name: str = ""
    body_part: str = ""
    contrast_agent: str = ""
    contrast_start_s: float | None = None
    acquisition_s: float | None = None
    scanning_sequence: str = ""
    sequence_variant: str = ""
    scan_options: str = ""
    echo_time_ms: float | None = None
    repetition_time_ms: float | None = None
    inversion_time_ms: float | None = None
    b_value: float | None = None
    image_type: str = ""
    field_strength_t: float | None = None
    slice_thickness_mm: float | None = None
    pixel_spacing_mm: float | None = None
    kvp: float | None = None
    kernel: str = ""
    manufacturer_model: str = ""

    @property
    def words(self) -> str:
        """All free text that describes the series."""
        return f"{self.description} {self.protocol_name}".strip()


def slice_facts(dataset: Dataset) -> list[SliceFacts]:
    """Return one entry per plane: one for a classic instance, one per frame for an enhanced one."""
    frames = dataset.get("PerFrameFunctionalGroupsSequence")
    if not frames:
        return [_plane(dataset, dataset, dataset, _number(dataset.get("InstanceNumber")))]
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    return [_frame_plane(frame, shared, number) for number, frame in enumerate(frames, start=1)]


def series_facts(dataset: Dataset) -> SeriesFacts:
    """Return the facts of a series from any one of its instances."""
    return SeriesFacts(
        series_instance_uid=_text(dataset, "SeriesInstanceUID"),
        modality=_text(dataset, "Modality"),
        description=_text(dataset, "SeriesDescription"),
        protocol_name=_text(dataset, "ProtocolName"),
        body_part=_text(dataset, "BodyPartExamined"),
        contrast_agent=_text(dataset, "ContrastBolusAgent"),
        contrast_start_s=_seconds(dataset.get("ContrastBolusStartTime")),
        acquisition_s=_acquisition_seconds(dataset),
        scanning_sequence=_text(dataset, "ScanningSequence"),
        sequence_variant=_text(dataset, "SequenceVariant"),
        scan_options=_text(dataset, "ScanOptions"),
        echo_time_ms=_number(dataset.get("EchoTime")),
        repetition_time_ms=_number(dataset.get("RepetitionTime")),
        inversion_time_ms=_number(dataset.get("InversionTime")),
        b_value=_number(dataset.get("DiffusionBValue")),
        image_type=_text(dataset, "ImageType"),
        field_strength_t=_tesla(dataset.get("MagneticFieldStrength")),
        slice_thickness_mm=_number(dataset.get("SliceThickness")),
        pixel_spacing_mm=_first(_numbers(dataset.get("PixelSpacing"))),
        kvp=_number(dataset.get("KVP")),
        kernel=_text(dataset, "ConvolutionKernel"),
        manufacturer_model=" ".join(
            filter(None, (_text(dataset, "Manufacturer"), _text(dataset, "ManufacturerModelName")))
        ),
    )


def _frame_plane(frame: Dataset, shared: Dataset, number: int) -> SliceFacts:
    def group(keyword: str) -> Dataset:
        return (frame.get(keyword) or shared.get(keyword) or [Dataset()])[0]

    return _plane(
        group("PlanePositionSequence"),
        group("PlaneOrientationSequence"),
        group("PixelMeasuresSequence"),
        number,
    )


def _plane(position: Dataset, orientation: Dataset, measures: Dataset, number: float | None) -> SliceFacts:
    place = _numbers(position.get("ImagePositionPatient"))
    cosines = _numbers(orientation.get("ImageOrientationPatient"))
    return SliceFacts(
        position=(place[0], place[1], place[2]) if len(place) == 3 else None,
        orientation=cosines if len(cosines) == 6 else None,
        thickness=_number(measures.get("SliceThickness")),
        instance_number=None if number is None else int(number),
    )


def _text(dataset: Dataset, keyword: str) -> str:
    value = dataset.get(keyword)
    if value is None or isinstance(value, str):
        return (value or "").strip()
    return " ".join(map(str, value)) if hasattr(value, "__iter__") else str(value)


def _number(value: Any) -> float | None:
    return _first(_numbers(value))


def _numbers(value: Any) -> tuple[float, ...]:
    if value is None or value == "":
        return ()
    several = value if hasattr(value, "__iter__") and not isinstance(value, str) else [value]
    try:
        return tuple(float(part) for part in several)
    except (TypeError, ValueError):
        return ()


def _first(values: tuple[float, ...]) -> float | None:
    return values[0] if values else None


def _tesla(value: Any) -> float | None:
    """Some scanners write gauss (15000) where the standard asks for tesla (1.5)."""
    number = _number(value)
    return number / 10_000 if number is not None and number > 100 else number


def _acquisition_seconds(dataset: Dataset) -> float | None:
    moment = str(dataset.get("AcquisitionDateTime") or "")[8:]
    return _seconds(dataset.get("AcquisitionTime") or moment or dataset.get("ContentTime"))


def _seconds(value: Any) -> float | None:
    """Read a DICOM TM (HHMMSS.FFFFFF, the tail may be missing) as seconds of the day."""
    text = str(value or "").strip().replace(":", "")
    digits = text.split(".")[0].split("+")[0].split("-")[0]
    if not digits.isdigit() or len(digits) not in (2, 4, 6):
        return None
    hours, minutes, seconds = (int(digits[i : i + 2] or 0) for i in (0, 2, 4))
    fraction = text[6:].split("+")[0].split("-")[0] if text[6:7] == "." else ""
    return hours * 3600 + minutes * 60 + seconds + (float(fraction) if len(fraction) > 1 else 0.0)
