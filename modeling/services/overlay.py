"""The mask that a score was made from, for drawing over every phase it fits."""

from typing import Any

from imaging.models import Instance, Segmentation
from imaging.seg.rendering import overlay
from imaging.services.volumes import fetch_mask, fetch_volume


def mask_overlay(segmentation: Segmentation, *, label: str) -> dict[str, Any]:
    """Return the overlay of a mask by SOP instance UID, on its own series and on slices at the same places.

    A phase of the same scan lies on the same grid, so its slices carry the mask too; others carry none.
    Raises Unavailable when the archive does not answer.
    """
    volume = fetch_volume(segmentation.series)
    drawn = overlay({label: fetch_mask(segmentation, volume)}, volume.sop_instance_uids)
    slices = drawn["segments"][0]["slices"]
    study = segmentation.series.imaging_study
    own = {each.sop_instance_uid: each for each in study.instances.all()}
    runs_at = {_place(own[uid]): runs for uid, runs in slices.items() if uid in own}
    for uid, instance in own.items():
        runs = runs_at.get(_place(instance)) if _place(instance) else None
        if runs is not None and instance.series_instance_uid != volume.series_instance_uid:
            slices[uid] = runs
    return drawn


def _place(instance: Instance) -> tuple[float, ...] | None:
    """Return where the slice's pixels lie in the patient, to 0.1 mm; equal places mean equal pixels."""
    rows = instance.header["planes"]
    spacing = instance.header["series"].get("pixel_spacing_mm")
    if len(rows) != 1 or not rows[0]["position"] or not rows[0]["orientation"] or not spacing:
        return None
    position = [round(float(value), 1) for value in rows[0]["position"]]
    return (*position, *(round(float(value), 4) for value in rows[0]["orientation"]), round(spacing, 4))
