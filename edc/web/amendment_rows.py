"""What a rehearsal's pages and its workbook show: effects by kind and site, and each effect in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from edc.design.study import StudyDesign
from edc.models import FormInstance, Rehearsal, RehearsalLine, Site
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import in_language
from edc.selectors.subject_state import place_of
from edc.services.amendment.effects import KINDS

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


def effect_rows(lines: Iterable[RehearsalLine], rehearsal: Rehearsal, kind: str = "") -> Iterator[EffectRow]:
    """Yield the effects of these lines, of one kind where one is named."""
    designs = [rehearsal.design_version.design]
    designs += [version.design for version in rehearsal.study.design_versions.order_by("-number")]
    lines = list(lines)
    forms = FormInstance.objects.filter(subject__in=[line.subject_id for line in lines])
    places = {(each.subject_id, place_of(each)): each.pk for each in forms.select_related("event")}
    for line in lines:
        for effect in line.effects:
            if kind in ("", effect["kind"]):
                yield _row(line, effect, designs, places.get((line.subject_id, effect["place"])))


def _row(line: RehearsalLine, effect: dict, designs: list[StudyDesign], form: int | None) -> EffectRow:
    path = effect.get("path", "")
    url = reverse("form-entry", args=[form]) + (f"?item={path}" if path else "") if form else ""
    return EffectRow(
        line.subject.subject_key, line.site.oid, str(KINDS[effect["kind"]]), _where(effect["place"], designs),
        _item(path, designs), path, effect.get("rule", ""), effect.get("before", ""),
        effect.get("after", ""), url,
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
