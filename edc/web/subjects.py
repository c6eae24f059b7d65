"""The page of one subject, and what is decided there: enrolment, screen failure, visits held or missed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access, extensions
from edc.errors import InvalidInput
from edc.extensions import Chip
from edc.models import Departure, FormInstance, StudyEvent, Subject, User
from edc.selectors import events_visible_to, queries_visible_to, subjects_visible_to
from edc.services.enrol import confirm_enrolment, fail_screening
from edc.services.schedule import add_event, add_form, hold_event, miss_event
from edc.web.answers import day_of, enter_study_of, go
from edc.web.criteria import eligibility_of
from edc.web.randomisation import allocation_part
from edc.web.request import Request
from edc.web.visits import addable_events, subject_forms, visits_of

STATUS_SHAPES: dict[str, str] = {
    Subject.Status.SCREENING: "wait",
    Subject.Status.ENROLLED: "done",
    Subject.Status.SCREEN_FAILED: "miss",
    Subject.Status.WITHDRAWN: "miss",
    Subject.Status.COMPLETED: "locked",
}


def subject_or_404(request: Request, pk: int) -> Subject:
    return get_object_or_404(subjects_visible_to(request.user), pk=pk)


def event_or_404(request: Request, pk: int) -> StudyEvent:
    return get_object_or_404(events_visible_to(request.user), pk=pk)


@require_safe
@login_required
def subject(request: Request, pk: int) -> HttpResponse:
    """Show who the subject is to the study, the visits with their forms, and each criterion."""
    found = subject_or_404(request, pk)
    enter_study_of(request, found)
    actor = request.user
    forms = subject_forms(actor, found)
    rights = rights_at(actor, found)
    context = {
        "subject": found,
        "status": Chip(STATUS_SHAPES[found.status], str(found.get_status_display())),
        "consent": consent_chip(forms, found),
        "visits": visits_of(actor, found, forms),
        "eligibility": eligibility_of(found, forms, with_values=rights["view_data"]),
        "chips": chips_of(actor, found),
        "open_queries": sum(form.unsettled for form in forms),
        "may": rights,
        "sees_queries": queries_visible_to(actor).filter(form__subject=found).exists(),
        "sees_audit": access.may(actor, "view_audit", study=found.study),
        "addable": addable_events(found) if rights["enter_data"] else [],
        "departure": found.departures.filter(taken_back_at=None).select_related("noted_by").first(),
        "hows": departure_choices(found),
        "allocation": allocation_part(actor, found) if rights["enrol_subject"] else None,
    }
    return render(request, "edc/subject.html", context)


def rights_at(actor: User, found: Subject) -> dict[str, bool]:
    """Return which of the page's rights the actor holds at the subject's site."""
    names = ("view_data", "enter_data", "enrol_subject", "sign_form")
    return {name: access.may(actor, name, site=found.site) for name in names}


def departure_choices(found: Subject) -> list[tuple[str, object]]:
    """Return how the subject can leave: the study is completed by who was enrolled."""
    screened = found.status == Subject.Status.SCREENING
    return [each for each in Departure.How.choices if not screened or each[0] != Departure.How.COMPLETED]


def consent_chip(forms: list[FormInstance], found: Subject) -> Chip:
    """Return whether the consent form is complete; what it says is read on the form itself."""
    design = found.design_version.design
    oid = design.form_of_item(design.consent_item).oid
    form = next((form for form in forms if form.form_oid == oid), None)
    if form is None:
        return Chip("na", _("No consent form"))
    url = reverse("form-entry", args=[form.pk])
    if form.status in FormInstance.FINAL:
        return Chip("done", _("Consent recorded"), url)
    return Chip("todo", _("Consent not recorded yet"), url)


def chips_of(actor: User, found: Subject) -> list[Chip]:
    parts = (part.subject_chips(actor=actor, subjects=[found]) for part in extensions.registered())
    return [chips[found.pk] for chips in parts if found.pk in chips]


@require_safe
@login_required
def event(request: Request, pk: int) -> HttpResponse:
    """Open the visit on its subject's page."""
    found = event_or_404(request, pk)
    return redirect(f"{reverse('subject', args=[found.subject_id])}#visit-{found.pk}")


def back_to(request: Request, found: Subject, anchor: str = "") -> HttpResponse:
    return go(request, reverse("subject", args=[found.pk]) + anchor)


@require_POST
@login_required
def confirm(request: Request, pk: int) -> HttpResponse:
    found = subject_or_404(request, pk)
    confirm_enrolment(
        subject=found, actor=request.user, override_reason=request.POST.get("override_reason", "")
    )
    return back_to(request, found)


@require_POST
@login_required
def fail(request: Request, pk: int) -> HttpResponse:
    found = subject_or_404(request, pk)
    fail_screening(subject=found, actor=request.user, reason=request.POST.get("reason", ""))
    return back_to(request, found)


@require_POST
@login_required
def event_add(request: Request, pk: int) -> HttpResponse:
    found = subject_or_404(request, pk)
    access.require(request.user, "enter_data", site=found.site)
    held_on = day_of(request, "held_on", required=False)
    made = add_event(
        subject=found, event_oid=request.POST.get("event_oid", ""), held_on=held_on, actor=request.user
    )
    return back_to(request, found, f"#visit-{made.pk}")


@require_POST
@login_required
def event_hold(request: Request, pk: int) -> HttpResponse:
    """Note the day of a visit, or that it did not take place."""
    found = event_or_404(request, pk)
    access.require(request.user, "enter_data", site=found.subject.site)
    what = request.POST.get("what", "held")
    if what == "missed":
        miss_event(event=found, reason=request.POST.get("reason", ""), actor=request.user)
    elif what == "held":
        hold_event(event=found, held_on=day_of(request, "held_on"), actor=request.user)
    else:
        message = {"what": _("Choose whether the visit took place.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    return back_to(request, found.subject, f"#visit-{found.pk}")


@require_POST
@login_required
def form_add(request: Request, pk: int) -> HttpResponse:
    """Add another copy of a repeating form to a visit and open it."""
    made = add_form(
        event=event_or_404(request, pk), form_oid=request.POST.get("form_oid", ""), actor=request.user
    )
    return go(request, reverse("form-entry", args=[made.pk]))
