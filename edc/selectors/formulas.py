"""The design whose rules hold for a form: its own, with the formulas that were taken over since."""

from dataclasses import replace
from functools import lru_cache

from edc.design.items import FormDef, ItemDef
from edc.design.study import StudyDesign
from edc.models import DesignVersion, FormInstance, FormulaAdoption


def rules_design(form: FormInstance) -> StudyDesign:
    """Return the design the form is pinned to, each derived item with its formula as adopted last.

    A decision counts for forms of earlier versions than the one whose formulas it takes over.
    """
    number = form.design_version.number
    decisions = FormulaAdoption.objects.filter(
        study_id=form.design_version.study_id, design_version__number__gt=number
    )
    taken: dict[str, int] = {}
    for version, items in decisions.order_by("pk").values_list("design_version_id", "items"):
        taken |= dict.fromkeys(items, version)
    if not taken:
        return form.design_version.design
    return _patched(form.design_version_id, tuple(sorted(taken.items())))


@lru_cache(maxsize=32)
def _patched(version: int, taken: tuple[tuple[str, int], ...]) -> StudyDesign:
    design = DesignVersion.objects.get(pk=version).design
    sources = DesignVersion.objects.in_bulk({source for _oid, source in taken})
    return with_formulas(design, {oid: sources[source].design for oid, source in taken})


def with_formulas(design: StudyDesign, taken: dict[str, StudyDesign]) -> StudyDesign:
    """Return the design with the formula, and its rounding, of these items from the other designs."""
    forms = tuple(_form_with(form, taken) for form in design.forms)
    return replace(design, forms=forms)


def _form_with(form: FormDef, taken: dict[str, StudyDesign]) -> FormDef:
    groups = tuple(
        replace(group, items=tuple(_item_with(item, taken) for item in group.items))
        for group in form.item_groups
    )
    return replace(form, item_groups=groups)


def _item_with(item: ItemDef, taken: dict[str, StudyDesign]) -> ItemDef:
    if item.oid not in taken:
        return item
    source = taken[item.oid].item(item.oid)
    return replace(item, value=source.value, formula=source.formula, decimals=source.decimals)
