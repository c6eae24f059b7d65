"""The monitor's marks: this value, or everything due on this form, agrees with its source."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, ItemVerification, User, Verification, VerificationPlan
from edc.selectors.verification import (
    VerifiableItem,
    plan_for,
    queried_paths,
    value_digest,
    verifiable_items,
)
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.reasons import required_text
from edc.services.seen import require_seen
from edc.services.verify.due import draw_of, refresh_due

Status = FormInstance.Status
BrokenBy = VerificationPlan.BrokenBy


@transaction.atomic
def verify_form(*, form: FormInstance, actor: User, seen: str | None = None) -> Verification:
    """Note that everything due on the form agrees with its source.

    `seen` is the hash of the content that the person was shown; raises Conflict when it is no longer the
    form's.
    """
    form, items = _opened(form, actor, seen)
    if form.status not in FormInstance.FINAL or form.status == Status.VERIFIED:
        move(form, Status.VERIFIED)
    _mark(form, [each for each in items if each.left], actor)
    return _whole(form, actor)


@transaction.atomic
def verify_items(
    *, form: FormInstance, paths: Collection[str], actor: User, seen: str | None = None
) -> list[ItemVerification]:
    """Note that these values agree with their source, due or not; the last one due verifies the form."""
    form, items = _opened(form, actor, seen)
    if form.status not in FormInstance.FINAL:
        raise NotNow(_("Values are verified once the form is complete."))
    known = {each.path: each for each in items}
    if not paths or set(paths) - set(known):
        message = {"path": _("Choose an item that has a value.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    marks = _mark(form, [known[path] for path in dict.fromkeys(paths) if known[path].mark is None], actor)
    if marks and not refresh_due(form).left and not _holds(form):
        _whole(form, actor)
    return marks


@transaction.atomic
def take_back(*, form: FormInstance, path: str, reason: str, actor: User) -> None:
    """Take back the mark on a value that was given by mistake, with a reason."""
    form, _items = _opened(form, actor, None)
    reason = required_text(reason, field="reason")
    mark = form.item_verifications.filter(path=path, broken_at__isnull=True).first()
    if mark is None:
        raise NotNow(_("This value is not marked as verified."))
    _break(mark, reason, actor)
    if refresh_due(form).left:
        break_whole(form, reason, actor)


def _opened(form: FormInstance, actor: User, seen: str | None) -> tuple[FormInstance, list[VerifiableItem]]:
    access.require(actor, "verify_data", site=form.subject.site)
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    require_seen(form, seen)
    require_open(form, asking=True)
    return form, verifiable_items(form, draw_of(plan_for(form), form.subject))


def _mark(form: FormInstance, items: list[VerifiableItem], actor: User) -> list[ItemVerification]:
    marks = []
    for each in items:
        digest = value_digest(each.value)
        mark = ItemVerification.objects.create(form=form, path=each.path, value_sha256=digest, verifier=actor)
        audit.record(
            actor=actor, action="item.verified", target=form, path=each.path, after={"sha256": digest}
        )
        marks.append(mark)
    return marks


def _whole(form: FormInstance, actor: User) -> Verification:
    verification = Verification.objects.create(form=form, verifier=actor, content_sha256=form.content_sha256)
    if form.status == Status.COMPLETE:
        move(form, Status.VERIFIED)
    refresh_due(form)
    after = {"sha256": form.content_sha256}
    audit.record(actor=actor, action="form.verified", target=form, after=after)
    return verification


def _holds(form: FormInstance) -> bool:
    return form.verifications.filter(broken_at__isnull=True).exists()


def break_stale(form: FormInstance, reason: str, actor: User) -> None:
    """After a change of the form's values: break the marks that the plan lets it break, and count anew.

    A mark on a value that is gone breaks always, save where nothing does.
    """
    plan = plan_for(form)
    policy = plan.broken_by if plan else BrokenBy.ALWAYS
    if policy != BrokenBy.NEVER:
        present = {value.path: value for value in form.values.all()}
        critical = {
            item.oid for item in form.design_version.design.form(form.form_oid).items if item.critical
        }
        queried = queried_paths(form) if "queried" in policy else set()
        for mark in form.item_verifications.filter(broken_at__isnull=True):
            value = present.get(mark.path)
            if value is not None and value_digest(value) == mark.value_sha256:
                continue
            oid = mark.path.partition("[")[0]
            breaks = {
                BrokenBy.ALWAYS: True,
                BrokenBy.CRITICAL: oid in critical,
                BrokenBy.QUERIED: mark.path in queried,
                BrokenBy.QUERIED_OR_CRITICAL: mark.path in queried or oid in critical,
            }
            if breaks[BrokenBy(policy)]:
                _break(mark, reason, actor)
    due = refresh_due(form)
    if due.left and policy != BrokenBy.NEVER:
        break_whole(form, reason, actor)


def break_whole(form: FormInstance, reason: str, actor: User) -> None:
    """Break the form's verification because an item due is not verified any more."""
    for verification in form.verifications.filter(broken_at__isnull=True):
        verification.broken_at = timezone.now()
        verification.save(update_fields=["broken_at"])
        audit.record(actor=actor, action="verification.broken", target=verification, reason=reason)
    if form.status == Status.VERIFIED:
        move(form, Status.COMPLETE)


def _break(mark: ItemVerification, reason: str, actor: User) -> None:
    mark.broken_at, mark.broken_by, mark.broken_reason = timezone.now(), actor, reason[:300]
    mark.save(update_fields=["broken_at", "broken_by", "broken_reason"])
    audit.record(
        actor=actor, action="item.verification_broken", target=mark.form, path=mark.path, reason=reason,
        before={"sha256": mark.value_sha256},
    )  # fmt: skip
