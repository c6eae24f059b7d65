"""The subject's final values as the rules read them: of completed forms only, whoever is asking."""

from collections.abc import Collection
from datetime import date

from edc.models import FormInstance, ItemValue, Subject
from edc.rules.subject_values import FinalRecord, SubjectValues


def subject_values(
    subject: Subject, forms: list[FormInstance] | None = None, of: Collection[str] | None = None
) -> SubjectValues:
    """Return the final records of the subject, all or those ``of`` some forms, by OID.

    ``forms`` are its forms in order, at least those, where they were read before. Nothing of an unreconciled
    pass is among the records, so a rule shown to one person tells nothing of the other's entry.
    """
    forms = forms_in_order(subject) if forms is None else forms
    numbers = record_numbers(forms)
    final = [
        form for form in forms if form.status in FormInstance.FINAL and (of is None or form.form_oid in of)
    ]
    values: dict[int, list[ItemValue]] = {}
    for value in ItemValue.objects.filter(form__in=[form.pk for form in final]).order_by("pk"):
        values.setdefault(value.form_id, []).append(value)
    records = tuple(final_record(form, numbers[form.pk], values.get(form.pk, [])) for form in final)
    return SubjectValues(subject.design_version.design, records, site=subject.site.oid)


def record_place(form: FormInstance, forms: list[FormInstance]) -> tuple[str, date | None, int]:
    """Return event OID, event date and number among the records of this form; ``forms`` in order."""
    siblings = [each for each in forms if each.form_oid == form.form_oid]
    return form.event.event_oid, event_date(form), record_numbers(siblings)[form.pk]


def event_date(form: FormInstance) -> date | None:
    """Return when the form's visit took place, or as long as that is unknown, when it was planned."""
    return form.event.held_on or form.event.planned_date


def forms_in_order(subject: Subject, of: Collection[str] | None = None) -> list[FormInstance]:
    """Return the forms of the subject in the order of the schedule, all or those ``of`` some OIDs."""
    forms = FormInstance.objects.filter(subject=subject).select_related("event", "design_version")
    forms = forms.defer("design_version__content")
    if of is not None:
        forms = forms.filter(form_oid__in=of)
    return list(forms.order_by("event__ordinal", "event__repeat_key", "repeat_key", "pk"))


def record_numbers(forms: list[FormInstance]) -> dict[int, int]:
    """Return by form which one it is among the subject's records of its kind; `forms` in schedule order."""
    counts: dict[str, int] = {}
    numbers = {}
    for form in forms:
        counts[form.form_oid] = numbers[form.pk] = counts.get(form.form_oid, 0) + 1
    return numbers


def final_record(form: FormInstance, number: int, values: list[ItemValue]) -> FinalRecord:
    """Return the form's final values as rules read them."""
    design = form.design_version.design
    definition = design.form(form.form_oid)
    rows: dict[str, list[str]] = {}
    for value in values:
        item = definition.items_by_oid.get(value.item_oid)
        if item and value.row_key:
            keys = rows.setdefault(definition.group_of[item.name].oid, [])
            if value.row_key not in keys:
                keys.append(value.row_key)
    return FinalRecord(
        form_oid=form.form_oid,
        event_oid=form.event.event_oid,
        event_date=event_date(form),
        sequence=number,
        values={value.path: in_standard_unit(value) for value in values if value.value is not None},
        rows={oid: sorted(keys, key=int) for oid, keys in rows.items()},
        definition=definition,
    )


def in_standard_unit(value: ItemValue) -> object:
    """Return the value that rules and statistics read."""
    return value.value if value.standard_value is None else value.standard_value
