"""A subject's way into its frozen values, read from the audit trail up to the snapshot's event."""

from collections.abc import Iterator

from django.db.models import Q

from edc.exchange.odm_write.admin import AdminData, Meaning, Person, Place
from edc.exchange.odm_write.document import History
from edc.exchange.odm_write.transactional import Change, Enrolled
from edc.models import AuditEvent, Membership, Signature, Site, Snapshot, User
from edc.selectors.export_record import stamp

CHANGES = ("form.completed", "value.changed")


def history_of(snapshot: Snapshot, subject_id: int) -> History:
    """Return the enrolment and each change of a final value of the subject, oldest first."""
    events = AuditEvent.objects.filter(subject_id=subject_id, pk__lte=snapshot.audit_event)
    told = events.filter(Q(action__in=CHANGES) | Q(action="subject.enrolled"))
    enrolled, changes = None, []
    for event in told.select_related("actor", "site").order_by("pk"):
        if event.action == "subject.enrolled":
            enrolled = enrolled or Enrolled(event.pk, stamp(event.at), _name(event))
        elif event.target_type == "edc.forminstance":
            changes += list(_changes(event))
    return History(enrolled, tuple(changes))


def _name(event: AuditEvent) -> str:
    return event.actor.username if event.actor else ""


def _changes(event: AuditEvent) -> Iterator[Change]:
    """Yield what one event changed: one item, or all that a form was completed with."""
    single = event.action == "value.changed"
    pairs = {event.path: (event.before, event.after)} if single else _completed(event)
    for path, (before, after) in sorted(pairs.items()):
        yield Change(
            event.pk, stamp(event.at), _name(event), event.site.oid if event.site else "", event.reason,
            int(event.target_id), path, before, after,
        )  # fmt: skip


def _completed(event: AuditEvent) -> dict[str, tuple]:
    values = event.after.get("values", {}) if isinstance(event.after, dict) else {}
    return {path: (None, value) for path, value in values.items()}


def admin_of(snapshot: Snapshot, sites: list[Site], *, people: bool) -> AdminData:
    """Return users, sites and meanings of signatures; no users where the package names nobody."""
    versions = snapshot.study.design_versions.filter(number__lte=snapshot.design_version.number)
    return AdminData(
        study_oid=snapshot.study.oid,
        people=tuple(_people(snapshot)) if people else (),
        places=tuple(Place(site.oid, site.name_zh) for site in sites),
        meanings=tuple(Meaning(code, str(label)) for code, label in Signature.Meaning.choices),
        effective={version.number: f"{version.published_at:%Y-%m-%d}" for version in versions},
    )


def _people(snapshot: Snapshot) -> Iterator[Person]:
    """Yield everybody who is in the study's audit trail or was its member."""
    events = AuditEvent.objects.filter(study=snapshot.study, pk__lte=snapshot.audit_event)
    members = Membership.objects.filter(study=snapshot.study).select_related("site").order_by("pk")
    held = {member.user_id: member for member in members}
    users = User.objects.filter(Q(pk__in=events.values("actor")) | Q(pk__in=list(held)))
    for user in users.order_by("username"):
        member = held.get(user.pk)
        site = member.site.oid if member and member.site else ""
        yield Person(user.username, user.display_name, member.role if member else "", site)
