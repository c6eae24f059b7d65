"""The life of a study's design: its published versions, the open draft, its review and its history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc.design.diff import DesignChange
from edc.design.diff_words import THINGS, WEIGHTS, words_of
from edc.design.whole import check_document
from edc.errors import InvalidInput
from edc.models import DesignDraft, DesignDraftStep, User
from edc.numbers import whole_number
from edc.selectors.designs import changes_between, drafts_visible_to, open_draft, version_before
from edc.selectors.evaluation import in_language
from edc.selectors.randomisation import lists_visible_to
from edc.services.design_draft import (
    comment_on_draft,
    drop_draft,
    publish_draft,
    send_draft_back,
    start_draft,
    submit_draft,
)
from edc.services.design_draft.content import document_of
from edc.services.design_draft.review import writers_of
from edc.web.answers import go, study_with
from edc.web.design_places import fault_lines
from edc.web.request import Request

SHOWN_FAULTS = 200
State = DesignDraft.State


@dataclass(frozen=True)
class ChangeLine:
    """One difference in words, with what kind of thing it is about and what it can do to data."""

    about: str
    words: str
    weight: int
    effect: str


def change_lines(changes: Iterable[DesignChange]) -> list[ChangeLine]:
    """Return the changes for a page, those that can touch data first."""
    ordered = sorted(changes, key=lambda each: -each.weight)
    return [
        ChangeLine(
            in_language(THINGS[each.about]),
            in_language(words_of(each)),
            int(each.weight),
            in_language(WEIGHTS[int(each.weight)]),
        )
        for each in ordered
    ]


@require_safe
@login_required
def design(request: Request) -> HttpResponse:
    """Show the open draft, the published versions and the drafts of before."""
    study = study_with(request, "manage_design")
    context = {
        "versions": study.design_versions.select_related("published_by", "draft"),
        "draft": open_draft(study),
        "closed": drafts_visible_to(request.user, study).exclude(state__in=DesignDraft.OPEN),
        "randomised": lists_visible_to(request.user, study).exists(),
    }
    return render(request, "edc/design.html", context)


@require_POST
@login_required
def start(request: Request) -> HttpResponse:
    """Begin a draft from the newest version."""
    study = study_with(request, "manage_design")
    made = start_draft(study=study, name=request.POST.get("name", ""), actor=request.user)
    return go(request, reverse("design-draft", args=[made.pk]))


@require_safe
@login_required
def version(request: Request, number: int) -> HttpResponse:
    """Show what a published version changed, who wrote, reviewed and published it."""
    study = study_with(request, "manage_design")
    found = get_object_or_404(study.design_versions.select_related("published_by"), number=number)
    before = version_before(found)
    draft = drafts_visible_to(request.user, study).filter(version=found).first()
    context = {
        "version": found,
        "before": before,
        "changes": change_lines(changes_between(before, found.design)),
        "draft": draft,
        "steps": _steps(draft),
    }
    return render(request, "edc/design_version.html", context)


@require_safe
@login_required
def draft(request: Request, pk: int) -> HttpResponse:
    """Show a draft: its faults, what it changes, what was said, and what the reader may do with it."""
    found = draft_or_404(request, pk)
    document = document_of(found)
    checked = check_document(document)
    sound = None if checked.errors else checked.design
    lines = list(fault_lines(document, found.faults[:SHOWN_FAULTS]))
    context = {
        "draft": found,
        "tab": "draft",
        "faults": lines,
        "fault_count": len(found.faults),
        "changes": change_lines(changes_between(found.base, sound)) if sound else [],
        "is_sound": sound is not None,
        "wordings": sorted(found.wordings.items()),
        "steps": _steps(found),
        **_rights(found, request.user),
    }
    return render(request, "edc/design_draft.html", context)


def draft_or_404(request: Request, pk: int) -> DesignDraft:
    """Return the draft of the present study, for who works on its designs."""
    study = study_with(request, "manage_design")
    return get_object_or_404(drafts_visible_to(request.user, study), pk=pk)


def _steps(found: DesignDraft | None) -> list[DesignDraftStep]:
    return list(found.steps.select_related("by").order_by("-pk")) if found else []


def _rights(found: DesignDraft, user: User) -> dict[str, bool]:
    mine = user.pk in writers_of(found) or user.pk == found.submitted_by_id
    return {
        "is_open": found.state in DesignDraft.OPEN,
        "may_write": found.state == State.DRAFT,
        "in_review": found.state == State.IN_REVIEW,
        "may_publish": found.state == State.IN_REVIEW and not mine,
        "is_writer": mine,
    }


def seen_revision(request: Request) -> int:
    """Return the revision of the draft that stood on the page; 0, which none has, where it was not sent."""
    return whole_number(request.POST.get("revision", "")) or 0


def _publish(found: DesignDraft, text: str, request: Request) -> object:
    return publish_draft(draft=found, revision=seen_revision(request), text=text, actor=request.user)


ACTS: dict[str, Callable[[DesignDraft, str, Request], object]] = {
    "comment": lambda found, text, sent: comment_on_draft(draft=found, text=text, actor=sent.user),
    "submit": lambda found, text, sent: submit_draft(draft=found, text=text, actor=sent.user),
    "send_back": lambda found, text, sent: send_draft_back(draft=found, text=text, actor=sent.user),
    "publish": _publish,
    "drop": lambda found, text, sent: drop_draft(draft=found, reason=text, actor=sent.user),
}


@require_POST
@login_required
def act(request: Request, pk: int) -> HttpResponse:
    """Comment, submit, send back, publish or give up a draft."""
    found = draft_or_404(request, pk)
    what = request.POST.get("what", "")
    if what not in ACTS:
        raise InvalidInput(_("Choose what to do with the draft."))
    ACTS[what](found, request.POST.get("text", ""), request)
    closes = what in ("publish", "drop")
    return go(request, reverse("design") if closes else reverse("design-draft", args=[found.pk]))
