"""Source data verification: what is due at the monitor's sites, one form's values, and the plans."""

from datetime import date
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.models import FormInstance, Site, VerificationDraw, VerificationPlan
from edc.numbers import whole_number
from edc.selectors import sites_visible_to
from edc.selectors.evaluation import in_language
from edc.selectors.evidence import sources_by_path
from edc.selectors.owed import event_name, form_name
from edc.selectors.subject_values import in_standard_unit
from edc.selectors.verification import (
    SHOWS,
    VerifiableItem,
    completed_visible_to,
    debts,
    due_of_page,
    due_visible_to,
    plan_for,
    verifiable_items,
)
from edc.services.verify import PlanTerms, make_plan, take_back, verify_form, verify_items
from edc.web.answers import day_of, enter_study_of, go, study_where, study_with
from edc.web.context import current_site
from edc.web.counted_pages import CountedPaginator
from edc.web.evidence import beside
from edc.web.lab_words import lab_notes
from edc.web.request import Request
from edc.web.value_text import missing_label, value_text

PAGE_SIZE = 50
SHOW_WORDS: dict[str, Promise] = {
    "due": gettext_lazy("Left"),
    "critical": gettext_lazy("Critical items due"),
    "broken": gettext_lazy("Changed since"),
    "begun": gettext_lazy("With verified items"),
    "done": gettext_lazy("All verified"),
    "transferred": gettext_lazy("Electronic values"),
    "all": gettext_lazy("All"),
}
ORDER_WORDS: dict[str, Promise] = {
    "subject": gettext_lazy("By subject"),
    "oldest": gettext_lazy("Waiting longest first"),
    "critical": gettext_lazy("Most critical first"),
}


@require_safe
@login_required
def verification(request: Request) -> HttpResponse:
    """Show the debt of each site in items, and the forms that owe any."""
    study = study_where(request, "verify_data", "lock_form", "sign_form")
    asked = {"show": "due", "sort": "subject"} | request.GET.dict()
    site = current_site(request)
    found = due_visible_to(request.user, study, site, asked)
    show = asked["show"] if asked["show"] in SHOWS else "due"
    numbers = debts(request.user, study, site, asked)
    counts = numbers.counts
    asked["show"] = show
    rows = found.filter(SHOWS[show])
    pages = CountedPaginator(
        rows,
        PAGE_SIZE,
        counts[show],
        lambda *bounds: due_of_page(rows, request.user, study, site, asked, bounds),
    )
    page = pages.get_page(asked.get("page"))
    context = {
        "page": page,
        "lines": [
            {"due": due, "name": form_name(due.form), "visit": event_name(due.form.event, due.form)}
            for due in page.object_list
        ],
        "debts": [(debt, _links(debt.site)) for debt in numbers.by_site],
        "shows": [(name, word, counts[name]) for name, word in SHOW_WORDS.items()],
        "show": show,
        "asked": asked,
        "orders": ORDER_WORDS,
        "sites": sites_visible_to(request.user, study) if site is None else [],
    }
    return render(request, "edc/verification.html", context)


def _links(site: Site) -> dict[str, str]:
    here = reverse("verification")
    return {show: f"{here}?{urlencode({'show': show, 'site': site.oid})}" for show in SHOWS}


@require_safe
@login_required
def form(request: Request, pk: int) -> HttpResponse:
    """Show a completed form's values, each with what the plan asks and its mark."""
    found = _form_or_404(request, pk)
    enter_study_of(request, found.subject)
    return render(request, "edc/verification_form.html", _sheet(request, found))


def _form_or_404(request: Request, pk: int) -> FormInstance:
    """Return a completed form whose data the reader sees."""
    return get_object_or_404(completed_visible_to(request.user), pk=pk)


def _sheet(request: Request, found: FormInstance) -> dict[str, object]:
    plan = plan_for(found)
    draw = VerificationDraw.objects.filter(plan=plan, subject=found.subject).first() if plan else None
    items = verifiable_items(found, draw)
    notes = lab_notes(found, {each.path: in_standard_unit(each.value) for each in items})
    visits = found.event.forms.filter(status__in=FormInstance.FINAL).order_by("ordinal", "repeat_key")
    sources = sources_by_path(found, request.user)
    return {
        "evidence": beside(found, "", request.user),
        "form": found,
        "form_name": form_name(found),
        "visit": event_name(found.event, found),
        "lines": [
            _line(found, each) | {"lab": notes.get(each.path, ""), "sources": sources.get(each.path, 0)}
            for each in items
        ],
        "left": sum(each.left for each in items),
        "required": sum(each.required for each in items),
        "transferred": sum(each.transferred for each in items),
        "plan": plan,
        "draw": draw,
        "may_verify": access.may(request.user, "verify_data", site=found.subject.site),
        "others": [(each, form_name(each), each.pk == found.pk) for each in visits],
    }


def _line(found: FormInstance, each: VerifiableItem) -> dict[str, object]:
    value, design = each.value, found.design_version.design
    if value.missing:
        text = f"{value.missing} {missing_label(value.missing)}"
    else:
        unit = (value.unit or each.item.unit) if each.item.is_number else None
        text = value_text(design, each.item, value.value, unit)
    return {"each": each, "label": in_language(each.item.label), "text": text}


@require_POST
@login_required
def mark(request: Request, pk: int) -> HttpResponse:
    """Mark one value, or everything due on the form; take a mark back with a reason."""
    found = _form_or_404(request, pk)
    path, seen = request.POST.get("path", ""), request.POST.get("content")
    act = request.POST.get("act", "item")
    if act == "form":
        verify_form(form=found, actor=request.user, seen=seen)
    elif act == "back":
        reason = request.POST.get("reason", "")
        take_back(form=found, path=path, reason=reason, actor=request.user)
    else:
        verify_items(form=found, paths=[path], actor=request.user, seen=seen)
    if request.htmx and act == "item":
        found.refresh_from_db()
        return render(request, "edc/verification_sheet.html", _sheet(request, found))
    return go(request, reverse("form-verification", args=[found.pk]))


@require_safe
@login_required
def plans(request: Request) -> HttpResponse:
    """List the plans, the one in force first, with how many subjects each drew."""
    study = study_where(request, "verify_data", "lock_form", "sign_form")
    held = study.verification_plans.select_related("site", "made_by").prefetch_related("draws")
    context = {
        "plans": [(plan, _drawn(plan)) for plan in held],
        "policies": VerificationPlan.BrokenBy.choices,
        "sites": study.sites.all(),
        "may_write": access.may(request.user, "manage_design", study=study),
        "today": date.today(),
    }
    return render(request, "edc/verification_plans.html", context)


def _drawn(plan: VerificationPlan) -> dict[str, int]:
    draws = list(plan.draws.all())
    return {why: sum(each.why == why for each in draws) for why in VerificationDraw.Why.values}


@require_POST
@login_required
def plan_make(request: Request) -> HttpResponse:
    study = study_with(request, "manage_design")
    oid = request.POST.get("site", "")
    terms = PlanTerms(
        starts_on=day_of(request, "starts_on") or date.today(),
        first_n=_number(request, "first_n"),
        percent=_number(request, "percent"),
        broken_by=request.POST.get("broken_by", ""),
    )
    site = get_object_or_404(study.sites, oid=oid) if oid else None
    make_plan(study=study, site=site, terms=terms, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("verification-plans"))


def _number(request: Request, field: str) -> int:
    number = whole_number(request.POST.get(field, "").strip(), digits=6)
    if number is None:
        message = {field: _("Enter a whole number.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    return number
