"""The forms of one study: library forms less the items the study does not use, with the study's changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from edc.design.codec import decode
from edc.design.errors import DesignError
from edc.design.items import FormDef
from edc.design.library import Entry, Library
from edc.design.schema_check import fragment_errors


@dataclass
class UsedItem:
    """One item of the study with where each of its keys was written."""

    form: str
    data: dict[str, Any]
    entry: Entry
    changes: dict[str, Entry] = field(default_factory=dict)
    repeating: bool = False

    def error(self, key: str, zh: str, en: str) -> DesignError:
        changed = self.changes.get(key)
        return changed.error((), zh, en) if changed else self.entry.error((key,), zh, en)


@dataclass
class UsedForms:
    """The compiled forms, their items with places,
    and the OIDs that the study asked for but that are broken.
    """

    forms: list[FormDef] = field(default_factory=list)
    items: list[UsedItem] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    errors: list[DesignError] = field(default_factory=list)


def used_forms(uses: list[Entry], library: Library, study: str) -> UsedForms:
    """Compile every form in ``uses`` for the study with this registration number."""
    used = UsedForms()
    seen: set[str] = set()
    for use in uses:
        oid = use.data["form"]
        if oid in seen:
            used.errors.append(use.error(("form",), f"{oid} 列了两次", f"{oid} is listed twice."))
        elif oid in library.forms:
            _compile(use, library.forms[oid], study, used)
        else:
            used.missing.add(oid)
            if oid not in library.broken:
                used.errors.append(use.error(("form",), f"没有表单 {oid}", f"There is no form {oid}."))
        seen.add(oid)
    return used


def _compile(use: Entry, form: Entry, study: str, used: UsedForms) -> None:
    known = {item["oid"] for group in form.data["item_groups"] for item in group["items"]}
    _check_named_items(use, known, used)
    groups = [_group(use, form, index, study, used) for index in range(len(form.data["item_groups"]))]
    groups = [group for group in groups if group["items"]]
    if not groups:
        used.errors.append(
            use.error((), "本研究中此表单没有项目", "No item of this form is left in this study.")
        )
        return
    used.forms.append(decode(FormDef, {**form.data, "item_groups": groups}))


def _check_named_items(use: Entry, known: set[str], used: UsedForms) -> None:
    named = [(("omit", index), oid) for index, oid in enumerate(use.data.get("omit", []))]
    named += [(("items", oid), oid) for oid in use.data.get("items", {})]
    for place, oid in named:
        if oid not in known:
            form = use.data["form"]
            used.errors.append(use.error(place, f"{form} 没有项目 {oid}", f"{form} has no item {oid}."))


def _group(use: Entry, form: Entry, index: int, study: str, used: UsedForms) -> dict[str, Any]:
    group = form.data["item_groups"][index]
    kept = list(_items(use, form, index, study))
    for item in kept:
        used.items.append(item)
        if item.changes:
            used.errors += _change_errors(item)
    return {**group, "items": [item.data for item in kept]}


def _items(use: Entry, form: Entry, index: int, study: str) -> Iterator[UsedItem]:
    group = form.data["item_groups"][index]
    omitted = set(use.data.get("omit", []))
    for position, written in enumerate(group["items"]):
        if written["oid"] in omitted or study not in written.get("studies", [study]):
            continue
        entry = Entry(written, form.source, ("item_groups", index, "items", position))
        changed = use.data.get("items", {}).get(written["oid"], {})
        merged = {
            key: value
            for key, value in {**written, **changed}.items()
            if value is not None and key != "studies"
        }
        place = (*use.place, "items", written["oid"])
        changes = {key: Entry(value, use.source, (*place, key)) for key, value in changed.items()}
        yield UsedItem(form.data["oid"], merged, entry, changes, group["repeating"])


def _change_errors(item: UsedItem) -> list[DesignError]:
    """Check the changed item as if it had been written so in the library."""
    change = next(iter(item.changes.values()))
    faults = fragment_errors(item.data, "item")
    return [change.source.error(change.place[:-1], zh, en) for zh, en in faults]
