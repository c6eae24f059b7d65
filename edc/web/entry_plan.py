"""The plan of double entry: rates in force, what the numbers propose, and every decision."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import Conflict, InvalidInput
from edc.models import EntryRate, Site, Study
from edc.selectors.entry_plan import PlanLine, plan_lines, since, terms_of, upper_percent
from edc.selectors.entry_rates import FULL
from edc.selectors.error_rates import ErrorRate
from edc.services.entry_plan import NewTerms, decide_rate, decide_terms
from edc.web.answers import study_where, study_with
from edc.web.context import current_site
from edc.web.differences import form_choices
from edc.web.request import Request

PAGE_SIZE = 50


@dataclass(frozen=True)
class ShownLine:
    """One line with its form's name and the two rates as the page writes them."""

    line: PlanLine
    form: str
    all: str
    critical: str

    @property
    def shape(self) -> str:
        return "over" if self.line.returns else "prop"

    @property
    def proposed(self) -> str:
        """What the numbers propose in words; empty where nothing follows."""
        words = _("back to %(percent)s %%") if self.line.returns else _("down to %(percent)s %%")
        changes = self.line.proposal != self.line.rate.percent
        return words % {"percent": self.line.proposal} if changes else ""

    @property
    def rows(self) -> str:
        """The rates behind the numbers."""
        asked = {"form": self.line.form_oid, "site": self.line.site.oid, "since": since().isoformat()}
        return f"{reverse('error-rates')}?{urlencode(asked)}"


@require_safe
@login_required
def plan(request: Request) -> HttpResponse:
    """Show the lines of the person's sites, those to decide first."""
    study = study_where(request, "resolve_disagreement")
    return _page(request, study)


@login_required
@require_POST
def decide(request: Request) -> HttpResponse:
    """Decide on the chosen lines: as proposed, or back to 100 %; all of them or none."""
    study = study_where(request, "resolve_disagreement")
    lines = {line.key: line for line in plan_lines(request.user, study)}
    chosen = [each.partition("|") for each in request.POST.getlist("line")]
    found = [(lines[key], seen) for key, _bar, seen in chosen if key in lines]
    try:
        _decide(request, found)
    except (InvalidInput, Conflict) as error:
        return _page(request, study, error)
    done = ngettext("%(count)d rate decided.", "%(count)d rates decided.", len(found)) % {"count": len(found)}
    messages.success(request, done)
    return redirect("entry-plan")


def _decide(request: Request, found: list[tuple[PlanLine, str]]) -> None:
    if not found:
        raise InvalidInput(_("Choose at least one line."), fields={"line": _("Choose at least one line.")})
    back = request.POST.get("to") == "full"
    with transaction.atomic():
        for line, seen in found:
            decide_rate(
                site=line.site,
                form_oid=line.form_oid,
                percent=FULL if back else line.proposal,
                seen=seen,
                reason=request.POST.get("reason", ""),
                actor=request.user,
            )


@login_required
@require_POST
def decide_limits(request: Request) -> HttpResponse:
    """Put other limits in force."""
    study = study_with(request, "manage_design")
    try:
        terms = NewTerms(
            _percent(request, "limit"),
            _percent(request, "critical_limit"),
            request.POST.get("recheck") == "1",
        )
        decide_terms(study=study, terms=terms, reason=request.POST.get("reason", ""), actor=request.user)
    except InvalidInput as error:
        return _page(request, study, error)
    messages.success(request, _("The terms of the plan are in force."))
    return redirect("entry-plan")


def _percent(request: Request, name: str) -> Decimal:
    try:
        found = Decimal(request.POST.get(name, "").strip().replace("%", ""))
        if found.is_finite():
            return round(found, 3)
    except InvalidOperation:
        pass
    raise InvalidInput(_("Some fields need correction."), fields={name: _("Give a percentage, such as 0.5.")})


@require_safe
@login_required
def history(request: Request) -> HttpResponse:
    """List every decision on a rate, the newest first, and every decision on the terms."""
    study = study_where(request, "resolve_disagreement")
    sites = _sites(request, study)
    rates = EntryRate.objects.filter(site__in=sites).select_related("site", "decided_by")
    form = request.GET.get("form", "")
    rates = rates.filter(form_oid=form) if form else rates
    names = dict(form_choices(study))
    page = Paginator(rates, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rates": [(each, names.get(each.form_oid, each.form_oid)) for each in page.object_list],
        "terms": study.entry_terms.select_related("decided_by"),
        "form": names.get(form, form),
        "tab": "plan",
    }
    return render(request, "edc/entry_plan_history.html", context)


def _sites(request: Request, study: Study) -> list[Site]:
    site = current_site(request)
    sites = access.sites_for(request.user, "resolve_disagreement").filter(study=study)
    return list(sites.filter(pk=site.pk) if site else sites)


def _page(request: Request, study: Study, error: InvalidInput | Conflict | None = None) -> HttpResponse:
    names = dict(form_choices(study))
    lines = plan_lines(request.user, study, current_site(request))
    asked = request.GET.dict()
    shown = [line for line in lines if asked.get("form") in (None, "", line.form_oid)]
    page = Paginator(shown, PAGE_SIZE).get_page(asked.get("page"))
    context = {
        "page": page,
        "lines": [_shown(line, names) for line in page.object_list],
        "returns": sum(line.returns for line in lines),
        "lowers": sum(line.lowers for line in lines),
        "terms": terms_of(study),
        "since": since(),
        "may_set_terms": access.may(request.user, "manage_design", study=study),
        "forms": [(oid, names.get(oid, oid)) for oid in dict.fromkeys(line.form_oid for line in lines)],
        "asked": asked,
        "error": error,
        "typed": request.POST,
        "tab": "plan",
    }
    return render(request, "edc/entry_plan.html", context, status=422 if error else 200)


def _shown(line: PlanLine, names: dict[str, str]) -> ShownLine:
    critical = _words(line.critical) if line.critical is not None else _("no critical item")
    return ShownLine(line, names.get(line.form_oid, line.form_oid), _words(line.all), critical)


def _words(rate: ErrorRate) -> str:
    numbers = {"wrong": rate.wrong, "compared": rate.compared, "upper": f"{upper_percent(rate):.2f}"}
    return _("%(wrong)d of %(compared)d, at most %(upper)s %%") % numbers
