"""Protocol facts of an acquisition, read before cleaning so that quality rules do not need the free text."""

from dataclasses import asdict, dataclass
from datetime import date

from pydicom.dataset import Dataset

from imaging.deid import vocabulary
from imaging.deid.values import each

_DESCRIPTORS = ("SeriesDescription", "ProtocolName", "AcquisitionProtocolDescription", "StudyDescription")
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class AcquisitionFacts:
    """Lengths in mm, times in ms (TR, TE) or seconds (offsets), field in tesla, tube voltage in kV.

    `bolus_to_acquisition_s` is acquisition time minus bolus start; `series_to_acquisition_s` is acquisition time
    minus series time: both are offsets, so no clock time or date is told. Absent facts are None or empty.
    """

    modality: str
    manufacturer: str
    model: str
    image_type: tuple[str, ...]
    body_part: str
    phases: tuple[str, ...]
    sequences: tuple[str, ...]
    agents: tuple[str, ...]
    contrast_given: bool
    slice_thickness_mm: float | None
    spacing_between_slices_mm: float | None
    pixel_spacing_mm: tuple[float, ...]
    rows: int | None
    columns: int | None
    tube_voltage_kv: float | None
    convolution_kernel: str
    field_strength_t: float | None
    repetition_time_ms: float | None
    echo_time_ms: float | None
    b_value: float | None
    bolus_to_acquisition_s: float | None
    series_to_acquisition_s: float | None

    def as_dict(self) -> dict[str, object]:
        """Return a JSON-ready form."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def extract_facts(dataset: Dataset) -> AcquisitionFacts:
    """Return the facts of one instance; values that cannot be read are left out, never guessed."""
    text = " ".join(str(_find(dataset, keyword) or "") for keyword in _DESCRIPTORS)
    agent = str(_find(dataset, "ContrastBolusAgent") or "")
    acquired = _seconds(dataset, "Acquisition")
    bolus, series = _seconds(dataset, "ContrastBolusStart"), _seconds(dataset, "Series")
    return AcquisitionFacts(
        modality=_text(dataset, "Modality"),
        manufacturer=_text(dataset, "Manufacturer"),
        model=_text(dataset, "ManufacturerModelName"),
        image_type=tuple(str(value) for value in each(_find(dataset, "ImageType"))),
        body_part=_text(dataset, "BodyPartExamined"),
        phases=vocabulary.among(text, vocabulary.PHASES),
        sequences=vocabulary.among(f"{text} {_text(dataset, 'SequenceName')}", vocabulary.SEQUENCES),
        agents=vocabulary.among(agent, vocabulary.AGENTS),
        contrast_given=bool(agent.strip()),
        slice_thickness_mm=_number(dataset, "SliceThickness"),
        spacing_between_slices_mm=_number(dataset, "SpacingBetweenSlices"),
        pixel_spacing_mm=_numbers(dataset, "PixelSpacing"),
        rows=dataset.get("Rows"),
        columns=dataset.get("Columns"),
        tube_voltage_kv=_number(dataset, "KVP"),
        convolution_kernel=_text(dataset, "ConvolutionKernel"),
        field_strength_t=_number(dataset, "MagneticFieldStrength"),
        repetition_time_ms=_number(dataset, "RepetitionTime"),
        echo_time_ms=_first_number(dataset, "EchoTime", "EffectiveEchoTime"),
        b_value=_number(dataset, "DiffusionBValue"),
        bolus_to_acquisition_s=_offset(acquired, bolus),
        series_to_acquisition_s=_offset(acquired, series),
    )


def _find(dataset: Dataset, keyword: str) -> object:
    """Return a value from the top level, else from the shared or first per-frame functional groups."""
    if keyword in dataset:
        return dataset.get(keyword)
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in list(dataset.get(groups) or [])[:1]:
            for element in group:
                for item in list(element.value)[:1] if element.VR == "SQ" else []:
                    if keyword in item:
                        return item.get(keyword)
    return None


def _text(dataset: Dataset, keyword: str) -> str:
    return " ".join(str(value) for value in each(_find(dataset, keyword))).strip()


def _numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    try:
        return tuple(float(str(value)) for value in each(_find(dataset, keyword)))
    except ValueError:
        return ()


def _number(dataset: Dataset, keyword: str) -> float | None:
    return next(iter(_numbers(dataset, keyword)), None)


def _first_number(dataset: Dataset, *keywords: str) -> float | None:
    return next((n for n in (_number(dataset, keyword) for keyword in keywords) if n is not None), None)


def _seconds(dataset: Dataset, stem: str) -> tuple[date | None, float] | None:
    """Return (date or None, seconds after midnight) of a date and time pair, or of its DateTime form."""
    day, clock = _text(dataset, f"{stem}Date"), _text(dataset, f"{stem}Time")
    if not clock:
        both = _text(dataset, f"{stem}DateTime")
        day, clock = both[:8], both[8:].split("+")[0].split("-")[0]
    digits = clock.replace(":", "").split(".")
    if not (digits[0].isascii() and digits[0].isdigit() and len(digits[0]) in (2, 4, 6)):
        return None
    padded = digits[0].ljust(6, "0")
    fraction = float(f"0.{digits[1]}") if len(digits) > 1 and digits[1].isdigit() else 0.0
    return _day(day), int(padded[:2]) * 3600 + int(padded[2:4]) * 60 + int(padded[4:]) + fraction


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
    except ValueError:
        return None


def _offset(later: tuple[date | None, float] | None, earlier: tuple[date | None, float] | None) -> float | None:
    """Return later minus earlier in seconds; without both dates the nearest passing of midnight is assumed."""
    if later is None or earlier is None:
        return None
    seconds = later[1] - earlier[1]
    if later[0] is not None and earlier[0] is not None:
        return round((later[0] - earlier[0]).days * _SECONDS_PER_DAY + seconds, 3)
    half = _SECONDS_PER_DAY / 2
    return round((seconds + half) % _SECONDS_PER_DAY - half, 3)
