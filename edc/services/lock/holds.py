"""Placing and lifting freezes and locks."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, Hold, HoldKind, Level, Site, Study, StudyEvent, Subject, User
from edc.rules.subject_values import split_path
from edc.selectors.holds import in_force, on_event, on_form, on_site, on_subject
from edc.selectors.lock_checks import lock_checks
from edc.services.moves import move
from edc.services.reasons import required_text

Status = FormInstance.Status
# Locks and unlocks at these levels take a second person; `requests` leads there.
TWO_PEOPLE = (Level.SITE, Level.STUDY)
ABOVE = {
    Level.STUDY: (),
    Level.SITE: (Level.STUDY,),
    Level.SUBJECT: (Level.STUDY, Level.SITE),
    Level.VISIT: (Level.STUDY, Level.SITE, Level.SUBJECT),
    Level.FORM: (Level.STUDY, Level.SITE, Level.SUBJECT, Level.VISIT),
    Level.ITEM: (Level.STUDY, Level.SITE, Level.SUBJECT, Level.VISIT, Level.FORM),
}


@dataclass(frozen=True)
class Spot:
    """Where a hold is placed: a study, site, subject, visit or form, or with `path` an item of a form."""

    target: Study | Site | Subject | StudyEvent | FormInstance
    path: str = ""

    @property
    def level(self) -> Level:
        if self.path:
            return Level.ITEM
        levels = {Study: Level.STUDY, Site: Level.SITE, Subject: Level.SUBJECT, StudyEvent: Level.VISIT}
        return levels.get(type(self.target), Level.FORM)

    @property
    def form(self) -> FormInstance | None:
        return self.target if isinstance(self.target, FormInstance) else None

    @property
    def event(self) -> StudyEvent | None:
        return self.target if isinstance(self.target, StudyEvent) else getattr(self.form, "event", None)

    @property
    def subject(self) -> Subject | None:
        return self.target if isinstance(self.target, Subject) else getattr(self.event, "subject", None)

    @property
    def site(self) -> Site | None:
        return self.target if isinstance(self.target, Site) else getattr(self.subject, "site", None)

    @property
    def study(self) -> Study:
        return self.target if isinstance(self.target, Study) else self.site.study  # type: ignore[union-attr]

    @property
    def columns(self) -> dict[str, object]:
        """The spot as the columns of a hold or a request."""
        return {
            "level": self.level, "study": self.study, "site": self.site, "subject": self.subject,
            "event": self.event, "form": self.form, "path": self.path,
        }  # fmt: skip

    @property
    def reach(self) -> Q:
        """The condition that a hold reaches this spot, from its own level up."""
        if self.form is not None:
            return on_form(self.form, self.path)
        if self.event is not None:
            return on_event(self.event)
        if self.subject is not None:
            return on_subject(self.subject)
        return on_site(self.site) if self.site is not None else Q(level=Level.STUDY, study=self.study)

    @property
    def forms(self) -> QuerySet[FormInstance]:
        """The forms that a hold here reaches."""
        chosen = {
            Level.STUDY: Q(subject__study=self.study),
            Level.SITE: Q(subject__site=self.site),
            Level.SUBJECT: Q(subject=self.subject),
            Level.VISIT: Q(event=self.event),
        }
        own = Q(pk=self.form.pk) if self.form is not None else Q()
        return FormInstance.objects.filter(chosen.get(self.level, own))

    @property
    def asked(self) -> dict[str, str]:
        """The filters that narrow a list of queries or forms to the spot."""
        if self.subject is not None:
            return {"site": self.site.oid, "q": self.subject.subject_key}  # type: ignore[union-attr]
        return {"site": self.site.oid} if self.site is not None else {}


def require_locker(spot: Spot, actor: User) -> None:
    """Raise PermissionDenied unless the actor may lock there: for the study at every site of it."""
    if spot.site is not None:
        access.require(actor, "lock_form", site=spot.site)
        return
    for site in spot.study.sites.all():
        access.require(actor, "lock_form", site=site)


@transaction.atomic
def place_hold(*, spot: Spot, kind: str, reason: str, actor: User) -> Hold:
    """Freeze or lock the spot. A lock needs a clean checklist; a site and the study take a second person.

    Raises NotNow while anything of the checklist stands in the way, where it is held already, and for a
    lock that takes two people.
    """
    require_locker(spot, actor)
    if kind == HoldKind.LOCK and spot.level in TWO_PEOPLE:
        raise NotNow(_("A site or the study is locked by two people: ask for it, another person approves."))
    return put(spot, kind, required_text(reason, field="reason"), actor)


def put(spot: Spot, kind: str, reason: str, actor: User) -> Hold:
    """Place the hold after its checks; the right has been asked for by the caller."""
    if kind not in HoldKind.values:
        message = {"kind": _("Choose freeze or lock.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    Study.objects.select_for_update(no_key=True).get(pk=spot.study.pk)
    _check_item(spot)
    if _at(spot).filter(kind=kind).exists():
        raise NotNow(_("This is held already."))
    if kind == HoldKind.LOCK:
        require_clean(spot)
    hold = Hold.objects.create(**spot.columns, kind=kind, reason=reason, placed_by=actor)
    if spot.level == Level.FORM and spot.form is not None and kind == HoldKind.LOCK:
        form = FormInstance.objects.select_for_update().get(pk=spot.form.pk)
        before = form.status
        move(form, Status.LOCKED)
        spot.form.status = form.status
        after = {"status": form.status}
        audit.record(
            actor=actor, action="form.locked", target=form, before=before, after=after, reason=reason
        )
    after = {"level": spot.level, "kind": kind}
    audit.record(
        actor=actor, action="hold.placed", target=hold, path=spot.path, after=after, reason=reason,
        place=audit.place_of(spot.target),
    )  # fmt: skip
    return hold


def _check_item(spot: Spot) -> None:
    if spot.level != Level.ITEM:
        return
    form = spot.form
    known = form.design_version.design.form(form.form_oid).items_by_oid if form else {}
    if form is None or split_path(spot.path)[0] not in known:
        message = {"path": _("Choose an item of this form.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)


def _at(spot: Spot) -> QuerySet[Hold]:
    return in_force().filter(spot.reach, level=spot.level)


def require_clean(spot: Spot) -> None:
    """Raise NotNow naming every line of the checklist that stands in the way of a lock."""
    lines = lock_checks(spot.forms, spot.level, spot.asked)
    open_lines = [f"{line.label}: {line.count}" for line in lines if line.count]
    if open_lines:
        raise NotNow(_("This stands in the way of the lock: %(lines)s.") % {"lines": "; ".join(open_lines)})


@transaction.atomic
def lift_hold(*, spot: Spot, kind: str, reason: str, actor: User) -> Hold:
    """Lift a freeze or a lock, with a reason; not while something wider is locked, and a site's or the
    study's lock only with a second person.
    """
    require_locker(spot, actor)
    if kind == HoldKind.LOCK and spot.level in TWO_PEOPLE:
        raise NotNow(_("A site or the study is unlocked by two people: ask for it, another person approves."))
    return lift(spot, kind, required_text(reason, field="reason"), actor)


def lift(spot: Spot, kind: str, reason: str, actor: User) -> Hold:
    """Lift the hold after its checks; the right has been asked for by the caller."""
    Study.objects.select_for_update(no_key=True).get(pk=spot.study.pk)
    wider = in_force().filter(spot.reach, kind=HoldKind.LOCK, level__in=ABOVE[spot.level]).first()
    if wider is not None:
        raise NotNow(
            _("Something wider is locked (%(level)s). Unlock that first.")
            % {"level": wider.get_level_display()}
        )
    hold = _at(spot).filter(kind=kind).first()
    locked_form = spot.level == Level.FORM and kind == HoldKind.LOCK and spot.form is not None
    if hold is None and not (locked_form and spot.form.status == Status.LOCKED):  # type: ignore[union-attr]
        raise NotNow(_("Nothing is held here."))
    if locked_form:
        _open(spot.form, reason, actor)  # type: ignore[arg-type]
    # A form locked before holds were kept has a status alone.
    hold = hold or Hold(**spot.columns, kind=kind, reason=reason, placed_by=actor)
    hold.lifted_by, hold.lifted_at, hold.lifted_reason = actor, timezone.now(), reason
    hold.save()
    audit.record(
        actor=actor, action="hold.lifted", target=hold, path=spot.path, reason=reason,
        before={"level": spot.level, "kind": kind}, place=audit.place_of(spot.target),
    )  # fmt: skip
    return hold


def _open(form: FormInstance, reason: str, actor: User) -> None:
    held = FormInstance.objects.select_for_update().get(pk=form.pk)
    move(held, _status_by_marks(held))
    form.status = held.status
    audit.record(
        actor=actor, action="form.unlocked", target=held, before=Status.LOCKED, after=held.status,
        reason=reason,
    )  # fmt: skip


def _status_by_marks(form: FormInstance) -> str:
    if form.signatures.filter(broken_at__isnull=True).exists():
        return Status.SIGNED
    held = form.verifications.filter(broken_at__isnull=True).exists()
    return Status.VERIFIED if held else Status.COMPLETE


def lock_form(*, form: FormInstance, actor: User, reason: str) -> FormInstance:
    """Lock one completed form; refused while a query, a draft or a disagreement of it is open."""
    place_hold(spot=Spot(form), kind=HoldKind.LOCK, reason=reason, actor=actor)
    form.refresh_from_db(fields=["status"])
    return form


def unlock_form(*, form: FormInstance, actor: User, reason: str) -> FormInstance:
    """Open a locked form again; it returns to signed, verified or complete as its unbroken marks say."""
    lift_hold(spot=Spot(form), kind=HoldKind.LOCK, reason=reason, actor=actor)
    form.refresh_from_db(fields=["status"])
    return form
