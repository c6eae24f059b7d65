"""From when a site works by a design version: each centre by its own ethics approval."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit, jobs
from edc.errors import InvalidInput, NotNow
from edc.models import DesignVersion, FormInstance, Level, Site, SiteActivation, User
from edc.selectors.holds import in_force
from edc.services.lock import require_place_open
from edc.services.reasons import required_text


@transaction.atomic
def set_activations(
    *, sites: Sequence[Site], version: DesignVersion, active_from: date, approval: str, actor: User
) -> list[SiteActivation]:
    """Set one day for several sites, at all of them or, where one refuses, at none."""
    return [
        set_activation(site=site, version=version, active_from=active_from, approval=approval, actor=actor)
        for site in sites
    ]


@transaction.atomic
def set_activation(
    *, site: Site, version: DesignVersion, active_from: date, approval: str, actor: User
) -> SiteActivation:
    """Let the site work by the version from a day on, today at the earliest; a day not yet come can be moved.

    From that day, who is enrolled there is so on this version, and forms not yet begun are asked in it.
    """
    access.require(actor, "manage_design", study=site.study)
    approval = required_text(approval, field="approval")
    site = Site.objects.select_for_update(of=("self",), no_key=True).select_related("study").get(pk=site.pk)
    require_place_open(site)
    _check(site, version, active_from)
    held = SiteActivation.objects.filter(site=site, design_version=version).first()
    if held and held.applied_at:
        raise NotNow(_("The site works by this version already; the day stays."))
    before = _told(held) if held else None
    activation = held or SiteActivation(site=site, design_version=version)
    activation.active_from, activation.approval, activation.set_by = active_from, approval, actor
    activation.save()
    audit.record(
        actor=actor, action="activation.set", target=activation, before=before, after=_told(activation)
    )
    if active_from <= timezone.localdate():
        _apply(activation)
    return activation


def _check(site: Site, version: DesignVersion, active_from: date) -> None:
    if version.study_id != site.study_id:
        message = {"version": _("Choose a version of this study.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    if active_from < timezone.localdate():
        message = {"active_from": _("Choose today or a later day: what was entered before stays as it is.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    if not site.study.design_versions.filter(number__lt=version.number).exists():
        raise NotNow(_("The first version holds at every site from its publication."))


def _told(activation: SiteActivation) -> dict:
    return {
        "design": activation.design_version.number,
        "active_from": activation.active_from.isoformat(),
        "approval": activation.approval,
    }


@transaction.atomic
def withdraw_activation(*, activation: SiteActivation, reason: str, actor: User) -> None:
    """Take back a day that has not come, with a reason."""
    access.require(actor, "manage_design", study=activation.site.study)
    reason = required_text(reason, field="reason")
    require_place_open(activation.site)
    held = SiteActivation.objects.select_for_update().get(pk=activation.pk)
    if held.applied_at or held.active_from <= timezone.localdate():
        raise NotNow(_("The site works by this version already; the day stays."))
    audit.record(actor=actor, action="activation.withdrawn", target=held, before=_told(held), reason=reason)
    held.delete()


def apply_due() -> int:
    """Give the forms not yet begun the version whose day has come at their site; return how many days came.

    A site that is frozen or locked waits until it is open again.
    """
    due = SiteActivation.objects.filter(applied_at=None, active_from__lte=timezone.localdate())
    held = in_force().filter(level__in=(Level.STUDY, Level.SITE)).values_list("study_id", "site_id")
    waits = Q(pk__in=[])
    for study, site in held:
        waits |= Q(site=site) if site else Q(site__study=study)
    count = 0
    for activation in due.exclude(waits).order_by("design_version__number"):
        with transaction.atomic():
            locked = SiteActivation.objects.select_for_update().filter(pk=activation.pk, applied_at=None)
            for each in locked:
                _apply(each)
                count += 1
    return count


def _apply(activation: SiteActivation) -> None:
    version = activation.design_version
    forms = open_forms(activation.site)
    moved = 0
    for event in version.design.events:
        asked = [each.form for each in event.forms]
        here = forms.filter(event__event_oid=event.oid, form_oid__in=asked)
        moved += here.filter(design_version__number__lt=version.number).update(design_version=version)
    activation.applied_at = timezone.now()
    activation.save(update_fields=["applied_at"])
    audit.record(
        actor=jobs.system_user("worker"), action="activation.begun", target=activation,
        after={"design": version.number, "forms": moved},
    )  # fmt: skip


def open_forms(site: Site) -> QuerySet[FormInstance]:
    """Return the site's forms that nobody has begun and nothing holds."""
    holds = in_force().filter(subject__site=site)
    subjects = holds.filter(level=Level.SUBJECT).values("subject")
    events = holds.filter(level=Level.VISIT).values("event")
    own = holds.filter(level=Level.FORM).values("form")
    forms = FormInstance.objects.filter(subject__site=site, status=FormInstance.Status.TO_DO)
    forms = forms.exclude(subject__in=subjects).exclude(event__in=events).exclude(pk__in=own)
    return forms.filter(observations=None, drafts=None)
