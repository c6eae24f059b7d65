"""Protocol facts of an acquisition, read before cleaning so that quality rules do not need the free text."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from imaging.deid import vocabulary
from imaging.deid.values import each

_DESCRIPTORS = ("SeriesDescription", "ProtocolName", "AcquisitionProtocolDescription", "StudyDescription")
_SECONDS_PER_DAY = 86_400
_CLOCK = re.compile(r"(\d{2})(\d{2})?(\d{2}(?:\.\d+)?)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class AcquisitionFacts:
    """Lengths in mm, times in ms (TR, TE) or seconds (offsets), field in tesla, tube voltage in kV.

    `bolus_to_acquisition_s` is acquisition time minus bolus start, `series_to_acquisition_s` acquisition time
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

    def without(self, identifies: Callable[[str], bool]) -> "AcquisitionFacts":
        """Return the facts with every text emptied for which `identifies` answers True."""
        emptied: dict[str, Any] = {
            name: "" if isinstance(value, str) else tuple(part for part in value if not identifies(str(part)))
            for name, value in asdict(self).items()
            if isinstance(value, str | tuple)
            and any(map(identifies, map(str, [value] if isinstance(value, str) else value)))
        }
        return replace(self, **emptied)

    def as_dict(self) -> dict[str, object]:
        """Return a JSON-ready form."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }


def extract_facts(dataset: Dataset) -> AcquisitionFacts:
    """Return the facts of one instance; values that cannot be read are left out, never guessed."""
    header = _Header(dataset)
    text = " ".join(header.text(keyword) for keyword in _DESCRIPTORS)
    agent = header.text("ContrastBolusAgent")
    acquired, bolus, series = (header.moment(s) for s in ("Acquisition", "ContrastBolusStart", "Series"))
    return AcquisitionFacts(
        modality=header.text("Modality"),
        manufacturer=header.text("Manufacturer"),
        model=header.text("ManufacturerModelName"),
        image_type=tuple(str(value) for value in each(header.find("ImageType"))),
        body_part=header.text("BodyPartExamined"),
        phases=vocabulary.among(text, vocabulary.PHASES),
        sequences=vocabulary.among(f"{text} {header.text('SequenceName')}", vocabulary.SEQUENCES),
        agents=vocabulary.among(agent, vocabulary.AGENTS),
        contrast_given=bool(agent),
        slice_thickness_mm=header.number("SliceThickness"),
        spacing_between_slices_mm=header.number("SpacingBetweenSlices"),
        pixel_spacing_mm=header.numbers("PixelSpacing"),
        rows=header.find("Rows"),
        columns=header.find("Columns"),
        tube_voltage_kv=header.number("KVP"),
        convolution_kernel=header.text("ConvolutionKernel"),
        field_strength_t=header.number("MagneticFieldStrength"),
        repetition_time_ms=header.number("RepetitionTime"),
        echo_time_ms=header.number("EchoTime", "EffectiveEchoTime"),
        b_value=header.number("DiffusionBValue"),
        bolus_to_acquisition_s=_offset(acquired, bolus),
        series_to_acquisition_s=_offset(acquired, series),
    )


class _Header:
    """Looks an attribute up at the top level, then in the shared and first per-frame functional groups."""

    def __init__(self, dataset: Dataset) -> None:
        self.places = [dataset]
        for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
            for group in list(dataset.get(groups) or [])[:1]:
                sequences = (element.value for element in group if element.VR == "SQ")
                self.places.extend(items[0] for items in sequences if items)

    def find(self, keyword: str) -> Any:
        tag = tag_for_keyword(keyword) or 0
        return next((place[tag].value for place in self.places if tag in place), None)

    def text(self, keyword: str) -> str:
        return " ".join(str(value) for value in each(self.find(keyword))).strip()

    def numbers(self, keyword: str) -> tuple[float, ...]:
        try:
            return tuple(float(str(value)) for value in each(self.find(keyword)))
        except ValueError:
            return ()

    def number(self, *keywords: str) -> float | None:
        return next((values[0] for values in map(self.numbers, keywords) if values), None)

    def moment(self, stem: str) -> tuple[date | None, float] | None:
        """Return (date or None, seconds after midnight) of a date and time pair, or of its DateTime form."""
        day, clock = self.text(f"{stem}Date"), self.text(f"{stem}Time")
        if not clock:
            both = self.text(f"{stem}DateTime")
            day, clock = both[:8], re.split("[+-]", both[8:])[0]
        match = _CLOCK.match(clock.replace(":", ""))
        if match is None:
            return None
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return _day(day), hours * 3600 + minutes * 60 + seconds


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
    except ValueError:
        return None


def _offset(
    later: tuple[date | None, float] | None, earlier: tuple[date | None, float] | None
) -> float | None:
    """Return later minus earlier in seconds; without both dates the nearer side of midnight is taken."""
    if later is None or earlier is None:
        return None
    seconds = later[1] - earlier[1]
    if later[0] is not None and earlier[0] is not None:
        return round((later[0] - earlier[0]).days * _SECONDS_PER_DAY + seconds, 3)
    half = _SECONDS_PER_DAY / 2
    return round((seconds + half) % _SECONDS_PER_DAY - half, 3)
