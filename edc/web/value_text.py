"""Values as people read them: codes by their label, numbers with their unit, missing codes by their word."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.safety.terminology import EXTERNAL, ctcae
from edc.selectors.evaluation import in_language
from edc.services.entries import MISSING_CODES
from edc.web.unit_words import unit_words


def missing_label(code: str) -> str:
    """Return the word of a missing code."""
    words = {
        "ND": _("Not done"),
        "UNK": _("Unknown"),
        "NA": _("Not applicable"),
        "NE": _("Not evaluable"),
    }
    return words.get(code, code)


def missing_choices() -> list[tuple[str, str]]:
    """Return the missing codes with their words, in the order of their keys."""
    return [(code, missing_label(code)) for code in MISSING_CODES]


def value_text(design: StudyDesign, item: ItemDef, value: object, unit: str | None = None) -> str:
    """Return a canonical or raw value in words, with the unit where there is one."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list | tuple):
        return _(", ").join(code_label(design, item, str(each)) for each in value)
    text = code_label(design, item, str(value))
    return f"{text} {unit_words(unit)}" if unit else text


def code_label(design: StudyDesign, item: ItemDef, code: str) -> str:
    """Return the label of a code, or the text itself where the item has no such code."""
    if item.answer_type == "yes_no":
        return {"Y": _("Yes"), "N": _("No")}.get(code, code)
    codelist = design.codelist_of(item)
    if codelist is not None and codelist.external == EXTERNAL:
        term = ctcae().term(code)
        return in_language(term.label) if term else code
    found = codelist.code(code) if codelist else None
    return in_language(found.label) if found else code


def entry_text(design: StudyDesign, item: ItemDef, entry: Mapping | None) -> str:
    """Return an entry of a pass in words; empty for an item left empty."""
    if not entry:
        return ""
    if entry.get("missing"):
        return f"{entry['missing']} {missing_label(str(entry['missing']))}"
    unit = entry.get("unit") or item.unit
    return value_text(design, item, entry.get("raw"), unit if item.is_number else None)
