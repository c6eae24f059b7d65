"""The visits and forms that another design version adds to a subject, plans otherwise or asks no more."""

from django.db import transaction
from django.db.models import ProtectedError

from edc import audit
from edc.models import DesignVersion, FormInstance, StudyEvent, Subject, User
from edc.selectors.holds import closed_forms
from edc.selectors.subject_values import forms_in_order
from edc.services.schedule import make_event, make_form

Status = FormInstance.Status


def amend_schedule(subject: Subject, old: DesignVersion, new: DesignVersion, actor: User) -> None:
    """Make the subject's schedule that of the new version; what holds data stays, planned there or not.

    ``old`` is the version by which the subject was planned so far.
    """
    # What was held by the old version is judged by its windows, also where no row says so yet.
    subject.events.filter(planned_by=None).update(planned_by=old)
    closed = closed_forms(forms_in_order(subject))
    for event in list(subject.events.all()):
        if new.design.has_event(event.event_oid):
            _amend_event(event, new, closed, actor)
        else:
            _withdraw_event(event, closed, actor)
    for definition in new.design.events:
        known = (
            old.design.has_event(definition.oid) or subject.events.filter(event_oid=definition.oid).exists()
        )
        if definition.kind != "unscheduled" and not known:
            event = make_event(subject=subject, definition=definition, repeat_key=1)
            after = {"event": definition.oid, "repeat": 1}
            audit.record(actor=actor, action="event.added", target=event, after=after)


def may_go(form: FormInstance, version: DesignVersion) -> bool:
    """Tell whether the version plans the form in the visit where it stands."""
    design, oid = version.design, form.event.event_oid
    return design.has_event(oid) and any(each.form == form.form_oid for each in design.event(oid).forms)


def _amend_event(event: StudyEvent, version: DesignVersion, closed: set[int], actor: User) -> None:
    design = version.design
    definition = design.event(event.event_oid)
    ordinal = design.events.index(definition)
    if event.ordinal != ordinal:
        event.ordinal = ordinal
        event.save(update_fields=["ordinal"])
    for form in event.forms.select_related("event", "design_version"):
        if form.pk in closed:
            continue
        if may_go(form, version):
            _amend_form(form, version)
        elif is_empty(form):
            _withdraw(form, "form.withdrawn", actor)
    if event.status != StudyEvent.Status.MISSED:
        _add_forms(event, version, actor)


def _add_forms(event: StudyEvent, version: DesignVersion, actor: User) -> None:
    design = version.design
    for planned in design.event(event.event_oid).forms:
        once = design.form(planned.form).repeats == "none"
        there = event.subject.forms if once else event.forms
        if not there.filter(form_oid=planned.form).exists():
            form = make_form(event=event, form_oid=planned.form)
            after = {"form": form.form_oid, "repeat": form.repeat_key}
            audit.record(actor=actor, action="form.added", target=form, after=after)


def _amend_form(form: FormInstance, version: DesignVersion) -> None:
    """Give the form its place in the visit; one that nobody began is asked in the version."""
    planned = version.design.event(form.event.event_oid).forms
    ordinal = next(number for number, each in enumerate(planned) if each.form == form.form_oid)
    form.ordinal, form.mandatory = ordinal, planned[ordinal].mandatory
    if form.status in (Status.TO_DO, Status.NOT_DONE) and not form.drafts.exists():
        form.design_version = version
    form.save(update_fields=["ordinal", "mandatory", "design_version"])


def is_empty(form: FormInstance) -> bool:
    """Tell whether nobody ever wrote anything of the form."""
    written = form.observations.exists() or form.drafts.exists() or form.queries.exists()
    return form.status in (Status.TO_DO, Status.NOT_DONE) and not written


def _withdraw_event(event: StudyEvent, closed: set[int], actor: User) -> None:
    """Take away a planned visit that the version has no more, and its empty forms; what holds data stays."""
    forms = list(event.forms.all())
    for form in forms:
        if form.pk not in closed and is_empty(form):
            if event.status == StudyEvent.Status.PLANNED:
                _withdraw(form, "form.withdrawn", actor)
            else:
                FormInstance.objects.filter(pk=form.pk).update(mandatory=False)
    if forms and not event.forms.exists():
        _withdraw(event, "event.withdrawn", actor)


def _withdraw(row: FormInstance | StudyEvent, action: str, actor: User) -> None:
    """Delete an empty row; where something else refers to it, it stays and is not owed any more."""
    place = audit.place_of(row)
    try:
        with transaction.atomic():
            audit.record(actor=actor, action=action, target=row, before=str(row), place=place)
            row.delete()
    except ProtectedError:
        if isinstance(row, FormInstance):
            FormInstance.objects.filter(pk=row.pk).update(mandatory=False)
