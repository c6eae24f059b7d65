"""The items that make a subject's stratum: each must be there, be answered by a code, and once a form."""

from collections.abc import Iterator

from edc.design.errors import DesignError
from edc.design.library import Entry
from edc.design.used_forms import UsedItem

# In place of an item: the OID of the subject's site.
SITE = "SITE"
CODED = ("code", "yes_no")


def check_stratification(study: Entry, items: dict[str, UsedItem]) -> Iterator[DesignError]:
    """Yield the faults of ``stratification`` in study.yaml; ``items`` are those of the study by OID."""
    for place, oid in enumerate(study.data.get("stratification", [])):
        if oid == SITE:
            continue
        item = items.get(oid)
        kind = item and item.data.get("value_type", item.data["type"])
        if item is None or kind not in CODED or item.repeating:
            yield study.error(
                ("stratification", place),
                f"{oid} 须为本研究的单选或是否项目，且不在重复组中",
                f"{oid} must be an item outside repeating groups, answered by one code or by yes or no.",
            )
