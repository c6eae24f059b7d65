"""The manifest of images in a data package: which there are, the hash of each, whether they were read."""

from collections.abc import Iterator, Sequence

from django.db.models import Count, Q

from edc.extensions import PackageFile, register_package_file
from edc.models import Site, Snapshot
from imaging.models import ImagingStudy, Instance, Read

NAME = "images/manifest.csv"
HEAD = (
    "SUBJECT", "EVENT", "REPEAT", "STUDY_UID", "SERIES_UID", "SOP_UID", "MODALITY", "BYTES", "SHA256",
    "READS", "READS_SEALED",
)  # fmt: skip


def rows(snapshot: Snapshot, sites: Sequence[Site]) -> Iterator[list[str]]:
    """Yield one row an image that was stored when the snapshot was frozen, with the reads of its study.

    The UIDs are the keyed ones of the archive; no date and no reader is told.
    """
    frozen = snapshot.frozen_at
    reads = Count("reads", filter=Q(reads__started_at__lte=frozen) | Q(reads__submitted_at__lte=frozen))
    sealed = Count("reads", filter=Q(reads__status=Read.Status.SUBMITTED, reads__submitted_at__lte=frozen))
    studies = ImagingStudy.objects.filter(subject__study=snapshot.study, subject__site__in=sites)
    studies = studies.select_related("subject", "form__event").annotate(read=reads, sealed=sealed)
    for study in studies.order_by("subject__subject_key", "pk").iterator(chunk_size=200):
        images = Instance.objects.filter(imaging_study=study, stored_at__lte=frozen)
        about = images.values_list("series_instance_uid", "sop_instance_uid", "size", "sha256")
        event = study.form.event
        for series, image, size, sha256 in about.order_by("series_instance_uid", "sop_instance_uid"):
            yield [
                study.subject.subject_key, event.event_oid, str(event.repeat_key), study.study_instance_uid,
                series, image, study.modality, str(size), sha256, str(study.read), str(study.sealed),
            ]  # fmt: skip


def register() -> None:
    """Add the manifest to data packages."""
    register_package_file(PackageFile(NAME, HEAD, rows))
