"""Values to code, what they are coded to, and the terms to choose from."""

from collections.abc import Iterable, Mapping

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Length

from edc import access
from edc.coding.terms import key_of
from edc.models import (
    CodedItem,
    Coding,
    Dictionary,
    DictionaryTerm,
    FormInstance,
    ItemValue,
    Site,
    Study,
    User,
)
from edc.row_security import every_site
from edc.selectors.owed import LEFT
from edc.selectors.visible import values_visible_to

CODES = "resolve_disagreement"
APPROVES = (CODES, "sign_form")
IN_STATE = {
    "open": Q(coding=None),
    "proposed": Q(coding__isnull=False, approved=False),
    "approved": Q(approved=True),
    "left": Q(approved=False),
}
MOST_FOUND = 30


def codings_visible_to(actor: User | None) -> QuerySet[Coding]:
    """Return the codings in force at the sites where the actor codes or approves."""
    sites = access.sites_for(actor, *APPROVES)
    found = Coding.objects.filter(form__subject__site__in=sites, ended_at=None)
    return found.select_related("form__subject__site", "form__subject__study", "term__dictionary", "coder")


def coded_items(study: Study) -> dict[str, CodedItem]:
    """Return the items of the study that are coded, by OID."""
    return {each.item_oid: each for each in study.coded_items.select_related("dictionary")}


def with_coding(values: QuerySet[ItemValue]) -> QuerySet[ItemValue]:
    """Return those of the values that ask for a code, each with its `coding` in force and whether approved.

    A coding given to other words than the value has now does not count.
    """
    asks = CodedItem.objects.filter(item_oid=OuterRef("item_oid"), study=OuterRef("form__subject__study"))
    held = Coding.objects.filter(
        form=OuterRef("form"), item_oid=OuterRef("item_oid"), row_key=OuterRef("row_key"),
        verbatim=OuterRef("raw"), ended_at=None,
    )  # fmt: skip
    found = values.filter(Exists(asks), missing="").exclude(raw="")
    found = found.filter(form__status__in=FormInstance.FINAL).exclude(form__subject__status__in=LEFT)
    return found.annotate(
        coding=Subquery(held.values("pk")[:1]), approved=Exists(held.filter(approved_at__isnull=False))
    )


def in_state(values: QuerySet[ItemValue], state: str) -> QuerySet[ItemValue]:
    """Return the values that are `open`, `proposed`, `approved`, or `left`: open or proposed."""
    return values.filter(IN_STATE.get(state, Q()))


def values_to_code(actor: User | None) -> QuerySet[ItemValue]:
    """Return the values that ask for a code, coded or not, at the sites where the actor codes or approves."""
    sites = access.sites_for(actor, *APPROVES)
    return with_coding(values_visible_to(actor).filter(form__subject__site__in=sites))


def queue(actor: User, study: Study, site: Site | None, asked: Mapping[str, str]) -> QuerySet[ItemValue]:
    """Return the values to code that the actor may code or approve; `asked` narrows them as lists do."""
    found = values_to_code(actor).filter(form__subject__study=study)
    if site is not None:
        found = found.filter(form__subject__site=site)
    for name, lookup in (
        ("site", "form__subject__site__oid"),
        ("form", "form__form_oid"),
        ("item", "item_oid"),
    ):
        if asked.get(name):
            found = found.filter(**{lookup: asked[name]})
    text = asked.get("q", "").strip()
    if text:
        found = found.filter(Q(form__subject__subject_key__icontains=text) | Q(raw__icontains=text))
    return found.order_by("form__subject__subject_key", "form__event__ordinal", "pk")


def search_terms(dictionary: Dictionary, text: str) -> list[DictionaryTerm]:
    """Return the terms found by name in either language, by pinyin or by code, the nearest first."""
    key = key_of(text)
    if not key:
        return []
    found = dictionary.terms.filter(current=True)
    for word in key.split():
        found = found.filter(Q(search__contains=word) | Q(code__iexact=word))
    exact = Q(key_zh=key) | Q(key_en=key) | Q(code__iexact=key)
    begins = Q(key_zh__startswith=key) | Q(key_en__startswith=key)
    near = Case(When(exact, then=Value(0)), When(begins, then=Value(1)), default=Value(2),
                output_field=IntegerField())  # fmt: skip
    return list(found.annotate(near=near).order_by("near", Length("search"), "pk")[:MOST_FOUND])


def exact_terms(dictionary: Dictionary, keys: Iterable[str]) -> dict[str, DictionaryTerm]:
    """Return by key the one current term whose name in either language is equal; none where there are two."""
    wanted = list(set(keys))
    found: dict[str, dict[int, DictionaryTerm]] = {}
    for start in range(0, len(wanted), 400):
        some = wanted[start : start + 400]
        rows = dictionary.terms.filter(Q(key_zh__in=some) | Q(key_en__in=some), current=True)
        for term in rows:
            for key in {term.key_zh, term.key_en} - {""}:
                found.setdefault(key, {})[term.pk] = term
    return {key: next(iter(terms.values())) for key, terms in found.items() if len(terms) == 1}


def memory_of(study: Study, dictionary: Dictionary) -> dict[str, DictionaryTerm]:
    """Return by key the term that the study's approved codings agree on, as this version has it.

    Codings of every site count: the words alone say nothing of a subject that the term does not say.
    """
    codes: dict[str, set[str]] = {}
    with every_site("the study's memory of coded words"):
        held = Coding.objects.filter(
            form__subject__study=study, term__dictionary__kind=dictionary.kind, approved_at__isnull=False,
            ended_at=None,
        )  # fmt: skip
        if dictionary.kind == Dictionary.Kind.OTHER:  # two of this kind need have nothing in common
            held = held.filter(term__dictionary=dictionary)
        for verbatim, code in held.values_list("verbatim", "term__code").iterator():
            codes.setdefault(key_of(verbatim), set()).add(code)
    agreed = {key: next(iter(each)) for key, each in codes.items() if len(each) == 1}
    terms = dictionary.terms.filter(code__in=set(agreed.values()), current=True)
    by_code = {term.code: term for term in terms}
    return {key: by_code[code] for key, code in agreed.items() if code in by_code}


def uncoded_forms(forms: QuerySet[FormInstance], group: str) -> dict[object, int]:
    """Return how many of the forms hold a value without an approved code, by the place `group` names."""
    values = in_state(with_coding(ItemValue.objects.filter(form__in=forms)), "left")
    found: dict[object, int] = {}
    pairs = values.order_by().values_list("form", F(group_of(group))).distinct()
    for _form, place in pairs:
        found[place] = found.get(place, 0) + 1
    return found


def group_of(group: str) -> str:
    """Return the name of a form's place as its values reach it."""
    return "form" if group == "pk" else f"form__{group}"
