"""What the formulas of the newest design version would make of values that older ones computed."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from edc import access, audit
from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.models import DesignVersion, FormInstance, Study, Subject, User
from edc.row_security import every_site
from edc.rules.book import rule_book
from edc.rules.form_logic import computed_value
from edc.rules.language import RuleSyntaxError
from edc.rules.reevaluation import Held, input_of
from edc.rules.subject_values import SubjectValues, item_path
from edc.selectors.formulas import rules_design, with_formulas
from edc.selectors.held_forms import held_forms
from edc.selectors.subject_values import forms_in_order


@dataclass(frozen=True)
class ValueChange:
    """One derived value under the formula it has and under the new one; None where there is no value."""

    form: FormInstance
    path: str
    item: ItemDef
    before: object
    after: object
    formula_before: str
    formula_after: str
    locked: bool

    def as_json(self) -> dict:
        return {
            "form": self.form.pk, "subject": self.form.subject.subject_key, "form_oid": self.form.form_oid,
            "path": self.path, "before": self.before, "after": self.after, "locked": self.locked,
            "formula_before": self.formula_before, "formula_after": self.formula_after,
        }  # fmt: skip


@dataclass(frozen=True)
class FormulaReport:
    """Every value of completed forms whose formula is another in the version.

    ``changed`` are those that another value results for; ``unreadable`` names the items whose new formula
    reads what the older version does not have.
    """

    version: DesignVersion
    items: tuple[str, ...]
    values: tuple[ValueChange, ...]
    unreadable: tuple[str, ...]

    @property
    def changed(self) -> list[ValueChange]:
        return [each for each in self.values if each.before != each.after]

    @property
    def sha256(self) -> str:
        """Identify the report, so that what is adopted is what was read."""
        return audit.digest([each.as_json() for each in self.values])


@every_site("a formula changes values at every site of the study")
def formula_report(actor: User, study: Study) -> FormulaReport | None:
    """Return what the newest design version's formulas change; None without a version.

    For who manages the design; PermissionDenied for others.
    """
    access.require(actor, "manage_design", study=study)
    version = study.design_versions.order_by("-number").first()
    if version is None:
        return None
    items: set[str] = set()
    unreadable: set[str] = set()
    values: list[ValueChange] = []
    for subject in study.subjects.order_by("pk").select_related("site", "design_version"):
        for found, faulty in _of_subject(subject, version.design):
            unreadable |= faulty
            values += found
            items |= {each.item.oid for each in found}
    return FormulaReport(version, tuple(sorted(items)), tuple(values), tuple(sorted(unreadable)))


def other_formulas(old: StudyDesign, new: StudyDesign, form_oid: str) -> set[str]:
    """Return the OIDs of the derived items of a form whose formula is another in the new design."""
    known = {form.oid: form for form in new.forms}.get(form_oid)
    later = known.items_by_oid if known else {}
    return {
        item.oid
        for item in old.form(form_oid).items
        if item.value
        and item.oid in later
        and later[item.oid].value
        and _formula(item) != _formula(later[item.oid])
    }


def _formula(item: ItemDef) -> tuple:
    return item.value, item.formula, item.decimals


def _of_subject(subject: Subject, new: StudyDesign) -> Iterator[tuple[list[ValueChange], set[str]]]:
    forms = forms_in_order(subject)
    held = held_forms(forms)
    values = SubjectValues(
        subject.design_version.design, tuple(each.record for each in held.values()), site=subject.site.oid
    )
    for form in forms:
        if form.pk in held:
            oids = other_formulas(rules_design(form), new, form.form_oid)
            if oids:
                yield _of_form(form, held[form.pk], values, new, oids)


def _of_form(
    form: FormInstance, held: Held, values: SubjectValues, new: StudyDesign, oids: set[str]
) -> tuple[list[ValueChange], set[str]]:
    try:
        book = rule_book(with_formulas(held.book.design, dict.fromkeys(oids, new)))
    except RuleSyntaxError:
        return [], oids
    found = []
    later = Held(held.record, book, held.held, held.locked)
    for oid in sorted(oids):
        old, item = held.rules.form.items_by_oid[oid], later.rules.form.items_by_oid[oid]
        group = later.rules.form.group_of[item.name]
        for row in list(held.record.rows.get(group.oid, ())) if group.repeating else [None]:
            given = input_of(values, later, row, timezone.localdate())
            after = computed_value(item, later.rules.derive[item.name], given).value
            path = item_path(oid, row)
            before = held.record.values.get(path)
            if before is not None or after is not None:
                found.append(
                    ValueChange(form, path, item, before, after, _name(old), _name(item), held.locked)
                )
    return found, set()


def _name(item: ItemDef) -> str:
    return f"{item.formula.name} {item.formula.version}" if item.formula else ""
