"""How far each item of a design can identify a person, and so what an export may say of it."""

from collections.abc import Iterable
from typing import Final

from edc.design.items import ItemDef

DIRECT, QUASI, DATE, FREE_TEXT, NONE = "direct", "quasi", "date", "free_text", "none"
CLASSES: Final = (DIRECT, QUASI, DATE, FREE_TEXT, NONE)
# Endings of item names that identify whatever the design says: UIDs lead back to the archive.
_DIRECT_ENDINGS: Final = ("UID", "NAME", "INIT", "PHONE", "IDNO")
_QUASI_NAMES: Final = frozenset({"AGE", "BRTHDAT", "BRTHYR", "ETHGRP", "RACE", "NATION", "OCCUP"})


def identifier_class(item: ItemDef) -> str:
    """Return the class of an item: what the design states (`identifying`), else what type and name suggest.

    A quasi-identifier that is a date or a text is treated as such. `identifying: open` in the design says
    that a date or text identifies nobody.
    """
    if item.identifying == "open":
        return NONE
    if item.identifying in (DIRECT, DATE, FREE_TEXT):
        return item.identifying
    if item.type == "file" or item.answer_type == "text" and item.name.endswith(_DIRECT_ENDINGS):
        return DIRECT
    if item.is_date:
        return DATE
    if item.answer_type in ("text", "long_text") and not item.codelist:
        return FREE_TEXT
    return QUASI if item.identifying == QUASI or item.name in _QUASI_NAMES else NONE


def classes(items: Iterable[ItemDef]) -> dict[str, str]:
    """Return the class of each item, by OID."""
    return {item.oid: identifier_class(item) for item in items}
