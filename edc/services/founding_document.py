"""The document of a study to be founded: its faults, those against the platform's institutions too."""

from collections.abc import Iterator
from typing import Any

from edc.design.codelist_life import synonym_faults
from edc.design.errors import DesignError
from edc.design.whole import Checked, Document, check_document
from edc.models import Institution
from edc.services.design_limits import length_faults


def known_institutions() -> dict[str, dict[str, Any]]:
    """Return the platform's institutions by key, as a document has them."""
    return {
        each.key: {"name": {"zh": each.name_zh, "en": each.name_en}, "aliases": each.aliases}
        for each in Institution.objects.all()
    }


def checked_founding(document: Document) -> tuple[Checked, list[DesignError]]:
    """Return the document as far as it compiles, and every fault in order."""
    checked = check_document(document)
    others = (*synonym_faults(document["codelists"]), *length_faults(document), *_taken_keys(document))
    return checked, sorted({*checked.errors, *others})


def _taken_keys(document: Document) -> Iterator[DesignError]:
    """Yield the institutions of sites whose key another hospital has on the platform."""
    known = known_institutions()
    used = {each.get("institution") for each in document["sites"] if isinstance(each, dict)}
    for key, each in document["institutions"].items():
        held, name = known.get(key), (each.get("name") or {}).get("zh")
        if held and key in used and name not in (held["name"]["zh"], *held["aliases"]):
            zh = f"键 {key} 已属于“{held['name']['zh']}”：再保存一次事实，中心会得到另一个键"
            en = f"The key {key} is that of {held['name']['en']}: keep the facts once more for another key."
            yield DesignError("institutions", 1, f"{key}.name", zh, en)
