"""Which freezes and locks are in force, and what they reach."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from edc import access
from edc.models import (
    FormInstance,
    Hold,
    HoldKind,
    HoldRequest,
    Level,
    Site,
    Study,
    StudyEvent,
    Subject,
    User,
)

WIDEST_FIRST = (Level.STUDY, Level.SITE, Level.SUBJECT, Level.VISIT, Level.FORM, Level.ITEM)


def in_force() -> QuerySet[Hold]:
    """Return the holds that nobody has lifted."""
    return Hold.objects.filter(lifted_at__isnull=True)


def on_site(site: Site) -> Q:
    """Return the condition that a hold reaches everything of the site."""
    return Q(level=Level.STUDY, study=site.study_id) | Q(level=Level.SITE, site=site)


def on_subject(subject: Subject) -> Q:
    """Return the condition that a hold reaches everything of the subject."""
    return (
        Q(level=Level.STUDY, study=subject.study_id)
        | Q(level=Level.SITE, site=subject.site_id)
        | Q(level=Level.SUBJECT, subject=subject)
    )


def on_event(event: StudyEvent) -> Q:
    """Return the condition that a hold reaches everything of the visit."""
    return on_subject(event.subject) | Q(level=Level.VISIT, event=event)


def on_form(form: FormInstance, path: str = "") -> Q:
    """Return the condition that a hold reaches the form, or the item of it at `path`."""
    reach = (
        on_subject(form.subject) | Q(level=Level.VISIT, event=form.event_id) | Q(level=Level.FORM, form=form)
    )
    return reach | Q(level=Level.ITEM, form=form, path=path) if path else reach


def strongest(reach: Q) -> Hold | None:
    """Return what holds here: a lock before a freeze, of each kind the widest; None when nothing does."""
    holds = list(in_force().filter(reach))
    return min(
        holds,
        key=lambda hold: (hold.kind != HoldKind.LOCK, WIDEST_FIRST.index(Level(hold.level))),
        default=None,
    )


def closed_forms(forms: Iterable[FormInstance]) -> set[int]:
    """Return the ids of those forms, all of one subject, whose data may not change; one database query."""
    forms = list(forms)
    if not forms:
        return set()
    subject = forms[0].subject
    pks = [form.pk for form in forms]
    here = (
        on_subject(subject) | Q(level=Level.VISIT, event__subject=subject) | Q(level=Level.FORM, form__in=pks)
    )
    closed = {form.pk for form in forms if form.status == FormInstance.Status.LOCKED}
    for level, event, form in in_force().filter(here).values_list("level", "event_id", "form_id"):
        if level == Level.FORM:
            closed.add(form)
        else:
            closed |= {each.pk for each in forms if level != Level.VISIT or each.event_id == event}
    return closed


def all_holds_visible_to(actor: User | None) -> QuerySet[Hold]:
    """Return the holds in force that reach a site where the actor sees subjects."""
    sites = access.sites_for(actor, "view_subjects")
    mine = Q(site__isnull=True, study__in=sites.values("study")) | Q(site__in=sites)
    found = in_force().filter(mine)
    return found.select_related("study", "site", "subject", "event", "form__design_version", "placed_by")


def holds_visible_to(actor: User, study: Study) -> QuerySet[Hold]:
    """Return those of one study."""
    return all_holds_visible_to(actor).filter(study=study)


def all_hold_requests_visible_to(actor: User | None) -> QuerySet[HoldRequest]:
    """Return the requests to lock or unlock a site or a study, for who may decide on any there."""
    sites = access.sites_for(actor, "lock_form", "sign_form")
    mine = Q(site__isnull=True, study__in=sites.values("study")) | Q(site__in=sites)
    found = HoldRequest.objects.filter(mine)
    return found.select_related("study", "site", "asked_by", "decided_by")


def hold_requests_visible_to(actor: User, study: Study) -> QuerySet[HoldRequest]:
    """Return those of one study."""
    return all_hold_requests_visible_to(actor).filter(study=study)
