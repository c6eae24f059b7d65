"""What an item is used for: the derived items, edit checks and criteria whose rules read it."""

from collections.abc import Mapping

from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.models import FormInstance
from edc.rules.dependencies import readers
from edc.selectors.evaluation import in_language

Uses = Mapping[tuple[str, str], frozenset[tuple[str, str, str]]]
# By the design's hash: finding the readers walks every rule of the design.
_found: dict[str, Uses] = {}


def item_uses(form: FormInstance, item: ItemDef) -> list[str]:
    """Return the names of what reads the item, in the reader's language."""
    design = form.design_version.design
    found = _readers_of(design).get((form.form_oid, item.oid), frozenset())
    named = {_named(design, kind, oid) for kind, _form, oid in found}
    return sorted(name for name in named if name)


def _named(design: StudyDesign, kind: str, oid: str) -> str:
    if kind == "eligibility":
        criterion = next(each for each in design.eligibility if each.oid == oid)
        return f"{oid} {in_language(criterion.text)}"
    if kind == "check":
        return _check_number(oid)
    return in_language(design.item(oid).label)


def _check_number(oid: str) -> str:
    """Return a check's number without its place, EC004 of EC004.LBC.LBDAT; empty for checks of limits."""
    return oid.partition(".")[0] if oid.startswith("EC") else ""


def _readers_of(design: StudyDesign) -> Uses:
    if design.sha256 not in _found:
        _found[design.sha256] = readers(design)
    return _found[design.sha256]
