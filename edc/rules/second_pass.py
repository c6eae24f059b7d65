"""What a second pass asks where only chosen items are entered twice.

Pure: works on a design and on the state of a form.
"""

from dataclasses import dataclass, fields, replace

from edc.design.items import FormDef
from edc.design.study import StudyDesign
from edc.rules.book import rule_book
from edc.rules.dependencies import RECORDS, Graph, graph_of
from edc.rules.form_logic import Flag, FormState, Progress
from edc.rules.subject_values import split_path

_DECIDING = ("show", "require")


@dataclass(frozen=True)
class PartState(FormState):
    """The state of those items alone whose OIDs are ``asked``."""

    asked: frozenset[str] = frozenset()


def asked_again(design: StudyDesign, form_oid: str) -> frozenset[str]:
    """Return the OIDs of the items that a second pass asks: those chosen, and those of the same form that
    decide whether one of these is shown or required, also by way of a derived item.
    """
    form, graph = design.form(form_oid), graph_of(rule_book(design))
    found = set(design.items_twice(form_oid))
    while True:
        more = {oid for oid in _deciding(form_oid, graph, found) if oid in form.items_by_oid} - found
        if not more:
            break
        found |= more
    return frozenset(oid for oid in found if form.items_by_oid[oid].type != "derived")


def _deciding(form_oid: str, graph: Graph, found: set[str]) -> set[str]:
    """Return the items read by the rules that show or require an item found, or compute one."""
    rules = {(kind, form_oid, oid) for kind in (*_DECIDING, "derive") for oid in found}
    own = ((item, names) for (form, item), names in graph.inside.items() if form == form_oid)
    return {item for item, names in own if item != RECORDS and not rules.isdisjoint(names)}


def part_of(form: FormDef, oids: frozenset[str]) -> FormDef:
    """Return the form with these items alone; a group that has none of them is left out."""
    groups = (
        replace(group, items=tuple(item for item in group.items if item.oid in oids))
        for group in form.item_groups
    )
    return replace(form, item_groups=tuple(group for group in groups if group.items))


def asked_part(form: FormDef, state: FormState) -> FormDef:
    """Return the part of the form that a state speaks of."""
    return part_of(form, state.asked) if isinstance(state, PartState) else form


def narrowed(form: FormDef, state: FormState, oids: frozenset[str]) -> PartState:
    """Return what the state says of these items; a check that reads another item of the form says nothing."""
    held = {each.name: getattr(state, each.name) for each in fields(FormState)}
    for name, value in held.items():
        if isinstance(value, dict):
            held[name] = {path: each for path, each in value.items() if split_path(path)[0] in oids}
    needed = [path for path, is_needed in held["required"].items() if is_needed]
    filled = sum(not held["readings"][path].is_empty for path in needed)
    others = {f"{form.short_name}.{item.name}" for item in form.items if item.oid not in oids}
    flags = tuple(flag for flag in state.flags if _is_within(flag, oids, others))
    return PartState(**held | {"flags": flags, "progress": Progress(filled, len(needed))}, asked=oids)


def _is_within(flag: Flag, oids: frozenset[str], others: set[str]) -> bool:
    return others.isdisjoint(flag.seen) and all(split_path(path)[0] in oids for path in flag.paths)
