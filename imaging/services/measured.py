"""Lesions that readers measured, as places in the patient."""

import math
from dataclasses import dataclass

from imaging.models import Measurement, Read, Series

Point = tuple[float, float, float]


@dataclass(frozen=True)
class MeasuredLesion:
    """The ball around a long diameter: its middle in LPS mm, its length in mm, and the measurement."""

    measurement: int
    centre: Point
    diameter_mm: float


def measured_lesion_at(series: Series, point: Point) -> MeasuredLesion | None:
    """Return the measured lesion of the series' study that the point (LPS, mm) lies in, or None.

    Sealed reads count alone: what is still being drawn steers nothing. Of several lesions one measured on
    this very series comes first, then the one whose middle is nearest.
    """
    images = set(series.instances.values_list("sop_instance_uid", flat=True))
    sealed = Measurement.objects.filter(
        read__imaging_study=series.imaging_study_id, read__status=Read.Status.SUBMITTED
    )
    found = []
    for each in sealed.order_by("pk"):
        lesion = _ball_of(each)
        distance = math.dist(lesion.centre, point)
        if distance <= lesion.diameter_mm / 2:
            found.append(((each.sop_instance_uid not in images, distance, each.pk), lesion))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _ball_of(measurement: Measurement) -> MeasuredLesion:
    ends = [tuple(map(float, point)) for point in measurement.points]
    first, last = max(zip(ends[::2], ends[1::2], strict=True), key=lambda pair: math.dist(*pair))
    x, y, z = ((a + b) / 2 for a, b in zip(first, last, strict=True))
    return MeasuredLesion(measurement.pk, (x, y, z), math.dist(first, last))
