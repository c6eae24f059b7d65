"""Allocating subjects by a list that one person uploaded and another put in force, row by row."""

import hashlib
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.design.items import Text
from edc.errors import InvalidInput, NotNow
from edc.exchange.allocation_list import RowFault, read_list
from edc.exchange.faults import FileFault
from edc.models import Allocation, AllocationList, AllocationRow, Notification, Study, Subject, User
from edc.randomisation import Allocated
from edc.row_security import every_site
from edc.selectors.evaluation import in_language
from edc.selectors.randomisation import (
    ALLOCATES,
    KEEPS,
    allocation_visible_to,
    list_in_force,
    strata_of,
    stratum_to_use,
)
from edc.services.lock import require_place_open
from edc.services.moves import move
from edc.services.notifications import notify
from edc.services.reasons import required_text

State = AllocationList.State
MOST_FAULTS = 50


@transaction.atomic
def upload_list(*, study: Study, content: bytes, actor: User) -> AllocationList:
    """Keep the rows of a file as a draft and tell everybody who may confirm it; nothing of them ever changes.

    Raises InvalidInput naming every bad row by its line; then nothing of the file is kept.
    """
    access.require(actor, KEEPS, study=study)
    try:
        blinded, rows, faults = read_list(content)
    except FileFault as fault:
        raise _refused({"file": in_language(fault.text)}) from None
    if faults:
        raise _refused(_told(faults))
    made = AllocationList.objects.create(
        study=study, sha256=hashlib.sha256(content).hexdigest(), blinded=blinded, uploaded_by=actor
    )
    AllocationRow.objects.bulk_create(
        AllocationRow(list=made, stratum=each.stratum, sequence=each.sequence, arm=each.value)
        for each in rows
    )
    after = _about(made) | {"rows": len(rows), "strata": strata_of(made)}
    audit.record(actor=actor, action="allocation_list.uploaded", target=made, after=after)
    others = access.holders_of(KEEPS, study=study).exclude(pk=actor.pk)
    notify(
        users=others, kind=Notification.Kind.LIST_SUBMITTED, about=study.oid, url=reverse("randomisation"),
        study=study,
    )  # fmt: skip
    return made


def _refused(fields: dict[str, str]) -> InvalidInput:
    return InvalidInput(
        _("Nothing of the list was kept. Correct these rows and upload it again."), fields=fields
    )


def _told(faults: list[RowFault]) -> dict[str, str]:
    return {
        _("Line %(number)d") % {"number": each.line}: in_language(Text(each.zh, each.en))
        for each in faults[:MOST_FAULTS]
    }


def _about(found: AllocationList) -> dict[str, object]:
    return {"sha256": found.sha256, "blinded": found.blinded}


@transaction.atomic
def confirm_list(*, allocation_list: AllocationList, actor: User) -> AllocationList:
    """Put a list in force that another person uploaded, after comparing its hash with the statistician's."""
    access.require(actor, KEEPS, study=allocation_list.study)
    if actor.pk == allocation_list.uploaded_by_id:
        raise PermissionDenied("confirm_list")
    Study.objects.select_for_update(no_key=True).get(pk=allocation_list.study_id)
    if list_in_force(allocation_list.study) is not None:
        raise NotNow(_("Another list is in force: retire it first."))
    move(allocation_list, State.IN_FORCE, confirmed_by=actor, confirmed_at=timezone.now())
    audit.record(
        actor=actor, action="allocation_list.confirmed", target=allocation_list, after=_about(allocation_list)
    )
    return allocation_list


@transaction.atomic
def end_list(*, allocation_list: AllocationList, reason: str, actor: User) -> AllocationList:
    """Discard a draft, or retire the list in force; what was allocated by it stands."""
    access.require(actor, KEEPS, study=allocation_list.study)
    reason = required_text(reason, field="reason")
    before = allocation_list.state
    to = State.DISCARDED if before == State.DRAFT else State.RETIRED
    move(allocation_list, to, ended_reason=reason)
    audit.record(
        actor=actor,
        action=f"allocation_list.{to}",
        target=allocation_list,
        before=before,
        after=to,
        reason=reason,
    )
    return allocation_list


@transaction.atomic
def allocate_subject(*, subject: Subject, strata: str, actor: User) -> Allocation:
    """Give the subject the next unused row of the stratum, for ever; see `RandomisationService.allocate`.

    Where the subject's data say the stratum, `strata` is that one or empty; else a person chose it.
    The audit row names the arm of an open list, and of a blinded one nothing but list, stratum and sequence.
    """
    access.require(actor, ALLOCATES, site=subject.site)
    subject = (
        Subject.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site", "study")
        .get(pk=subject.pk)
    )
    require_place_open(subject)
    if subject.status != Subject.Status.ENROLLED:
        raise NotNow(_("Only an enrolled subject is randomised."))
    if Allocation.objects.filter(subject=subject).exists():
        raise NotNow(_("This subject is randomised already."))
    held = _list_to_use(subject.study)
    said = stratum_to_use(subject, held)
    row = _next_row(held, _stratum(said, strata))
    made = Allocation.objects.create(
        subject=subject, row=row, stratum_from_data=said is not None, allocated_by=actor
    )
    after = {
        "list": row.list.sha256, "strata": row.stratum, "sequence": row.sequence,
        "stratum_from_data": made.stratum_from_data,
    }  # fmt: skip
    if not row.list.blinded:
        after["arm"] = row.arm
    audit.record(actor=actor, action="subject.allocated", target=made, after=after)
    return made


def _list_to_use(study: Study) -> AllocationList:
    """Return the list in force, locked until the transaction ends."""
    held = AllocationList.objects.select_for_update().filter(study=study, state=State.IN_FORCE).first()
    if held is None:
        raise NotNow(_("No list of allocations is in force in this study."))
    return held


def _stratum(said: str | None, chosen: str) -> str:
    if said is not None and chosen not in ("", said):
        message = _(
            "The subject's data say the stratum %(stratum)s. Correct them first where they are wrong."
        )
        raise InvalidInput(_("Some fields need correction."), fields={"strata": message % {"stratum": said}})
    return chosen if said is None else said


def _next_row(held: AllocationList, strata: str) -> AllocationRow:
    """Return the stratum's first unused row."""
    rows = held.rows.filter(stratum=strata)
    if not rows.exists():
        message = {"strata": _("Choose a stratum of this study.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    with every_site("which places of the list are taken, at whatever site"):
        row = rows.filter(allocation=None).select_related("list").order_by("sequence").first()
    if row is None:
        raise NotNow(_("The list is used up in this stratum. Ask a data manager."))
    return row


class ListRandomisation:
    """The randomisation service of studies that uploaded a list."""

    def strata(self, *, study: Study) -> Sequence[str]:
        held = list_in_force(study)
        return strata_of(held) if held else []

    def stratum_of(self, *, subject: Subject) -> str | None:
        held = list_in_force(subject.study)
        return stratum_to_use(subject, held) if held else None

    def allocate(self, *, subject: Subject, strata: str, actor: User) -> Allocated:
        return _allocated(allocate_subject(subject=subject, strata=strata, actor=actor))

    def allocation_of(self, *, subject: Subject, actor: User) -> Allocated | None:
        found = allocation_visible_to(actor, subject)
        return _allocated(found) if found else None


def _allocated(found: Allocation) -> Allocated:
    row = found.row
    return Allocated(
        row.arm, row.list.blinded, row.stratum, found.allocated_at, str(found.allocated_by),
        found.stratum_from_data,
    )  # fmt: skip
