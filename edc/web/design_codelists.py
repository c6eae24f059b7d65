"""The codelists of a draft: where each is used, since when each code is there; codes retired and reworded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edc.design.codelist_life import Term
from edc.design.editing import seal
from edc.design.items import Code, Text
from edc.design.whole import Document
from edc.errors import InvalidInput
from edc.models import DesignDraft
from edc.services.design_draft import Change, change_draft, reword_code
from edc.services.design_draft.content import document_of, terms_of
from edc.services.reasons import required_text
from edc.web.answers import go
from edc.web.design_life import draft_or_404
from edc.web.design_places import name_of

LONGEST = 200


@dataclass(frozen=True)
class CodeLine:
    """A code as the draft has it, with its published life."""

    code: str
    zh: str
    en: str
    retired: bool
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


@require_safe
@login_required
def codelists(request: HttpRequest, pk: int) -> HttpResponse:
    """List the codelists with how often each is used."""
    draft = draft_or_404(request, pk)
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
    return render(request, "edc/design_codelists.html", {"draft": draft, "tab": "codelists", "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def codelist(request: HttpRequest, pk: int, codelist: str) -> HttpResponse:
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
        return go(request, reverse("design-codelist", args=[pk, codelist]))
    held = document["codelists"][codelist]
    context = {
        "draft": draft,
        "tab": "codelists",
        "oid": codelist,
        "name": name_of(held),
        "external": held.get("external", ""),
        "lines": _lines(draft, codelist, held),
        "uses": uses_of(document, codelist),
        "seen": seal(held, ("codelists", codelist)),
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
            terms.get(each["code"]),
            draft.wordings.get(f"{oid}/{each['code']}", ""),
        )
        for each in held.get("items", [])
    ]


def _put(request: HttpRequest, draft: DesignDraft, oid: str, held: dict[str, Any], codes: list[dict]) -> None:
    change = Change("put", ("codelists", oid), held | {"items": codes}, seen=request.POST.get("seen", ""))
    change_draft(draft=draft, change=change, actor=request.user)


def _retire(request: HttpRequest, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    """Retire the code, or offer it again."""
    chosen, retired = request.POST.get("code", ""), request.POST["what"] == "retire"
    codes = []
    for each in held.get("items", []):
        plain = {key: value for key, value in each.items() if key != "retired"}
        changed = plain | ({"retired": True} if retired else {})
        codes.append(changed if each["code"] == chosen else each)
    _put(request, draft, oid, held, codes)


def _add(request: HttpRequest, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    code = required_text(request.POST.get("code", ""), field="code", at_most=40)
    if any(each["code"] == code for each in held.get("items", [])):
        message = _("%(oid)s is in use already: choose another.") % {"oid": code}
        raise InvalidInput(_("Some fields need correction."), fields={"code": message})
    _put(request, draft, oid, held, [*held.get("items", []), {"code": code, **_words(request)}])


def _remove(request: HttpRequest, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    """Take out a code; one that was published stays in as a fault, so it is refused here."""
    code = request.POST.get("code", "")
    if code in terms_of(draft.study).get(oid, {}):
        raise InvalidInput(
            _("This code was published: retire it instead, the data that have it stay readable.")
        )
    _put(request, draft, oid, held, [each for each in held.get("items", []) if each["code"] != code])


def _reword(request: HttpRequest, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    words = _words(request)
    reword_code(
        draft=draft,
        codelist=oid,
        seen=request.POST.get("seen", ""),
        code=Code(request.POST.get("code", ""), words["zh"], words["en"]),
        reason=request.POST.get("reason", ""),
        actor=request.user,
    )


def _words(request: HttpRequest) -> dict[str, str]:
    return {key: required_text(request.POST.get(key, ""), field=key, at_most=LONGEST) for key in ("zh", "en")}


ACTS: dict[str, Callable[[HttpRequest, DesignDraft, str, dict[str, Any]], None]] = {
    "retire": _retire,
    "restore": _retire,
    "add": _add,
    "remove": _remove,
    "reword": _reword,
}
