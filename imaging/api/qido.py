"""QIDO-RS answers from the database's rows (PS3.18 section 10.6.3): never from the archive."""

from typing import Any

from imaging.models import ImagingStudy, Instance, Series


def study_json(study: ImagingStudy, root: str) -> dict[str, Any]:
    """Return one study in the DICOM JSON model."""
    return {
        "00080061": _element("CS", study.modality),
        "00081190": _element("UR", f"{root}/studies/{study.study_instance_uid}"),
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": study.subject.subject_key}]},
        "00100020": _element("LO", study.subject.subject_key),
        "0020000D": _element("UI", study.study_instance_uid),
        "00201206": _element("IS", study.series.count()),
        "00201208": _element("IS", study.instances.count()),
    }


def series_json(series: Series, root: str) -> dict[str, Any]:
    """Return one series in the DICOM JSON model."""
    study_uid = series.imaging_study.study_instance_uid
    return {
        "00080060": _element("CS", series.modality),
        "0008103E": _element("LO", series.description),
        "00081190": _element("UR", f"{root}/studies/{study_uid}/series/{series.series_instance_uid}"),
        "0020000D": _element("UI", study_uid),
        "0020000E": _element("UI", series.series_instance_uid),
        "00201209": _element("IS", series.slice_count),
    }


def instance_json(instance: Instance, root: str) -> dict[str, Any]:
    """Return one instance in the DICOM JSON model."""
    study_uid = instance.imaging_study.study_instance_uid
    of_series = f"{root}/studies/{study_uid}/series/{instance.series_instance_uid}"
    return {
        "00080016": _element("UI", instance.sop_class_uid),
        "00080018": _element("UI", instance.sop_instance_uid),
        "00081190": _element("UR", f"{of_series}/instances/{instance.sop_instance_uid}"),
        "0020000D": _element("UI", study_uid),
        "0020000E": _element("UI", instance.series_instance_uid),
        "00200013": _element("IS", instance.instance_number),
        "00280008": _element("IS", instance.number_of_frames),
    }


def _element(vr: str, value: object) -> dict[str, Any]:
    return {"vr": vr} if value in (None, "") else {"vr": vr, "Value": [value]}
