"""Laboratory values of a form judged by the site's reference ranges and by CTCAE, whoever is asking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db.models import QuerySet
from django.utils import timezone

from edc import access
from edc.design.items import ItemDef, Text
from edc.design.study import StudyDesign
from edc.design.values import read_value
from edc.models import FormInstance, ItemValue, ReferenceRange, Study, Subject, User
from edc.rules.subject_values import split_path
from edc.safety.grading import LabTerm, Measured, grade_of, terms_of
from edc.safety.ranges import LabRange, range_for
from edc.selectors.subject_values import event_date, in_standard_unit

ORIGIN = "LBORRES/"
SAMPLED = "LBDAT"
SEEN_BY = ("view_data", "enter_data", "import_data")


@dataclass(frozen=True)
class ProposedGrade:
    """A grade above 0: the condition that gave it, the value before treatment, what it takes for true."""

    term: str
    grade: int
    rule: str
    reads_base: bool
    base: Decimal | None
    base_day: date | None
    assumes: Text | None


@dataclass(frozen=True)
class LabFinding:
    """What is known of one value, in the item's standard unit: its range, its flag, the grades proposed."""

    value: Decimal
    unit: str
    range: LabRange | None
    flag: str
    grades: tuple[ProposedGrade, ...]


def ranges_visible_to(actor: User | None, study: Study) -> QuerySet[ReferenceRange]:
    """Return the ranges in force at the actor's sites of the study."""
    sites = access.sites_for(actor, *SEEN_BY).filter(study=study)
    found = ReferenceRange.objects.filter(site__in=sites, withdrawn_at=None)
    return found.select_related("site", "imported_by")


def analyte_of(item: ItemDef) -> str:
    """Return the test code of a laboratory item, empty for every other item."""
    standard = item.standard or ""
    return standard.removeprefix(ORIGIN) if standard.startswith(ORIGIN) and item.is_number else ""


def offered_units(design: StudyDesign) -> dict[str, frozenset[str]]:
    """Return by test code the units in which the study's items take it; a pure number has the empty one."""
    units: dict[str, set[str]] = {}
    for item in (item for form in design.forms for item in form.items if analyte_of(item)):
        units.setdefault(analyte_of(item), set()).update(item.offered_units or ("",))
    return {code: frozenset(each) for code, each in units.items()}


def lab_findings(form: FormInstance, values: Mapping[str, object]) -> dict[str, LabFinding]:
    """Return the findings by path for values by path in standard units; none for forms without analytes, and
    none for a form of no subject, which a preview shows.
    """
    if form.pk is None:
        return {}
    definition = form.design_version.design.form(form.form_oid)
    items = {path: definition.items_by_oid[split_path(path)[0]] for path in values}
    numbers = {path: _number(values[path]) for path, item in items.items() if analyte_of(item)}
    known = {path: number for path, number in numbers.items() if number is not None}
    if not known:
        return {}
    judge = _Judge(form, {items[path] for path in known}, _day(values, definition.items_by_name))
    return {path: judge.finding(items[path], number) for path, number in known.items()}


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _day(values: Mapping[str, object], items: Mapping[str, ItemDef]) -> date | None:
    sampled = values.get(items[SAMPLED].oid) if SAMPLED in items else None
    return date.fromisoformat(str(sampled)[:10]) if sampled else None


@dataclass(frozen=True)
class _Base:
    """A value of the subject at another form, with the day of its sample."""

    value: Decimal
    day: date


class _Judge:
    """Holds what the values of one form are judged by, read once."""

    def __init__(self, form: FormInstance, items: Iterable[ItemDef], sampled: date | None) -> None:
        items = list(items)
        codes = {analyte_of(item) for item in items}
        held = ReferenceRange.objects.filter(site=form.subject.site_id, analyte__in=codes, withdrawn_at=None)
        self.ranges = [each.as_range for each in held]
        self.sex, self.age = person_of(form.subject)
        self.day = sampled or event_date(form) or timezone.localdate()
        self.bases = _bases(form, [item.oid for item in items], self.day)

    def finding(self, item: ItemDef, value: Decimal) -> LabFinding:
        found = self.range(item, self.day)
        flag = found.flag(value) if found else ""
        base = self.bases.get(item.oid)
        before = self.range(item, base.day) if base else None
        measured = Measured(
            value,
            found.low if found else None,
            found.high if found else None,
            base.value if base else None,
            bool(base and before and before.flag(base.value) == "H"),
        )
        graded = [_proposed(item, term, measured, base) for term in terms_of(analyte_of(item))]
        return LabFinding(value, item.unit or "", found, flag, tuple(filter(None, graded)))

    def range(self, item: ItemDef, day: date) -> LabRange | None:
        """Return the range that holds on the day, its limits in the item's standard unit."""
        code = analyte_of(item)
        found = range_for(self.ranges, analyte=code, sex=self.sex, age=self.age, on=day)
        if found is None:
            return None
        low, high = (_converted(item, limit, found.unit) for limit in (found.low, found.high))
        return replace(found, low=low, high=high) if (low, high) != (None, None) else None


def _proposed(item: ItemDef, term: LabTerm, measured: Measured, base: _Base | None) -> ProposedGrade | None:
    if term.unit is not None and term.unit.lower() != (item.unit or "").lower():
        return None
    found = grade_of(term, measured)
    if found is None or not found.grade:
        return None
    value, day = (base.value, base.day) if base else (None, None)
    return ProposedGrade(term.term, found.grade, found.rule, term.reads_base, value, day, term.assumes)


def _converted(item: ItemDef, limit: Decimal | None, unit: str) -> Decimal | None:
    if limit is None:
        return None
    reading = read_value(replace(item, hard=None, soft=None), str(limit), unit or None)
    return Decimal(str(reading.standard_value)) if reading.standard_value is not None else None


def person_of(subject: Subject) -> tuple[str | None, int | None]:
    """Return the subject's sex (M or F) and age in completed years from the completed form of demography."""
    held = ItemValue.objects.filter(form__subject=subject, item_oid__in=("IT.DM.SEX", "IT.DM.AGE"))
    found = dict(held.values_list("item_oid", "value"))
    sex, age = found.get("IT.DM.SEX"), found.get("IT.DM.AGE")
    return (str(sex) if sex else None), (int(age) if age is not None else None)


def _bases(form: FormInstance, oids: Sequence[str], day: date) -> dict[str, _Base]:
    """Return by item the value before treatment: the last sampled up to the subject's index date and before
    this form's sample; without an index date the first of all.
    """
    subject, design = form.subject, form.design_version.design
    index = ItemValue.objects.filter(form__subject=subject, item_oid=design.index_item).first()
    begun = date.fromisoformat(str(index.value)[:10]) if index and index.value else None
    rows = ItemValue.objects.filter(form__subject=subject, form__status__in=FormInstance.FINAL)
    rows = rows.exclude(form=form).select_related("form__event")
    days = _sample_days(rows.filter(item_oid__endswith=f".{SAMPLED}"))
    found: dict[str, list[_Base]] = {}
    for row in rows.filter(item_oid__in=oids, value__isnull=False):
        number, sampled = _number(in_standard_unit(row)), days.get(row.form_id) or event_date(row.form)
        if number is not None and sampled and sampled < day and (begun is None or sampled <= begun):
            found.setdefault(row.item_oid, []).append(_Base(number, sampled))
    pick = max if begun else min
    return {oid: pick(each, key=lambda base: base.day) for oid, each in found.items()}


def _sample_days(rows: Iterable[ItemValue]) -> dict[int, date]:
    return {row.form_id: date.fromisoformat(str(row.value)[:10]) for row in rows if row.value}
