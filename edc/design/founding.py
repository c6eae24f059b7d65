"""The facts of a new study that no file of another system holds, put into its design document."""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from edc.design.whole import Document

# In the order of the page: the name of the field, and where it stands in the document's study.
FACTS: dict[str, tuple[str, ...]] = {
    "oid": ("oid",),
    "prefix": ("subject_prefix",),
    "title_zh": ("title", "zh"),
    "title_en": ("title", "en"),
    "short_zh": ("short_title", "zh"),
    "short_en": ("short_title", "en"),
    "sponsor_zh": ("sponsor", "zh"),
    "sponsor_en": ("sponsor", "en"),
    "status": ("registration", "status"),
    "registered_on": ("registration", "date"),
    "ethics": ("ethics", "number"),
    "ethics_on": ("ethics", "date"),
    "recruits_from": ("recruiting", "from"),
    "entry": ("entry", "default"),
}


@dataclass(frozen=True)
class NewSite:
    """A site as an administrator names it."""

    zh: str
    en: str


# What the import of another system's file has to make up; of a dictionary also what names the study.
MADE_UP = ("sponsor_zh", "sponsor_en", "registered_on", "ethics", "ethics_on", "recruits_from")
NAMES = ("oid", "prefix", "title_zh", "title_en", "short_zh", "short_en")


def without(document: Document, names: tuple[str, ...]) -> Document:
    """Return the document with these facts empty: a fault names each until a person has filled it in."""
    made = copy.deepcopy(document)
    for name in names:
        _put(made, name, "")
    return made


def _put(document: Document, name: str, value: str) -> None:
    held = document["study"]
    for key in FACTS[name][:-1]:
        held = held.setdefault(key, {})
    held[FACTS[name][-1]] = value


def facts_of(document: Document) -> dict[str, str]:
    """Return the facts as the document has them, empty where it has none."""
    return {name: str(_at(document["study"], path) or "") for name, path in FACTS.items()}


def _at(held: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        held = held.get(key) if isinstance(held, dict) else None
    return held


def sites_of(document: Document) -> list[NewSite]:
    """Return the sites of the document."""
    return [NewSite(each["name"]["zh"], each["name"]["en"]) for each in document["sites"]]


def with_facts(
    document: Document, facts: dict[str, str], sites: list[NewSite], known: Mapping[str, Any]
) -> Document:
    """Return the document with these facts, and these sites in their order, the principal one first.

    ``known`` are the platform's institutions by key: a site that has the name of one is that one.
    """
    made = copy.deepcopy(document)
    for name in FACTS:
        _put(made, name, facts[name].strip())
    made["study"]["code"] = made["study"]["oid"][:20]
    own = {key: each for key, each in made["institutions"].items() if key not in known}
    keys = _keys(made["study"]["oid"], sites, known, own)
    sponsor = made["study"].get("sponsor_institution")
    kept = {key: each for key, each in made["institutions"].items() if key == sponsor}
    named = {
        key: known.get(key) or own.get(key, {}) | {"name": {"zh": each.zh, "en": each.en}}
        for key, each in zip(keys, sites, strict=True)
    }
    made["institutions"] = kept | named
    made["sites"] = [
        {
            "oid": f"S{number:02d}",
            "institution": key,
            "name": {"zh": each.zh, "en": named[key]["name"]["en"]},
            "principal": number == 1,
            "enrols": True,
        }
        for number, (key, each) in enumerate(zip(keys, sites, strict=True), 1)
    ]
    return made


def _keys(oid: str, sites: list[NewSite], known: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    """Return the institution of each site; one without a name that is known gets a key nobody has."""
    found = [_named(each.zh, known) or _named(each.zh, own) for each in sites]
    slug = re.sub(r"[^a-z0-9]+", "_", oid.lower())
    free = (key for key in (f"{slug}_{number}" for number in count(1)) if key not in {*known, *own})
    return [key or next(free) for key in found]


def _named(zh: str, institutions: Mapping[str, Any]) -> str:
    """Return the key of the institution of this name, else of one that is called so too, else nothing."""
    by_name = (key for key, each in institutions.items() if _at(each, ("name", "zh")) == zh)
    by_alias = (key for key, each in institutions.items() if zh in (each.get("aliases") or ()))
    return next(by_name, "") or next(by_alias, "")
