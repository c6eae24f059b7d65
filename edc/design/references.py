"""References and values across the files of a design: what is named must exist, once, and fit."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from edc.design.coded_check import check_coded
from edc.design.entry_check import check_entry
from edc.design.errors import DesignError
from edc.design.items import DATE_TYPES, NUMERIC_TYPES
from edc.design.library import Entry, Library
from edc.design.source_check import check_source
from edc.design.stratum_check import check_stratification
from edc.design.study_files import StudyFiles
from edc.design.used_forms import UsedForms, UsedItem

Found = Iterator[DesignError]


def check_references(folder: str, files: StudyFiles, used: UsedForms, held: Library) -> list[DesignError]:
    """Return every reference to something that is not there, and every value that contradicts another."""
    forms = {form.oid for form in used.forms} | used.missing
    items = {item.data["oid"]: item for item in used.items}
    found = [
        _study(folder, files.whole, forms, items, held),
        check_entry(files.whole, files.events, forms, items),
        check_source(files.whole, forms, items),
        check_stratification(files.whole, items),
        check_coded(files.whole, items),
        _sites(files.sites, held),
        _events(files.events, forms, held, used, items),
        _unplanned(files, used),
        _imaging(files, forms, items, held),
        _rules([*held.rules, *files.rules], forms, items),
        _items(used.items, held),
    ]
    found += [_repeated(entries) for entries in _oid_lists(files)]
    return [error for errors in found for error in errors]


def _oid_lists(files: StudyFiles) -> tuple[list[Entry], ...]:
    return (files.sites, files.events, files.eligibility, files.rules, files.imaging, files.outcomes)


def _repeated(entries: Iterable[Entry]) -> Found:
    first: dict[str, Entry] = {}
    for entry in entries:
        oid = entry.data["oid"]
        if oid in first:
            line = first[oid].source.line(first[oid].place)
            yield entry.error(
                ("oid",),
                f"{oid} 重复，第一次在第 {line} 行",
                f"{oid} is defined twice, first at line {line}.",
            )
        first.setdefault(oid, entry)


def _study(folder: str, study: Entry, forms: set[str], items: dict[str, UsedItem], held: Library) -> Found:
    data = study.data
    if data["oid"] != folder:
        yield study.error(("oid",), f"须与文件夹名一致：{folder}", f"Must equal the folder's name, {folder}.")
    for key in ("index_item", "consent_item"):
        item = items.get(data[key])
        if item is None and not used_form_is_broken(data[key], held):
            yield study.error((key,), f"没有项目 {data[key]}", f"There is no item {data[key]}.")
        elif item is not None and item.data["type"] != "date":
            yield study.error((key,), f"{data[key]} 须为日期项目", f"{data[key]} must be a date item.")
    yield from _study_dates(study)
    sponsor = data.get("sponsor_institution")
    if sponsor and sponsor not in held.institutions and sponsor not in held.broken:
        yield study.error(("sponsor_institution",), *_no_institution(sponsor))


def used_form_is_broken(item_oid: str, held: Library) -> bool:
    """Whether the item's form was left out because of its own faults, which are reported by themselves."""
    return f"FO.{item_oid.split('.')[1]}" in held.broken


def _study_dates(study: Entry) -> Found:
    for key, inner in (
        ("registration", ("date",)),
        ("ethics", ("date",)),
        ("execution", ("from", "to")),
        ("recruiting", ("from", "to")),
    ):
        written = study.data.get(key, {})
        for each in inner:
            if each in written and not _is_day(written[each]):
                yield study.error(
                    (key, each), f"没有这一天：{written[each]}", f"There is no such day: {written[each]}."
                )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _no_form(oid: str) -> tuple[str, str]:
    return (
        f"本研究不用表单 {oid}，加入 study.yaml 的 uses 或改正",
        f"The study does not use the form {oid}: add it to uses in study.yaml or correct it.",
    )


def _no_institution(key: str) -> tuple[str, str]:
    return f"institutions.yaml 中没有 {key}", f"There is no {key} in institutions.yaml."


def _sites(sites: list[Entry], held: Library) -> Found:
    for site in sites:
        key = site.data["institution"]
        if key not in held.institutions and key not in held.broken:
            yield site.error(("institution",), *_no_institution(key))


def _events(
    events: list[Entry], forms: set[str], held: Library, used: UsedForms, items: dict[str, UsedItem]
) -> Found:
    once = {form.oid for form in used.forms if form.repeats == "none"}
    anchors: set[str | None] = {"enrolment", "index", "consent", None}
    planned_once: set[str] = set()
    for event in events:
        yield from _anchor(event, anchors, items, held)
        anchors.add(event.data["oid"])
        for index, planned in enumerate(event.data["forms"]):
            oid, place = planned["form"], ("forms", index, "form")
            if oid not in forms:
                yield event.error(place, *_no_form(oid))
            if oid in once and oid in planned_once:
                yield event.error(
                    place,
                    f"{oid} 每位受试者只填一次，却安排了两次",
                    f"{oid} is filled once a subject, yet planned twice.",
                )
            planned_once.add(oid)
        yield from _twice_in_event(event)


def _anchor(event: Entry, anchors: set[str | None], items: dict[str, UsedItem], held: Library) -> Found:
    """A visit is counted from a day that is known before it: a name, an earlier visit, or an entered date."""
    name = event.data.get("anchor")
    if name in anchors or name in held.broken:
        return
    if not str(name).startswith("IT."):
        yield event.error(
            ("anchor",), f"{name} 须为更早列出的访视", f"{name} must be an event listed earlier."
        )
    elif name not in items:
        if not used_form_is_broken(str(name), held):
            yield event.error(("anchor",), f"没有项目 {name}", f"There is no item {name}.")
    elif items[str(name)].data["type"] not in DATE_TYPES:
        yield event.error(("anchor",), f"{name} 须为日期项目", f"{name} must be a date item.")


def _twice_in_event(event: Entry) -> Found:
    oids = [planned["form"] for planned in event.data["forms"]]
    for index, oid in enumerate(oids):
        if oid in oids[:index]:
            yield event.error(
                ("forms", index, "form"), f"{oid} 在此访视中列了两次", f"{oid} is listed twice in this event."
            )


def _unplanned(files: StudyFiles, used: UsedForms) -> Found:
    planned = {each["form"] for event in files.events for each in event.data["forms"]}
    known = {form.oid for form in used.forms}
    for use in files.uses:
        oid = use.data["form"]
        if oid in known and oid not in planned:
            yield use.error(
                ("form",),
                f"{oid} 未列入任何访视，加入 events.yaml",
                f"{oid} is in no event: add it to events.yaml.",
            )


def _imaging(files: StudyFiles, forms: set[str], items: dict[str, UsedItem], held: Library) -> Found:
    events = {event.data["oid"] for event in files.events} | held.broken
    oids = {each.data["oid"] for each in files.imaging}
    for entry in files.imaging:
        data = entry.data
        if data["form"] not in forms:
            yield entry.error(("form",), *_no_form(data["form"]))
        if data["event"] not in events:
            yield entry.error(("event",), f"没有访视 {data['event']}", f"There is no event {data['event']}.")
        other = data.get("alternative_of", data["oid"])
        anchor = data.get("window", {}).get("anchor", "index")
        for place, name in ((("alternative_of",), other), (("window", "anchor"), anchor)):
            if name not in oids | events | {"enrolment", "index", "consent"}:
                yield entry.error(place, f"没有 {name}", f"There is no {name}.")
        yield from _imaging_codes(entry, items, held)


def _imaging_codes(entry: Entry, items: dict[str, UsedItem], held: Library) -> Found:
    named = {i.data.get("codelist") for i in items.values() if i.form == entry.data["form"]}
    lists = [held.codelists[oid].data.get("items", []) for oid in named if oid in held.codelists]
    codes = {code["code"] for each in lists for code in each}
    thickness = entry.data.get("slice_thickness_max_mm")
    wanted = {"phases": entry.data.get("phases", []), "sequences": entry.data.get("sequences", [])}
    wanted["slice_thickness_max_mm"] = list(thickness) if isinstance(thickness, dict) else []
    for key, values in wanted.items():
        unknown = [value for value in values if value not in codes]
        if unknown and codes:
            shown = ", ".join(unknown)
            yield entry.error(
                (key,),
                f"{entry.data['form']} 的编码表中没有：{shown}",
                f"Not in a codelist of {entry.data['form']}: {shown}.",
            )


def _rules(rules: list[Entry], forms: set[str], items: dict[str, UsedItem]) -> Found:
    for rule in rules:
        if (
            "form" in rule.data
            and rule.data["form"] not in forms
            and not rule.source.name.endswith("library/rules.yaml")
        ):
            yield rule.error(("form",), *_no_form(rule.data["form"]))


def _items(items: list[UsedItem], held: Library) -> Found:
    oids: dict[str, UsedItem] = {}
    names: set[tuple[str, str]] = set()
    for item in items:
        oid, key = item.data["oid"], (item.form, item.data["name"])
        if oid in oids:
            yield item.error(
                "oid",
                f"{oid} 重复，也见于 {oids[oid].form}",
                f"{oid} is defined twice, also in {oids[oid].form}.",
            )
        elif key in names:
            yield item.error(
                "name", f"{key[1]} 在 {item.form} 中重复", f"{key[1]} is used twice in {item.form}."
            )
        oids.setdefault(oid, item)
        names.add(key)
        yield from _item(item, held)


def _item(item: UsedItem, held: Library) -> Found:
    data = item.data
    codelist = data.get("codelist")
    if codelist and codelist not in held.codelists and codelist not in held.broken:
        yield item.error("codelist", f"没有编码表 {codelist}", f"There is no codelist {codelist}.")
    units = [data.get("unit"), *(each["unit"] for each in data.get("units", []))]
    if len(set(units)) < len(units):
        yield item.error("units", "单位重复", "A unit is listed twice.")
    if data.get("required") == "always" and data.get("required_when"):
        yield item.error("required_when", "required 须为 conditional", "required must be conditional.")
    if "pattern" in data and not _is_pattern(data["pattern"]):
        yield item.error("pattern", "不是合法的正则表达式", "Not a valid regular expression.")
    for key in ("hard", "soft"):
        if key in data:
            yield from _limits(item, key, data.get("value_type", data["type"]), data[key])


def _is_pattern(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _limits(item: UsedItem, key: str, kind: str, limits: dict[str, Any]) -> Found:
    bounds = [bound for bound in limits.values() if bound is not None]
    if kind in NUMERIC_TYPES:
        fits = all(isinstance(bound, int | float) for bound in bounds)
    else:
        fits = kind in DATE_TYPES and all(isinstance(b, str) and (b == "today" or _is_day(b)) for b in bounds)
    if not fits:
        yield item.error(
            key,
            "界限须与项目类型一致(数字，或日期/today)",
            "Bounds must fit the item's type: numbers, or days or today.",
        )
    elif len(bounds) == 2 and "today" not in bounds and limits["min"] > limits["max"]:
        yield item.error(key, "min 大于 max", "min exceeds max.")
