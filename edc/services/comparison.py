"""Comparing two passes of a form: rows matched by key and content, values in normal form, differences
classified.

Pure: works on form records, {"items": {path: entry}, "rows": {group OID: [row keys]}}, and a design's form.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from edc.design.items import FormDef, ItemDef, ItemGroupDef
from edc.rules.subject_values import item_path
from edc.services.difference import kind_of, raw_text
from edc.services.displacement import displaced

Entry = Mapping[str, object]
Record = Mapping[str, Mapping]
# The canonical form of an entry; equal forms mean that the passes agree. None for an item left empty.
Normal = Callable[[ItemDef, Entry | None], Hashable]


@dataclass(frozen=True)
class Difference:
    """One place where the passes differ; for a row in one pass only the entries are the row's items by
    OID.
    """

    path: str
    kind: str
    first: dict | None
    second: dict | None


@dataclass(frozen=True)
class RowPair:
    """A row of the merged record and its keys in the two passes; None where a pass lacks it."""

    key: str
    first: str | None
    second: str | None


@dataclass(frozen=True)
class Comparison:
    """The differences, in the order of the form, and how the rows of each repeating group belong together."""

    differences: list[Difference] = field(default_factory=list)
    rows: dict[str, list[RowPair]] = field(default_factory=dict)


def compare(form: FormDef, first: Record, second: Record, normal: Normal) -> Comparison:
    """Compare two records of the same form; derived items are not compared, they follow from the others."""
    result = Comparison()
    for group in form.item_groups:
        if group.repeating:
            pairs = match_rows(group, first, second, normal)
            result.rows[group.oid] = pairs
        else:
            pairs = [RowPair("", "", "")]
        found = [each for pair in pairs for each in _pair_differences(group, pair, first, second, normal)]
        moved = _displaced_paths(group, pairs, first, second)
        result.differences.extend(
            replace(each, kind="row_shift") if each.path in moved else each for each in found
        )
    return result


def _pair_differences(
    group: ItemGroupDef, pair: RowPair, first: Record, second: Record, normal: Normal
) -> list[Difference]:
    if pair.first is None or pair.second is None:
        rows = (_row(group, first, pair.first), _row(group, second, pair.second))
        return [Difference(item_path(group.oid, pair.key), "row", *rows)]
    found = []
    for item in compared_items(group):
        one, two = entry_at(first, item.oid, pair.first), entry_at(second, item.oid, pair.second)
        if normal(item, one) != normal(item, two):
            found.append(Difference(item_path(item.oid, pair.key), kind_of(item, one, two), one, two))
    return found


# Values that two places hold alike by chance are rare among these; a choice of two or five says nothing.
_TELLING = frozenset({"integer", "float", "date", "partial_date", "datetime", "text"})


def _displaced_paths(group: ItemGroupDef, pairs: list[RowPair], first: Record, second: Record) -> set[str]:
    """Return the places whose values were entered one item or one row too high or too low.

    Down a row the items of one type are neighbours; across rows the same item in the next one.
    """
    both = [pair for pair in pairs if pair.first is not None and pair.second is not None]
    items = [item for item in compared_items(group) if item.answer_type in _TELLING]
    types = dict.fromkeys(item.answer_type for item in items)
    lines = [[(i, pair) for i in items if i.answer_type == kind] for pair in both for kind in types]
    lines += [[(item, pair) for pair in both] for item in items]
    found: set[str] = set()
    for line in lines:
        ones = [raw_text(entry_at(first, item.oid, pair.first)) or None for item, pair in line]
        twos = [raw_text(entry_at(second, item.oid, pair.second)) or None for item, pair in line]
        found |= {item_path(line[at][0].oid, line[at][1].key) for at in displaced(ones, twos)}
    return found


def compared_items(group: ItemGroupDef) -> list[ItemDef]:
    """Return the items that a person enters."""
    return [item for item in group.items if item.type != "derived"]


def entry_at(record: Record, item_oid: str, row_key: str | None) -> dict | None:
    """Return the entry of an item in a row, None where nothing was entered."""
    entry = record.get("items", {}).get(item_path(item_oid, row_key or ""))
    return dict(entry) if entry else None


def _row(group: ItemGroupDef, record: Record, key: str | None) -> dict | None:
    if key is None:
        return None
    entries = ((item.oid, entry_at(record, item.oid, key)) for item in compared_items(group))
    return {oid: entry for oid, entry in entries if entry}


def filled_places(form: FormDef, comparison: Comparison, first: Record, second: Record) -> dict[str, int]:
    """Return for each item how many places either pass filled, in rows that both passes have."""
    found: dict[str, int] = {}
    for group in form.item_groups:
        pairs = comparison.rows.get(group.oid, [RowPair("", "", "")])
        both = [pair for pair in pairs if pair.first is not None and pair.second is not None]
        for item in compared_items(group):
            sides = ((entry_at(first, item.oid, p.first), entry_at(second, item.oid, p.second)) for p in both)
            filled = sum(_is_filled(one) or _is_filled(two) for one, two in sides)
            found |= {item.oid: filled} if filled else {}
    return found


def wrong_answers(
    form: FormDef, comparison: Comparison, answers: tuple[Record, Record], record: Record, normal: Normal
) -> tuple[dict[str, int], dict[str, int]]:
    """Return for both people how many of their answers the record that holds does not have, by item OID.

    ``comparison`` is that of these answers; rows that one of them or the record lacks are left out.
    """
    wrong: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for group in form.item_groups:
        kept = set(_keys(record, group)) if group.repeating else {""}
        for pair in comparison.rows.get(group.oid, [RowPair("", "", "")]):
            if pair.first not in kept or pair.second is None:
                continue
            for item in compared_items(group):
                held = normal(item, entry_at(record, item.oid, pair.first))
                keys = (pair.first, pair.second)
                pair_of = [entry_at(each, item.oid, key) for each, key in zip(answers, keys, strict=True)]
                if any(map(_is_filled, pair_of)):
                    _add_wrong(wrong, item.oid, [normal(item, each) != held for each in pair_of])
    return wrong


def _add_wrong(counts: tuple[dict[str, int], dict[str, int]], oid: str, wrong: list[bool]) -> None:
    for side, is_wrong in zip(counts, wrong, strict=True):
        if is_wrong:
            side[oid] = side.get(oid, 0) + 1


def _is_filled(entry: Entry | None) -> bool:
    return bool(entry and (entry.get("raw") or entry.get("missing")))


def match_rows(group: ItemGroupDef, first: Record, second: Record, normal: Normal) -> list[RowPair]:
    """Pair the rows of two passes.

    The pairs that have most items in common come first, equal keys breaking ties, so a row that was
    entered in another place finds its partner; rows with nothing in common are paired only under the
    same key.
    """
    ones = {key: _normal_row(group, first, key, normal) for key in _keys(first, group)}
    twos = {key: _normal_row(group, second, key, normal) for key in _keys(second, group)}
    scored = sorted(
        (
            (-_likeness(ones[one], twos[two]), one != two, place)
            for place, (one, two) in enumerate(product(ones, twos))
        )
    )
    places = list(product(ones, twos))
    partner: dict[str, str] = {}
    for score, other_key, place in scored:
        one, two = places[place]
        if one not in partner and two not in partner.values() and (score < 0 or not other_key):
            partner[one] = two
    return _pairs(list(ones), list(twos), partner)


def _keys(record: Record, group: ItemGroupDef) -> list[str]:
    return [str(key) for key in record.get("rows", {}).get(group.oid, [])]


def _normal_row(group: ItemGroupDef, record: Record, key: str, normal: Normal) -> dict[str, Hashable]:
    forms = ((item.oid, normal(item, entry_at(record, item.oid, key))) for item in compared_items(group))
    return {oid: form for oid, form in forms if form is not None}


def _likeness(one: dict[str, Hashable], two: dict[str, Hashable]) -> float:
    """Return the share of filled items that agree, from 0 to 1; two empty rows are alike."""
    oids = one.keys() | two.keys()
    if not oids:
        return 1.0
    return sum(one.get(oid) == two.get(oid) for oid in oids) / len(oids)


def _pairs(ones: list[str], twos: list[str], partner: dict[str, str]) -> list[RowPair]:
    pairs = [RowPair(one, one, partner.get(one)) for one in ones]
    unused = max([0, *(int(key) for key in [*ones, *twos])])
    for two in twos:
        if two not in partner.values():
            key = two if two not in ones else str(unused := unused + 1)
            pairs.append(RowPair(key, None, two))
    return pairs


def merge(
    form: FormDef,
    first: Record,
    second: Record,
    chosen: Mapping[str, dict | None],
    normal: Normal,
    part: FormDef | None = None,
) -> dict:
    """Return the record that holds: the first pass, with each difference replaced by what was chosen
    for its path.

    `chosen` maps the path of every difference to an entry, to a row's entries by item OID, or to None
    (empty, or no such row). `part` is what the second pass asks where that is not the whole form; what it
    does not ask stays as the first pass has it.
    """
    comparison = compare(part or form, first, second, normal)
    asked = frozenset(item.oid for item in (part or form).items)
    items: dict[str, dict] = {}
    rows: dict[str, list[str]] = {}
    for group in form.item_groups:
        pairs = comparison.rows.get(group.oid) or _first_rows(group, first)
        for pair in pairs:
            entries = _merged_row(group, pair, first, chosen, asked)
            if group.repeating and entries is not None:
                rows.setdefault(group.oid, []).append(pair.key)
            items |= {item_path(oid, pair.key): entry for oid, entry in (entries or {}).items() if entry}
    return {"items": items, "rows": rows}


def _first_rows(group: ItemGroupDef, first: Record) -> list[RowPair]:
    """Return the rows of a group that was not compared: those of the first pass, or the one without key."""
    keys = _keys(first, group) if group.repeating else [""]
    return [RowPair(key, key, key) for key in keys]


def _merged_row(
    group: ItemGroupDef, pair: RowPair, first: Record, chosen: Mapping, asked: frozenset[str]
) -> dict | None:
    if pair.first is None or pair.second is None:
        held = chosen.get(item_path(group.oid, pair.key))
        row = _row(group, first, pair.first) or {}
        return None if held is None else {oid: row[oid] for oid in row if oid not in asked} | held
    entries = {}
    for item in compared_items(group):
        path = item_path(item.oid, pair.key)
        entries[item.oid] = chosen[path] if path in chosen else entry_at(first, item.oid, pair.first)
    return entries
