"""The visits of a subject with their forms, and what may still be added to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from edc.design.study import StudyDesign
from edc.extensions import Chip
from edc.models import FormInstance, Query, Signature, StudyEvent, Subject, User
from edc.selectors import events_visible_to, forms_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.matrix import SHOWN_AS, event_chip
from edc.selectors.owed import form_name
from edc.selectors.visit_names import visit_name, visit_number

UNSETTLED = Q(queries__state__in=Query.UNSETTLED)


@dataclass(frozen=True)
class FormLine:
    """One form of a visit: its name, its state as a chip that opens it, its unsettled queries, and whether it
    was signed and its content has changed since.
    """

    form: FormInstance
    name: str
    chip: Chip
    queries: int
    lost_signature: bool


@dataclass(frozen=True)
class VisitPart:
    """One visit: its state, its forms, and the forms of which another copy may be added."""

    event: StudyEvent
    name: str
    number: str
    chip: Chip
    forms: list[FormLine]
    addable: list[tuple[str, str]]
    is_dated: bool

    @property
    def done(self) -> int:
        return sum(line.form.status in FormInstance.FINAL for line in self.forms)


def subject_forms(actor: User, subject: Subject) -> list[FormInstance]:
    """Return the subject's forms with the count of their unsettled queries as `unsettled`, and as
    `lost_signature` whether none of the signatures they had holds.
    """
    given = Signature.objects.filter(form=OuterRef("pk"))
    lost = Exists(given) & ~Exists(given.filter(broken_at=None))
    forms = forms_visible_to(actor).filter(subject=subject)
    forms = forms.annotate(unsettled=Count("queries", UNSETTLED), lost_signature=lost)
    return list(forms.order_by("event__ordinal", "pk"))


def visits_of(actor: User, subject: Subject, forms: Iterable[FormInstance]) -> list[VisitPart]:
    """Return the subject's visits in the order of the schedule."""
    by_event: dict[int, list[FormInstance]] = {}
    for form in forms:
        by_event.setdefault(form.event_id, []).append(form)
    events = events_visible_to(actor).filter(subject=subject).order_by("ordinal", "repeat_key")
    design = subject.design_version.design
    return [_visit(event, design, by_event.get(event.pk, [])) for event in events]


def _visit(event: StudyEvent, design: StudyDesign, forms: Sequence[FormInstance]) -> VisitPart:
    forms = sorted(forms, key=lambda form: (form.ordinal, form.repeat_key))
    definition = event.definition
    named_by = design if design.has_event(event.event_oid) else forms[0].design_version.design
    name = visit_name(named_by, event, always=True)
    shape, word = event_chip(event, forms, timezone.localdate())
    lines = [_form_line(form) for form in forms]
    there = {form.form_oid for form in forms}
    asked = definition.forms if design.has_event(event.event_oid) else ()
    copies = [design.form(each.form) for each in asked if each.form in there]
    addable = [(form.oid, in_language(form.name)) for form in copies if form.repeats == "form"]
    number = visit_number(design, event)
    return VisitPart(event, name, number, Chip(shape, word), lines, addable, definition.kind != "common")


def _form_line(form: FormInstance) -> FormLine:
    chip = Chip(SHOWN_AS[form.status], str(form.get_status_display()), reverse("form-entry", args=[form.pk]))
    return FormLine(form, form_name(form), chip, form.unsettled, form.lost_signature)


def addable_events(subject: Subject) -> list[tuple[str, str]]:
    """Return the events of which another occurrence may be added to the subject: OID and name."""
    design = subject.design_version.design
    there: dict[str, int] = {}
    for oid in subject.events.values_list("event_oid", flat=True):
        there[oid] = there.get(oid, 0) + 1
    free = (
        event
        for event in design.events
        if event.kind == "unscheduled" or (event.repeats and there.get(event.oid))
    )
    return [
        (event.oid, in_language(event.name))
        for event in free
        if event.max_repeats is None or there.get(event.oid, 0) < event.max_repeats
    ]
