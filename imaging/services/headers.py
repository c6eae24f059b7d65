"""What is kept of each stored instance's header, so that a series can be judged without reading it again."""

from dataclasses import asdict, fields
from typing import Any

from pydicom.dataset import Dataset

from imaging.models import Instance
from imaging.quality.facts import SeriesFacts, SliceFacts, series_facts, slice_facts


def header_of(dataset: Dataset) -> dict[str, Any]:
    """Return the planes and series facts of a de-identified instance, JSON-ready."""
    return {
        "planes": [asdict(plane) for plane in slice_facts(dataset)],
        "series": asdict(series_facts(dataset)),
    }


def planes_of(instances: list[Instance]) -> list[SliceFacts]:
    """Return every plane of the instances."""
    return [_plane(row) for instance in instances for row in instance.header["planes"]]


def facts_of(instance: Instance) -> SeriesFacts:
    """Return the series facts that this instance carries."""
    known = {field.name for field in fields(SeriesFacts)}
    return SeriesFacts(**{name: value for name, value in instance.header["series"].items() if name in known})


def _plane(row: dict[str, Any]) -> SliceFacts:
    return SliceFacts(
        position=tuple(row["position"]) if row["position"] else None,
        orientation=tuple(row["orientation"]) if row["orientation"] else None,
        thickness=row["thickness"],
        instance_number=row["instance_number"],
    )
