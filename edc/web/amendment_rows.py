"""What a rehearsal's pages and its workbook show: effects by kind and site, and each effect in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.models import FormInstance, ItemValue, Rehearsal, RehearsalLine, Site
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import in_language
from edc.selectors.subject_state import place_of
from edc.services.amendment.carry import read_anew
from edc.services.amendment.effects import KINDS, MISSING_RULE, UNREADABLE_RULE
from edc.web.unit_words import unit_words
from edc.web.value_text import missing_label, value_text

# What a reader must weigh before the rest.
HEAVY = frozenset(
    {
        "value_dropped",
        "value_unreadable",
        "value_missing",
        "value_out_of_range",
        "signature_broken",
        "sdv_broken",
    }
)

# The platform's own checks; those of the design are named by their OIDs, as its pages name them.
RULES: dict[str, Promise] = {
    "hard_limit": _("Outside the possible values"),
    "soft_limit": _("Outside the expected values"),
    MISSING_RULE: _("Asked for by the new version"),
    UNREADABLE_RULE: _("Not possible in the new version"),
}
# What happens to a value that somebody entered; it is read where it stands, never kept with the rehearsal.
OF_ENTERED = frozenset(
    {"value_dropped", "value_unreadable", "value_converted", "value_hidden", "value_out_of_range"}
)


@dataclass(frozen=True)
class KindRow:
    """One kind of effect with its number at each site, in the order of the sites, and over them."""

    kind: str
    label: str
    numbers: list[int]
    total: int
    heavy: bool


@dataclass(frozen=True)
class EffectRow:
    """One effect on one subject, in the reader's language."""

    subject: str
    site: str
    label: str
    where: str
    item: str
    oid: str
    rule: str
    before: str
    after: str
    url: str


def kind_rows(counts: dict[str, dict[str, int]], sites: Iterable[Site]) -> list[KindRow]:
    """Return the kinds of which there is any at these sites."""
    found = []
    of_sites = [counts.get(str(site.pk), {}) for site in sites]
    for kind, label in KINDS.items():
        numbers = [each.get(kind, 0) for each in of_sites]
        if any(numbers):
            found.append(KindRow(kind, str(label), numbers, sum(numbers), kind in HEAVY))
    return found


def subjects_at(counts: dict[str, dict[str, int]], sites: Iterable[Site]) -> list[int]:
    """Return how many subjects were rehearsed at each site."""
    return [counts.get(str(site.pk), {}).get("subjects", 0) for site in sites]


def effect_rows(
    lines: Iterable[RehearsalLine], rehearsal: Rehearsal, kind: str = "", *, values: bool = False
) -> Iterator[EffectRow]:
    """Yield the effects of these lines, of one kind where one is named.

    With `values`, for a page whose reader sees those of the lines' sites, what was entered stands beside what
    happens to it, as it is, until it is migrated.
    """
    versions = {each.pk: each.design for each in rehearsal.study.design_versions.order_by("-number")}
    designs = [rehearsal.design_version.design, *versions.values()]
    lines = list(lines)
    subjects = [line.subject_id for line in lines]
    forms = FormInstance.objects.filter(subject__in=subjects).select_related("event")
    places = {(each.subject_id, place_of(each)): each.pk for each in forms}
    is_told = values and not hasattr(rehearsal, "migration")
    texts = _texts(subjects, versions, designs[0]) if is_told else {}
    for line in lines:
        for effect in line.effects:
            if kind in ("", effect["kind"]):
                form = places.get((line.subject_id, effect["place"]))
                told = texts.get((form or 0, effect.get("path", "")), _Texts())
                yield _row(line, effect, designs, form, told)


@dataclass(frozen=True)
class _Texts:
    """What was entered in words, as its version reads it and as the new one will."""

    before: str = ""
    after: str = ""


def _texts(
    subjects: list[int], versions: dict[int, StudyDesign], new: StudyDesign
) -> dict[tuple[int, str], _Texts]:
    """Return by form and path what was entered and is final, in words."""
    held = ItemValue.objects.filter(form__subject__in=subjects, derived=False).select_related("form")
    return {
        (each.form_id, each.path): _text(each, versions[each.form.design_version_id], new) for each in held
    }


def _text(held: ItemValue, old: StudyDesign, new: StudyDesign) -> _Texts:
    item = old.item(held.item_oid)
    if held.missing:
        before = missing_label(held.missing)
    else:
        before = _with_standard(old, item, held.value, held.unit, held.standard_value)
    try:
        after = new.item(held.item_oid)
    except KeyError:
        return _Texts(before)
    return _Texts(before, _read_by(held, item, after, new))


def _read_by(held: ItemValue, old: ItemDef, new: ItemDef, design: StudyDesign) -> str:
    """Return in words how the new version reads the entry; empty where it cannot."""
    raw = sorted(held.value) if isinstance(held.value, list) else held.raw
    entry = {"raw": raw, "unit": held.unit or None, "missing": held.missing or None}
    reading = read_anew(entry, old, new, design, timezone.localdate())
    if reading.missing:
        return missing_label(reading.missing)
    return _with_standard(design, new, reading.value, reading.unit, reading.standard_value)


def _with_standard(
    design: StudyDesign, item: ItemDef, value: object, unit: str | None, standard: object
) -> str:
    """Return a value in words, with what it is in the item's own unit where that is another."""
    text = value_text(design, item, value, unit)
    if text and unit and item.unit and unit != item.unit and standard is not None:
        return f"{text} ≈ {_shortened(str(standard))} {unit_words(item.unit)}"
    return text


def _shortened(number: str) -> str:
    """Return a decimal number with four digits that count, without an exponent."""
    held = Decimal(number)
    return f"{held.round_to_integral_value() if abs(held) >= 1000 else Decimal(f'{held:.4g}'):f}"


def _row(
    line: RehearsalLine, effect: dict, designs: list[StudyDesign], form: int | None, held: _Texts
) -> EffectRow:
    path, kind, rule = effect.get("path", ""), effect["kind"], effect.get("rule", "")
    url = reverse("form-entry", args=[form]) + (f"?item={path}" if path else "") if form else ""
    entered = held.before if kind in OF_ENTERED else ""
    becomes = held.after if kind in ("value_out_of_range", "value_converted") else ""
    return EffectRow(
        line.subject.subject_key, line.site.oid, str(KINDS[kind]), _where(effect["place"], designs),
        _item(path, designs), path, str(RULES.get(rule, rule)), effect.get("before", entered),
        effect.get("after", becomes), url,
    )  # fmt: skip


def _where(place: str, designs: list[StudyDesign]) -> str:
    """Return the names of the visit and the form, with their numbers from the second on."""
    words = []
    for part in place.split(" "):
        oid, number = split_path(part)
        name = _name(oid, designs)
        words.append(f"{name} {number}" if number not in (None, "1") else name)
    return " · ".join(words)


def _name(oid: str, designs: list[StudyDesign]) -> str:
    for design in designs:
        for thing in (*design.events, *design.forms):
            if thing.oid == oid:
                return in_language(thing.name)
    return oid


def _item(path: str, designs: list[StudyDesign]) -> str:
    oid, row = split_path(path)
    for design in designs:
        try:
            label = in_language(design.item(oid).label)
        except KeyError:
            continue
        return f"{label} ({row})" if row else label
    return oid
