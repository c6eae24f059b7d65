"""What edit checks find: how often each fires and what comes of it, and what the silent ones found."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from edc.design.items import Text
from edc.design.study import StudyDesign
from edc.models import CheckFiring
from edc.rules.subject_values import split_path
from edc.selectors.checks import (
    CHANGED,
    OPEN,
    UNCHANGED,
    RuleFirings,
    firing_count,
    firing_counts,
    firings_visible_to,
    silent_firings,
)
from edc.selectors.evaluation import in_language
from edc.selectors.owed import form_name
from edc.services.silent_checks import set_aside
from edc.web.answers import go, study_with
from edc.web.counted_pages import CountedPaginator

PAGE_SIZE = 100
STATES = {"open": OPEN, "changed": CHANGED, "unchanged": UNCHANGED}


@dataclass(frozen=True)
class RuleLine:
    """One rule of the list, in the reader's language."""

    counts: RuleFirings
    text: str
    item: str


@dataclass(frozen=True)
class FiringLine:
    """One firing with the names of its form and item."""

    firing: CheckFiring
    form: str
    item: str
    text: str

    @property
    def seen(self) -> list[tuple[str, object]]:
        return sorted(self.firing.seen.items())

    @property
    def state(self) -> str:
        """Return open, changed or unchanged, as the counts of its rule count it."""
        if self.firing.ended_at:
            return self.firing.outcome
        query = self.firing.query
        settled = self.firing.settled_by_id or (query and query.state in ("closed", "cancelled"))
        return "unchanged" if settled else "open"


@require_safe
@login_required
def firings(request: HttpRequest) -> HttpResponse:
    """List every rule that has fired, those that change nothing first."""
    study = study_with(request, "manage_design")
    counts = firing_counts(request.user, study)
    version = study.design_versions.order_by("-number").first()
    lines = [_rule_line(version.design, each) for each in counts] if version else []
    context = {"rules": lines, "tab": "firings"}
    return render(request, "edc/checks.html", context)


@require_safe
@login_required
def rows(request: HttpRequest) -> HttpResponse:
    """List the firings of one rule, or of one item's limits."""
    study = study_with(request, "manage_design")
    rule, item, state = (request.GET.get(name, "") for name in ("rule", "item", "state"))
    found = firings_visible_to(request.user, study).filter(rule_oid=rule, path__startswith=item)
    if state in STATES:
        found = found.filter(STATES[state])
    count = firing_count(request.user, study, rule=rule, item=item, state=state)
    page = CountedPaginator(found, PAGE_SIZE, count).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": list(_lines(page.object_list)),
        "rule": rule,
        "state": state,
        "tab": "firings",
    }
    return render(request, "edc/checks_rows.html", context)


@require_safe
@login_required
def silent(request: HttpRequest) -> HttpResponse:
    """List what silent checks find now; no other page shows it."""
    study = study_with(request, "manage_design")
    found = silent_firings(firings_visible_to(request.user, study))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": list(_lines(page.object_list)), "tab": "silent"}
    return render(request, "edc/checks_silent.html", context)


@require_POST
@login_required
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Set one silent finding aside with a reason."""
    study = study_with(request, "manage_design")
    firing = get_object_or_404(firings_visible_to(request.user, study), pk=pk, severity="silent")
    set_aside(firing=firing, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("checks-silent"))


def _rule_line(design: StudyDesign, counts: RuleFirings) -> RuleLine:
    message = next((rule.message for rule in design.rules if rule.oid == counts.rule_oid), None)
    return RuleLine(counts, in_language(message) if message else "", _item_label(design, counts.item))


def _item_label(design: StudyDesign, oid: str) -> str:
    try:
        return in_language(design.item(oid).label)
    except KeyError:  # an item of an earlier version
        return oid


def _lines(firings: Iterable[CheckFiring]) -> Iterable[FiringLine]:
    for each in firings:
        label = _item_label(each.form.design_version.design, split_path(each.path)[0])
        message = Text(each.message_zh, each.message_en)
        yield FiringLine(each, form_name(each.form), label, in_language(message))
