"""A form of the shared library for a draft: with the codelists and edit checks that the draft lacks."""

import copy
from dataclasses import dataclass
from typing import Any

from edc.design.items import FormDef
from edc.design.library import Entry, Library
from edc.design.places import locate
from edc.design.used_forms import used_forms
from edc.design.whole import Document, check_document, written_form
from edc.design.yaml_source import Source


@dataclass(frozen=True)
class Taken:
    """What comes into a draft; ``left`` are the OIDs of checks that read what the draft does not have."""

    form: dict[str, Any]
    codelists: dict[str, Any]
    rules: list[dict[str, Any]]
    left: tuple[str, ...]


def library_forms(library: Library, study: str) -> list[FormDef]:
    """Return the sound forms of the library as a study with this registration number would have them."""
    return [found for oid in library.forms if (found := _compiled(library, oid, study)) is not None]


def _compiled(library: Library, oid: str, study: str) -> FormDef | None:
    use = Entry({"form": oid}, Source("library", {}), ())
    return next(iter(used_forms([use], library, study).forms), None)


def taken_from(library: Library, oid: str, document: Document) -> Taken | None:
    """Return what the form brings into the document; None where the library has no such form.

    A codelist that the document has stays as it is there. A check that would be a fault in the document, for
    it reads forms that are not there, is left out.
    """
    study = str(document["study"].get("oid", ""))
    form = _compiled(library, oid, study) if oid in library.forms else None
    if form is None:
        return None
    named = {item.codelist for item in form.items if item.codelist} - set(document["codelists"])
    codelists = {name: library.codelists[name].data for name in sorted(named) if name in library.codelists}
    known = {each.get("oid") for each in document["rules"]}
    rules = [
        {key: value for key, value in entry.data.items() if key != "studies"}
        for entry in library.rules
        if entry.data.get("form") == oid
        and entry.data["oid"] not in known
        and study in entry.data.get("studies", [study])
    ]
    faulty = _faulty(document, written_form(form), codelists, rules)
    kept = [each for each in rules if each["oid"] not in faulty]
    left = tuple(each["oid"] for each in rules if each["oid"] in faulty)
    return Taken(written_form(form), copy.deepcopy(codelists), copy.deepcopy(kept), left)


def _faulty(document: Document, form: dict, codelists: dict, rules: list[dict]) -> set[str]:
    """Return the OIDs of the rules that would be faults of the document with the form in it."""
    tried = document | {
        "forms": [*document["forms"], form],
        "codelists": document["codelists"] | codelists,
        "rules": [*document["rules"], *rules],
    }
    places = (locate(tried, each.file, each.field) for each in check_document(tried).errors)
    return {place.address[1] for place in places if place.address[0] == "rules" and len(place.address) > 1}
