"""A subject's completed forms as the rules evaluate them."""

from edc.models import FormInstance, ItemValue
from edc.rules.book import rule_book
from edc.rules.reevaluation import Held
from edc.selectors.formulas import rules_design
from edc.selectors.holds import closed_forms
from edc.selectors.subject_values import final_record, record_numbers


def held_forms(forms: list[FormInstance]) -> dict[int, Held]:
    """Return every completed form with its record; ``forms`` are all of the subject in schedule order."""
    numbers = record_numbers(forms)
    closed = closed_forms(forms)
    rows: dict[int, list[ItemValue]] = {}
    for row in ItemValue.objects.filter(form__in=forms).order_by("pk"):
        rows.setdefault(row.form_id, []).append(row)
    return {
        form.pk: Held(
            final_record(form, numbers[form.pk], rows.get(form.pk, [])),
            rule_book(rules_design(form)),
            frozenset(row.path for row in rows.get(form.pk, [])),
            form.pk in closed,
        )
        for form in forms
        if form.status in FormInstance.FINAL
    }
