"""Blinded reads: assigned to two different people, measured with every stroke saved, sealed once."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Stream, User
from edc.services.lock import require_open
from imaging.models import ImagingStudy, Instance, Measurement, Read

READER_STREAMS = (Stream.READER_1, Stream.READER_2)
POINTS: dict[str, int] = {Measurement.Kind.LENGTH: 2, Measurement.Kind.BIDIRECTIONAL: 4}
MOST_MEASUREMENTS = 200


@dataclass(frozen=True)
class Drawn:
    """One measurement as the viewer tells it: its end points in patient coordinates (LPS), mm."""

    uid: str
    kind: str
    lesion_label: str
    sop_instance_uid: str
    points: Sequence[Sequence[float]]


@transaction.atomic
def assign_reads(*, imaging_study: ImagingStudy, readers: Sequence[User], actor: User) -> list[Read]:
    """Give a study to two readers, each in a stream of their own; the same two again change nothing.

    Raises InvalidInput unless they are two people who may read at the study's site, NotNow when others are
    assigned already or there is no series to read.
    """
    site = imaging_study.subject.site
    access.require(actor, "manage_design", study=site.study)
    imaging_study = ImagingStudy.objects.select_for_update().get(pk=imaging_study.pk)
    if len(readers) != 2 or readers[0].pk == readers[1].pk:
        raise _refused("reader_2", _("Choose two different readers."))
    for name, reader in zip(("reader_1", "reader_2"), readers, strict=True):
        if not access.may(reader, "read_images", site=site):
            raise _refused(name, _("This person may not read images at the site; choose another reader."))
    earlier = list(imaging_study.reads.filter(stream__in=READER_STREAMS).order_by("stream"))
    if earlier:
        if [read.reader_id for read in earlier] == [reader.pk for reader in readers]:
            return earlier
        raise NotNow(_("The study has its readers already."))
    if not imaging_study.series.exists():
        raise NotNow(_("There are no images to read yet; submit the upload first."))
    pairs = zip(READER_STREAMS, readers, strict=True)
    return [_assign(imaging_study, stream, reader, actor) for stream, reader in pairs]


def _assign(imaging_study: ImagingStudy, stream: str, reader: User, actor: User) -> Read:
    read = Read.objects.create(imaging_study=imaging_study, stream=stream, reader=reader)
    _record(read, actor, "read.assigned", after={"stream": stream, "reader": reader.username})
    return read


@transaction.atomic
def save_measurement(*, read: Read, drawn: Drawn, actor: User) -> Measurement:
    """Keep one measurement of the actor's own read; the diameters are computed here from its end points."""
    read = _own_open(read, actor)
    long_axis, short_axis = _diameters(drawn)
    _check_place(read, drawn)
    before = read.measurements.filter(uid=drawn.uid).first()
    if before is None and read.measurements.count() >= MOST_MEASUREMENTS:
        raise NotNow(_("A read holds %(most)d measurements at most.") % {"most": MOST_MEASUREMENTS})
    told = _told(before) if before else None
    measurement, _new = Measurement.objects.update_or_create(
        read=read,
        uid=drawn.uid,
        defaults={
            "lesion_label": drawn.lesion_label.strip()[:20],
            "kind": drawn.kind,
            "sop_instance_uid": drawn.sop_instance_uid,
            "long_axis_tenths_mm": long_axis,
            "short_axis_tenths_mm": short_axis,
            "points": [list(point) for point in drawn.points],
        },
    )
    if told != _told(measurement):
        _record(read, actor, "measurement.saved", before=told, after=_told(measurement))
    return measurement


@transaction.atomic
def remove_measurement(*, read: Read, uid: str, actor: User) -> None:
    """Take a measurement of the actor's own read away; one that is gone already changes nothing."""
    read = _own_open(read, actor)
    measurement = read.measurements.filter(uid=uid).first()
    if measurement is not None:
        _record(read, actor, "measurement.removed", before=_told(measurement))
        measurement.delete()


@transaction.atomic
def submit_read(*, read: Read, note: str, actor: User) -> Read:
    """Seal the read: nothing in it changes afterwards, and its content carries a hash.

    Raises InvalidInput for a measurement without a lesion, or a read with neither measurement nor note.
    """
    read = _own_open(read, actor)
    note = note.strip()[:1000]
    measurements = list(read.measurements.order_by("lesion_label", "uid"))
    if not measurements and not note:
        raise _refused("note", _("Measure a lesion, or write in the note what is seen instead."))
    if any(not each.lesion_label for each in measurements):
        raise _refused("lesion_label", _("Give every measurement its lesion, such as T01."))
    read.note, read.status, read.submitted_at = note, Read.Status.SUBMITTED, timezone.now()
    read.content_sha256 = audit.digest({"note": note, "measurements": [_told(each) for each in measurements]})
    read.save(update_fields=["note", "status", "submitted_at", "content_sha256"])
    _record(read, actor, "read.submitted", after={"content_sha256": read.content_sha256})
    return read


def _own_open(read: Read, actor: User) -> Read:
    """Return the actor's read, locked and begun; another's read or a sealed one is refused."""
    access.require(actor, "read_images", site=read.imaging_study.subject.site)
    read = Read.objects.select_for_update().get(pk=read.pk, reader=actor)
    require_open(read.imaging_study.form)
    if read.status == Read.Status.SUBMITTED:
        raise NotNow(_("This read is sealed and cannot change."))
    if read.status == Read.Status.ASSIGNED:
        read.status, read.started_at = Read.Status.STARTED, timezone.now()
        read.save(update_fields=["status", "started_at"])
    return read


def _diameters(drawn: Drawn) -> tuple[int, int | None]:
    """Return the long and the short diameter in tenths of a millimetre."""
    points = drawn.points
    well_formed = len(points) == POINTS.get(drawn.kind) and all(
        len(point) == 3 and all(math.isfinite(value) for value in point) for point in points
    )
    if not well_formed or not 1 <= len(drawn.uid) <= 64:
        raise _refused("points", _("Send two end points for a length, four for two diameters, in mm."))
    spans = sorted((math.dist(points[i], points[i + 1]) for i in range(0, len(points), 2)), reverse=True)
    if not 0 < spans[0] < 2000:
        raise _refused("points", _("A diameter lies between 0 and 2000 mm; draw it again."))
    tenths = [round(span * 10) for span in spans]
    return tenths[0], tenths[1] if len(tenths) > 1 else None


def _check_place(read: Read, drawn: Drawn) -> None:
    images = Instance.objects.filter(imaging_study=read.imaging_study_id)
    if not images.filter(sop_instance_uid=drawn.sop_instance_uid).exists():
        raise _refused("sop_instance_uid", _("Measure on an image of this study."))


def _told(measurement: Measurement) -> dict[str, object]:
    names = (
        "uid",
        "lesion_label",
        "kind",
        "sop_instance_uid",
        "long_axis_tenths_mm",
        "short_axis_tenths_mm",
        "points",
    )
    return {name: getattr(measurement, name) for name in names}


def _record(read: Read, actor: User, action: str, **more: object) -> None:
    """Write the audit row; its values stay withheld from whoever is blinded to the read."""
    place = audit.place_of(read.imaging_study)
    audit.record(actor=actor, action=action, target=read, place=place, blinded=read.stream, **more)  # type: ignore[arg-type]


def _refused(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, fields={field: message})


def drawn_from(record: Mapping[str, object]) -> Drawn:
    """Return what the viewer sent as a measurement; raises InvalidInput when it has another shape."""
    kinds = {"Length": Measurement.Kind.LENGTH, "Bidirectional": Measurement.Kind.BIDIRECTIONAL}
    try:
        points = [[float(value) for value in point] for point in record["points"]]  # type: ignore[attr-defined]
        return Drawn(
            uid=str(record["uid"]),
            kind=kinds[str(record["tool"])],
            lesion_label=str(record.get("label") or ""),
            sop_instance_uid=str(record["sop_instance_uid"]),
            points=points,
        )
    except (KeyError, TypeError, ValueError):
        raise _refused("measurement", _("Send uid, tool, label, sop_instance_uid and points.")) from None
