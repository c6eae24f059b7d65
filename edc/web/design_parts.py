"""The designer: the forms, visits, checks and criteria of a draft, each part changed on a page of its own."""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edc.design import editing
from edc.design.editing import Address
from edc.design.items import Text
from edc.design.whole import Document
from edc.errors import InvalidInput
from edc.models import DesignDraft
from edc.rules.kinds import BOOL, namespace_of
from edc.rules.language import compile_rule
from edc.rules.syntax import RuleSyntaxError
from edc.selectors.designs import draft_design
from edc.selectors.evaluation import in_language
from edc.services.design_draft import Change, change_draft
from edc.services.design_draft.content import document_of
from edc.web.answers import go
from edc.web.design_fields import PARTS, fields_of, planned, posted
from edc.web.design_life import draft_or_404
from edc.web.design_places import fault_lines, kinds, name_of
from edc.web.request import Request

LONGEST_RULE = 4000
# What a new form and a new group hold, by the depth of what they are added to.
INSIDE_NEW = {1: "item_groups", 2: "items"}


@require_safe
@login_required
def parts(request: Request, pk: int) -> HttpResponse:
    """List the forms, visits, edit checks or criteria of the draft."""
    draft = draft_or_404(request, pk)
    of = request.GET.get("of", "forms")
    if of not in PARTS:
        raise Http404(of)
    context = {
        "draft": draft,
        "tab": of,
        "kind": kinds()[of],
        "lines": _lines(document_of(draft), (of,)),
        "add": of,
        "may_write": draft.state == DesignDraft.State.DRAFT,
    }
    return render(request, "edc/design_parts.html", context)


def _lines(document: Document, address: Address) -> list[dict[str, Any]]:
    """Return the parts one step below, with the groups' items below them."""
    return [
        {
            "at": "/".join((*address, str(each.get("oid")))),
            "oid": str(each.get("oid")),
            "name": name_of(each),
            "part": each,
        }
        for each in editing.children(document, address)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def part(request: Request, pk: int) -> HttpResponse:
    """Show one part of the draft with what stands in it, or change it."""
    draft = draft_or_404(request, pk)
    document = document_of(draft)
    if request.method == "POST":
        return _changed(request, draft, document)
    if "at" not in request.GET:
        return redirect("design-parts", pk=draft.pk)
    address = _address(request.GET["at"])
    new = request.GET.get("new") == "1"
    found: dict[str, Any] = {} if new else _found(document, address)
    fields_at = (*address, "") if new else address
    inner = [] if new else _inside(document, address)
    faults = [each for each in fault_lines(document, draft.faults) if each.address == address and not new]
    context = {
        "draft": draft,
        "tab": address[0],
        "kind": kinds()[address[0]],
        "at": "/".join(address),
        "up": "/".join(fields_at[:-1]) if len(fields_at) > 2 else "",
        "up_name": name_of(_found(document, fields_at[:-1])) if len(fields_at) > 2 else "",
        "new": new,
        "name": _("New part") if new else name_of(found) or address[-1],
        "fields": fields_of(document, fields_at, found),
        "seen": "" if new else editing.seal(found, address),
        "inner": inner,
        "plan": _plan(document, found) if address[0] == "events" and not new else [],
        "faults": faults,
        "rule_form": address[1] if address[0] == "forms" and len(address) > 1 else found.get("form", ""),
        "preview": address[1] if address[0] == "forms" and len(address) > 1 else "",
        "may_write": draft.state == DesignDraft.State.DRAFT,
    }
    return render(request, "edc/design_part.html", context)


def _inside(document: Document, address: Address) -> list[dict[str, Any]]:
    """Return the groups of a form, each with its items; nothing for other parts."""
    if address[0] != "forms" or len(address) != 2:
        return []
    return [each | {"inner": _lines(document, (*address, each["oid"]))} for each in _lines(document, address)]


def _plan(document: Document, found: dict[str, Any]) -> list[dict[str, str]]:
    """Return every form of the draft with how the visit plans it."""
    held = {each["form"]: each["mandatory"] for each in found.get("forms", [])}
    hows = {None: "", True: "mandatory", False: "optional"}
    return [
        {"oid": each["oid"], "name": name_of(each), "how": hows[held.get(each["oid"])]}
        for each in document["forms"]
    ]


def _address(text: str) -> Address:
    address = tuple(each for each in text.split("/") if each)
    if not address or address[0] not in PARTS or len(address) > 4:
        raise Http404(text)
    return address


def _found(document: Document, address: Address) -> dict[str, Any]:
    try:
        return editing.element(document, address)
    except editing.NoSuchElement:
        raise Http404("/".join(address)) from None


def _changed(request: Request, draft: DesignDraft, document: Document) -> HttpResponse:
    what = request.POST.get("what", "")
    if what not in ("put", "add", "remove", "up", "down"):
        raise InvalidInput(_("Choose what to do with this part."))
    address = _address(request.POST.get("at", ""))
    change, shown = _change(what, address, request.POST, document)
    change_draft(draft=draft, change=change, actor=request.user)
    if len(shown) == 1:
        return go(request, f"{reverse('design-parts', args=[draft.pk])}?of={shown[0]}")
    return go(request, f"{reverse('design-part', args=[draft.pk])}?at={'/'.join(shown)}")


def _change(what: str, address: Address, data: QueryDict, document: Document) -> tuple[Change, Address]:
    """Return the change, and the address of the page to show after it."""
    if what in ("up", "down"):
        return Change("move", address, by=-1 if what == "up" else 1), address[:-1]
    if what == "remove":
        return Change("remove", address), address[:-1]
    if what == "add":
        fields = _named(_empty(address) | posted(data, (*address, ""), {}))
        return Change("add", address, fields=fields), (*address, fields["oid"])
    held = editing.own_fields(_found(document, address), address)
    fields = _named(_empty(address[:-1]) | posted(data, address, held))
    if address[0] == "events":
        fields["forms"] = planned(data, document, held)
    return Change("put", address, fields=fields, seen=data.get("seen", "")), (*address[:-1], fields["oid"])


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields if they have an OID that an address can hold."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", str(fields.get("oid", ""))):
        message = _("Write an OID of letters, digits, dots and underscores.")
        raise InvalidInput(_("Some fields need correction."), fields={"oid": message})
    return fields


def _empty(parent: Address) -> dict[str, Any]:
    """Return what a new part must hold although no field asks for it."""
    if parent[0] == "forms" and len(parent) in (1, 2):
        return {INSIDE_NEW[len(parent)]: []}
    empty: dict[str, dict[str, Any]] = {"events": {"forms": []}, "eligibility": {"rule": None}}
    return empty.get(parent[0], {})


@require_POST
@login_required
def expression(request: Request, pk: int) -> HttpResponse:
    """Say whether a rule can be read with the items of the draft, and where it cannot."""
    draft = draft_or_404(request, pk)
    name, form = request.POST.get("name", ""), request.POST.get("rule_form", "").removeprefix("FO.")
    text = request.POST.get(name, "")[:LONGEST_RULE]
    wants = "any" if name == "value" else "bool"
    context = {"text": text.strip(), "problem": _problem(draft, text, form, wants)}
    return render(request, "edc/design_expression.html", context)


def _problem(draft: DesignDraft, text: str, form: str, wants: str) -> str:
    design = draft_design(draft)
    if not text.strip() or design is None:
        return ""
    try:
        rule = compile_rule(text, namespace=namespace_of(design).on_form(form or None))
    except RuleSyntaxError as fault:
        words = in_language(Text(fault.zh, fault.en))
        return _("Character %(column)d: %(words)s") % {"column": fault.column, "words": words}
    if wants == "bool" and not rule.kind.fits(BOOL):
        return _("The rule must be true or false.")
    return ""
