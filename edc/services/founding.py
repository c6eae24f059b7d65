"""Founding a study: one administrator brings its first design from a file, another reviews and founds it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from edc import access, audit, jobs
from edc.design.founding import NewSite, with_facts
from edc.design.whole import Document
from edc.errors import Conflict, InvalidInput, NotNow
from edc.models import Membership, Notification, Role, Study, StudyFounding, User
from edc.services.design import publish_design
from edc.services.founding_document import checked_founding, known_institutions
from edc.services.moves import move
from edc.services.notifications import notify
from edc.services.people import grant_membership
from edc.services.reasons import required_text
from edc.services.role_gate import hold

State = StudyFounding.State
MOST_SITES = 99


@transaction.atomic
def begin_founding(
    *, file_name: str, file_sha256: str, document: Document, account: Mapping[str, Any], actor: User
) -> StudyFounding:
    """Keep what a file holds as a study to be founded, with the account of what was not carried."""
    _require_administrator(actor)
    founding = StudyFounding.objects.create(
        file_name=file_name[:200],
        file_sha256=file_sha256,
        content=json.dumps(document, ensure_ascii=False),
        account=dict(account),
        started_by=actor,
    )
    after = {"file": file_name, "sha256": file_sha256, "account": founding.account}
    audit.record(actor=actor, action="study_founding.started", target=founding, after=after)
    return founding


@transaction.atomic
def complete_founding(
    *, founding: StudyFounding, facts: Mapping[str, str], sites: list[NewSite], actor: User
) -> StudyFounding:
    """Put the study's facts and sites in, only who began it; faults that remain are shown, not refused."""
    founding = _locked(founding, actor)
    _own(founding, actor)
    if founding.state != State.DRAFT:
        raise NotNow(_("The study is under review: take it back first."))
    if not 0 < len(sites) <= MOST_SITES:
        message = _("Write between 1 and %(count)d sites, one a line.") % {"count": MOST_SITES}
        raise InvalidInput(_("Some fields need correction."), fields={"sites": message})
    before = {"sha256": audit.digest(founding.content)}
    document = with_facts(json.loads(founding.content), dict(facts), sites, known_institutions())
    founding.content = json.dumps(document, ensure_ascii=False)
    founding.save(update_fields=["content", "changed_at"])
    after = {"facts": dict(facts), "sites": [each.zh for each in sites]}
    after |= {"sha256": audit.digest(founding.content)}
    audit.record(actor=actor, action="study_founding.completed", target=founding, before=before, after=after)
    return founding


@transaction.atomic
def submit_founding(*, founding: StudyFounding, text: str, actor: User) -> StudyFounding:
    """Ask another administrator to review the study; it must be without faults."""
    founding = _locked(founding, actor)
    _own(founding, actor)
    text = required_text(text, field="text", at_most=2000)
    _sound(founding)
    move(founding, State.IN_REVIEW, said=text)
    audit.record(actor=actor, action="study_founding.submitted", target=founding, reason=text[:300])
    held = Membership.objects.filter(Membership.IN_FORCE, role=Role.ADMINISTRATOR).exclude(user=actor)
    _tell(founding, User.objects.filter(pk__in=held.values("user")), Notification.Kind.FOUNDING_SUBMITTED)
    return founding


@transaction.atomic
def send_founding_back(*, founding: StudyFounding, text: str, actor: User) -> StudyFounding:
    """Give the study back to be worked on; who began it may take it back so too."""
    founding = _locked(founding, actor)
    text = required_text(text, field="text", at_most=2000)
    if founding.state != State.IN_REVIEW:
        raise NotNow(_("Only a study under review is sent back."))
    move(founding, State.DRAFT, said=text)
    audit.record(actor=actor, action="study_founding.sent_back", target=founding, reason=text[:300])
    if actor.pk != founding.started_by_id:
        _tell(founding, [founding.started_by], Notification.Kind.FOUNDING_DECIDED)
    return founding


@transaction.atomic
def drop_founding(*, founding: StudyFounding, text: str, actor: User) -> StudyFounding:
    """Give the study up before it exists; only who began it."""
    founding = _locked(founding, actor)
    _own(founding, actor)
    text = required_text(text, field="text", at_most=2000)
    move(founding, State.DROPPED, said=text)
    audit.record(actor=actor, action="study_founding.dropped", target=founding, reason=text[:300])
    return founding


@transaction.atomic
def publish_founding(*, founding: StudyFounding, seen: str, text: str, actor: User) -> Study:
    """Found the study: version 1 of its design, its sites, and both administrators as its own.

    Never by the administrator who began it. ``seen`` is the digest of the content that was reviewed: Conflict
    where another stands. Raises NotNow where the registration number is a study's already, or who began it is
    an administrator of no study.
    """
    founding = _locked(founding, actor)
    if actor.pk == founding.started_by_id:
        raise PermissionDenied("publish_founding")
    text = required_text(text, field="text", at_most=2000)
    if founding.state != State.IN_REVIEW:
        raise NotNow(_("Only a study under review is founded."))
    if seen != audit.digest(founding.content):
        raise Conflict(_("The study was changed after you loaded the page. Load it and review it again."))
    hold(User.objects.filter(pk__in=[founding.started_by_id, actor.pk]))
    _still_administrator(founding.started_by)
    version = publish_design(design=_sound(founding), actor=actor, founds=True)
    move(founding, State.PUBLISHED, said=text, version=version, decided_by=actor)
    for person in (founding.started_by, actor):
        grant_membership(
            user=person,
            study=version.study,
            site=None,
            role=Role.ADMINISTRATOR,
            actor=jobs.system_user("founder"),
        )
    after = {"oid": version.study.oid, "sha256": version.sha256}
    place = audit.Place(study=version.study)
    audit.record(
        actor=actor, action="study_founding.published", target=founding, after=after, reason=text[:300],
        place=place,
    )  # fmt: skip
    _tell(founding, [founding.started_by], Notification.Kind.FOUNDING_DECIDED)
    return version.study


def _tell(founding: StudyFounding, users: Iterable[User], kind: str) -> None:
    number = str(json.loads(founding.content)["study"].get("oid", ""))
    notify(users=users, kind=kind, about=number[:120], url=reverse("study-founding", args=[founding.pk]))


def _require_administrator(actor: User) -> None:
    if not access.studies_for(actor, "manage_people").exists():
        raise PermissionDenied("manage_people")


def _still_administrator(person: User) -> None:
    if not (person.is_active and access.studies_for(person, "manage_people").exists()):
        message = _("%(who)s began this study and is not an administrator: begin it anew from its file.")
        raise NotNow(message % {"who": person})


def _locked(founding: StudyFounding, actor: User) -> StudyFounding:
    _require_administrator(actor)
    found = StudyFounding.objects.select_for_update(of=("self",)).select_related("started_by")
    return found.get(pk=founding.pk)


def _own(founding: StudyFounding, actor: User) -> None:
    if actor.pk != founding.started_by_id:
        raise PermissionDenied("own_founding")


def _sound(founding: StudyFounding) -> Any:
    checked, faults = checked_founding(json.loads(founding.content))
    if faults or checked.design is None:
        raise NotNow(_("The design has %(count)d faults: correct them first.") % {"count": len(faults)})
    if Study.objects.filter(oid=checked.design.oid).exists():
        message = _("A study with the registration number %(oid)s exists: its designs are its own drafts.")
        raise NotNow(message % {"oid": checked.design.oid})
    return checked.design
