"""What the pages of codelists change in a draft: lists and codes added, retired, reworded, given synonyms."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from edc.design.items import Code
from edc.errors import InvalidInput
from edc.models import DesignDraft
from edc.services.design_draft import Change, change_draft, reword_code
from edc.services.design_draft.content import document_of, terms_of
from edc.services.reasons import required_text
from edc.web.request import Request

LONGEST = 200
LONGEST_CODE = 40
LONGEST_SYNONYM = 80


def _put(request: Request, draft: DesignDraft, oid: str, held: dict[str, Any], codes: list[dict]) -> None:
    change = Change("put", ("codelists", oid), held | {"items": codes}, seen=request.POST.get("seen", ""))
    change_draft(draft=draft, change=change, actor=request.user)


def _retire(request: Request, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    """Retire the code, or offer it again."""
    chosen, retired = request.POST.get("code", ""), request.POST["what"] == "retire"
    codes = []
    for each in held.get("items", []):
        plain = {key: value for key, value in each.items() if key != "retired"}
        changed = plain | ({"retired": True} if retired else {})
        codes.append(changed if each["code"] == chosen else each)
    _put(request, draft, oid, held, codes)


def _add(request: Request, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    code = required_text(request.POST.get("code", ""), field="code", at_most=LONGEST_CODE)
    if any(each["code"] == code for each in held.get("items", [])):
        raise _wrong("code", _("%(oid)s is in use already: choose another.") % {"oid": code})
    new = {"code": code, **_words(request), **_synonyms(request.POST.get("synonyms", ""))}
    _put(request, draft, oid, held, [*held.get("items", []), new])


def _remove(request: Request, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    """Take out a code; one that was published stays in as a fault, so it is refused here."""
    code = request.POST.get("code", "")
    if code in terms_of(draft.study).get(oid, {}):
        raise InvalidInput(
            _("This code was published: retire it instead, the data that have it stay readable.")
        )
    _put(request, draft, oid, held, [each for each in held.get("items", []) if each["code"] != code])


def _reword(request: Request, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    words = _words(request)
    reword_code(
        draft=draft,
        codelist=oid,
        seen=request.POST.get("seen", ""),
        code=Code(request.POST.get("code", ""), words["zh"], words["en"]),
        reason=request.POST.get("reason", ""),
        actor=request.user,
    )


def _words(request: Request) -> dict[str, str]:
    return {key: required_text(request.POST.get(key, ""), field=key, at_most=LONGEST) for key in ("zh", "en")}


def _find_by(request: Request, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    """Give a code the words by which people find it; published or not, its meaning stays."""
    chosen, words = request.POST.get("code", ""), _synonyms(request.POST.get("synonyms", ""))
    codes = [
        {key: value for key, value in each.items() if key != "synonyms"} | words
        if each["code"] == chosen
        else each
        for each in held.get("items", [])
    ]
    _put(request, draft, oid, held, codes)


def _synonyms(text: str) -> dict[str, list[str]]:
    """Return the words of 男性; man, each once, under their key; nothing where there are none."""
    words = list(dict.fromkeys(filter(None, (each.strip() for each in re.split("[;；\n]", text)))))
    if any(len(each) > LONGEST_SYNONYM for each in words):
        message = _("Write synonyms of at most %(count)d characters, separated by semicolons.")
        raise _wrong("synonyms", message % {"count": LONGEST_SYNONYM})
    return {"synonyms": words} if words else {}


def _drop(request: Request, draft: DesignDraft, oid: str, held: dict[str, Any]) -> None:
    """Take out a codelist that was never published and that no item uses."""
    if oid in terms_of(draft.study):
        raise InvalidInput(_("This codelist was published: retire its codes instead."))
    if _is_used(draft, oid):
        raise InvalidInput(_("Items use this codelist: give them another first."))
    change_draft(draft=draft, change=Change("remove", ("codelists", oid)), actor=request.user)


def _is_used(draft: DesignDraft, oid: str) -> bool:
    groups = (group for form in document_of(draft)["forms"] for group in form["item_groups"])
    return any(item.get("codelist") == oid for group in groups for item in group["items"])


def add_codelist(request: Request, draft: DesignDraft) -> str:
    """Add a codelist with its codes, one a line as code | Chinese | English | synonyms; return its OID."""
    oid = request.POST.get("oid", "").strip().upper()
    if not re.fullmatch(r"CL\.[A-Z][A-Z0-9_]{0,39}", oid):
        raise _wrong("oid", _("Write CL. and then letters, digits and underscores, such as CL.SMOKING."))
    codes = [
        _line(*each) for each in enumerate(request.POST.get("codes", "").splitlines(), 1) if each[1].strip()
    ]
    if not codes:
        raise _wrong("codes", _("Write at least one code, one a line."))
    twice = next((code for code, n in Counter(each["code"] for each in codes).items() if n > 1), None)
    if twice is not None:
        raise _wrong("codes", _("%(oid)s is in use already: choose another.") % {"oid": twice})
    fields = {"oid": oid, "name": _words(request), "items": codes}
    change_draft(draft=draft, change=Change("add", ("codelists",), fields=fields), actor=request.user)
    return oid


def _line(number: int, text: str) -> dict[str, Any]:
    """Return the code of one line; English may be left out where it is the same as the Chinese."""
    code, zh, en, synonyms = [each.strip() for each in [*re.split(r"[|｜\t]", text), "", "", ""][:4]]
    if not code or not zh or len(code) > LONGEST_CODE or max(len(zh), len(en)) > LONGEST:
        message = _("Line %(number)d: write code | Chinese | English | synonyms.") % {"number": number}
        raise _wrong("codes", message)
    return {"code": code, "zh": zh, "en": en or zh, **_synonyms(synonyms)}


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields={field: message})


ACTS: dict[str, Callable[[Request, DesignDraft, str, dict[str, Any]], None]] = {
    "retire": _retire,
    "restore": _retire,
    "add": _add,
    "remove": _remove,
    "reword": _reword,
    "synonyms": _find_by,
    "drop": _drop,
}
