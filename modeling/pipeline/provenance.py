"""Where the numbers of a run come from, as plain JSON values."""

import platform
from importlib import metadata

from django.conf import settings

from edc.models import ItemValue
from imaging.models import Segmentation, Series
from modeling.models import ModelVersion

LIBRARIES = ("numpy", "scipy", "SimpleITK", "pyradiomics", "pydicom", "highdicom")


def on_cpu() -> dict[str, object]:
    """Return what a step that needs no accelerator runs with."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {
        "device": "cpu",
        "device_name": platform.machine(),
        "software": settings.SOFTWARE_VERSION,
        "python": platform.python_version(),
        "libraries": versions,
    }


def of_series(series: Series) -> dict[str, object]:
    """Return a series with the hash over its instances."""
    return {
        "series_instance_uid": series.series_instance_uid,
        "phase": series.phase,
        "content_sha256": series.content_sha256,
    }


def of_mask(segmentation: Segmentation) -> dict[str, object]:
    """Return a mask with its hash, and how it came about."""
    return {
        "segmentation": segmentation.pk,
        "sop_instance_uid": segmentation.sop_instance_uid,
        "mask_sha256": segmentation.mask_sha256,
        "origin": segmentation.origin,
        "method": segmentation.method,
        "status": segmentation.status,
    }


def of_model(model: ModelVersion) -> dict[str, object]:
    """Return a model version with the hashes of manifest and weights."""
    return {
        "model": str(model),
        "manifest_sha256": model.manifest_sha256,
        "weights_sha256": model.weights_sha256,
        "code_version": model.manifest.get("code_version", ""),
    }


def of_value(row: ItemValue) -> dict[str, object]:
    """Return a form value with the form, path and stream that it stands in."""
    standard = row.standard_value
    return {
        "value": row.value if standard is None else standard,
        "entered": row.raw,
        "unit": row.unit,
        "form": row.form_id,
        "form_oid": row.form.form_oid,
        "path": row.path,
        "stream": row.source_stream,
        "derived": row.derived,
        "content_sha256": row.form.content_sha256,
    }
