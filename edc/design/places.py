"""Where in a design document a fault stands: the address of the element, and the field within it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edc.design.editing import ADDRESSED, Address
from edc.design.whole import form_file

_INNER = re.compile(r"^item_groups\[(\d+)\](?:\.items\[(\d+)\])?\.?")
_USE = re.compile(r"^uses\[(\d+)\]")
_INDEX = re.compile(r"^\[(\d+)\]\.?")


@dataclass(frozen=True)
class Place:
    """The address of an element and the rest of the path, such as ``soft`` or ``items[2].zh``."""

    address: Address
    rest: str


def locate(document: Mapping[str, Any], file: str, field: str) -> Place:
    """Return the place that the file and field of a fault name; what is unknown stays in ``rest``."""
    if file.startswith("forms/"):
        return _in_form(document, file, field)
    if file in ("codelists", "institutions"):
        return _keyed(document, file, field)
    used = _USE.match(field) if file == "study" else None
    if used is not None:
        return Place(("forms", str(document["forms"][int(used[1])].get("oid"))), "")
    found = _INDEX.match(field)
    if found is None or file == "study":
        return Place((file,), "" if field == "." else field)
    number = int(found[1])
    elements = document.get(file, [])
    known = file in ADDRESSED and number < len(elements) and isinstance(elements[number], dict)
    name = str(elements[number].get("oid", number)) if known else str(number)
    return Place((file, name), field[found.end() :])


def _in_form(document: Mapping[str, Any], file: str, field: str) -> Place:
    form = next((each for each in document["forms"] if form_file(str(each.get("oid", ""))) == file), None)
    if form is None:
        return Place(("forms",), field)
    address: Address = ("forms", str(form["oid"]))
    found = _INNER.match(field)
    if found is None:
        return Place(address, "" if field == "." else field)
    group = form["item_groups"][int(found[1])]
    address = (*address, str(group.get("oid", found[1])))
    if found[2] is not None:
        address = (*address, str(group["items"][int(found[2])].get("oid", found[2])))
    return Place(address, field[found.end() :])


def _keyed(document: Mapping[str, Any], file: str, field: str) -> Place:
    keys = [key for key in document.get(file, {}) if field == key or field.startswith((f"{key}.", f"{key}["))]
    if not keys:
        return Place((file,), "" if field == "." else field)
    key = max(keys, key=len)
    return Place((file, key), field[len(key) :].lstrip("."))
