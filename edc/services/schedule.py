"""The visits that a subject owes: made from the design, held, missed and added."""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.design.protocol import EventDef, EventForm
from edc.design.study import StudyDesign
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, StudyEvent, Subject, User
from edc.services.consequences import follow_visit_dates, visit_dates
from edc.services.lock import require_place_open
from edc.services.moves import move
from edc.services.reasons import required_text
from edc.services.visit_plan import plan_events


def make_events(*, subject: Subject) -> list[StudyEvent]:
    """Make the first occurrence of each planned event with its forms; unscheduled events come by
    `add_event`.
    """
    design = subject.design_version.design
    made = [
        make_event(subject=subject, definition=definition, repeat_key=1)
        for definition in design.events
        if definition.kind != "unscheduled"
    ]
    plan_events(subject=subject)
    return made


def make_event(*, subject: Subject, definition: EventDef, repeat_key: int) -> StudyEvent:
    """Make one occurrence of an event and a form instance for each form it plans."""
    design = subject.design_version.design
    event = StudyEvent.objects.create(
        subject=subject,
        event_oid=definition.oid,
        repeat_key=repeat_key,
        ordinal=design.events.index(definition),
    )
    for ordinal, planned in enumerate(definition.forms):
        if design.form(planned.form).repeats == "none" and _exists(subject, planned.form):
            continue
        _make_form(event, planned, ordinal)
    return event


def _exists(subject: Subject, form_oid: str) -> bool:
    return FormInstance.objects.filter(subject=subject, form_oid=form_oid).exists()


def make_form(*, event: StudyEvent, form_oid: str, repeat_key: int = 1) -> FormInstance:
    """Make one copy of a form that the event plans."""
    planned = event.definition.forms
    ordinal = next(number for number, each in enumerate(planned) if each.form == form_oid)
    return _make_form(event, planned[ordinal], ordinal, repeat_key)


def _make_form(event: StudyEvent, planned: EventForm, ordinal: int, repeat_key: int = 1) -> FormInstance:
    version = event.subject.design_version
    return FormInstance.objects.create(
        event=event,
        subject=event.subject,
        design_version=version,
        form_oid=planned.form,
        repeat_key=repeat_key,
        ordinal=ordinal,
        mandatory=planned.mandatory,
        entry_mode=version.design.entry_mode(planned.form, event.event_oid),
    )


@transaction.atomic
def add_event(*, subject: Subject, event_oid: str, held_on: date | None, actor: User) -> StudyEvent:
    """Add an unscheduled event, or the next occurrence of a repeating one; with a date it counts as held."""
    access.require(actor, "enter_data", site=subject.site)
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    require_place_open(subject)
    definition = _definition(subject.design_version.design, event_oid)
    last = subject.events.filter(event_oid=event_oid).aggregate(last=Max("repeat_key"))["last"] or 0
    _check_repeat(definition, last)
    event = make_event(subject=subject, definition=definition, repeat_key=last + 1)
    if held_on is not None:
        _hold(event, held_on)
    plan_events(subject=subject)
    after = {"event": event_oid, "repeat": event.repeat_key, "held_on": _text(held_on)}
    audit.record(actor=actor, action="event.added", target=event, after=after)
    return event


def _definition(design: StudyDesign, event_oid: str) -> EventDef:
    try:
        return design.event(event_oid)
    except KeyError:
        message = {"event_oid": _("Choose an event of this study.")}
        raise InvalidInput(_("Some fields need correction."), fields=message) from None


def _check_repeat(definition: EventDef, last: int) -> None:
    if last and not (definition.repeats or definition.kind == "unscheduled"):
        raise NotNow(_("This event takes place once only and is already there."))
    if definition.max_repeats and last >= definition.max_repeats:
        raise NotNow(_("This event takes place %(count)d times at most.") % {"count": definition.max_repeats})


@transaction.atomic
def hold_event(*, event: StudyEvent, held_on: date, actor: User) -> StudyEvent:
    """Note the day on which a visit took place, or correct it; a repeating visit gets its next occurrence."""
    access.require(actor, "enter_data", site=event.subject.site)
    subject = Subject.objects.select_for_update(no_key=True).get(pk=event.subject_id)
    event = subject.events.get(pk=event.pk)
    require_place_open(event)
    before = {"status": event.status, "held_on": _text(event.held_on)}
    dates = visit_dates(subject)
    _hold(event, held_on)
    _reopen_forms(event)
    _make_next(subject, event)
    plan_events(subject=subject)
    follow_visit_dates(subject=subject, actor=actor, before=dates)
    after = {"status": event.status, "held_on": _text(held_on)}
    audit.record(actor=actor, action="event.held", target=event, before=before, after=after)
    return event


def _hold(event: StudyEvent, held_on: date) -> None:
    if held_on > timezone.localdate():
        message = _("The visit cannot lie in the future: enter the day on which it took place.")
        raise InvalidInput(_("Some fields need correction."), fields={"held_on": message})
    move(event, StudyEvent.Status.HELD, held_on=held_on, missed_reason="")


def _make_next(subject: Subject, event: StudyEvent) -> None:
    if not subject.design_version.design.has_event(event.event_oid):
        return
    definition = subject.design_version.design.event(event.event_oid)
    later = subject.events.filter(event_oid=event.event_oid, repeat_key__gt=event.repeat_key).exists()
    full = definition.max_repeats is not None and event.repeat_key >= definition.max_repeats
    if definition.kind == "scheduled" and definition.repeats and not later and not full:
        make_event(subject=subject, definition=definition, repeat_key=event.repeat_key + 1)


def _reopen_forms(event: StudyEvent) -> None:
    for form in event.forms.select_for_update().filter(status=FormInstance.Status.NOT_DONE):
        move(form, FormInstance.Status.TO_DO)


@transaction.atomic
def miss_event(*, event: StudyEvent, reason: str, actor: User) -> StudyEvent:
    """Note that a visit did not take place; its forms are not owed any more. Refused once a form was
    begun.
    """
    access.require(actor, "enter_data", site=event.subject.site)
    reason = required_text(reason, field="reason")
    subject = Subject.objects.select_for_update(no_key=True).get(pk=event.subject_id)
    event = subject.events.get(pk=event.pk)
    require_place_open(event)
    open_states = (FormInstance.Status.TO_DO, FormInstance.Status.NOT_DONE)
    if event.forms.exclude(status__in=open_states).exists():
        raise NotNow(_("A form of this visit has been begun, so the visit took place."))
    move(event, StudyEvent.Status.MISSED, missed_reason=reason, held_on=None)
    for form in event.forms.select_for_update().filter(status=FormInstance.Status.TO_DO):
        move(form, FormInstance.Status.NOT_DONE)
    _make_next(subject, event)
    plan_events(subject=subject)
    audit.record(actor=actor, action="event.missed", target=event, after=event.status, reason=reason)
    return event


@transaction.atomic
def add_form(*, event: StudyEvent, form_oid: str, actor: User) -> FormInstance:
    """Add another copy of a form that may occur several times in one visit (adverse events, lesions)."""
    access.require(actor, "enter_data", site=event.subject.site)
    event = StudyEvent.objects.select_for_update().get(pk=event.pk)
    require_place_open(event)
    design, definition = event.subject.design_version.design, event.definition
    planned = next((each for each in definition.forms if each.form == form_oid), None)
    if planned is None or not design.has_event(event.event_oid):
        message = {"form_oid": _("Choose a form of this visit.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    copies = event.forms.filter(form_oid=form_oid)
    if copies.exists() and design.form(form_oid).repeats != "form":
        raise NotNow(_("This form is filled once in this visit."))
    last = copies.aggregate(last=Max("repeat_key"))["last"] or 0
    ordinal = definition.forms.index(planned)
    form = _make_form(event, planned, ordinal, repeat_key=last + 1)
    after = {"form": form_oid, "repeat": form.repeat_key}
    audit.record(actor=actor, action="form.added", target=form, after=after)
    return form


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
