"""The parts of a draft in the reader's words: what a fault, a comment or a change is about, with its link."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from edc.design import editing
from edc.design.items import Text
from edc.design.places import Place, locate
from edc.design.whole import Document
from edc.selectors.evaluation import in_language


@dataclass(frozen=True)
class FaultLine:
    """A fault of a draft: the part in words, the field in it, the message, the address to go to, the cell."""

    part: str
    field: str
    words: str
    address: editing.Address
    cell: str


def fault_lines(document: Document, faults: list[dict[str, Any]]) -> Iterator[FaultLine]:
    """Yield the faults as the draft keeps them, each at its part."""
    for each in faults:
        place = locate(document, each["file"], each["field"])
        words = in_language(Text(each["message_zh"], each["message_en"]))
        yield FaultLine(part_words(document, place), place.rest, words, place.address, each.get("cell", ""))


def part_words(document: Document, place: Place) -> str:
    """Return the part in words: the names of what it stands in, and its own."""
    kind = kinds()[place.address[0]] if place.address[0] in kinds() else place.address[0]
    names = []
    for depth in range(2, len(place.address) + 1):
        try:
            found = editing.element(document, place.address[:depth])
        except editing.NoSuchElement:
            names.append(place.address[depth - 1])
        else:
            names.append(name_of(found) or place.address[depth - 1])
    return " · ".join([str(kind), *names])


def name_of(found: Mapping[str, Any]) -> str:
    """Return the element's name in the reader's language, as far as it has one."""
    text = found.get("name") if isinstance(found.get("name"), dict) else None
    text = text or found.get("label") or found.get("text") or found.get("message")
    if not isinstance(text, dict):
        return ""
    return in_language(Text(text.get("zh") or text.get("en") or "", text.get("en") or text.get("zh") or ""))


def kinds() -> dict[str, str]:
    """Return what the parts of a design are called."""
    return {
        "study": _("Study"),
        "forms": _("Form"),
        "codelists": _("Codelist"),
        "institutions": _("Institution"),
        "sites": _("Site"),
        "events": _("Visit"),
        "eligibility": _("Criterion"),
        "rules": _("Edit check"),
        "imaging": _("Imaging protocol"),
        "outcomes": _("Outcome"),
        "cases": _("Case of a check"),
    }
