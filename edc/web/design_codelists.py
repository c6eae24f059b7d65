"""The codelists of a draft: where each is used, since when each code is there; what became of them."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edc.design.codelist_life import Term
from edc.design.editing import seal
from edc.design.items import Text
from edc.design.whole import Document
from edc.errors import InvalidInput
from edc.models import DesignDraft
from edc.services.design_draft.content import document_of, terms_of
from edc.web.answers import go
from edc.web.design_codes import ACTS, add_codelist
from edc.web.design_life import draft_or_404
from edc.web.design_places import fault_lines, name_of
from edc.web.request import Request


@dataclass(frozen=True)
class CodeLine:
    """A code as the draft has it, with its published life."""

    code: str
    zh: str
    en: str
    retired: bool
    synonyms: str
    published: Term | None
    reason: str

    @property
    def reworded(self) -> bool:
        return self.published is not None and self.published.label != Text(self.zh, self.en)


def uses_of(document: Document, oid: str) -> list[tuple[str, str]]:
    """Return the form and the label of each item that asks with the codelist."""
    return [
        (name_of(form), name_of(item))
        for form in document["forms"]
        for group in form["item_groups"]
        for item in group["items"]
        if item.get("codelist") == oid
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def codelists(request: Request, pk: int) -> HttpResponse:
    """List the codelists with how often each is used, or add one."""
    draft = draft_or_404(request, pk)
    if request.method == "POST":
        made = add_codelist(request, draft)
        return go(request, reverse("design-codelist", args=[pk, made]))
    document = document_of(draft)
    lines = [
        {
            "oid": oid,
            "name": name_of(each),
            "codes": len(each.get("items", [])),
            "retired": sum(bool(code.get("retired")) for code in each.get("items", [])),
            "external": each.get("external", ""),
            "uses": len(uses_of(document, oid)),
        }
        for oid, each in document["codelists"].items()
    ]
    may_write = draft.state == DesignDraft.State.DRAFT
    context = {"draft": draft, "tab": "codelists", "lines": lines, "may_write": may_write}
    return render(request, "edc/design_codelists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def codelist(request: Request, pk: int, codelist: str) -> HttpResponse:
    """Show the codes of one codelist and where it is used; change one of them."""
    draft = draft_or_404(request, pk)
    document = document_of(draft)
    if codelist not in document["codelists"]:
        raise Http404(codelist)
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what not in ACTS:
            raise InvalidInput(_("Choose what to do with the code."))
        ACTS[what](request, draft, codelist, document["codelists"][codelist])
        if what == "drop":
            return go(request, reverse("design-codelists", args=[pk]))
        return go(request, reverse("design-codelist", args=[pk, codelist]))
    held, address = document["codelists"][codelist], ("codelists", codelist)
    context = {
        "draft": draft,
        "tab": "codelists",
        "oid": codelist,
        "name": name_of(held),
        "external": held.get("external", ""),
        "lines": _lines(draft, codelist, held),
        "uses": uses_of(document, codelist),
        "faults": [each for each in fault_lines(document, draft.faults) if each.address == address],
        "may_drop": codelist not in terms_of(draft.study) and not uses_of(document, codelist),
        "seen": seal(held, address),
        "may_write": draft.state == DesignDraft.State.DRAFT,
    }
    return render(request, "edc/design_codelist.html", context)


def _lines(draft: DesignDraft, oid: str, held: dict[str, Any]) -> list[CodeLine]:
    terms = terms_of(draft.study).get(oid, {})
    return [
        CodeLine(
            each["code"],
            each["zh"],
            each["en"],
            bool(each.get("retired")),
            "; ".join(each.get("synonyms", [])),
            terms.get(each["code"]),
            draft.wordings.get(f"{oid}/{each['code']}", ""),
        )
        for each in held.get("items", [])
    ]
