"""Locks of a site and of the study take two people: one asks, another decides."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import HoldKind, HoldRequest, Study, User
from edc.services.lock.holds import TWO_PEOPLE, Spot, lift, put, require_clean, require_locker
from edc.services.reasons import required_text

Act, Asked = HoldRequest.Act, HoldRequest.Status


@transaction.atomic
def ask_hold(*, spot: Spot, act: str, reason: str, actor: User) -> HoldRequest:
    """Ask to lock or unlock a site or the study; for a lock the checklist must be clean already."""
    require_locker(spot, actor)
    reason = required_text(reason, field="reason")
    if spot.level not in TWO_PEOPLE or act not in Act.values:
        raise InvalidInput(_("Choose a site or the study, and whether to lock or to unlock it."))
    Study.objects.select_for_update(no_key=True).get(pk=spot.study.pk)
    if act == Act.PLACE:
        require_clean(spot)
    open_ones = HoldRequest.objects.filter(
        status=Asked.OPEN, study=spot.study, site=spot.site, level=spot.level
    )
    if open_ones.exists():
        raise NotNow(_("A request for this waits for a second person already."))
    request = HoldRequest.objects.create(
        **spot.columns, kind=HoldKind.LOCK, act=act, reason=reason, asked_by=actor
    )
    after = {"level": spot.level, "act": act}
    audit.record(
        actor=actor, action="hold.asked", target=request, after=after, reason=reason,
        place=audit.place_of(spot.target),
    )  # fmt: skip
    return request


@transaction.atomic
def decide_hold(*, request: HoldRequest, approve: bool, note: str, actor: User) -> HoldRequest:
    """Approve or refuse what another person asked; an approved request takes effect at once.

    A data manager or an investigator decides, never who asked. The checklist is looked at again.
    """
    held = HoldRequest.objects.select_for_update(of=("self",)).select_related("study", "site")
    request = held.get(pk=request.pk)
    spot = Spot(request.site or request.study)
    require_decider(spot, actor)
    if request.asked_by_id == actor.pk:
        raise PermissionDenied(_("Another person decides on this: you asked for it."))
    if request.status != Asked.OPEN:
        raise NotNow(_("This request has been decided already."))
    note = note.strip()[:300] if approve else required_text(note, field="note")
    request.status = Asked.APPROVED if approve else Asked.REFUSED
    request.decided_by, request.decided_at, request.note = actor, timezone.now(), note
    request.save()
    if approve:
        (put if request.act == Act.PLACE else lift)(spot, HoldKind.LOCK, request.reason, actor)
    audit.record(
        actor=actor, action=f"hold.{request.status}", target=request, reason=note,
        after={"level": spot.level, "act": request.act, "asked_by": request.asked_by.username},
        place=audit.place_of(spot.target),
    )  # fmt: skip
    return request


def require_decider(spot: Spot, actor: User) -> None:
    """Raise PermissionDenied unless the actor may be the second person there."""
    sites = access.sites_for(actor, "lock_form", "sign_form").filter(study=spot.study)
    if spot.site is not None:
        sites = sites.filter(pk=spot.site.pk)
    if not sites.exists():
        raise PermissionDenied("lock_form")
