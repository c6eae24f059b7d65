"""A form of a draft as entry shows it: same templates, same script, same rules; nothing is saved.

The page keeps its record itself, sends it along with every change and takes the new one from the answer.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from edc.design.study import StudyDesign
from edc.errors import InvalidInput
from edc.models import DesignDraft, FormInstance, Stream
from edc.rules.form_logic import Progress
from edc.rules.subject_values import item_path
from edc.selectors.designs import draft_design
from edc.selectors.evaluation import faults_of, in_language
from edc.selectors.trial_form import Record, empty_record, trial_form, trial_state
from edc.services.entries import checked_entry, checked_path, checked_record, is_empty, repeating_group
from edc.services.entry.hidden import ask_before_hiding, held_unseen
from edc.web.design_life import draft_or_404
from edc.web.entry_kept import kept_key
from edc.web.entry_saving import sent_json, state_patch
from edc.web.entry_turn import Turn
from edc.web.entry_words import WORDS
from edc.web.form_sheet import form_sheet
from edc.web.item_panel import limits_text
from edc.web.item_uses import item_uses
from edc.web.request import Request
from edc.web.value_text import missing_choices
from edc.web.visit_forms import Step, Visit

SAID = WORDS | {"saved": gettext_lazy("Checked {time}; nothing is saved"), "saving": gettext_lazy("Checking")}
Tried = dict[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preview(request: Request, pk: int, form: str) -> HttpResponse:
    """Show the form empty, or answer one act of its script with the record and the state that come of it."""
    draft = draft_or_404(request, pk)
    design = draft_design(draft)
    if design is None or form not in {each.oid for each in design.forms}:
        messages.warning(request, _("This form cannot be shown yet: correct its faults first."))
        return redirect("design-draft", pk=pk)
    tried = trial_form(draft, design, form, _event(request, design, form))
    if request.method != "POST":
        return render(request, "edc/design_preview.html", _context(request, draft, design, tried))
    act = ACTS.get(request.GET.get("do", ""))
    if act is None:
        raise InvalidInput(_("Load the page again: what it sent could not be read."))
    sent = sent_json(request)
    return JsonResponse(act(request, tried, sent, _record(tried, sent)))


def _event(request: Request, design: StudyDesign, form: str) -> str:
    """Return the visit asked for where it plans the form, else the first that does, else none."""
    planned = [each.oid for each in design.events_of_form(form)]
    asked = request.GET.get("event", "")
    return asked if asked in planned else next(iter(planned), "")


def _record(form: FormInstance, sent: Mapping) -> Record:
    """Return the record that the page keeps, in the shape in which entry would have it."""
    kept = sent.get("record")
    if not isinstance(kept, dict):
        raise InvalidInput(_("Load the page again: what it sent could not be read."))
    record = checked_record(form, kept)
    last = kept.get("last")
    given: dict = last if isinstance(last, dict) else {}
    highest = {oid: max(map(int, keys), default=0) for oid, keys in record["rows"].items()}
    last = {oid: max(number, _whole(given.get(oid))) for oid, number in highest.items()}
    return record | {"last": last}


def _whole(number: object) -> int:
    return number if isinstance(number, int) and 0 <= number < 1_000_000 else 0


def _save(request: Request, form: FormInstance, sent: Mapping, record: Record) -> Tried:
    """Put one entry in; what it hides is asked about before it goes."""
    path = str(sent.get("path") or "")
    entry = checked_entry(
        checked_path(form, path, record["rows"]),
        path,
        {name: sent.get(name) for name in ("raw", "unit", "missing")},
    )
    others = {key: each for key, each in record["items"].items() if key != path}
    items = others if is_empty(entry) else others | {path: entry}
    state = trial_state(form, record | {"items": items})
    hidden = held_unseen({"items": others}, state)
    shown = trial_state(form, record).visible if hidden else {}
    hidden = [each for each in hidden if shown.get(each)]
    if hidden and sent.get("drop_hidden") is not True:
        ask_before_hiding(form, path, record["items"].get(path), hidden)
    items = {key: each for key, each in items.items() if key not in hidden}
    version = sent.get("version")
    about = {"path": path, "version": _whole(version) + 1, "erased": dict.fromkeys(hidden, 0)}
    return about | _answer(form, record | {"items": items})


def _rows(request: Request, form: FormInstance, sent: Mapping, record: Record) -> Tried:
    """Add a row to the group {"group"}, or take {"group", "remove"} away."""
    group = repeating_group(form, str(sent.get("group") or ""))
    keys, gone = record["rows"].get(group.oid, []), sent.get("remove")
    if gone is not None:
        lost = {item_path(item.oid, str(gone)) for item in group.items}
        items = {path: each for path, each in record["items"].items() if path not in lost}
        rows = record["rows"] | {group.oid: [each for each in keys if each != str(gone)]}
        return {"removed": []} | _answer(form, record | {"items": items, "rows": rows})
    number = record["last"].get(group.oid, 0) + 1
    rows = record["rows"] | {group.oid: [*keys, str(number)]}
    record = record | {"rows": rows, "last": record["last"] | {group.oid: number}}
    html = _row_html(request, form, record, group.oid, str(number))
    return {"removed": [], "key": str(number), "html": html} | _answer(form, record)


def _row_html(request: Request, form: FormInstance, record: Record, group_oid: str, key: str) -> str:
    sheet = form_sheet(form, record, trial_state(form, record))
    group = next(each for each in sheet.groups if each.oid == group_oid)
    row = next(each for each in group.rows if each.key == key)
    context = {"group": group, "row": row, "turn": Turn(Stream.ENTRY_1)}
    return render_to_string("edc/form_entry_row.html", context, request)


def _submit(request: Request, form: FormInstance, sent: Mapping, record: Record) -> Tried:
    """Say whether entry would take the form, and how many queries its checks would ask."""
    state = trial_state(form, record)
    faults = faults_of(form, state)
    if faults:
        raise InvalidInput(_("Some items need correction."), fields=faults)
    asked = len(state.flags) + len(state.problems)
    words = ngettext(
        "Entry would take this form and ask %(count)d query. Nothing was saved.",
        "Entry would take this form and ask %(count)d queries. Nothing was saved.",
        asked,
    )
    return {"said": words % {"count": asked}, "record": record}


ACTS = {"save": _save, "rows": _rows, "submit": _submit}


def _answer(form: FormInstance, record: Record) -> Tried:
    return {"record": record, **state_patch(form, trial_state(form, record))}


def _context(request: Request, draft: DesignDraft, design: StudyDesign, form: FormInstance) -> dict[str, Any]:
    definition = design.form(form.form_oid)
    record = empty_record()
    state = trial_state(form, record)
    sheet = form_sheet(form, record, state)
    return {
        "draft": draft,
        "form": form,
        "form_name": in_language(definition.name),
        "note": in_language(definition.note) if definition.note else "",
        "is_preview": True,
        "turn": Turn(Stream.ENTRY_1, _banner(draft)),
        "shown": "draft",
        "sheet": sheet,
        "visit": _visit(draft, design, form, state.progress),
        "events": [(each.oid, in_language(each.name)) for each in design.events_of_form(form.form_oid)],
        "event": form.event.event_oid,
        "missing_choices": missing_choices(),
        "page_data": _page_data(request, draft, form, record),
    }


def _banner(draft: DesignDraft) -> str:
    told = _("Preview of the draft: everything is checked as in entry, and nothing is saved. ")
    told += _("Values of other forms, laboratory ranges and images are not there.")
    if draft.faults:
        left = ngettext(
            "The draft has %(count)d fault; what is broken is left out here.",
            "The draft has %(count)d faults; what is broken is left out here.",
            len(draft.faults),
        )
        told = f"{told} {left % {'count': len(draft.faults)}}"
    return told


def _visit(draft: DesignDraft, design: StudyDesign, form: FormInstance, progress: Progress) -> Visit:
    """Return the forms of the visit, or of the whole draft where no visit plans the form."""
    event = form.event.event_oid
    forms = [each for _planned, each in design.forms_of_event(event)] if event else design.forms
    steps = []
    for each in forms:
        is_current = each.oid == form.form_oid
        found = progress if is_current else None
        url = _url(draft, each.oid, event=event)
        steps.append(
            Step(
                0,
                in_language(each.name),
                url,
                "todo",
                _("Preview"),
                found.filled if found else 0,
                found.required if found else None,
                is_current,
                not is_current,
            )  # fmt: skip
        )
    return Visit(steps)


def _url(draft: DesignDraft, form_oid: str, **asked: str) -> str:
    query = urlencode({name: each for name, each in asked.items() if each})
    return f"{reverse('design-preview', args=[draft.pk, form_oid])}{'?' if query else ''}{query}"


def _page_data(request: Request, draft: DesignDraft, form: FormInstance, record: Record) -> Tried:
    """Return what the page's script needs; `record` tells it that the record stands on the page."""
    acts = {act: _url(draft, form.form_oid, event=form.event.event_oid, do=act) for act in ACTS}
    return {
        **acts,
        "panel": reverse("design-preview-panel", args=[draft.pk, form.form_oid]),
        "home": f"{reverse('design-part', args=[draft.pk])}?at=forms/{form.form_oid}",
        "earlier": None,
        "later": None,
        "removed": [],
        "missing": dict(missing_choices()),
        "kept_key": kept_key(request.user),
        "record": record,
        "words": SAID,
    }


@require_safe
@login_required
def panel(request: Request, pk: int, form: str) -> HttpResponse:
    """Show what entry says of the item ?path= beside the form: its guide."""
    draft = draft_or_404(request, pk)
    design = draft_design(draft)
    oid = request.GET.get("path", "").partition("[")[0]
    definition = next((each for each in design.forms if each.oid == form), None) if design else None
    if design is None or definition is None or oid not in definition.items_by_oid:
        raise Http404(oid)
    item = definition.items_by_oid[oid]
    context = {
        "draft": draft,
        "at": "/".join(("forms", form, definition.group_of[item.name].oid, oid)),
        "item": item,
        "label": in_language(item.label),
        "hint": in_language(item.hint) if item.hint else "",
        "uses": item_uses(trial_form(draft, design, form, ""), item),
        "hard": limits_text(item, item.hard),
        "soft": limits_text(item, item.soft),
        "filled_by": in_language(item.filled_by.how) if item.filled_by else "",
    }
    return render(request, "edc/design_preview_panel.html", context)
