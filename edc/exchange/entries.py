"""A file's cell as the entry of an item: raw, unit and missing code, as a person would have entered it."""

import re

from edc.design.items import CodeList, ItemDef
from edc.design.values import MISSING_CODES
from edc.design.written import narrowed
from edc.exchange.mapping import Mapping
from edc.exchange.names import code_for
from edc.exchange.source import SourceCell

_SEVERAL = re.compile(r"[|;；、]")
_YES_NO = {"1": "Y", "0": "N", "true": "Y", "false": "N"}


def entry_of(cell: SourceCell, item: ItemDef, codelist: CodeList | None, mapping: Mapping) -> dict:
    """Return {"raw", "unit", "missing"}; a blank cell gives an entry that says nothing.

    A missing code stands in its own column, or alone in the cell of an item whose codes lack it. A code
    may be written by its label; several codes of a multi item are parted by a bar or semicolon.
    """
    text = cell.raw.strip()
    unit = cell.unit if item.is_number and text else None
    missing = cell.missing or _missing(text, item, codelist)
    if missing:
        return {"raw": None, "unit": None, "missing": missing}
    if not text:
        return {"raw": None, "unit": None, "missing": None}
    named = mapping.values.get(item.oid, {})
    if item.type == "multi":
        parts = [part.strip() for part in _SEVERAL.split(text) if part.strip()]
        return {
            "raw": sorted({code_for(item, codelist, named.get(part, part)) for part in parts}),
            "unit": None,
            "missing": None,
        }
    if text in named:
        text = named[text]
    elif item.answer_type == "code":
        text = code_for(item, codelist, text)
    elif item.answer_type == "yes_no":
        text = _YES_NO.get(narrowed(text).lower(), text)
    return {"raw": text, "unit": unit, "missing": None}


def _missing(text: str, item: ItemDef, codelist: CodeList | None) -> str | None:
    if text not in MISSING_CODES or item.answer_type in ("text", "long_text"):
        return None
    return None if codelist is not None and text in codelist.codes else text
