"""New studies: brought from a file with the account of it, completed, reviewed and founded by two people."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edc import audit
from edc.design.founding import FACTS, MADE_UP, NAMES, NewSite, facts_of, sites_of, without
from edc.design.items import Text
from edc.design.whole import Document, check_document, written
from edc.errors import InvalidInput
from edc.exchange.design_import import counts_of, import_design
from edc.exchange.design_workbook import read_workbook
from edc.models import StudyFounding, User
from edc.selectors.evaluation import in_language
from edc.services.design_draft.content import fault_row
from edc.services.founding import (
    begin_founding,
    complete_founding,
    drop_founding,
    publish_founding,
    send_founding_back,
    submit_founding,
)
from edc.services.founding_document import checked_founding
from edc.web.answers import go, study_with
from edc.web.design_files import laid_down, sent_design
from edc.web.design_import import carried_words
from edc.web.design_places import fault_lines
from edc.web.request import Request

SHOWN_CELLS = 10
# What an import names the one site of a file without sites.
NO_SITE = "Site"
State = StudyFounding.State


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def foundings(request: Request) -> HttpResponse:
    """List the studies to be founded, or begin one from a file."""
    study_with(request, "manage_people")
    if request.method == "POST":
        sent = sent_design(request)
        document, account, sha256 = _brought(sent)
        made = begin_founding(
            file_name=sent.name or "", file_sha256=sha256, document=document, account=account,
            actor=request.user,
        )  # fmt: skip
        return go(request, reverse("study-founding", args=[made.pk]))
    found = StudyFounding.objects.select_related("started_by", "decided_by", "version__study")
    lines = [(each, _title(each)) for each in found.defer("account")]
    return render(request, "edc/foundings.html", {"lines": lines})


def _title(founding: StudyFounding) -> str:
    facts = facts_of(json.loads(founding.content))
    named = f"{facts['oid']} {in_language(Text(facts['short_zh'], facts['short_en']))}".strip()
    return named or founding.file_name


def _brought(sent: UploadedFile) -> tuple[Document, dict[str, Any], str]:
    """Return the design of a file, the account of it and the file's hash."""
    with laid_down(sent) as path:
        document, account = _of_workbook(path) if path.suffix == ".xlsx" else _of_another_system(path)
        return document, account, hashlib.sha256(path.read_bytes()).hexdigest()


def _of_another_system(path: Path) -> tuple[Document, dict[str, Any]]:
    result = import_design(path, path.parent / "out")
    lost = [{"what": each.what, "zh": each.zh, "en": each.en} for each in result.lost]
    document = without(written(result.design), MADE_UP + (NAMES if path.suffix == ".csv" else ()))
    if [each.zh for each in sites_of(document)] == [NO_SITE]:
        document["sites"] = []
    return document, {"seen": result.seen, "carried": result.carried, "not_carried": lost}


def _of_workbook(path: Path) -> tuple[Document, dict[str, Any]]:
    found = read_workbook(path)
    if found.faults:
        cells = [f"{each.cell}: {in_language(Text(each.zh, each.en))}" for each in found.faults[:SHOWN_CELLS]]
        raise InvalidInput(_("The file cannot be read."), fields={"file": "; ".join(cells)})
    design = check_document(found.document).design
    return found.document, {"carried": counts_of(design) if design else {}, "not_carried": []}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def founding(request: Request, pk: int) -> HttpResponse:
    """Show a study to be founded: what its file held, its facts, sites and faults; or do one step with it."""
    study_with(request, "manage_people")
    found = get_object_or_404(StudyFounding.objects.select_related("started_by", "version__study"), pk=pk)
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what not in ACTS:
            raise InvalidInput(_("Choose what to do with the study."))
        ACTS[what](found, request)
        return go(request, reverse("study-founding", args=[pk]))
    document = json.loads(found.content)
    is_own = found.started_by_id == request.user.pk
    faults = [] if found.version_id else checked_founding(document)[1]
    context = {
        "founding": found,
        "carried": carried_words(found.account.get("carried", {})),
        "lost": [(each["what"], each) for each in found.account.get("not_carried", [])],
        "facts": [(name, label, facts_of(document)[name]) for name, label in _labels().items()],
        "choices": {"status": _statuses(), "entry": _entries()},
        "sites": "\n".join(f"{each.zh} | {each.en}" for each in sites_of(document)),
        "faults": list(fault_lines(document, [fault_row(each) for each in faults])),
        "seen": audit.digest(found.content),
        "may_write": is_own and found.state == State.DRAFT,
        "may_decide": not is_own and found.state == State.IN_REVIEW,
        "is_own": is_own,
    }
    return render(request, "edc/founding.html", context)


def _labels() -> dict[str, str]:
    return {
        "oid": _("Registration number"), "prefix": _("Letters that begin the subject keys"),
        "title_zh": _("Title in Chinese"), "title_en": _("Title in English"),
        "short_zh": _("Short title in Chinese"), "short_en": _("Short title in English"),
        "sponsor_zh": _("Sponsor in Chinese"), "sponsor_en": _("Sponsor in English"),
        "status": _("When registered"), "registered_on": _("Date of registration"),
        "ethics": _("Number of the ethics approval"), "ethics_on": _("Date of the ethics approval"),
        "recruits_from": _("Recruits from"), "entry": _("Entry of the forms"),
    }  # fmt: skip


def _statuses() -> list[tuple[str, str]]:
    return [("prospective", _("before the first subject")), ("retrospective", _("after the first subject"))]


def _entries() -> list[tuple[str, str]]:
    return [("double", _("Double entry")), ("single", _("Single entry"))]


def _complete(found: StudyFounding, request: Request) -> None:
    facts = {name: request.POST.get(name, "").strip() for name in FACTS}
    lines = [each for each in request.POST.get("sites", "").splitlines() if each.strip()]
    complete_founding(founding=found, facts=facts, sites=[_site(each) for each in lines], actor=request.user)
    messages.success(request, _("The facts are kept."))


def _site(line: str) -> NewSite:
    """Return the site of one line, Chinese | English; the English may be left out."""
    zh, _bar, en = (each.strip() for each in re.sub("｜", "|", line).partition("|"))
    return NewSite(zh or en, en or zh)


def _by_text(service: Callable[..., object]) -> Callable[[StudyFounding, Request], None]:
    def act(found: StudyFounding, request: Request) -> None:
        actor: User = request.user
        service(founding=found, text=request.POST.get("text", ""), actor=actor)

    return act


def _publish(found: StudyFounding, request: Request) -> None:
    seen, text = (request.POST.get(name, "") for name in ("seen", "text"))
    publish_founding(founding=found, seen=seen, text=text, actor=request.user)


ACTS: dict[str, Callable[[StudyFounding, Request], None]] = {
    "complete": _complete,
    "submit": _by_text(submit_founding),
    "send_back": _by_text(send_founding_back),
    "publish": _publish,
    "drop": _by_text(drop_founding),
}
