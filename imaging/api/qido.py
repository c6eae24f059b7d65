"""QIDO-RS answers from the database's rows (PS3.18 section 10.6.3): never from the archive."""

from typing import Any

from django.db.models import Count, Min, QuerySet

from imaging.models import ImagingStudy, Instance


def counted(studies: QuerySet[ImagingStudy]) -> QuerySet[ImagingStudy]:
    """Add the numbers of series and instances that have arrived, whether or not the upload is submitted."""
    return studies.annotate(
        series_number=Count("instances__series_instance_uid", distinct=True),
        instance_number=Count("instances", distinct=True),
    )


def series_of(study: ImagingStudy) -> list[tuple[Instance, int]]:
    """Return the first instance of each series that has arrived, and how many instances the series has."""
    groups = study.instances.order_by().values("series_instance_uid")
    counts = {row["first"]: row["n"] for row in groups.annotate(first=Min("pk"), n=Count("pk"))}
    return [
        (instance, counts[instance.pk]) for instance in Instance.objects.filter(pk__in=counts).order_by("pk")
    ]


def study_json(study: ImagingStudy, root: str, *, patient: str) -> dict[str, Any]:
    """Return one study of `counted` in the DICOM JSON model; `patient` names whose it is."""
    return {
        "00080061": _element("CS", study.modality),
        "00081190": _element("UR", f"{root}/studies/{study.study_instance_uid}"),
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": patient}]},
        "00100020": _element("LO", patient),
        "0020000D": _element("UI", study.study_instance_uid),
        "00201206": _element("IS", study.series_number),
        "00201208": _element("IS", study.instance_number),
    }


def series_json(study: ImagingStudy, first: Instance, count: int, root: str) -> dict[str, Any]:
    """Return one series of `series_of` in the DICOM JSON model."""
    facts, uid = first.header["series"], first.series_instance_uid
    return {
        "00080060": _element("CS", facts.get("modality")),
        "0008103E": _element("LO", facts.get("description")),
        "00081190": _element("UR", f"{root}/studies/{study.study_instance_uid}/series/{uid}"),
        "0020000D": _element("UI", study.study_instance_uid),
        "0020000E": _element("UI", uid),
        "00201209": _element("IS", count),
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
