"""The cases that a study's rules ship with: read, and true to the forms they fill."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from edc.design.errors import DesignError
from edc.design.items import Text
from edc.design.library import Entry
from edc.design.protocol import CaseRecord, RuleCase
from edc.design.study import StudyDesign
from edc.design.values import read_value

_ABOUT = ("form", "event", "day", "sequence", "rows")
Values = dict[str, str | int | list[str]]


def with_cases(
    design: StudyDesign, shared: list[Entry], own: list[Entry]
) -> tuple[StudyDesign, list[DesignError]]:
    """Return the design with the cases of its rules, and the faults of the cases.

    A shared case stays out of a study that it does not name or that lacks the rule, a form or an item of it;
    in a study's own cases each of these is a fault.
    """
    rules = {rule.oid for rule in design.rules} | {each.oid for each in design.eligibility}
    errors: list[DesignError] = []
    kept: list[RuleCase] = []
    for entry in [*shared, *own]:
        if design.oid not in entry.data.get("studies", [design.oid]):
            continue
        faults = list(_faults(design, rules, entry))
        if any(is_lack for is_lack, _fault in faults) and entry in shared:
            continue
        errors += [fault for _is_lack, fault in faults]
        if not faults:
            kept.append(rule_case(entry.data))
    return replace(design, cases=tuple(kept)), errors


def rule_case(data: dict[str, Any]) -> RuleCase:
    """Return the case of an element of ``cases.yaml``."""
    filled = case_record(data["filled"]) if "filled" in data else None
    others = tuple(case_record(each) for each in data.get("others", ()))
    more: dict[str, Any] = {"today": data["today"]} if "today" in data else {}
    if "note" in data:
        more["note"] = Text(data["note"]["zh"], data["note"]["en"])
    return RuleCase(data.get("check") or data["criterion"], data.get("says", ""), filled, others, **more)


def case_record(data: dict[str, Any]) -> CaseRecord:
    """Return the record of a case: item names beside ``form``, ``event``, ``day``, ``sequence``, ``rows``."""
    about = {key: data[key] for key in ("event", "day", "sequence") if key in data}
    values = {name: value for name, value in data.items() if name not in _ABOUT}
    return CaseRecord(data["form"], values, tuple(data.get("rows", ())), **about)


def _faults(design: StudyDesign, rules: set[str], entry: Entry) -> Iterator[tuple[bool, DesignError]]:
    """Yield each fault, and whether it is a lack of the study."""
    oid = entry.data.get("check") or entry.data["criterion"]
    if oid not in rules:
        yield True, entry.error((), f"没有规则 {oid}", f"There is no rule {oid}.")
    given = [("filled",)] if "filled" in entry.data else []
    places: list[tuple[Any, ...]] = [
        *given,
        *(("others", n) for n in range(len(entry.data.get("others", ())))),
    ]
    for place in places:
        data = entry.data[place[0]] if len(place) == 1 else entry.data["others"][place[1]]
        yield from _record_faults(design, entry, place, case_record(data))


def _record_faults(
    design: StudyDesign, entry: Entry, place: tuple[Any, ...], record: CaseRecord
) -> Iterator[tuple[bool, DesignError]]:
    form = next((each for each in design.forms if each.oid == f"FO.{record.form}"), None)
    if form is None:
        yield True, entry.error(place, f"没有表单 {record.form}", f"There is no form {record.form}.")
        return
    inside = form.repeating_names
    everything = [(record.values, False), *((row, True) for row in record.rows)]
    for values, in_row in everything:
        for name, value in values.items():
            item = form.items_by_name.get(name)
            if item is None or (name in inside) != in_row:
                zh = f"{record.form} 此处没有项目 {name}"
                yield True, entry.error(place, zh, f"{record.form} has no item {name} here.")
                continue
            # A derived item may be given a value of any kind: it stands for one computed elsewhere.
            raw = value if isinstance(value, list) else str(value)
            reading = read_value(item, raw, codelist=design.codelist_of(item))
            if item.type != "derived" and reading.value is None:
                zh = f"{name} 不能是 {value}"
                yield False, entry.error(place, zh, f"{name} cannot be {value}.")
