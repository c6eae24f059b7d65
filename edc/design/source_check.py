"""The master records that a study declares: what is named must be used, and be typed in by people."""

from collections.abc import Iterator

from edc.design.errors import DesignError
from edc.design.library import Entry
from edc.design.used_forms import UsedItem


def check_source(study: Entry, forms: set[str], items: dict[str, UsedItem]) -> Iterator[DesignError]:
    """Yield the faults of ``source`` in study.yaml; ``forms`` are the OIDs used, ``items`` those by OID."""
    source = study.data.get("source", {})
    for oid in source.get("forms", {}):
        if oid not in forms:
            yield study.error(
                ("source", "forms", oid),
                f"本研究不用表单 {oid}，加入 study.yaml 的 uses 或改正",
                f"The study does not use the form {oid}: add it to uses in study.yaml or correct it.",
            )
    for oid in source.get("items", {}):
        item = items.get(oid)
        if item is None or item.data["type"] == "derived":
            yield study.error(
                ("source", "items", oid),
                f"没有可录入的项目 {oid}",
                f"There is no item {oid} that is entered.",
            )
