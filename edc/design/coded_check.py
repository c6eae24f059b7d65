"""The items that a study codes with a dictionary: each must be there and hold free text."""

from collections.abc import Iterator

from edc.design.errors import DesignError
from edc.design.library import Entry
from edc.design.used_forms import UsedItem

CODED_TYPES = ("text", "long_text")


def check_coded(study: Entry, items: dict[str, UsedItem]) -> Iterator[DesignError]:
    """Yield the faults of ``coded`` in study.yaml; ``items`` are those of the study by OID."""
    for oid in study.data.get("coded", {}):
        item = items.get(oid)
        if item is None or item.data["type"] not in CODED_TYPES:
            yield study.error(
                ("coded", oid),
                f"没有自由文本项目 {oid}",
                f"There is no item {oid} of free text.",
            )
