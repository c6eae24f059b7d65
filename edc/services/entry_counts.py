"""Keeping the counts behind the rates of entry errors: at each comparison, at each adjudication, and anew."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from edc.models import (
    Disagreement,
    EntryCount,
    FormInstance,
    Observation,
    Recheck,
    Resolution,
    Site,
    Stream,
    Study,
)
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import normal_of
from edc.services.comparison import Comparison, compare, filled_places, wrong_answers
from edc.services.entries import asked_of

# Whose entry did not hold, by what was chosen.
WRONG: dict[str, tuple[str, ...]] = {
    Resolution.Choice.FIRST: ("second",),
    Resolution.Choice.SECOND: ("first",),
    Resolution.Choice.OTHER: ("first", "second"),
}


def quarter_of(moment: datetime) -> date:
    """Return the first day of the quarter, in the installation's time zone."""
    day = timezone.localdate(moment)
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def count_comparison(
    form: FormInstance, comparison: Comparison, first: Observation, second: Observation
) -> None:
    """Count the entries of both people for each place that either filled.

    A row that one pass lacks has no counterpart to compare with, so its places do not count. Of a pass that
    was checked again the answers before that count.
    """
    definition, answers = asked_of(form, Stream.ENTRY_2), answers_of(form, second)
    if answers != second.content:
        comparison = compare(definition, first.content, answers, normal_of(form))
    places = filled_places(definition, comparison, first.content, answers)
    for observer in sorted((first.observer_id, second.observer_id)):
        _add(form, observer, quarter_of(second.sealed_at), "compared", places)


def count_resolutions(form: FormInstance, resolutions: Iterable[Resolution]) -> None:
    """Count the entries that did not hold, once the form's differences are all resolved."""
    wrong: dict[tuple[int, date], Counter[str]] = {}
    for each in resolutions:
        found = each.disagreement
        if found.kind == Disagreement.Kind.ROW:
            continue
        for side in WRONG[each.choice]:
            key = (getattr(found, side).observer_id, quarter_of(found.second.sealed_at))
            wrong.setdefault(key, Counter())[split_path(found.path)[0]] += 1
    for (observer, quarter), items in sorted(wrong.items()):
        _add(form, observer, quarter, "wrong", items)


def answers_of(form: FormInstance, second: Observation) -> dict:
    """Return the second person's first answers: those before they checked again, if they did."""
    asked = Recheck.objects.filter(form=form, observer=second.observer_id).first()
    return asked.content if asked else second.content


def count_wrong(
    form: FormInstance,
    passes: tuple[Observation, Observation],
    resolutions: Iterable[Resolution],
    record: Mapping,
) -> None:
    """Count the entries that did not hold, once the form has its one record."""
    first, second = passes
    if answers_of(form, second) == second.content:
        count_resolutions(form, resolutions)
    else:
        _count_answers(form, first, second, record)


def _count_answers(form: FormInstance, first: Observation, second: Observation, record: Mapping) -> None:
    """Count the first answers that the record of a form checked again does not hold."""
    definition, normal = asked_of(form, Stream.ENTRY_2), normal_of(form)
    answers = answers_of(form, second)
    found = compare(definition, first.content, answers, normal)
    wrong = wrong_answers(definition, found, (first.content, answers), record, normal)
    quarter = quarter_of(second.sealed_at)
    for observer, items in sorted(zip((first.observer_id, second.observer_id), wrong, strict=True)):
        if items:
            _add(form, observer, quarter, "wrong", items)


def _add(form: FormInstance, person: int, quarter: date, field: str, items: Mapping[str, int]) -> None:
    """Add to one field for several items; the rows are locked in one order, so two forms cannot block each
    other.
    """
    key = {
        "site_id": form.subject.site_id,
        "form_oid": form.form_oid,
        "person_id": person,
        "quarter": quarter,
    }
    EntryCount.objects.bulk_create(
        (EntryCount(**key, item_oid=oid) for oid in sorted(items)), ignore_conflicts=True
    )
    rows = EntryCount.objects.filter(**key, item_oid__in=items)
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    for number in set(items.values()):
        oids = [oid for oid, count in items.items() if count == number]
        rows.filter(item_oid__in=oids).update(**{field: F(field) + number})


@transaction.atomic
def recount(study: Study) -> int:
    """Make the study's counts anew from the sealed passes and the resolutions; return how many forms counted.

    No person's decision is touched: the counts follow from records that do not change. A form that is
    compared meanwhile may count twice or not at all, so nobody should be entering.
    """
    sites = list(Site.objects.select_for_update(no_key=True).filter(study=study).order_by("pk"))
    EntryCount.objects.filter(site__in=sites).delete()
    compared = (FormInstance.Status.DISAGREEMENT, *FormInstance.FINAL)
    second = Observation.objects.filter(stream=Stream.ENTRY_2, revision=1)
    forms = FormInstance.objects.filter(
        subject__site__in=sites, status__in=compared, pk__in=second.values("form")
    )
    counted = 0
    for form in forms.select_related("subject__site", "design_version").iterator(chunk_size=200):
        counted += _recount_form(form)
    return counted


def _recount_form(form: FormInstance) -> int:
    passes = {each.stream: each for each in form.observations.filter(revision=1)}
    first, second = passes.get(Stream.ENTRY_1), passes.get(Stream.ENTRY_2)
    if first is None or second is None:
        return 0
    found = compare(asked_of(form, Stream.ENTRY_2), first.content, second.content, normal_of(form))
    count_comparison(form, found, first, second)
    if form.status == FormInstance.Status.DISAGREEMENT:
        return 1
    resolved = Resolution.objects.filter(disagreement__form=form)
    resolved = resolved.select_related("disagreement__first", "disagreement__second")
    settled = passes.get(Stream.ADJUDICATED) if resolved else first
    count_wrong(form, (first, second), resolved, settled.content if settled else first.content)
    return 1
