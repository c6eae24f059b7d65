"""Review of a draft: submitted, commented, sent back, and published by a person who did not write it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from edc import access, audit
from edc.design.study import StudyDesign
from edc.design.whole import check_document, written
from edc.errors import Conflict, NotNow
from edc.models import DesignDraft, DesignDraftStep, DesignVersion, Notification, User
from edc.services.design import publish_design
from edc.services.design_draft.content import Kind, checked_content, document_of, locked_draft, step
from edc.services.moves import move
from edc.services.notifications import notify
from edc.services.reasons import required_text

State = DesignDraft.State


def writers_of(draft: DesignDraft) -> set[int]:
    """Return the keys of who wrote any of the draft."""
    steps = draft.steps.filter(kind__in=DesignDraftStep.WRITING)
    return set(steps.values_list("by_id", flat=True))


@transaction.atomic
def submit_draft(*, draft: DesignDraft, text: str, actor: User) -> DesignDraft:
    """Ask for the review of a draft without faults that changes something; `text` says what it is for."""
    draft = locked_draft(draft, state=State.DRAFT, actor=actor)
    text = required_text(text, field="text", at_most=2000)
    _sound(draft)
    move(draft, State.IN_REVIEW, submitted_by=actor)
    step(draft, Kind.SUBMITTED, actor, text=text)
    after = {"revision": draft.revision}
    audit.record(actor=actor, action="design_draft.submitted", target=draft, after=after, reason=text[:300])
    readers = access.holders_of("manage_design", study=draft.study).exclude(pk__in=writers_of(draft))
    _tell(draft, readers, Notification.Kind.DESIGN_SUBMITTED)
    return draft


@transaction.atomic
def comment_on_draft(*, draft: DesignDraft, text: str, place: str = "", actor: User) -> DesignDraftStep:
    """Say something of the draft, or of one part of it; anyone who may work on the study's designs."""
    access.require(actor, "manage_design", study=draft.study)
    if draft.state not in DesignDraft.OPEN:
        raise NotNow(_("The draft is closed: a comment would change nothing."))
    text = required_text(text, field="text", at_most=2000)
    made = step(draft, Kind.COMMENTED, actor, place=place, text=text)
    after = {"step": made.pk, "place": place}
    audit.record(actor=actor, action="design_draft.commented", target=draft, after=after, reason=text[:300])
    return made


@transaction.atomic
def send_draft_back(*, draft: DesignDraft, text: str, actor: User) -> DesignDraft:
    """Give the draft back to be worked on, saying what is to be done; its writer may take it back so too."""
    draft = locked_draft(draft, state=State.IN_REVIEW, actor=actor)
    text = required_text(text, field="text", at_most=2000)
    move(draft, State.DRAFT)
    step(draft, Kind.SENT_BACK, actor, text=text)
    audit.record(actor=actor, action="design_draft.sent_back", target=draft, reason=text[:300])
    _tell(draft, _writers(draft, actor), Notification.Kind.DESIGN_DECIDED)
    return draft


@transaction.atomic
def publish_draft(*, draft: DesignDraft, revision: int, text: str, actor: User) -> DesignVersion:
    """Publish the draft as the study's next version; never by a person who wrote any of it.

    Raises Conflict where the draft is not the revision that was reviewed.
    """
    draft = locked_draft(draft, state=State.IN_REVIEW, actor=actor)
    if actor.pk in writers_of(draft) or actor.pk == draft.submitted_by_id:
        raise PermissionDenied("publish_draft")
    text = required_text(text, field="text", at_most=2000)
    if draft.revision != revision:
        raise Conflict(_("The draft was changed after you loaded the page. Load it and review it again."))
    version = publish_design(design=_sound(draft), actor=actor)
    move(draft, State.PUBLISHED, version=version, published_by=actor)
    step(draft, Kind.PUBLISHED, actor, text=text)
    after = {"version": version.number, "sha256": version.sha256, "wordings": draft.wordings}
    audit.record(actor=actor, action="design_draft.published", target=draft, after=after, reason=text[:300])
    _tell(draft, _writers(draft, actor), Notification.Kind.DESIGN_DECIDED)
    return version


def _sound(draft: DesignDraft) -> StudyDesign:
    """Return the draft's design; raise where it has faults, changes nothing or is no longer on the newest."""
    checked, faults = checked_content(draft, document_of(draft))
    if faults or checked.design is None:
        raise NotNow(_("The draft has %(count)d faults: correct them first.") % {"count": len(faults)})
    newest = draft.study.design_versions.order_by("-number").first()
    if newest is None or newest.pk != draft.base_id:
        words = _(
            "Another version was published meanwhile. Take this draft out as Excel, give it up, "
            "and bring the workbook into a new draft."
        )
        raise Conflict(words)
    as_published = check_document(written(newest.design)).design
    if as_published is not None and as_published.sha256 == checked.design.sha256:
        raise NotNow(_("The draft changes nothing of the published version: there is nothing to review."))
    return checked.design


def _writers(draft: DesignDraft, but: User) -> list[User]:
    return list(User.objects.filter(pk__in=writers_of(draft) - {but.pk}))


def _tell(draft: DesignDraft, users: object, kind: str) -> None:
    url = reverse("design-draft", args=[draft.pk])
    notify(users=users, kind=kind, about=draft.name, url=url, study=draft.study)  # type: ignore[arg-type]
