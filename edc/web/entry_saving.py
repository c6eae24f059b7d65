"""What the form's page sends while a person types: one item, a row more or less, the whole form.

Answers are JSON: the state of every item after the change, which the page's script applies.
"""

import json
from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rest_framework.exceptions import ParseError

from edc import access
from edc.api.parsing import refuse_unkept
from edc.errors import InvalidInput, RecheckOwed
from edc.models import FormInstance, User
from edc.rules.form_logic import FormState
from edc.selectors import form_state
from edc.selectors.owed import form_name
from edc.services.entry import add_row, ask_recheck, remove_row, restore_row, save_item, submit_entry
from edc.services.lab_grades import accept_grade
from edc.web.entry import form_or_404
from edc.web.entry_removed import removed_words
from edc.web.entry_turn import Turn
from edc.web.form_sheet import Row, form_sheet
from edc.web.item_status import item_statuses
from edc.web.request import Request
from edc.web.visit_forms import visit_forms


@login_required
@require_POST
def save(request: Request, pk: int) -> HttpResponse:
    """Keep one item as typed: {"path", "raw", "unit", "missing", "version", "drop_hidden"}.

    {"typed_at", "sent_at"} tell the time of entry by the browser's clock; the value is kept without them too.
    """
    form = _form_to_enter(request, pk)
    sent = sent_json(request)
    entry = {name: sent.get(name) for name in ("raw", "unit", "missing", "typed_at", "sent_at")}
    path, version = str(sent.get("path") or ""), sent.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise InvalidInput(_("Load the page again: the version of the item was not sent."))
    saved = save_item(
        form=form,
        path=path,
        entry=entry,
        expected_version=version,
        actor=request.user,
        drop_hidden=sent.get("drop_hidden") is True,
    )
    patch = {
        "path": saved.path,
        "version": saved.version,
        "erased": dict(saved.erased),
        **state_patch(form, saved.state),
    }
    return JsonResponse(patch)


@login_required
@require_POST
def rows(request: Request, pk: int) -> HttpResponse:
    """Add a row to the group {"group"}, take {"group", "remove"} away, {"group", "restore"} back."""
    form = _form_to_enter(request, pk)
    sent = sent_json(request)
    group, actor = str(sent.get("group") or ""), request.user
    removed, key = sent.get("remove"), sent.get("restore")
    if removed is not None:
        remove_row(form=form, actor=actor, group_oid=group, key=str(removed))
        return JsonResponse(_after_rows(form, request.user))
    if key is not None:
        restore_row(form=form, actor=actor, group_oid=group, key=str(key))
    else:
        key = add_row(form=form, actor=actor, group_oid=group)
    html = _row_html(request, form, group, str(key))
    return JsonResponse({"key": str(key), "html": html, **_after_rows(form, request.user)})


@login_required
@require_POST
def grade(request: Request, pk: int) -> HttpResponse:
    """Take a proposed grade {"path", "term"} over as a row of the adverse events."""
    form = _form_to_enter(request, pk)
    sent = sent_json(request)
    path, term = str(sent.get("path") or ""), str(sent.get("term") or "")
    taken = accept_grade(form=form, path=path, term=term, actor=request.user)
    words = {"row": taken.row, "form": form_name(taken.form)}
    said = _("Row %(row)s of “%(form)s” holds the term and the grade. Complete it there.") % words
    return JsonResponse({"said": said, "url": reverse("form-entry", args=[taken.form.pk])})


@login_required
@require_POST
def submit(request: Request, pk: int) -> HttpResponse:
    """Seal the person's pass; the answer says which form comes next: the same where it is to be checked
    again.
    """
    form = form_or_404(request, pk)
    try:
        submit_entry(form=form, actor=request.user)
    except RecheckOwed:
        ask_recheck(form=form, actor=request.user)
        return JsonResponse({"next": reverse("form-entry", args=[form.pk])})
    form.refresh_from_db()
    messages.success(request, _said(form))
    return JsonResponse({"next": _next(form, request.user)})


def _form_to_enter(request: Request, pk: int) -> FormInstance:
    """Return a form at whose site the person enters data, before what was sent is looked at."""
    form = form_or_404(request, pk)
    access.require(request.user, "enter_data", site=form.subject.site)
    return form


def _said(form: FormInstance) -> str:
    name = {"form": form_name(form)}
    if form.status == FormInstance.Status.FIRST_SEALED:
        return _("First pass of “%(form)s” submitted. Another person enters the second pass.") % name
    if form.status == FormInstance.Status.DISAGREEMENT:
        return _("“%(form)s” submitted. The passes differ; a data manager resolves the differences.") % name
    return _("“%(form)s” is complete.") % name


def _next(form: FormInstance, actor: User) -> str:
    """Return the page of the next form that the person may enter in this visit, else the home page."""
    state = form_state(form, actor).state
    step = visit_forms(form, actor, state.progress, enters=True).next_owed
    return step.url if step else reverse("home")


def sent_json(request: Request) -> Mapping[str, object]:
    """Return the JSON object that the script sent; InvalidInput where it is none."""
    try:
        sent = json.loads(request.body)
        refuse_unkept(sent)
    except (ValueError, RecursionError, ParseError):
        sent = None
    if not isinstance(sent, dict):
        raise InvalidInput(_("Load the page again: what it sent could not be read."))
    return sent


def state_patch(form: FormInstance, state: FormState) -> dict[str, object]:
    """Return the whole state of the form as the page's script applies it."""
    return {
        "items": {path: status.as_json() for path, status in item_statuses(form, state).items()},
        "progress": {"filled": state.progress.filled, "required": state.progress.required},
        "saved_at": timezone.localtime().strftime("%H:%M:%S"),
    }


def _after_rows(form: FormInstance, actor: User) -> dict[str, object]:
    view = form_state(form, actor)
    return {**state_patch(form, view.state), "removed": removed_words(form, view.draft)}


def _row_html(request: Request, form: FormInstance, group_oid: str, key: str) -> str:
    view = form_state(form, request.user)
    sheet = form_sheet(form, view.record, view.state, versions=view.versions)
    group = next(each for each in sheet.groups if each.oid == group_oid)
    row: Row = next(each for each in group.rows if each.key == key)
    turn = Turn(view.draft.stream if view.draft else "")
    context = {"group": group, "row": row, "turn": turn}
    return render_to_string("edc/form_entry_row.html", context, request)
