"""One serious adverse event: its clock, its reports, the committee's decisions, and the page to print."""

from datetime import datetime, time

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput, Unavailable
from edc.models import SafetyCase, SafetyDecision, User
from edc.numbers import whole_number
from edc.safety.serious import asked_items
from edc.selectors import subjects_visible_to
from edc.selectors.safety_cases import (
    DECIDING,
    FOLLOWING,
    REPORTING,
    cases_visible_to,
    clock_words,
    serious_events,
    serious_keys,
    untied_cases,
)
from edc.services.safety_cases import (
    Report,
    Verdict,
    close_case,
    correct_awareness,
    decide_report,
    reopen_case,
    submit_report,
    withdraw_case,
)
from edc.services.safety_opening import open_case, tie_case
from edc.services.safety_tell import require_any
from edc.web.answers import day_of, enter_study_of, go, study_where
from edc.web.request import Request
from edc.web.safety_cases import SHAPES
from edc.web.safety_words import events_to_tie, fields_of, term_of, told_by

State = SafetyCase.State
ENDS = {"close": close_case, "withdraw": withdraw_case, "reopen": reopen_case}


@require_safe
@login_required
def case(request: Request, pk: int) -> HttpResponse:
    """Show one case, and to who may the next report, the decision and the end."""
    found = _found(request, pk)
    enter_study_of(request, found.subject)
    return render(request, "edc/safety_case.html", _context(found) | _acts(found, request.user))


def _context(found: SafetyCase) -> dict[str, object]:
    reports = list(found.reports.select_related("submitted_by").prefetch_related("decisions__by"))
    shape, words = clock_words(found.due_at, timezone.now())
    return {
        "case": found,
        "study": found.study,
        "shape": SHAPES[State(found.state)],
        "term": term_of(found, reports[-1] if reports else None),
        "due_shape": shape,
        "due_words": words,
        "reports": [(each, told_by(found, each)) for each in reversed(reports)],
        "last": reports[-1] if reports else None,
        "serious": found.row_key in serious_keys(found.form),
    } | _ties(found)


def _ties(found: SafetyCase) -> dict[str, object]:
    """Return the events that a case opened by hand may be, or such cases that may be this event."""
    running = found.state in (State.OPEN, State.REPORTED)
    waiting = found.state == State.OPEN and not found.by_hand
    return {
        "running": running,
        "events": events_to_tie(found) if running and found.by_hand else [],
        "untied": untied_cases(found.subject) if waiting else [],
    }


def _acts(found: SafetyCase, actor: User) -> dict[str, object]:
    """Return what the person can do with the case now."""
    last = found.reports.last()
    running = found.state in (State.OPEN, State.REPORTED)
    own = found.reports.filter(submitted_by=actor).exists()
    done = last is not None and last.decisions.filter(by=actor).exists()
    reports = running and _may(actor, found, *REPORTING)
    return {
        "fields": fields_of(found, last) if reports else [],
        "number": last.number + 1 if last else 1,
        "reporting": reports,
        "deciding": found.state == State.REPORTED and not own and not done and _may(actor, found, *DECIDING),
        "following": _may(actor, found, *FOLLOWING),
        "choices": SafetyDecision,
    }


def _may(actor: User, found: SafetyCase, *permissions: str) -> bool:
    return any(access.may(actor, name, site=found.subject.site) for name in permissions)


def _found(request: Request, pk: int, *permissions: str) -> SafetyCase:
    """Return a case that the person sees; one who may not do this here is refused before anything is read."""
    found = get_object_or_404(cases_visible_to(request.user), pk=pk)
    if permissions:
        require_any(request.user, found.subject.site, *permissions)
    return found


@require_POST
@login_required
def report(request: Request, pk: int) -> HttpResponse:
    """Keep the next report of the site."""
    found, posted = _found(request, pk, *REPORTING), request.POST
    items = asked_items(found.form.design_version.design.form(found.form.form_oid))
    answers = {
        item.name: sorted(posted.getlist(item.name))
        if item.answer_type == "multi"
        else posted.get(item.name, "")
        for item in items
    }
    number = posted.get("number", "")
    sent = Report(
        whole_number(number, digits=5) or 0, answers, posted.get("narrative", ""),
        posted.get("final") == "on",
    )  # fmt: skip
    submit_report(case=found, report=sent, actor=request.user)
    return go(request, reverse("safety-case", args=[pk]))


@require_POST
@login_required
def decide(request: Request, pk: int) -> HttpResponse:
    """Keep the person's decision on the last report."""
    found = _found(request, pk, *DECIDING)
    last = found.reports.last()
    if last is None:
        raise InvalidInput(_("There is no report to decide on yet."))
    texts = {name: request.POST.get(name, "") for name in ("causality", "expectedness", "action", "comment")}
    day = day_of(request, "follow_up_by", required=False)
    until = timezone.make_aware(datetime.combine(day, time(23, 59))) if day else None
    decide_report(report=last, verdict=Verdict(**texts, follow_up_by=until), actor=request.user)
    return go(request, reverse("safety-case", args=[pk]))


def _moment(request: Request) -> datetime:
    try:
        return timezone.make_aware(datetime.fromisoformat(request.POST.get("aware_at", "")))
    except ValueError:
        message = {"aware_at": _("Enter a day and time, such as 2026-11-21 09:30.")}
        raise InvalidInput(_("Some fields need correction."), fields=message) from None


@require_POST
@login_required
def open_by_hand(request: Request) -> HttpResponse:
    """Open a case of a subject, named by its screening number, before its form is complete."""
    study = study_where(request, *REPORTING)
    key = request.POST.get("subject", "").strip()
    subject = subjects_visible_to(request.user, study).filter(subject_key=key).first()
    if subject is None:
        message = {"subject": _("There is no such subject at your sites.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    made = open_case(subject=subject, aware_at=_moment(request), actor=request.user)
    return go(request, reverse("safety-case", args=[made.pk]))


@require_POST
@login_required
def event(request: Request, pk: int) -> HttpResponse:
    """Tie a case that was opened by hand to the event that the form tells of."""
    found = _found(request, pk, *REPORTING, *FOLLOWING)
    chosen = request.POST.get("event", "")
    events = {f"{form.pk}:{key}": (form, key) for form, key in serious_events(found.subject)}
    if chosen not in events:
        message = {"event": _("Choose an event that the form calls serious.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    form, key = events[chosen]
    reason = request.POST.get("reason", "")
    tie_case(case=found, form=form, row_key=key, actor=request.user, reason=reason)
    return go(request, reverse("safety-case", args=[pk]))


@require_POST
@login_required
def awareness(request: Request, pk: int) -> HttpResponse:
    """Correct when the site knew."""
    found = _found(request, pk, *REPORTING)
    moment = _moment(request)
    correct_awareness(case=found, aware_at=moment, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("safety-case", args=[pk]))


@require_POST
@login_required
def end(request: Request, pk: int) -> HttpResponse:
    """Close the case, end it as not serious, or take it up again."""
    found = _found(request, pk, *FOLLOWING)
    act = ENDS.get(request.POST.get("act", ""))
    if act is None:
        message = {"act": _("Choose how the case goes on.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    act(case=found, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("safety-case", args=[pk]))


@require_safe
@login_required
def pdf(request: Request, pk: int) -> HttpResponse:
    """Answer with the last report on one page, in the reader's language."""
    found = _found(request, pk)
    try:
        from edc.services.printing import pdf_of
    except (ImportError, OSError) as error:  # the library Pango is not on every machine
        raise Unavailable(
            _("Printing needs the library Pango. Ask the administrator to install it.")
        ) from error
    text = render_to_string("edc/safety_case_pdf.html", _context(found) | {"now": timezone.now()})
    answer = HttpResponse(pdf_of(text), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{found.study.oid}-{found}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
