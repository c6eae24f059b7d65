"""What a person may choose for an item: codes, yes and no, or what the study and the subject offer."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from edc.design.items import ItemDef
from edc.design.search_keys import search_keys
from edc.models import FormInstance, ItemValue, Membership, Role
from edc.safety.terminology import EXTERNAL
from edc.selectors.evaluation import in_language
from edc.web.graded_terms import term_choices

# Up to so many choices stand beside each other; more are searched.
MOST_BESIDE = 7
MOST_IN_SELECT = 40


@dataclass(frozen=True)
class Choice:
    """One choice: its code, its label, the digit that chooses it, what it is found by when typing, and the
    group under which a long list shows it.
    """

    code: str
    label: str
    key: str = ""
    found_by: tuple[str, ...] = ()
    group: str = ""

    @property
    def find(self) -> str:
        return "|".join(self.found_by)


def choices_of(form: FormInstance, item: ItemDef) -> list[Choice]:
    """Return the choices of an item, empty where it has none; open lists offer what is known so far."""
    if item.answer_type == "yes_no":
        yes, no = search_keys("Y", "是", "yes"), search_keys("N", "否", "no")
        return [Choice("Y", _("Yes"), "1", yes), Choice("N", _("No"), "2", no)]
    codelist = form.design_version.design.codelist_of(item)
    if codelist is None:
        return []
    if codelist.external == EXTERNAL:
        return [Choice(code, label, "", found, group) for code, label, group, found in term_choices()]
    if codelist.external:
        return _numbered(_OPEN.get(codelist.external, _none)(form))
    found_by = [search_keys(each.code, each.zh, each.en, *each.synonyms) for each in codelist.offered]
    return _numbered([(each.code, in_language(each.label)) for each in codelist.offered], found_by)


def is_open(form: FormInstance, item: ItemDef) -> bool:
    """Tell whether the item takes codes that no list of the design holds."""
    codelist = form.design_version.design.codelist_of(item)
    return codelist is not None and not codelist.items and codelist.external != EXTERNAL


def _numbered(pairs: list[tuple[str, str]], found_by: list[tuple[str, ...]] | None = None) -> list[Choice]:
    codes = [code for code, _label in pairs]
    digits = codes if all(code.isdecimal() and len(code) == 1 for code in codes) else None
    keys = digits or [str(place) if place <= 9 else "" for place in range(1, len(pairs) + 1)]
    finds = found_by or [search_keys(code, label) for code, label in pairs]
    return [
        Choice(code, label, key, find) for (code, label), key, find in zip(pairs, keys, finds, strict=True)
    ]


def _sites(form: FormInstance) -> list[tuple[str, str]]:
    return [(site.oid, in_language(site.name)) for site in form.design_version.design.sites]


def _people(*roles: str) -> Callable[[FormInstance], list[tuple[str, str]]]:
    def members(form: FormInstance) -> list[tuple[str, str]]:
        here = Membership.objects.filter(Membership.IN_FORCE, study=form.subject.study_id, role__in=roles)
        here = here.filter(site__isnull=True) | here.filter(site=form.subject.site_id)
        people = {each.user.username: str(each.user) for each in here.select_related("user")}
        return sorted(people.items())

    return members


def _criteria(form: FormInstance) -> list[tuple[str, str]]:
    return [(each.oid, in_language(each.text)) for each in form.design_version.design.eligibility]


def _held_in(*names: str) -> Callable[[FormInstance], list[tuple[str, str]]]:
    """Offer what the subject's completed forms hold in the items of these names."""

    def held(form: FormInstance) -> list[tuple[str, str]]:
        oids = [
            item.oid for each in form.design_version.design.forms for item in each.items if item.name in names
        ]
        values = ItemValue.objects.filter(
            form__subject=form.subject_id, item_oid__in=oids, value__isnull=False
        )
        return [(each, "") for each in sorted({str(each) for each in values.values_list("value", flat=True)})]

    return held


def _none(form: FormInstance) -> list[tuple[str, str]]:
    return []


_OPEN: dict[str, Callable[[FormInstance], list[tuple[str, str]]]] = {
    "sites": _sites,
    "users": _people(Role.CRC, Role.INVESTIGATOR, Role.CLINICIAN, Role.MONITOR),
    "readers": _people(Role.RADIOLOGIST),
    "criteria": _criteria,
    "lesions": _held_in("TULNKID"),
    "specimens": _held_in("SPID"),
}
