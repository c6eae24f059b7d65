"""What has to be verified against the source: item by item of a form, and as numbers and lists of forms."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from edc import access, audit
from edc.design.items import ItemDef
from edc.models import (
    FormInstance,
    FormVerificationDue,
    ItemValue,
    ItemVerification,
    Query,
    Site,
    Stream,
    Study,
    Subject,
    User,
    VerificationDraw,
    VerificationPlan,
)
from edc.selectors import subject_counts
from edc.selectors.owed import LEFT
from edc.selectors.visible import forms_visible_to, sites_of

ELECTRONIC = (Stream.IMPORT, Stream.DEVICE, Stream.MODEL)
NUMBERS = 10_000


def draw_number(seed: str, subject_key: str) -> int:
    """Return the number from 0 to 9999 that the seed gives a subject: the same on every machine and day."""
    return int(hashlib.sha256(f"{seed}:{subject_key}".encode()).hexdigest(), 16) % NUMBERS


def plan_for(form: FormInstance) -> VerificationPlan | None:
    """Return the plan that a form follows: the latest begun on its visit's day, the site's own before the
    study's; None before any plan, when everything is verified.
    """
    plans = VerificationPlan.objects.filter(study=form.subject.study_id, starts_on__lte=visit_day(form))
    own = plans.filter(site=form.subject.site_id).first()
    return own or plans.filter(site__isnull=True).first()


def visit_day(form: FormInstance) -> date:
    """Return the day by which a form's plan is found: held, else planned, else the subject's first day."""
    event = form.event
    return event.held_on or event.planned_date or timezone.localdate(form.subject.created_at)


def ordinal_of(subject: Subject) -> int:
    """Return the subject's place among its site's subjects, from 1."""
    return Subject.objects.filter(site=subject.site_id, pk__lte=subject.pk).count()


@dataclass(frozen=True)
class VerifiableItem:
    """One value of a form: whether it needs comparison with its source, and its mark."""

    item: ItemDef
    value: ItemValue
    required: bool
    transferred: bool
    mark: ItemVerification | None
    broken: ItemVerification | None

    @property
    def path(self) -> str:
        return self.value.path

    @property
    def left(self) -> bool:
        return self.required and self.mark is None


def value_digest(value: ItemValue) -> str:
    """Return the hash of what a monitor compares: the value, its unit, its missing code."""
    return audit.digest([value.value, value.unit, value.missing, value.raw])


def verifiable_items(form: FormInstance, draw: VerificationDraw | None) -> list[VerifiableItem]:
    """Return the form's entered values in the order of the form, with what the plan asks of each.

    `draw` is the subject's under the form's plan, None without a plan. Derived values are nobody's entry.
    """
    definition = form.design_version.design.form(form.form_oid)
    order = {item.oid: place for place, item in enumerate(definition.items)}
    marks: dict[str, ItemVerification] = {}
    broken: dict[str, ItemVerification] = {}
    for mark in form.item_verifications.select_related("verifier", "broken_by").order_by("pk"):
        (broken if mark.broken_at else marks)[mark.path] = mark
    found = []
    for value in form.values.filter(derived=False):
        item = definition.items_by_oid.get(value.item_oid)
        if item is None or item.type == "derived":
            continue
        transferred = item.read_only or value.source_stream in ELECTRONIC
        sampled = draw is None or draw.why != VerificationDraw.Why.LEFT_OUT
        required = not transferred and (item.critical or sampled)
        path = value.path
        found.append(VerifiableItem(item, value, required, transferred, marks.get(path), broken.get(path)))
    return sorted(found, key=lambda each: (order[each.item.oid], each.value.row_key.zfill(10)))


def queried_paths(form: FormInstance) -> set[str]:
    """Return the paths of the items that anybody ever asked about."""
    return set(form.queries.exclude(origin=Query.Origin.EDIT_CHECK).values_list("path", flat=True))


SHOWS: dict[str, Q] = {
    "due": Q(left__gt=0),
    "critical": Q(critical_left__gt=0),
    "broken": Q(broken__gt=0, left__gt=0),
    "begun": Q(verified__gt=0),
    "done": Q(left=0, required__gt=0),
    "transferred": Q(transferred__gt=0),
    "all": Q(),
}
# The names under which the database keeps their numbers.
KEPT_AS = {show: show for show in SHOWS} | {"all": "verifiable"}
ITEMS = ("required", "verified", "left", "critical_left", "transferred")
ORDERS = {
    "subject": ("form__subject__subject_key", "form__event__ordinal", "form__ordinal", "pk"),
    "oldest": ("form__status_changed_at", "pk"),
    "critical": ("-critical_left", "-left", "pk"),
}


def completed_visible_to(actor: User | None) -> QuerySet[FormInstance]:
    """Return the completed forms whose data the actor sees."""
    sites = access.sites_for(actor, "view_data")
    return forms_visible_to(actor).filter(subject__site__in=sites, status__in=FormInstance.FINAL)


def sheet_of(form: FormInstance) -> list[VerifiableItem]:
    """Return the form's values under its plan, with the draw that was made for its subject, if any."""
    plan = plan_for(form)
    draw = VerificationDraw.objects.filter(plan=plan, subject=form.subject).first() if plan else None
    return verifiable_items(form, draw)


def all_due_visible_to(actor: User | None) -> QuerySet[FormVerificationDue]:
    """Return what completed forms owe at the actor's sites, for who sees their data."""
    return _due_at(access.sites_for(actor, "view_data"))


def _due_at(sites: QuerySet[Site] | list[int]) -> QuerySet[FormVerificationDue]:
    found = FormVerificationDue.objects.filter(
        form__subject__site__in=sites, form__status__in=FormInstance.FINAL
    ).exclude(form__subject__status__in=LEFT)
    return found.select_related(
        "form__subject__site", "form__subject__study", "form__event", "form__design_version"
    ).defer("form__design_version__content")


def due_visible_to(
    actor: User, study: Study, site: Site | None, asked: Mapping[str, str]
) -> QuerySet[FormVerificationDue]:
    """Return those of a study in the order asked for.

    Filters: `site` (OID), `q` part of a screening number, `form` (OID), `sort`.
    """
    sites = sites_of(access.sites_for(actor, "view_data"), study, site)
    # Named one by one, they leave the planner few enough tables to put in order.
    found = _due_at(list(sites.values_list("pk", flat=True)))
    wanted = {"form__subject__site__oid": asked.get("site"), "form__form_oid": asked.get("form")}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    if asked.get("q", "").strip():
        found = found.filter(form__subject__subject_key__icontains=asked["q"].strip())
    return found.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS["subject"]))


@dataclass(frozen=True)
class Debts:
    """How many forms each of `SHOWS` shows, and the numbers of each site that has any."""

    counts: dict[str, int]
    by_site: list["SiteDebt"]


def debts(actor: User, study: Study, site: Site | None, asked: Mapping[str, str]) -> Debts:
    """Return the numbers of the forms that `due_visible_to` finds."""
    if not subject_counts.are_kept() or asked.get("form"):
        found = due_visible_to(actor, study, site, asked)
        return Debts(shown_counts(found), debt_by_site(found))
    sites = _asked_sites(actor, study, site, asked)
    names = (*KEPT_AS.values(), *(f"items_{name}" for name in ITEMS))
    kept = subject_counts.sums_by_site(sites, names, text=asked.get("q", "").strip())
    return Debts(
        {show: sum(each[name] for each in kept.values()) for show, name in KEPT_AS.items()},
        [
            SiteDebt(
                each,
                **{name: kept[each.pk][f"items_{name}"] for name in ITEMS},
                forms_left=kept[each.pk]["due"],
            )
            for each in Site.objects.filter(pk__in=[pk for pk, row in kept.items() if row["verifiable"]])
        ],
    )


def due_of_page(
    found: QuerySet[FormVerificationDue],
    actor: User,
    study: Study,
    site: Site | None,
    asked: Mapping[str, str],
    bounds: tuple[int, int],
) -> tuple[QuerySet[FormVerificationDue], int]:
    """Return those of what was found, by subject, whose subjects stand on a page from one row to another, and
    how many rows precede them; all of it where the order or the filters are others.
    """
    by_subject = asked.get("sort", "subject") not in ORDERS or asked.get("sort", "subject") == "subject"
    if not by_subject or asked.get("form") or not subject_counts.are_kept():
        return found, 0
    name = KEPT_AS[asked["show"]]
    subjects, before = subject_counts.subjects_of_page(
        _asked_sites(actor, study, site, asked), name, *bounds, text=asked.get("q", "").strip()
    )
    return found.filter(form__subject__in=subjects), before


def _asked_sites(actor: User, study: Study, site: Site | None, asked: Mapping[str, str]) -> QuerySet[Site]:
    sites = sites_of(access.sites_for(actor, "view_data"), study, site)
    return sites.filter(oid=asked["site"]) if asked.get("site") else sites


def shown_counts(found: QuerySet[FormVerificationDue]) -> dict[str, int]:
    """Return how many forms each of `SHOWS` shows, in one pass over them."""
    each = {name: Count("pk", filter=condition) for name, condition in SHOWS.items()}
    return found.select_related(None).defer(None).order_by().aggregate(**each)


@dataclass(frozen=True)
class SiteDebt:
    """A site's verification in numbers of items, and its forms with anything left."""

    site: Site
    required: int
    verified: int
    left: int
    critical_left: int
    transferred: int
    forms_left: int

    @property
    def percent(self) -> int:
        return 100 * self.verified // self.required if self.required else 100


def debt_by_site(found: QuerySet[FormVerificationDue]) -> list[SiteDebt]:
    """Return the numbers of each site that has any, in two database queries."""
    sums = {name: Sum(name) for name in ITEMS}
    rows = (
        found.select_related(None)
        .defer(None)
        .order_by()
        .values("form__subject__site")
        .annotate(**{f"sum_{name}": each for name, each in sums.items()})
        .annotate(forms_left=Count("pk", filter=Q(left__gt=0)))
    )
    by_site: dict[int, dict[str, Any]] = {row["form__subject__site"]: {**row} for row in rows}
    return [
        SiteDebt(
            site, **{name: by_site[site.pk][f"sum_{name}"] for name in sums},
            forms_left=by_site[site.pk]["forms_left"],
        )
        for site in Site.objects.filter(pk__in=by_site)
    ]  # fmt: skip
