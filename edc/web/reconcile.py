"""The page on which a data manager names the value that holds, difference by difference."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edc import access
from edc.errors import DomainError, InvalidInput
from edc.models import Disagreement, FormInstance, Query
from edc.selectors import disagreements_visible_to, forms_visible_to, queries_visible_to
from edc.selectors.differences import OPEN
from edc.selectors.owed import event_name, form_name
from edc.services.query import ask_site
from edc.services.query.source import STANDARD
from edc.services.reconcile import resolve_disagreement, take_back_decision
from edc.services.views import PASSES, record_view
from edc.web.entry import form_or_404
from edc.web.evidence import beside
from edc.web.form_sheet import EMPTY, Cell, question
from edc.web.item_status import ItemStatus
from edc.web.rechecks import round_at
from edc.web.reconcile_sheet import Line, effects, item_of, lines, sides
from edc.web.request import Request
from edc.web.value_text import missing_choices


@login_required
@require_GET
def form_reconcile(request: Request, pk: int) -> HttpResponse:
    """Show the form's differences and one of them (?item=), the first that is open unless told."""
    form = _form(request, pk)
    return _page(request, form, request.GET.get("item", ""), opened=True)


@login_required
@require_POST
def resolve(request: Request, pk: int, disagreement: int) -> HttpResponse:
    """Name the value that holds and go on to the next difference, or back when it was the last."""
    form = _form(request, pk)
    found = get_object_or_404(disagreements_visible_to(request.user), pk=disagreement, form=form)
    try:
        resolve_disagreement(
            disagreement=found,
            choice=request.POST.get("choice", ""),
            entry=_other_entry(request, form, found),
            reason=_reason(request),
            actor=request.user,
        )
    except InvalidInput as error:
        return _page(request, form, str(found.pk), error)
    form.refresh_from_db()
    if form.status != FormInstance.Status.DISAGREEMENT:
        messages.success(
            request, _("“%(form)s” is complete: every difference is resolved.") % {"form": form_name(form)}
        )
        return redirect(_next_form(request, form))
    return redirect(reverse("form-reconcile", args=[form.pk]) + f"?item={_next_open(request, form, found)}")


@login_required
@require_POST
def take_back(request: Request, pk: int, disagreement: int) -> HttpResponse:
    """Open a decided difference again, and stay at it."""
    form = _form(request, pk)
    found = get_object_or_404(disagreements_visible_to(request.user), pk=disagreement, form=form)
    try:
        take_back_decision(disagreement=found, reason=request.POST.get("reason", ""), actor=request.user)
    except InvalidInput as error:
        return _page(request, form, str(found.pk), error)
    return redirect(reverse("form-reconcile", args=[form.pk]) + f"?item={found.pk}")


@login_required
@require_POST
def ask(request: Request, pk: int, disagreement: int) -> HttpResponse:
    """Ask the site what the source says, and stay at the difference."""
    form = _form(request, pk)
    found = get_object_or_404(disagreements_visible_to(request.user), pk=disagreement, form=form)
    ask_site(disagreement=found, actor=request.user)
    messages.success(request, _("The site is asked what the source says; neither value is shown to it."))
    return redirect(reverse("form-reconcile", args=[form.pk]) + f"?item={found.pk}")


def _form(request: Request, pk: int) -> FormInstance:
    form = form_or_404(request, pk)
    access.require(request.user, "resolve_disagreement", site=form.subject.site)
    return form


def _other_entry(request: Request, form: FormInstance, disagreement: Disagreement) -> dict | None:
    item = item_of(form, disagreement)
    if item is None or request.POST.get("choice") != "other":
        return None
    many = item.type == "multi"
    return {
        "raw": request.POST.getlist("raw") if many else request.POST.get("raw", ""),
        "unit": request.POST.get("unit") or None,
        "missing": request.POST.get("missing") or None,
    }


def reasons() -> dict[str, str]:
    """Return the reasons to pick from; the code `other` needs words."""
    return {
        "source": _("As in the source"),
        "slip": _("Slip of the keyboard"),
        "unreadable": _("The source cannot be read"),
        "other": _("Other"),
    }


def _reason(request: Request) -> str:
    """Return the picked reason with what was added to it; words alone where the pick says nothing."""
    picked, more = request.POST.get("why", ""), request.POST.get("more", "").strip()
    if picked == "other" or picked not in reasons():
        return more
    return f"{reasons()[picked]}: {more}" if more else reasons()[picked]


def _next_open(request: Request, form: FormInstance, after: Disagreement) -> int:
    left = _differences(request, form).filter(OPEN)
    found = left.filter(pk__gt=after.pk).first() or left.first()
    return found.pk if found else after.pk


def _differences(request: Request, form: FormInstance) -> QuerySet[Disagreement]:
    return disagreements_visible_to(request.user).filter(form=form).order_by("pk")


def _waiting_forms(request: Request, form: FormInstance) -> list[FormInstance]:
    sites = access.sites_for(request.user, "resolve_disagreement").filter(study=form.subject.study_id)
    forms = forms_visible_to(request.user).filter(
        status=FormInstance.Status.DISAGREEMENT, subject__site__in=sites
    )
    return list(forms.order_by("status_changed_at", "pk")[:50])


def _next_form(request: Request, form: FormInstance) -> str:
    waiting = _waiting_forms(request, form)
    return reverse("form-reconcile", args=[waiting[0].pk]) if waiting else reverse("home")


def _page(
    request: Request,
    form: FormInstance,
    wanted: str,
    error: DomainError | None = None,
    *,
    opened: bool = False,
) -> HttpResponse:
    listed = lines(form, _differences(request, form))
    current = _current(listed, wanted)
    if opened and current:
        record_view(target=form, action=PASSES, path=current.disagreement.path, actor=request.user)
    others = _waiting_forms(request, form)
    place = next((at for at, each in enumerate(others) if each.pk == form.pk), None)
    context = {
        "form": form,
        "form_name": form_name(form),
        "visit_name": event_name(form.event, form),
        "lines": listed,
        "resolved": sum(not line.is_open for line in listed),
        "left": sum(line.is_open for line in listed),
        "previous_form": others[place - 1] if place else None,
        "next_form": others[place + 1] if place is not None and place + 1 < len(others) else None,
        "error": error,
        "typed": request.POST,
        "reasons": reasons().items(),
        "skip_to": _open_after(listed, current),
        **_neighbours(listed, current),
        **(_difference(form, listed, current) if current else {}),
        "may_take_back": bool(
            current and not current.is_open and form.status == FormInstance.Status.DISAGREEMENT
        ),
        **_asked(request, form, current),
        "evidence": beside(form, _path_of(current), request.user),
        "round": round_at(request.user, form, _path_of(current)),
    }
    return render(request, "edc/reconcile.html", context, status=422 if error else 200)


def _path_of(line: Line | None) -> str:
    """Return the item that the difference is about; empty for a whole row, which has no item."""
    if line is None or line.disagreement.kind == Disagreement.Kind.ROW:
        return ""
    return line.disagreement.path


def _asked(request: Request, form: FormInstance, line: Line | None) -> dict[str, object]:
    """Return what the site was asked about the difference, the answers, and whether it can be asked now."""
    if line is None:
        return {}
    found = queries_visible_to(request.user).filter(form=form, path=_path_of(line), standard_code=STANDARD)
    asked = list(found.prefetch_related("messages__author"))
    settled = all(each.state in (Query.State.CLOSED, Query.State.CANCELLED) for each in asked)
    return {"asked": asked, "may_ask": line.is_open and settled}


def _open_after(listed: list[Line], current: Line | None) -> Line | None:
    """Return the next difference that is open besides the current one, from the top again after the last."""
    if current is None:
        return None
    at = listed.index(current)
    return next((line for line in [*listed[at + 1 :], *listed[:at]] if line.is_open), None)


def _neighbours(listed: list[Line], current: Line | None) -> dict[str, Line | None]:
    """Return the differences before and after the current one in the list, open or not."""
    if current is None:
        return {}
    at = listed.index(current)
    return {
        "line_before": listed[at - 1] if at else None,
        "line_after": listed[at + 1] if at + 1 < len(listed) else None,
    }


def _current(listed: list[Line], wanted: str) -> Line | None:
    named = (line for line in listed if str(line.disagreement.pk) == wanted)
    still_open = (line for line in listed if line.is_open)
    return next(named, None) or next(still_open, None) or next(iter(listed), None)


def _difference(form: FormInstance, listed: list[Line], line: Line) -> dict[str, object]:
    disagreement = line.disagreement
    item = item_of(form, disagreement)
    chosen = {
        each.disagreement.path: each.disagreement.first_entry
        if each.is_open
        else each.disagreement.held.entry
        for each in listed
    }
    first, second = sides(form, disagreement)
    return {
        "line": line,
        "item": item,
        "first": first,
        "second": second,
        "effects": effects(form, disagreement, chosen),
        "cell": _other_cell(form, disagreement) if item else None,
        "missing_choices": missing_choices(),
    }


def _other_cell(form: FormInstance, disagreement: Disagreement) -> Cell | None:
    item = item_of(form, disagreement)
    if item is None:
        return None
    asked = question(form, item, in_grid=False)
    return Cell(disagreement.path, asked, EMPTY, 0, ItemStatus(True, False, "todo", ""))
