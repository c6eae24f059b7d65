"""Freezing a study's data: asked for by a person, done by a worker, then never changed."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from edc import access, audit, jobs
from edc.errors import NotNow
from edc.exchange.record import sha256_of, to_json
from edc.models import (
    AuditEvent,
    AuditHead,
    Snapshot,
    SnapshotPart,
    SnapshotRequest,
    Study,
    Subject,
    User,
)
from edc.selectors.export_counts import counts_of, subjects_to_freeze
from edc.selectors.export_record import records_of
from edc.services import background
from edc.services.reasons import required_text

BATCH = 20
Report = Callable[[int, str], None]


@transaction.atomic
def request_snapshot(*, study: Study, name: str, note: str, actor: User) -> SnapshotRequest:
    """Ask for the study's data to be frozen under a name; one request of a study is under way at a time."""
    access.require(actor, "freeze_data", study=study)
    name = required_text(name, field="name")[:120]
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.snapshot_requests.filter(state__in=SnapshotRequest.UNDER_WAY).exists():
        raise NotNow(_("A snapshot of this study is being made. Wait for it, or cancel it."))
    asked = SnapshotRequest.objects.create(
        study=study, name=name, note=note.strip()[:500], requested_by=actor
    )
    audit.record(actor=actor, action="snapshot.requested", target=asked, after={"name": name})
    send(asked)
    return asked


def send(asked: SnapshotRequest) -> None:
    """Tell a worker of the request once the transaction has committed."""
    jobs.enqueue("edc.tasks.freeze_snapshot", request_id=asked.pk)


@transaction.atomic
def cancel_snapshot(*, request: SnapshotRequest, actor: User) -> None:
    """Stop the making of a snapshot; nothing of it is kept."""
    access.require(actor, "freeze_data", study=request.study)
    background.cancel(request, actor=actor, action="snapshot.cancelled")


def freeze(asked: SnapshotRequest, report: Report) -> Snapshot:
    """Make the snapshot: everything as it stands after one audit event, the last committed one.

    Subjects are copied batch after batch while people go on working. At the end nobody can commit for a
    moment: subjects that changed since their copy are copied again, the database counts, all is stored.
    """
    access.require(asked.requested_by, "freeze_data", study=asked.study)
    with TemporaryDirectory(prefix="snapshot-") as folder:
        copies = _Copies(Path(folder))
        begun = _last_event()
        subjects = subjects_to_freeze(asked.study).select_related("site", "study").order_by("subject_key")
        total = subjects.count()
        for number, batch in enumerate(_batches(list(subjects.values_list("pk", flat=True)))):
            report(90 * number * BATCH // max(1, total), _progress(number * BATCH, total))
            copies.take(subjects.filter(pk__in=batch))
        report(90, "")
        return _store(asked, copies, begun)


def _progress(done: int, total: int) -> str:
    return f"{min(done, total)} / {total}"


def _batches(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _last_event() -> int:
    return AuditEvent.objects.aggregate(last=Max("pk"))["last"] or 0


class _Copies:
    """The copies under way, a file each: memory does not grow with the subjects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hashes: dict[int, str] = {}
        self.values: dict[int, int] = {}
        self.forms: dict[int, int] = {}

    def take(self, subjects: QuerySet[Subject]) -> None:
        """Copy these subjects, over an earlier copy of them."""
        held = list(subjects)
        for subject, copied in zip(held, records_of(held), strict=True):
            content = to_json(copied)
            self.hashes[subject.pk] = sha256_of(content)
            self.values[subject.pk] = sum(len(form.values) for _event, form in copied.forms())
            self.forms[subject.pk] = sum(form.is_final for _event, form in copied.forms())
            (self.folder / str(subject.pk)).write_bytes(zlib.compress(content, 6))

    def keep_only(self, wanted: set[int]) -> None:
        """Forget the others: the use of their data was withdrawn while they were copied."""
        for pk in self.hashes.keys() - wanted:
            del self.hashes[pk], self.values[pk], self.forms[pk]

    def content(self, pk: int) -> bytes:
        return (self.folder / str(pk)).read_bytes()


@transaction.atomic
def _store(asked: SnapshotRequest, copies: _Copies, begun: int) -> Snapshot:
    """Bring the copies up to the last event, and keep them; while this runs nothing else is committed."""
    request = background.hold(asked)
    AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"last_hash": audit.GENESIS})
    study = request.study
    subjects = subjects_to_freeze(study).select_related("site", "study").order_by("subject_key")
    for batch in _batches(_changed_since(study, copies, begun)):
        copies.take(subjects.filter(pk__in=batch))
    everyone = list(subjects.values_list("pk", "site_id", "subject_key"))
    copies.keep_only({pk for pk, _site, _key in everyone})
    counts = counts_of(study)
    _check_whole(counts, copies, len(everyone))
    snapshot = _make(request, copies, everyone, counts)
    parts = (
        SnapshotPart(
            snapshot=snapshot,
            site_id=site,
            subject_id=pk,
            content=copies.content(pk),
            sha256=copies.hashes[pk],
        )
        for pk, site, _key in everyone
    )
    SnapshotPart.objects.bulk_create(parts, batch_size=100)
    request.state, request.percent, request.ended_at = SnapshotRequest.State.DONE, 100, timezone.now()
    request.save(update_fields=["state", "percent", "ended_at"])
    audit.record(
        actor=request.requested_by, action="snapshot.frozen", target=snapshot,
        after={
            "citation": snapshot.citation, "sha256": snapshot.content_sha256,
            "subjects": snapshot.subject_count, "values": snapshot.value_count,
            "use_withdrawn": study.subjects.count() - snapshot.subject_count,
            "audit_event": snapshot.audit_event,
        },
    )  # fmt: skip
    return snapshot


def _changed_since(study: Study, copies: _Copies, begun: int) -> list[int]:
    events = AuditEvent.objects.filter(study=study, pk__gt=begun, subject__isnull=False)
    changed = set(events.values_list("subject_id", flat=True))
    wanted = set(subjects_to_freeze(study).values_list("pk", flat=True))
    return sorted(wanted & (changed | (wanted - copies.hashes.keys())))


def _check_whole(counts: dict[str, Any], copies: _Copies, subjects: int) -> None:
    """Refuse a copy that does not hold exactly what the database counts at this moment."""
    sites = counts["sites"].values()
    forms = [form for site in sites for form in site["forms"].values()]
    counted = (
        sum(site["subjects"] for site in sites),
        sum(form["records"] for form in forms),
        sum(sum(pair) for form in forms for pair in form["items"].values()),
    )
    copied = (subjects, sum(copies.forms.values()), sum(copies.values.values()))
    if counted != copied:
        raise NotNow(
            _("Data changed without an audit event while they were copied. Tell the administrator."),
            code="copy_differs",
        )


def _make(
    request: SnapshotRequest, copies: _Copies, everyone: list[tuple[int, int, str]], counts: dict[str, Any]
) -> Snapshot:
    study = request.study
    version = study.design_versions.order_by("-number").first()
    if version is None:
        raise NotNow(_("The study has no published design yet."))
    last = AuditEvent.objects.order_by("-pk").values_list("pk", "hash").first() or (0, audit.GENESIS)
    number = (study.snapshots.aggregate(last=Max("number"))["last"] or 0) + 1
    sha256 = content_hash(study, [(key, copies.hashes[pk]) for pk, _site, key in everyone])
    return Snapshot.objects.create(
        request=request, study=study, number=number, citation=f"{study.oid}-S{number:03d}-{sha256[:12]}",
        name=request.name, note=request.note, design_version=version, audit_event=last[0], audit_hash=last[1],
        counts=counts, subject_count=len(everyone), form_count=sum(copies.forms.values()),
        value_count=sum(copies.values.values()), content_sha256=sha256, frozen_at=timezone.now(),
        frozen_by=request.requested_by,
    )  # fmt: skip


def content_hash(study: Study, parts: list[tuple[str, str]]) -> str:
    """Return the hash of the designs and of every subject's part, in the order of the subject keys."""
    found = hashlib.sha256()
    for number, sha256 in study.design_versions.order_by("number").values_list("number", "sha256"):
        found.update(f"design {number} {sha256}\n".encode())
    for key, sha256 in sorted(parts):
        found.update(f"{key} {sha256}\n".encode())
    return found.hexdigest()
