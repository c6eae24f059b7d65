"""What differs between two versions of a study's design, as a list of typed changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from edc.design.codec import encode
from edc.design.items import CodeList, FormDef, ItemDef, Limits, Text
from edc.design.protocol import EligibilityRule, EventDef, RuleDef
from edc.design.study import StudyDesign


class Weight(IntEnum):
    """What a change can do to data that were entered under the older version."""

    WORDS = 0
    SCHEDULE = 1
    CHECKS = 2
    VALUES = 3


@dataclass(frozen=True)
class DesignChange:
    """One difference: what happened (``kind``) to which thing (``about``, ``oid``, ``name``).

    ``kind`` is added, removed, moved, reordered, retired, restored, or the aspect that is another one: text,
    synonyms, type, unit, range, required, shown, formula, codelist, handling, repeating, check, severity,
    window, forms, value. ``forms`` are the OIDs of the forms that it concerns. ``before`` and ``after`` are
    for people; None where there was or is nothing.
    """

    kind: str
    about: str
    oid: str
    name: Text
    weight: Weight
    forms: tuple[str, ...] = ()
    before: Text | None = None
    after: Text | None = None


# Which fields of an item make one aspect, and what another value of it can do to data.
_ITEM_ASPECTS: tuple[tuple[str, Weight, tuple[str, ...]], ...] = (
    ("text", Weight.WORDS, ("label", "hint", "standard", "name")),
    ("type", Weight.VALUES, ("type", "value_type")),
    ("unit", Weight.VALUES, ("unit", "units", "fixed_unit")),
    ("range", Weight.VALUES, ("hard", "soft", "pattern", "max_length")),
    ("required", Weight.VALUES, ("required", "required_when")),
    ("shown", Weight.VALUES, ("show_when",)),
    ("formula", Weight.VALUES, ("value", "formula", "decimals", "filled_by")),
    ("codelist", Weight.VALUES, ("codelist",)),
    ("handling", Weight.CHECKS, ("read_only", "critical", "identifying", "registered_check")),
)
_RULE_ASPECTS = (
    ("check", Weight.CHECKS, ("form", "items", "check", "when", "platform")),
    ("severity", Weight.CHECKS, ("severity",)),
    ("text", Weight.WORDS, ("message", "registered", "decision")),
)
_CRITERION_ASPECTS = (
    ("check", Weight.SCHEDULE, ("category", "rule", "applies_when", "provisional")),
    ("text", Weight.WORDS, ("text", "decision")),
)
_EVENT_ASPECTS = (
    ("text", Weight.WORDS, ("name", "note", "decision")),
    ("window", Weight.SCHEDULE, ("kind", "anchor", "day", "window")),
    ("repeating", Weight.SCHEDULE, ("repeats", "repeat_every_days", "max_repeats")),
)
_FORM_ASPECTS = (
    ("text", Weight.WORDS, ("name", "note", "domain")),
    ("repeating", Weight.VALUES, ("repeats",)),
)
_STUDY_ASPECTS = (
    ("text", Weight.WORDS, ("short_title", "title", "design", "objective", "sponsor", "decisions")),
    (
        "value",
        Weight.WORDS,
        ("registration", "ethics", "recruiting", "execution", "sponsor_institution", "source"),
    ),
    (
        "value",
        Weight.SCHEDULE,
        ("subject_prefix", "index_item", "consent_item", "entry", "settings", "stratification", "coded"),
    ),
)
_PARTS = ("arms", "sites", "imaging", "outcomes", "institutions")


def design_diff(old: StudyDesign, new: StudyDesign) -> tuple[DesignChange, ...]:
    """Return every difference: study, visits, forms with their items, codelists, rules, criteria."""
    return tuple(
        [
            *_aspects("study", old.oid, new.short_title, (old, new), _STUDY_ASPECTS),
            *_other_parts(old, new),
            *_events(old, new),
            *_forms(old, new),
            *_codelists(old, new),
            *_rules(old, new),
            *_criteria(old, new),
        ]
    )


def touched_forms(changes: Iterable[DesignChange], weight: Weight = Weight.CHECKS) -> frozenset[str]:
    """Return the OIDs of the forms of which a change weighs at least so much."""
    return frozenset(oid for each in changes if each.weight >= weight for oid in each.forms)


def _by_oid(things: Iterable[Any]) -> dict[str, Any]:
    return {each.oid: each for each in things}


def _paired(
    about: str, before: Mapping[str, Any], after: Mapping[str, Any], name: Callable[[Any], Text],
    weight: Weight, forms: Callable[[Any], tuple[str, ...]] = lambda thing: (),
) -> Iterator[DesignChange]:  # fmt: skip
    """Yield what is in one of them only."""
    for oid in [each for each in before if each not in after]:
        yield DesignChange("removed", about, oid, name(before[oid]), weight, forms(before[oid]))
    for oid in [each for each in after if each not in before]:
        yield DesignChange("added", about, oid, name(after[oid]), weight, forms(after[oid]))


def _aspects(
    about: str, oid: str, name: Text, pair: tuple[Any, Any],
    aspects: Iterable[tuple[str, Weight, tuple[str, ...]]], forms: tuple[str, ...] = (),
) -> Iterator[DesignChange]:  # fmt: skip
    old, new = pair
    for kind, weight, fields in aspects:
        other = [field for field in fields if getattr(old, field) != getattr(new, field)]
        if other:
            before, after = (_shown(thing, other) for thing in (old, new))
            yield DesignChange(kind, about, oid, name, weight, forms, before, after)


def _shown(thing: Any, fields: list[str]) -> Text | None:
    shown = [told for told in (_told(getattr(thing, field)) for field in fields) if told]
    if not shown:
        return None
    return Text("；".join(each.zh for each in shown), "; ".join(each.en for each in shown))


def _told(value: Any) -> Text | None:
    if value in (None, "", (), {}):
        return None
    if isinstance(value, Text):
        return value
    if isinstance(value, bool):
        return Text("是" if value else "否", "yes" if value else "no")
    if isinstance(value, Limits):
        text = f"{_bound(value.min)} – {_bound(value.max)}"
        return Text(text, text)
    text = _plain(encode(value))
    return Text(text, text)


def _bound(value: float | str | None) -> str:
    return "…" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _plain(data: Any) -> str:
    if isinstance(data, dict):
        return ", ".join(f"{key} {_plain(each)}" for key, each in data.items())
    if isinstance(data, list):
        return ", ".join(_plain(each) for each in data)
    return f"{data:.6g}" if isinstance(data, float) else str(data)


def _other_parts(old: StudyDesign, new: StudyDesign) -> Iterator[DesignChange]:
    for part in _PARTS:
        before, after = (
            {getattr(each, "oid", None) or each.key: each for each in getattr(design, part)}
            for design in (old, new)
        )
        weight = Weight.SCHEDULE if part in ("arms", "imaging", "sites") else Weight.WORDS
        yield from _paired(part, before, after, lambda each: each.name, weight)
        for oid in before.keys() & after.keys():
            if before[oid] != after[oid]:
                yield DesignChange("value", part, oid, after[oid].name, weight)


def _events(old: StudyDesign, new: StudyDesign) -> Iterator[DesignChange]:
    before, after = _by_oid(old.events), _by_oid(new.events)
    yield from _paired("event", before, after, lambda each: each.name, Weight.SCHEDULE)
    for oid in [each for each in after if each in before]:
        yield from _aspects("event", oid, after[oid].name, (before[oid], after[oid]), _EVENT_ASPECTS)
        yield from _event_forms(before[oid], after[oid], old, new)


def _event_forms(
    old: EventDef, new: EventDef, before: StudyDesign, after: StudyDesign
) -> Iterator[DesignChange]:
    planned, later = ({each.form: each for each in event.forms} for event in (old, new))
    for design, oids, kind in (
        (before, [each for each in planned if each not in later], "removed"),
        (after, [each for each in later if each not in planned], "added"),
    ):
        for oid in oids:
            form = design.form(oid).name
            name = Text(f"{new.name.zh}：{form.zh}", f"{new.name.en}: {form.en}")
            yield DesignChange(kind, "visit_form", f"{new.oid} {oid}", name, Weight.SCHEDULE)
    for oid in [each for each in later if each in planned and planned[each] != later[each]]:
        yield DesignChange("forms", "visit_form", f"{new.oid} {oid}", after.form(oid).name, Weight.SCHEDULE)


def _forms(old: StudyDesign, new: StudyDesign) -> Iterator[DesignChange]:
    before, after = _by_oid(old.forms), _by_oid(new.forms)
    yield from _paired("form", before, after, lambda each: each.name, Weight.VALUES, lambda each: (each.oid,))
    for oid in [each for each in after if each in before]:
        yield from _aspects("form", oid, after[oid].name, (before[oid], after[oid]), _FORM_ASPECTS, (oid,))
        yield from _groups(before[oid], after[oid])
        yield from _items(before[oid], after[oid])


def _groups(old: FormDef, new: FormDef) -> Iterator[DesignChange]:
    before, after = _by_oid(old.item_groups), _by_oid(new.item_groups)
    yield from _paired("group", before, after, lambda each: each.name, Weight.WORDS, lambda _each: (new.oid,))
    aspects = (("text", Weight.WORDS, ("name",)), ("repeating", Weight.VALUES, ("repeating",)))
    for oid in [each for each in after if each in before]:
        yield from _aspects("group", oid, after[oid].name, (before[oid], after[oid]), aspects, (new.oid,))


def _items(old: FormDef, new: FormDef) -> Iterator[DesignChange]:
    before, after, here = old.items_by_oid, new.items_by_oid, (new.oid,)
    yield from _paired("item", before, after, lambda each: each.label, Weight.VALUES, lambda _each: here)
    kept = [each for each in after if each in before]
    for oid in kept:
        yield from _aspects("item", oid, after[oid].label, (before[oid], after[oid]), _ITEM_ASPECTS, here)
        yield from _moved(old, new, before[oid], after[oid])
    if kept != [each for each in before if each in after]:
        yield DesignChange("reordered", "form", new.oid, new.name, Weight.WORDS, here)


def _moved(old: FormDef, new: FormDef, before: ItemDef, after: ItemDef) -> Iterator[DesignChange]:
    left, entered = old.group_of[before.name], new.group_of[after.name]
    if left.oid != entered.oid:
        weight = Weight.VALUES if left.repeating or entered.repeating else Weight.WORDS
        yield DesignChange(
            "moved", "item", after.oid, after.label, weight, (new.oid,), left.name, entered.name
        )


def _codelists(old: StudyDesign, new: StudyDesign) -> Iterator[DesignChange]:
    before, after = _by_oid(old.codelists), _by_oid(new.codelists)
    yield from _paired("codelist", before, after, lambda each: each.name, Weight.WORDS)
    for oid in [each for each in after if each in before]:
        if before[oid] != after[oid]:
            yield from _codes(before[oid], after[oid], _forms_using(oid, old, new))


def _forms_using(codelist: str, *designs: StudyDesign) -> tuple[str, ...]:
    used = (form.oid for d in designs for form in d.forms if any(i.codelist == codelist for i in form.items))
    return tuple(dict.fromkeys(used))


def _codes(old: CodeList, new: CodeList, forms: tuple[str, ...]) -> Iterator[DesignChange]:
    before, after = ({each.code: each for each in codelist.items} for codelist in (old, new))
    for code in [each for each in before if each not in after]:
        name = before[code].label
        yield DesignChange("removed", "code", f"{old.oid} {code}", name, Weight.VALUES, forms)
    for code, each in after.items():
        oid = f"{new.oid} {code}"
        if code not in before:
            yield DesignChange("added", "code", oid, each.label, Weight.WORDS, forms)
            continue
        if each.label != before[code].label:
            labels = before[code].label, each.label
            yield DesignChange("text", "code", oid, each.label, Weight.WORDS, forms, *labels)
        if each.retired != before[code].retired:
            kind = "retired" if each.retired else "restored"
            yield DesignChange(kind, "code", oid, each.label, Weight.WORDS, forms)
        if each.synonyms != before[code].synonyms:
            words = (
                Text(text, text) if text else None
                for text in map("; ".join, (before[code].synonyms, each.synonyms))
            )
            yield DesignChange("synonyms", "code", oid, each.label, Weight.WORDS, forms, *words)
    if (old.name, old.external) != (new.name, new.external):
        yield DesignChange("text", "codelist", new.oid, new.name, Weight.WORDS, forms, old.name, new.name)


def _rules(old: StudyDesign, new: StudyDesign) -> Iterator[DesignChange]:
    def asked_on(rule: RuleDef) -> tuple[str, ...]:
        return (rule.form,) if rule.form else ()

    before, after = _by_oid(old.rules), _by_oid(new.rules)
    yield from _paired("rule", before, after, lambda each: each.message, Weight.CHECKS, asked_on)
    for oid in [each for each in after if each in before]:
        forms = tuple(dict.fromkeys((*asked_on(before[oid]), *asked_on(after[oid]))))
        yield from _aspects("rule", oid, after[oid].message, (before[oid], after[oid]), _RULE_ASPECTS, forms)


def _criteria(old: StudyDesign, new: StudyDesign) -> Iterator[DesignChange]:
    before: dict[str, EligibilityRule] = _by_oid(old.eligibility)
    after: dict[str, EligibilityRule] = _by_oid(new.eligibility)
    yield from _paired("criterion", before, after, lambda each: each.text, Weight.SCHEDULE)
    for oid in [each for each in after if each in before]:
        text = after[oid].text
        yield from _aspects("criterion", oid, text, (before[oid], after[oid]), _CRITERION_ASPECTS)
