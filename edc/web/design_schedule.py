"""The schedule of a draft as one grid: which form at which visit, in which order, and what repeats."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edc.design import editing
from edc.design.whole import Document
from edc.errors import InvalidInput
from edc.models import DesignDraft
from edc.services.design_draft import Change, change_together
from edc.services.design_draft.content import document_of
from edc.web.answers import go
from edc.web.design_life import draft_or_404
from edc.web.design_places import name_of
from edc.web.request import Request

HOWS = {"mandatory": True, "optional": False}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def schedule(request: Request, pk: int) -> HttpResponse:
    """Show the forms by visit, or keep every visit and form that was changed there, all or none."""
    draft = draft_or_404(request, pk)
    document = document_of(draft)
    if request.method == "POST":
        changes = [*_visits(document, request.POST), *_forms(document, request.POST)]
        change_together(draft=draft, changes=changes, actor=request.user)
        return go(request, reverse("design-schedule", args=[pk]))
    context = {
        "draft": draft,
        "tab": "schedule",
        "visits": [_visit(each) for each in document["events"]],
        "rows": [_row(document, each) for each in document["forms"]],
        "repeats": _repeats(),
        "may_write": draft.state == DesignDraft.State.DRAFT,
    }
    return render(request, "edc/design_schedule.html", context)


def _visit(event: dict[str, Any]) -> dict[str, Any]:
    hows = ((each["form"], "mandatory" if each["mandatory"] else "optional") for each in event["forms"])
    return {
        "oid": event["oid"],
        "name": name_of(event),
        "repeats": bool(event.get("repeats")),
        "plan": ",".join(f"{form}:{how}" for form, how in hows),
        "seen": editing.seal(event, ("events", event["oid"])),
    }


def _row(document: Document, form: dict[str, Any]) -> dict[str, Any]:
    cells = []
    for event in document["events"]:
        planned = [each["form"] for each in event["forms"]]
        place = planned.index(form["oid"]) + 1 if form["oid"] in planned else None
        how = "" if place is None else "mandatory" if event["forms"][place - 1]["mandatory"] else "optional"
        cells.append({"visit": event["oid"], "name": name_of(event), "how": how, "place": place})
    return {
        "oid": form["oid"],
        "name": name_of(form),
        "repeats": form["repeats"],
        "seen": editing.seal(form, ("forms", form["oid"])),
        "cells": cells,
    }


def _repeats() -> list[tuple[str, str]]:
    """Return how often a form is asked of a subject, in words."""
    return [("none", _("once")), ("event", _("at each visit")), ("form", _("as often as needed"))]


def _visits(document: Document, data: QueryDict) -> Iterator[Change]:
    """Yield a change of each visit whose forms, their order or its repetition were posted otherwise."""
    known = {each["oid"] for each in document["forms"]}
    for event in document["events"]:
        oid = event["oid"]
        if f"plan:{oid}" not in data:
            continue
        held = {each["form"]: each for each in event["forms"]}
        forms = [
            held.get(form, {"form": form}) | {"mandatory": mandatory}
            for form, mandatory in _planned(str(data[f"plan:{oid}"]), known)
        ]
        repeats = f"repeats:{oid}" in data
        fields = event | {"forms": forms}
        if repeats != bool(event.get("repeats")):
            fields |= {"repeats": repeats}
        if fields != event:
            yield Change("put", ("events", oid), fields, seen=data.get(f"seen:{oid}", ""))


def _planned(text: str, known: set[str]) -> Iterator[tuple[str, bool]]:
    """Yield the forms of FO.DM:mandatory,FO.IC:optional with whether each must be filled."""
    seen: set[str] = set()
    for part in filter(None, text.split(",")):
        form, _colon, how = part.partition(":")
        if how not in HOWS or form not in known or form in seen:
            raise InvalidInput(_("Load the page again: what it sent could not be read."))
        seen.add(form)
        yield form, HOWS[how]


def _forms(document: Document, data: QueryDict) -> Iterator[Change]:
    """Yield a change of each form that is to repeat otherwise."""
    words = dict(_repeats())
    for form in document["forms"]:
        oid = form["oid"]
        repeats = data.get(f"repeats:{oid}", form["repeats"])
        if repeats not in words:
            raise InvalidInput(_("Load the page again: what it sent could not be read."))
        if repeats != form["repeats"]:
            fields = editing.own_fields(form, ("forms", oid)) | {"repeats": repeats}
            yield Change("put", ("forms", oid), fields, seen=data.get(f"seen:{oid}", ""))
