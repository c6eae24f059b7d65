"""The page of one form: entered item by item while it is the person's turn, read otherwise."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from edc import access, extensions
from edc.extensions import ProposedValue
from edc.models import FormInstance, Query, User
from edc.selectors import form_state, forms_visible_to, queries_visible_to
from edc.selectors.display import FormView
from edc.selectors.evaluation import in_language
from edc.selectors.evidence import sources_by_path
from edc.selectors.owed import event_name, form_name
from edc.web.answers import enter_study_of
from edc.web.change_reasons import reason_choices
from edc.web.entry_kept import kept_key
from edc.web.entry_recheck import recheck_lines
from edc.web.entry_release import held_drafts
from edc.web.entry_removed import removed_words
from edc.web.entry_turn import Turn, turn_of
from edc.web.entry_words import WORDS
from edc.web.form_marks import form_marks
from edc.web.form_sheet import form_sheet
from edc.web.request import Request
from edc.web.source_words import source_word
from edc.web.value_text import missing_choices
from edc.web.visit_forms import visit_forms


def form_or_404(request: Request, pk: int) -> FormInstance:
    """Return a form of the person's sites."""
    return get_object_or_404(forms_visible_to(request.user), pk=pk)


@login_required
@require_GET
def form_entry(request: Request, pk: int) -> HttpResponse:
    """Show the form: to be entered, sealed and waiting, or final."""
    form = form_or_404(request, pk)
    enter_study_of(request, form.subject)
    turn = turn_of(form, request.user)
    view = form_state(form, request.user)
    context = {**_context(request.user, form, turn, view), "panels": panels(request, form)}
    context |= reason_choices(request, form)
    return render(request, "edc/form_entry.html", context)


def _context(actor: User, form: FormInstance, turn: Turn, view: FormView) -> dict[str, object]:
    design = form.design_version.design
    definition = design.form(form.form_oid)
    known = {
        "proposals": proposals(form, actor) if turn.stream else {},
        "queries": _open_queries(form, actor),
        "sources": sources_by_path(form, actor),
    }
    sheet = form_sheet(form, view.record, view.state, versions=view.versions, values=view.values, known=known)
    enters = access.may(actor, "enter_data", site=form.subject.site)
    return {
        "form": form,
        "definition": definition,
        "form_name": form_name(form),
        "visit_name": event_name(form.event, form),
        "note": in_language(definition.note) if definition.note else "",
        "source": source_word(design.source_of(form.form_oid)),
        "turn": turn,
        "shown": view.shown,
        "saved_at": view.draft.saved_at if view.draft else None,
        "sheet": sheet,
        "is_only_grid": len(sheet.groups) == 1 and sheet.groups[0].repeating,
        "progress": view.state.progress,
        "recheck": recheck_lines(form, sheet) if turn.is_second else [],
        "held_drafts": held_drafts(form, actor),
        "visit": visit_forms(form, actor, view.state.progress, enters),
        "missing_choices": missing_choices(),
        "may_resolve": access.may(actor, "resolve_disagreement", site=form.subject.site),
        "marks": form_marks(form, actor) if view.shown == "final" else None,
        "page_data": _page_data(form, actor) | {"removed": removed_words(form, view.draft)},
    }


def panels(request: Request, form: FormInstance) -> list[str]:
    """Return what higher apps show on the form's page, rendered, each with a context of its own."""
    found = (part.form_panel(actor=request.user, form=form) for part in extensions.registered())
    return [render_to_string(template, context, request) for template, context in filter(None, found)]


def proposals(form: FormInstance, actor: User) -> dict[str, ProposedValue]:
    """Return what higher apps propose for the form's items, by path; the first that speaks counts."""
    found: dict[str, ProposedValue] = {}
    for part in extensions.registered():
        for each in part.proposals(actor=actor, form=form):
            found.setdefault(each.path, each)
    return found


def _open_queries(form: FormInstance, actor: User) -> dict[str, int]:
    unsettled = queries_visible_to(actor).filter(form=form, state__in=Query.UNSETTLED)
    return dict(unsettled.order_by().values_list("path").annotate(count=Count("pk")))


def _neighbours(form: FormInstance, actor: User) -> dict[str, str | None]:
    """Return the pages of the same form of the subjects before and after, in the order of their keys."""
    same = forms_visible_to(actor).filter(
        subject__study=form.subject.study_id,
        form_oid=form.form_oid,
        repeat_key=form.repeat_key,
        event__event_oid=form.event.event_oid,
        event__repeat_key=form.event.repeat_key,
    )
    key = form.subject.subject_key
    before = same.filter(subject__subject_key__lt=key).order_by("-subject__subject_key")
    after = same.filter(subject__subject_key__gt=key).order_by("subject__subject_key")
    found = {"earlier": before, "later": after}
    pks = {name: forms.values_list("pk", flat=True).first() for name, forms in found.items()}
    return {name: reverse("form-entry", args=[pk]) if pk else None for name, pk in pks.items()}


def _page_data(form: FormInstance, actor: User) -> dict[str, object]:
    """Return what the page's script needs: where to send, and the words that it says."""
    return {
        "save": reverse("form-items", args=[form.pk]),
        "rows": reverse("form-rows", args=[form.pk]),
        "submit": reverse("form-submit", args=[form.pk]),
        "grade": reverse("form-grade", args=[form.pk]),
        "panel": reverse("form-panel", args=[form.pk]),
        "home": reverse("home"),
        **_neighbours(form, actor),
        "missing": dict(missing_choices()),
        "kept_key": kept_key(actor),
        "words": WORDS,
    }
