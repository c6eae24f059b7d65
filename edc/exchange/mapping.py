"""What the columns of a file mean in a study: a value of plain data, saved by name and used again."""

from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass, field
from typing import Any

from edc.exchange.faults import FileFault

SHAPES = ("wide", "long", "odm")
TARGETS = ("transfer", "first_pass")
BLANKS = ("keep", "clear")
SUBJECTS = ("known", "same_key", "new_key")
# The columns that say where a value belongs; long tables also have those of the value itself.
PLACES = ("subject", "site", "event", "event_repeat", "event_date", "form", "form_repeat", "row")
VALUES = ("item", "value", "unit", "missing")


@dataclass(frozen=True)
class ItemColumn:
    """An item in a column of a wide table; ``event`` and ``row`` where the heading decides them."""

    item: str
    event: str = ""
    unit: str = ""
    row: str = ""


@dataclass(frozen=True)
class Mapping:
    """Columns to meaning.

    ``target``: transfer enters the values as electronically transferred (single); first_pass seals them
    as the first pass of a double-entry form. ``blanks``: keep never overwrites with a blank cell.
    ``subjects``: known takes only screened subjects; same_key adds those missing under the file's own
    screening number; new_key gives the next screening number and remembers the file's key. ``checkboxes``
    maps a field that stands for one code of a question to that question's item and the code.
    """

    shape: str = "wide"
    columns: dict[str, str] = field(default_factory=dict)
    items: dict[str, ItemColumn] = field(default_factory=dict)
    fixed_event: str = ""
    events: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    item_names: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    checkboxes: dict[str, list[str]] = field(default_factory=dict)
    target: str = "transfer"
    blanks: str = "keep"
    subjects: str = "known"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data without what is empty."""
        return {key: value for key, value in asdict(self).items() if value}


def read_mapping(data: AnyMapping[str, Any]) -> Mapping:
    """Return the mapping of plain data; raise FileFault naming what is wrong."""
    known = set(Mapping.__dataclass_fields__)
    unknown = sorted(set(data) - known)
    if unknown:
        raise FileFault(f"对应表有未知的键：{unknown[0]}", f"The mapping has an unknown key: {unknown[0]}.")
    fields = dict(data)
    try:
        fields["items"] = {
            str(column): ItemColumn(**each) for column, each in dict(data.get("items") or {}).items()
        }
        for name in ("columns", "events", "forms", "item_names", "sites"):
            fields[name] = {str(key): str(value) for key, value in dict(data.get(name) or {}).items()}
        fields["checkboxes"] = {
            str(key): list(each) for key, each in dict(data.get("checkboxes") or {}).items()
        }
        fields["values"] = {str(key): dict(each) for key, each in dict(data.get("values") or {}).items()}
        mapping = Mapping(**fields)
    except (TypeError, ValueError):
        raise FileFault("对应表的结构有误", "The mapping does not have the right shape.") from None
    _check(mapping)
    return mapping


def _check(mapping: Mapping) -> None:
    for name, allowed in (("shape", SHAPES), ("target", TARGETS), ("blanks", BLANKS), ("subjects", SUBJECTS)):
        if getattr(mapping, name) not in allowed:
            shown = ", ".join(allowed)
            raise FileFault(f"{name} 须为 {shown} 之一", f"{name} must be one of {shown}.")
    if mapping.shape == "odm":
        return
    if not mapping.columns.get("subject"):
        raise FileFault("指定哪一列是受试者编号", "Say which column holds the subject key.")
    if mapping.shape == "wide" and not mapping.items:
        raise FileFault("至少把一列对应到项目", "Assign at least one column to an item.")
    if mapping.shape == "long" and not (mapping.columns.get("item") and mapping.columns.get("value")):
        raise FileFault(
            "长表须指定项目列和值列", "A long table needs the column of the item and that of the value."
        )
