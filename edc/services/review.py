"""Reviews by role: the study's types, and the marks of those who reviewed."""

import re
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import DomainError, InvalidInput, NotNow
from edc.models import FormInstance, FormReview, ReviewType, Role, User
from edc.selectors.verification import value_digest
from edc.services.lock import require_open
from edc.services.query.bulk import RowResult
from edc.services.reasons import required_text

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# A reviewer reads final values, so the role must be one that may see them.
ROLES = tuple(role for role in Role.values if "view_data" in access.SITE_GRANTS[role])


@transaction.atomic
def save_review_type(*, wanted: ReviewType, actor: User) -> ReviewType:
    """Add a type of review to its study, or change the one of this code; reviews given stay as they are."""
    access.require(actor, "manage_design", study=wanted.study)
    _check(wanted)
    held = ReviewType.objects.select_for_update().filter(study=wanted.study, code=wanted.code).first()
    before = _content(held) if held else None
    wanted.pk = held.pk if held else None
    wanted.save(force_insert=held is None, force_update=held is not None)
    audit.record(
        actor=actor, action="review_type.saved", target=wanted, before=before, after=_content(wanted)
    )
    return wanted


def _check(wanted: ReviewType) -> None:
    version = wanted.study.design_versions.first()
    known = {form.oid for form in version.design.forms} if version else set()
    fields = {}
    if not CODE.fullmatch(wanted.code):
        fields["code"] = _("Use small letters, digits and hyphens, 40 at most.")
    if wanted.role not in ROLES:
        fields["role"] = _("Choose a role that may see the data.")
    if wanted.broken_by not in ReviewType.BrokenBy.values:
        fields["broken_by"] = _("Choose what breaks the review.")
    if set(wanted.forms) - known:
        fields["forms"] = _("Choose forms of this study.")
    if fields:
        raise InvalidInput(_("Some fields need correction."), fields=fields)
    wanted.name_zh = required_text(wanted.name_zh, field="name_zh", at_most=80)
    wanted.name_en = required_text(wanted.name_en, field="name_en", at_most=80)


def _content(row: ReviewType) -> dict[str, object]:
    names = ("code", "name_zh", "name_en", "role", "forms", "broken_by", "active")
    return {name: getattr(row, name) for name in names}


def review_forms(
    *, review_type: ReviewType, forms: Iterable[FormInstance], actor: User, note: str = ""
) -> list[RowResult]:
    """Mark each form as reviewed; a row that refuses leaves the others alone."""
    results = []
    for form in forms:
        try:
            review_form(review_type=review_type, form=form, note=note, actor=actor)
        except DomainError as refused:
            results.append(RowResult(form, False, str(refused.message)))
        except PermissionDenied:
            results.append(RowResult(form, False, _("Your role may not do this here.")))
        else:
            results.append(RowResult(form, True))
    return results


@transaction.atomic
def review_form(*, review_type: ReviewType, form: FormInstance, actor: User, note: str = "") -> FormReview:
    """Mark a completed form as reviewed, as the role that the type names."""
    site = form.subject.site
    access.require(actor, "view_data", site=site)
    if review_type.role not in access.roles_at(actor, study=site.study, site=site):
        raise PermissionDenied(review_type.role)
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    require_open(form, asking=True)
    asks = not review_type.forms or form.form_oid in review_type.forms
    if review_type.study_id != site.study_id or not review_type.active or not asks:
        raise NotNow(_("The study does not ask this review of the form."))
    if form.status not in FormInstance.FINAL:
        raise NotNow(_("A form is reviewed once it is complete."))
    if form.reviews.filter(review_type=review_type, broken_at__isnull=True).exists():
        raise NotNow(_("The form has been reviewed already."))
    review = FormReview.objects.create(
        review_type=review_type, form=form, reviewer=actor, note=note.strip()[:300],
        content_sha256=_vouched_for(form, review_type),
    )  # fmt: skip
    after = {"type": review_type.code, "sha256": review.content_sha256}
    audit.record(actor=actor, action="form.reviewed", target=form, after=after, reason=review.note)
    return review


def _vouched_for(form: FormInstance, review_type: ReviewType) -> str:
    """Return the hash of what must not change: the whole content, or the critical values alone."""
    if review_type.broken_by != ReviewType.BrokenBy.CRITICAL:
        return form.content_sha256
    items = form.design_version.design.form(form.form_oid).items
    critical = {item.oid for item in items if item.critical}
    values = form.values.filter(item_oid__in=critical).order_by("item_oid", "row_key")
    return audit.digest([[value.path, value_digest(value)] for value in values])


def break_reviews(form: FormInstance, reason: str, actor: User) -> None:
    """Break each review whose type says that the change breaks it."""
    held = form.reviews.filter(broken_at__isnull=True).exclude(
        review_type__broken_by=ReviewType.BrokenBy.NEVER
    )
    for review in held.select_related("review_type"):
        if _vouched_for(form, review.review_type) == review.content_sha256:
            continue
        review.broken_at, review.broken_reason = timezone.now(), reason[:300]
        review.save(update_fields=["broken_at", "broken_reason"])
        after = {"type": review.review_type.code}
        audit.record(actor=actor, action="review.broken", target=form, after=after, reason=reason)
