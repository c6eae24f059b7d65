"""Generated subjects of any study design: every form of every visit filled with values it allows."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.design.values import read_value
from edc.exchange.record import Event, Form, Subject, Value

BEGIN = date(2026, 6, 1)
TEXTS = ("见报告", "右叶 S6 结节", "stable, no complaint", 'a < b & c > d "q"', "未见异常")
MISSING = ("ND", "UNK", "NA", "NE")
MISSING_SHARE = 0.08


def generated_subject(
    design: StudyDesign, site: str, number: int, *, fullness: float = 1.0, number_of_design: int = 1
) -> Subject:
    """Return a subject with every planned form, each left out with 1 - fullness; reproducible."""
    chance = random.Random(f"{design.oid} {site} {number}")
    start = BEGIN + timedelta(days=chance.randrange(300))
    events, count = [], 0
    for place, event in enumerate(design.events):
        day = (start + timedelta(days=14 * place)).isoformat()
        forms = []
        for planned in event.forms:
            if chance.random() > fullness:
                continue
            count += 1
            forms.append(_form(design, planned.form, count, day, chance, number_of_design))
        events.append(Event(event.oid, 1, day, day, "held", "", tuple(forms)))
    key = f"{design.subject_prefix}-{site}-{number:04d}"
    return Subject(key, site, "enrolled", "", True, start.isoformat(), tuple(events))


def _form(design: StudyDesign, oid: str, count: int, day: str, chance: random.Random, version: int) -> Form:
    definition = design.form(oid)
    values = []
    for group in definition.item_groups:
        for row_key in ("1", "3") if group.repeating else ("",):
            filled = (_value(design, item, row_key, day, chance) for item in group.items)
            values += [value for value in filled if value is not None]
    return Form(count, oid, 1, "complete", "double", version, "0" * 64, tuple(values))


def _value(design: StudyDesign, item: ItemDef, row_key: str, day: str, chance: random.Random) -> Value | None:
    stamp = f"{day}T08:00:00+00:00"
    if item.type != "derived" and chance.random() < MISSING_SHARE:
        code = chance.choice(MISSING)
        return Value(item.oid, row_key, None, code, "", "", None, False, "", "entry-1", stamp)
    raw, unit = _raw(design, item, day, chance)
    if raw is None:
        return None
    if item.type == "derived":
        held = read_value(item, raw, codelist=design.codelist_of(item))
        formula = f"{item.formula.name} {item.formula.version}" if item.formula else ""
        return Value(item.oid, row_key, held.value, "", "", "", held.value, True, formula, "", stamp)
    read = read_value(item, raw, unit, codelist=design.codelist_of(item))
    text = raw if isinstance(raw, str) else "|".join(raw)
    return Value(
        item.oid, row_key, read.value, "", text, read.unit or "", read.standard_value, False, "",
        "entry-1", stamp,
    )  # fmt: skip


def _raw(design: StudyDesign, item: ItemDef, day: str, chance: random.Random) -> tuple[Any, str | None]:
    codes = [code.code for code in (design.codelist_of(item).offered if item.codelist else ())]
    kind = item.answer_type
    if kind == "yes_no":
        return chance.choice("YN"), None
    if kind in ("code", "multi"):
        if not codes:
            return None, None
        return (
            sorted(chance.sample(codes, min(2, len(codes)))) if kind == "multi" else chance.choice(codes)
        ), None
    if kind in ("integer", "float"):
        return _number(item, chance)
    if item.is_date:
        return {"partial_date": day[:7], "datetime": f"{day} 09:30"}.get(kind, day), None
    return (None if item.pattern else chance.choice(TEXTS)[: item.max_length or 200]), None


def _number(item: ItemDef, chance: random.Random) -> tuple[str, str | None]:
    limits = item.soft or item.hard
    low = float(limits.min) if limits and limits.min is not None else 1.0
    high = float(limits.max) if limits and limits.max is not None else low + 50
    value = low + (high - low) * chance.random()
    text = str(int(value)) if item.answer_type == "integer" else f"{value:.2f}"
    return text, item.unit


def generated_subjects(design: StudyDesign, sites: list[str], each: int, **more: Any) -> Iterator[Subject]:
    """Yield so many subjects for each site."""
    for site in sites:
        for number in range(1, each + 1):
            yield generated_subject(design, site, number, **more)
