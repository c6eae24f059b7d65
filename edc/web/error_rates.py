"""Rates of entry errors for the data manager: tables with exact limits, each number opening its rows; CSV."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from edc.models import EntryCount, Site, Study
from edc.selectors.differences import differences_waiting
from edc.selectors.error_rates import (
    BY,
    ErrorRate,
    counts_visible_to,
    critical_only,
    error_rates,
    filtered,
    overall,
)
from edc.selectors.evaluation import in_language
from edc.selectors.rechecks import rechecks_visible_to
from edc.templatetags.tandem import local
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.csv_answer import csv_answer
from edc.web.differences import form_choices

BY_WORDS: dict[str, Promise] = {
    "item": gettext_lazy("By item"),
    "person": gettext_lazy("By person"),
    "site": gettext_lazy("By site"),
}
FILTERS = ("site", "form", "item", "person")
HEAD = ("by", "key", "name", "entries_compared", "entries_wrong", "rate", "lower_95", "upper_95")


@dataclass(frozen=True)
class RateLine:
    """One rate with its name, what narrows the table to it, and where its wrong entries are listed."""

    rate: ErrorRate
    key: str
    name: str
    place: str
    narrow: dict[str, str]
    rows: str

    @property
    def percent(self) -> str:
        return "–" if self.rate.share is None else f"{self.rate.share:.2%}"

    @property
    def percent_limits(self) -> str:
        return "–".join(f"{limit:.2%}" for limit in self.rate.limits)


@require_safe
@login_required
def rates(request: HttpRequest) -> HttpResponse:
    """Show the rates by item, person or site under the filters, and the overall one."""
    study = study_where(request, "resolve_disagreement")
    asked = request.GET.dict()
    by = asked.get("by", "") if asked.get("by", "") in BY else "item"
    counts = _counts(request, study, asked)
    site, narrowed = current_site(request), _only(asked, "site", "form", "item")
    context = {
        "by": by,
        "bys": BY_WORDS,
        "total": _total(counts, asked),
        "lines": _lines(study, counts, by, asked),
        "waiting": differences_waiting(request.user, study, site, narrowed),
        "asked": asked,
        "checked_again": rechecks_visible_to(request.user, study, site).count(),
        "forms": form_choices(study),
        "quarters": _quarters(request, study),
        "sites": list(_sites(study).values()) if site is None else [],
        "tab": "rates",
    }
    return render(request, "edc/error_rates.html", context)


@require_safe
@login_required
def rates_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return all three tables under the same filters as one CSV file."""
    study = study_where(request, "resolve_disagreement")
    asked = request.GET.dict()
    counts = _counts(request, study, asked)
    rows = (_cells(by, line) for by in BY for line in _lines(study, counts, by, asked))
    return csv_answer(f"{study.oid}-entry-errors", HEAD, rows)


def _cells(by: str, line: RateLine) -> list[object]:
    rate = line.rate
    share = "" if rate.share is None else f"{rate.share:.6f}"
    limits = [f"{limit:.6f}" for limit in rate.limits]
    return [by, line.key, line.name, rate.compared, rate.wrong, share, *limits]


def _counts(request: HttpRequest, study: Study, asked: dict[str, str]) -> QuerySet[EntryCount]:
    counts, site = counts_visible_to(request.user, study), current_site(request)
    counts = filtered(counts.filter(site=site) if site else counts, asked)
    return critical_only(counts, study) if asked.get("critical") else counts


def _only(asked: dict[str, str], *names: str) -> dict[str, str]:
    return {name: asked[name] for name in names if asked.get(name)}


def _rows(narrow: dict[str, str]) -> str:
    """Return the list of the differences whose entries did not hold; the period and the critical items are
    not among its filters.
    """
    return reverse("differences") + "?" + urlencode({"show": "resolved", "errors": 1, **narrow})


def _total(counts: QuerySet[EntryCount], asked: dict[str, str]) -> RateLine:
    narrow = _only(asked, *FILTERS)
    return RateLine(overall(counts), "", "", "", narrow, _rows(narrow))


def _lines(study: Study, counts: QuerySet[EntryCount], by: str, asked: dict[str, str]) -> list[RateLine]:
    names = {"item": _item_names, "person": lambda _study: {}, "site": _site_names}[by](study)
    held = _only(asked, *FILTERS)
    return [_rate_line(rate, by, names, held) for rate in error_rates(counts, by)]


def _rate_line(rate: ErrorRate, by: str, names: dict[str, tuple[str, str]], held: dict[str, str]) -> RateLine:
    key = rate.names[1] if by == "item" else rate.names[0]
    plain = (rate.names[1] or key, "") if by == "person" else (key, "")
    name, place = names.get(key, plain)
    narrow = held | {by: key} | ({"form": rate.names[0]} if by == "item" else {})
    return RateLine(rate, key, name, place, narrow, _rows(narrow))


def _item_names(study: Study) -> dict[str, tuple[str, str]]:
    """Return the label and the form's name of each item of the newest design."""
    version = study.design_versions.order_by("-number").first()
    forms = version.design.forms if version else ()
    return {
        item.oid: (in_language(item.label), in_language(form.name)) for form in forms for item in form.items
    }


def _sites(study: Study) -> dict[str, Site]:
    return {site.oid: site for site in study.sites.all()}


def _site_names(study: Study) -> dict[str, tuple[str, str]]:
    return {oid: (f"{site.number} {local(site, 'name')}", "") for oid, site in _sites(study).items()}


def _quarters(request: HttpRequest, study: Study) -> list[str]:
    days = counts_visible_to(request.user, study).order_by("-quarter").values_list("quarter", flat=True)
    return [day.isoformat() for day in days.distinct()]
