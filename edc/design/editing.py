"""Changes of a design document by address: put, add, remove, move; each sees what it was decided upon.

An address is a path of OIDs: ``("forms", "FO.DM", "IG.DM", "IT.DM.SEX")``, ``("codelists", "CL.SEX")``,
``("events", "SE.BASELINE")``, ``("rules", "EC001")``, ``("eligibility", "T1-I1")``, ``("study",)``.
A form's and a group's own fields are apart from the groups and items in them.
"""

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any

Address = tuple[str, ...]
Element = dict[str, Any]
ADDRESSED = ("forms", "events", "rules", "eligibility", "imaging", "outcomes", "sites")
# What holds the elements inside a form (depth 2) and inside a group (depth 3).
INNER = {2: "item_groups", 3: "items"}


class NoSuchElement(LookupError):
    """Nothing stands at the address: it was taken out, or given another OID."""


class TakenOid(ValueError):
    """Another element already has the OID."""


class SeenOtherwise(ValueError):
    """The element is no longer what the person saw; ``present`` is what stands there."""

    def __init__(self, present: Element) -> None:
        super().__init__("the element was changed meanwhile")
        self.present = present


def children(document: Mapping[str, Any], address: Address) -> list[Element]:
    """Return the list of the elements one step below; NoSuchElement where nothing has any there."""
    if len(address) == 1 and address[0] in ADDRESSED:
        return document[address[0]]
    if address[0] != "forms" or len(address) not in INNER:
        raise NoSuchElement(address)
    return element(document, address)[INNER[len(address)]]


def element(document: Mapping[str, Any], address: Address) -> Element:
    """Return the element at the address; NoSuchElement where there is none."""
    if address == ("study",):
        return document["study"]
    if len(address) == 2 and address[0] == "codelists":
        if address[1] not in document["codelists"]:
            raise NoSuchElement(address)
        return document["codelists"][address[1]]
    for each in children(document, address[:-1]) if len(address) > 1 else ():
        if each.get("oid") == address[-1]:
            return each
    raise NoSuchElement(address)


def own_fields(found: Element, address: Address) -> Element:
    """Return the element at the address without the elements inside it."""
    inner = _inner(address)
    return {key: value for key, value in found.items() if key != inner}


def _inner(address: Address) -> str | None:
    return INNER.get(len(address)) if address[0] == "forms" else None


def seal(found: Element, address: Address) -> str:
    """Return what tells whether the own fields of the element at the address are still the same."""
    text = json.dumps(own_fields(found, address), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def put(document: Mapping[str, Any], address: Address, fields: Element, seen: str) -> tuple[Element, Element]:
    """Give the element these own fields, if it still is what was seen; return them before and after."""
    found = element(document, address)
    before = copy.deepcopy(own_fields(found, address))
    if seal(found, address) != seen:
        raise SeenOtherwise(before)
    if address[0] not in ("study", "codelists"):
        _free(document, address[:-1], str(fields.get("oid")), but=address[-1])
    inner = _inner(address)
    kept = {inner: found[inner]} if inner in found else {}
    found.clear()
    found.update(own_fields(fields, address) | kept)
    return before, own_fields(found, address)


def add(document: Mapping[str, Any], parent: Address, new: Element, after: str = "") -> Element:
    """Add an element below the parent, after the sibling with that OID or at the end."""
    oid = str(new.get("oid", ""))
    if parent == ("codelists",):
        if oid in document["codelists"]:
            raise TakenOid(oid)
        document["codelists"][oid] = {key: value for key, value in new.items() if key != "oid"}
        return document["codelists"][oid]
    siblings = children(document, parent)
    _free(document, parent, oid)
    place = next((n + 1 for n, each in enumerate(siblings) if each.get("oid") == after), len(siblings))
    siblings.insert(place, new)
    return new


def remove(document: Mapping[str, Any], address: Address) -> Element:
    """Take the element out, with all inside it; return it."""
    found = element(document, address)
    if address[0] == "codelists":
        return document["codelists"].pop(address[1])
    siblings = children(document, address[:-1])
    siblings.remove(found)
    return found


def move(document: Mapping[str, Any], address: Address, by: int) -> None:
    """Move the element by so many places among its siblings; at an end it stays."""
    found = element(document, address)
    siblings = children(document, address[:-1])
    place = next(n for n, each in enumerate(siblings) if each is found)
    siblings.insert(max(0, place + by), siblings.pop(place))


def _free(document: Mapping[str, Any], parent: Address, oid: str, but: str = "") -> None:
    if oid != but and any(each.get("oid") == oid for each in children(document, parent)):
        raise TakenOid(oid)
