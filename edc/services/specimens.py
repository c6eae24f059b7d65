"""Specimens: collected under a label, stored, shipped, received, used, and destroyed by two people."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Site, Specimen, SpecimenStep, StudyEvent, Subject, User
from edc.services.lock import require_place_open
from edc.services.moves import move
from edc.services.reasons import required_text

State = Specimen.State
HANDLING = "enter_data"
# Who may be the second person of a destruction.
WITNESSING = ("enter_data", "sign_form", "raise_query")
LONGEST = {"place": 120, "condition": 300, "reason": 300}
# What each step must say, beside its time.
NEEDED = {
    State.STORED: "place",
    State.RECEIVED: "condition",
    State.USED: "reason",
    State.DESTROYING: "reason",
    State.DESTROYED: "reason",
}


@dataclass(frozen=True)
class Collected:
    """What was taken: label, kind, time, and how many tubes, slides or blocks."""

    label: str
    kind: str
    collected_at: datetime
    tubes: int = 1


@dataclass(frozen=True)
class Step:
    """The next step of a specimen: the state it leads to, when, and what that step must say."""

    state: str
    at: datetime
    place: str = ""
    condition: str = ""
    reason: str = ""
    to_site: Site | None = None


@transaction.atomic
def collect_specimen(
    *, subject: Subject, event: StudyEvent | None, collected: Collected, actor: User
) -> Specimen:
    """Keep that a specimen was taken; a label is used once in a study."""
    access.require(actor, HANDLING, site=subject.site)
    require_place_open(subject)
    label = required_text(collected.label, field="label", at_most=60)
    _check(subject, event, collected)
    try:
        with transaction.atomic():
            specimen = Specimen.objects.create(
                study=subject.study, subject=subject, event=event, label=label, kind=collected.kind,
                collected_at=collected.collected_at, tubes=collected.tubes, at_site=subject.site,
            )  # fmt: skip
    except IntegrityError:
        message = {"label": _("This label is in use already. Compare it with the tube.")}
        raise InvalidInput(_("Some fields need correction."), fields=message) from None
    _note(specimen, Step(State.COLLECTED, collected.collected_at), actor)
    after = {"label": label, "kind": collected.kind, "tubes": collected.tubes}
    audit.record(actor=actor, action="specimen.collected", target=specimen, after=after)
    return specimen


def _check(subject: Subject, event: StudyEvent | None, collected: Collected) -> None:
    wrong = {}
    if collected.kind not in Specimen.Kind.values:
        wrong["kind"] = _("Choose what was taken.")
    if collected.collected_at > timezone.now():
        wrong["collected_at"] = _("The time cannot lie in the future.")
    if not 1 <= collected.tubes <= 200:
        wrong["tubes"] = _("Enter a number from 1 to 200.")
    if event is not None and event.subject_id != subject.pk:
        wrong["event"] = _("Choose a visit of this subject.")
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields=wrong)


@transaction.atomic
def move_specimen(*, specimen: Specimen, step: Step, actor: User) -> Specimen:
    """Take the next step of the chain of custody; every step stays on record.

    Receiving is done at the site it was sent to, everything else where it is. A destruction is asked for by
    one person and carried out, or refused by putting it back in store, by another.
    """
    found = Specimen.objects.select_for_update(of=("self",))
    specimen = found.select_related("subject__site", "at_site", "to_site").get(pk=specimen.pk)
    require_handler(specimen, actor)
    require_place_open(specimen.subject)
    step = _checked(specimen, step)
    before = specimen.state
    first = _first_person(specimen) if before == State.DESTROYING else None
    if first is not None and first.pk == actor.pk:
        raise NotNow(_("You asked for this destruction. Another person must carry it out or refuse it."))
    received = specimen.to_site if step.state == State.RECEIVED else None
    move(
        specimen, step.state, to_site=step.to_site, place=step.place,
        at_site=received or specimen.at_site,
    )  # fmt: skip
    _note(specimen, step, actor, first)
    after = {
        "state": step.state,
        "site": specimen.at_site.oid,
        "place": step.place,
        "condition": step.condition,
    }
    if step.to_site:
        after["to_site"] = step.to_site.oid
    audit.record(
        actor=actor, action="specimen.moved", target=specimen, before=before, after=after, reason=step.reason
    )
    return specimen


def require_handler(specimen: Specimen, actor: User) -> None:
    """Raise PermissionDenied unless the actor may take the next step: where it is, or where it arrives."""
    site = specimen.to_site if specimen.to_site else specimen.at_site
    names = WITNESSING if specimen.state == State.DESTROYING else (HANDLING,)
    if not any(access.may(actor, name, site=site) for name in names):
        raise PermissionDenied(HANDLING)


def _checked(specimen: Specimen, step: Step) -> Step:
    wrong = {}
    if step.state not in State.values or step.state == State.COLLECTED:
        wrong["state"] = _("Choose what happened to the specimen.")
    last = specimen.steps.last()
    if step.at > timezone.now():
        wrong["at"] = _("The time cannot lie in the future.")
    elif last is not None and step.at < last.at:
        wrong["at"] = _("The time lies before the step before it.")
    if step.state == State.SHIPPED and (step.to_site is None or step.to_site.study_id != specimen.study_id):
        wrong["to_site"] = _("Choose the site of this study that receives it.")
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields=wrong)
    needed = "reason" if specimen.state == State.DESTROYING else NEEDED.get(State(step.state))
    if needed:
        required_text(getattr(step, needed), field=needed, at_most=LONGEST[needed])
    to_site = step.to_site if step.state == State.SHIPPED else None
    texts = {name: _optional(getattr(step, name), name) for name in ("place", "condition", "reason")}
    return Step(step.state, step.at, to_site=to_site, **texts)


def _optional(text: str, field: str) -> str:
    return required_text(text, field=field, at_most=LONGEST[field]) if text.strip() else ""


def _first_person(specimen: Specimen) -> User | None:
    asked = specimen.steps.filter(state=State.DESTROYING).select_related("by").last()
    return asked.by if asked else None


def _note(specimen: Specimen, step: Step, actor: User, first: User | None = None) -> None:
    SpecimenStep.objects.create(
        specimen=specimen, state=step.state, at=step.at, site=specimen.at_site, to_site=step.to_site,
        place=step.place, condition=step.condition, tubes=specimen.tubes, reason=step.reason, by=actor,
        first_person=first,
    )  # fmt: skip
