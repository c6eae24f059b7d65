"""How the forms of a design are entered: what is named must exist, and each mode must have what it needs."""

from collections.abc import Iterable, Iterator
from typing import Any

from edc.design.errors import DesignError
from edc.design.library import Entry
from edc.design.used_forms import UsedItem

Found = Iterator[DesignError]


def check_entry(study: Entry, events: Iterable[Entry], forms: set[str], items: dict[str, UsedItem]) -> Found:
    """Yield the faults of ``entry`` in study.yaml; ``forms`` are the OIDs used, ``items`` those by OID."""
    entry = study.data["entry"]
    for key in ("forms", "items", "rates"):
        for oid in entry.get(key, {}):
            if oid not in forms:
                yield study.error(
                    ("entry", key, oid),
                    f"本研究不用表单 {oid}，加入 study.yaml 的 uses 或改正",
                    f"The study does not use the form {oid}: add it to uses in study.yaml or correct it.",
                )
    yield from _listed(study, items)
    for oid, modes in sorted(_modes(entry, events, forms).items()):
        yield from _mode_faults(study, oid, modes, items)
    if entry.get("critical_limit", 0.1) > entry.get("limit", 0.5):
        yield study.error(
            ("entry", "critical_limit"),
            "关键项目的界限不得高于全部项目的界限",
            "The limit of critical items must not exceed that of all items.",
        )


def _listed(study: Entry, items: dict[str, UsedItem]) -> Found:
    for form, oids in study.data["entry"].get("items", {}).items():
        for oid in oids:
            item = items.get(oid)
            if item is None or item.form != form or item.data["type"] == "derived":
                yield study.error(
                    ("entry", "items", form),
                    f"{form} 没有可录入的项目 {oid}",
                    f"{form} has no item {oid} that is entered.",
                )


def _modes(entry: dict[str, Any], events: Iterable[Entry], forms: set[str]) -> dict[str, set[str]]:
    """Return for each form the modes in which it is entered anywhere."""
    found = {oid: {entry.get("forms", {}).get(oid, entry["default"])} for oid in forms}
    for event in events:
        for planned in event.data["forms"]:
            if "entry" in planned:
                found.setdefault(planned["form"], set()).add(planned["entry"])
    return found


def _mode_faults(study: Entry, form: str, modes: set[str], items: dict[str, UsedItem]) -> Found:
    entry = study.data["entry"]
    listed = entry.get("items", {}).get(form)
    critical = any(item.form == form and item.data.get("critical") for item in items.values())
    if "items" in modes and not listed and not critical:
        yield study.error(
            ("entry",),
            f"{form} 没有关键项目：在 entry.items 中列出录入两次的项目",
            f"{form} has no critical item: list the items entered twice in entry.items.",
        )
    if "sampled" in modes and "rate" not in entry and form not in entry.get("rates", {}):
        yield study.error(
            ("entry",),
            f"{form} 按抽样录入两次：在 entry.rates 或 entry.rate 中写百分比",
            f"{form} is entered twice by sample: give the percentage in entry.rates or entry.rate.",
        )
