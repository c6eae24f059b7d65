"""Redaction: personal data typed by mistake is masked wherever it stands, by two people; the chain holds.

See docs/decisions/0016-redaction-through-the-guards.md.
"""

from collections import Counter

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import (
    AuditEvent,
    FormInstance,
    ImportBatch,
    ImportCell,
    ItemValue,
    RedactedCell,
    Redaction,
    Snapshot,
    User,
)
from edc.rules.subject_values import split_path
from edc.selectors.redaction_places import MASKABLE, Place, places_of
from edc.services.data_import import files
from edc.services.data_import.report import report_path
from edc.services.entries import definition_of
from edc.services.marks import break_marks
from edc.services.moves import move
from edc.services.reasons import required_text
from edc.services.values import stamp

State = Redaction.State
SHORTEST, LONGEST = 2, 1000
ASKING = ("view_data", "enter_data")
DECIDING = ("lock_form", "sign_form")


@transaction.atomic
def request_redaction(*, form: FormInstance, path: str, text: str, reason: str, actor: User) -> Redaction:
    """Ask that a text be masked everywhere in the subject's data; another person decides.

    Whether the text is there is not told: that would let a person try what the other pass says.
    """
    _require_any(actor, ASKING, form)
    if definition_of(form).items_by_oid.get(split_path(path)[0]) is None:
        raise InvalidInput(
            _("Some fields need correction."), fields={"path": _("This form has no such item.")}
        )
    text = required_text(text, field="text", at_most=LONGEST)
    reason = required_text(reason, field="reason")
    if len(text) < SHORTEST:
        message = _("Give at least %(count)d characters: so short a text stands in many places.")
        raise InvalidInput(_("Some fields need correction."), fields={"text": message % {"count": SHORTEST}})
    if text in reason:
        message = _("Say why without repeating the personal data: the reason is kept.")
        raise InvalidInput(_("Some fields need correction."), fields={"reason": message})
    redaction = Redaction.objects.create(
        subject=form.subject, form=form, path=path, text=text, reason=reason, requested_by=actor
    )
    audit.record(actor=actor, action="redaction.requested", target=redaction, path=path, reason=reason)
    return redaction


@transaction.atomic
def approve_redaction(*, redaction: Redaction, actor: User) -> Redaction:
    """Mask the text wherever it stands in the subject's data, and forget it; never by who asked for it.

    Each masked row of the append-only tables is named in a RedactedCell with what it says since, and each
    masked audit event in the event of the redaction, so that the chain still verifies. Signatures and
    verifications of the forms whose values change are visibly broken. Files of imports that hold the text are
    removed with their reports; their hashes stay.
    """
    redaction = _decided(redaction, State.APPROVED, actor)
    tables: Counter[str] = Counter()
    forms: dict[int, FormInstance] = {}
    events, imports = [], set()
    for place in list(places_of(redaction)):
        _mask(redaction, place)
        tables[place.row._meta.db_table] += 1
        if isinstance(place.row, AuditEvent):
            events.append(place.row.pk)
        if isinstance(place.row, ImportCell):
            imports.add(place.row.batch_id)
        if isinstance(place.row, ItemValue):
            forms[place.row.form_id] = place.row.form
    for form in forms.values():
        stamp(form)
        break_marks(form, redaction.reason, actor)
    move(redaction, State.APPLIED, text="", cell_count=sum(tables.values()))
    after = {"redaction": redaction.pk, "rows": dict(tables), "snapshots": _snapshots(redaction)}
    after["import_files"] = _forget_files(imports)
    after["events"] = [
        {"id": event.pk, "sha256": audit.event_hash(event)}
        for event in AuditEvent.objects.filter(pk__in=events)
    ]
    audit.record(
        actor=actor, action=audit.REDACTION, target=redaction, path=redaction.path, after=after,
        reason=redaction.reason,
    )  # fmt: skip
    return redaction


@transaction.atomic
def refuse_redaction(*, redaction: Redaction, reason: str, actor: User) -> Redaction:
    """Leave the data as they are, with the reason; the text is forgotten here too."""
    reason = required_text(reason, field="reason")
    if redaction.text and redaction.text in reason:
        message = _("Say why without repeating the personal data: the reason is kept.")
        raise InvalidInput(_("Some fields need correction."), fields={"reason": message})
    redaction = _decided(redaction, State.REFUSED, actor, text="", decision=reason)
    audit.record(
        actor=actor, action="redaction.refused", target=redaction, path=redaction.path, reason=reason
    )
    return redaction


def may_decide(redaction: Redaction, actor: User) -> bool:
    """Tell whether the actor is another person than the one who asked, and answers for the data."""
    site = redaction.subject.site
    return actor.pk != redaction.requested_by_id and any(
        access.may(actor, name, site=site) for name in DECIDING
    )


def _require_any(actor: User, permissions: tuple[str, ...], form: FormInstance) -> None:
    if not any(access.may(actor, name, site=form.subject.site) for name in permissions):
        raise PermissionDenied(permissions[0])


def _decided(redaction: Redaction, state: str, actor: User, **also: object) -> Redaction:
    _require_any(actor, DECIDING, redaction.form)
    if actor.pk == redaction.requested_by_id:
        raise NotNow(_("You asked for this redaction. Another person must decide it."))
    redaction = Redaction.objects.select_for_update().get(pk=redaction.pk)
    move(redaction, state, decided_by=actor, decided_at=timezone.now(), **also)
    return redaction


def _mask(redaction: Redaction, place: Place) -> None:
    row, columns = place.row, dict(place.columns)
    if isinstance(row, AuditEvent):
        # Without the salt nobody can find the text by trying until the kept hash fits.
        columns["salt"] = ""
    if row._meta.db_table in MASKABLE:
        RedactedCell.objects.bulk_create(
            RedactedCell(
                redaction=redaction,
                table_name=row._meta.db_table,
                row_id=row.pk,
                column_name=name,
                masked=value,
            )
            for name, value in columns.items()
        )
    type(row)._base_manager.filter(pk=row.pk).update(**columns)


def _forget_files(batches: set[int]) -> list[str]:
    """Remove the files of these imports and their reports once all is committed; return the files' hashes."""
    found = list(ImportBatch.objects.filter(pk__in=batches).order_by("pk"))
    paths = [path for each in found for path in (files.folder() / each.file_sha256, report_path(each))]

    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(remove)
    return sorted({each.file_sha256 for each in found})


def _snapshots(redaction: Redaction) -> list[str]:
    """Return the frozen data sets of the study: they never change, so somebody must decide about each."""
    found = Snapshot.objects.filter(
        study=redaction.subject.study_id, frozen_at__gte=redaction.subject.created_at
    )
    return list(found.values_list("citation", flat=True))
