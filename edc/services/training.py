"""Training in study documents: read and confirmed here, recorded from paper, annulled, asked for again."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import InvalidInput, NotNow
from edc.models import Membership, Notification, Study, StudyDocument, TrainingRecord, User
from edc.selectors.training import documents_in_force, training_lines
from edc.services.notifications import notify
from edc.services.proof import Proof, prove
from edc.services.reasons import required_text
from edc.services.role_gate import hold, require_keeper, settle

How = TrainingRecord.How


def confirm_training(*, document: StudyDocument, proof: Proof, actor: User) -> TrainingRecord:
    """Record that the actor read a version in force, after a proof given again; the role goes on at once."""
    _require_asked(document, actor)
    prove(actor=actor, proof=proof, target=document, failed=_("The reading was not recorded."))
    return _put(document, actor, How.READ, timezone.localdate(), "", actor)


def record_training(
    *, document: StudyDocument, user: User, trained_on: date, trainer: str, actor: User
) -> TrainingRecord:
    """Record a training from its paper; nobody records their own.

    Raises InvalidInput naming `trained_on` for a day to come, `trainer` where it is empty, and `user` for
    one whom the document does not ask.
    """
    require_keeper(actor, document.study)
    if user == actor:
        raise NotNow(_("Ask another person: nobody records their own training from paper."))
    if trained_on > timezone.localdate():
        raise _wrong("trained_on", _("The day is in the future."))
    trainer = required_text(trainer, field="trainer", at_most=120)
    _require_asked(document, user)
    return _put(document, user, How.PAPER, trained_on, trainer, actor)


@transaction.atomic
def annul_training(*, record: TrainingRecord, reason: str, actor: User) -> TrainingRecord:
    """Take back a record that was a mistake; the role waits again where the training is required."""
    require_keeper(actor, record.document.study)
    reason = required_text(reason, field="reason")
    hold(User.objects.filter(pk=record.user_id))
    newest = TrainingRecord.objects.filter(user=record.user, document=record.document).first()
    if newest != record or record.how == How.ANNULLED:
        raise NotNow(_("This record does not hold any more. Load the page again."))
    made = TrainingRecord.objects.create(
        document=record.document,
        user=record.user,
        how=How.ANNULLED,
        trained_on=record.trained_on,
        reason=reason,
        document_sha256=record.document_sha256,
        recorded_by=actor,
    )
    _record(made, "training.annulled", reason)
    settle(user=record.user, actor=actor)
    return made


@transaction.atomic
def remind(*, study: Study, actor: User) -> int:
    """Remind everybody of the study who still has a required document to read; return how many people."""
    require_keeper(actor, study)
    held = Membership.objects.filter(study=study, active=True, user__is_active=True).select_related("user")
    owing = {line.user for line in training_lines(list(held)) if line.state in ("waits", "due")}
    notify(users=owing, kind=Notification.Kind.TRAINING_REMINDED, url=reverse("training"), study=study)
    names = sorted(user.username for user in owing)
    audit.record(actor=actor, action="training.reminded", target=study, after={"people": names})
    return len(owing)


@transaction.atomic
def _put(  # noqa: PLR0913 - the columns of the record
    document: StudyDocument, user: User, how: str, trained_on: date, trainer: str, actor: User
) -> TrainingRecord:
    hold(User.objects.filter(pk=user.pk))  # two clicks make one record
    newest = TrainingRecord.objects.filter(user=user, document=document).first()
    if newest is not None and newest.how != How.ANNULLED:
        raise NotNow(_("This training is on record already."))
    made = TrainingRecord.objects.create(
        document=document,
        user=user,
        how=how,
        trained_on=trained_on,
        trainer=trainer,
        document_sha256=document.sha256,
        recorded_by=actor,
    )
    _record(made, "training.confirmed" if how == How.READ else "training.recorded")
    settle(user=user, actor=actor)
    return made


def _record(made: TrainingRecord, action: str, reason: str = "") -> None:
    after = {
        "user": made.user.username,
        "document": made.document.code,
        "version": made.document.version,
        "sha256": made.document_sha256,
        "how": made.how,
        "trained_on": made.trained_on.isoformat(),
        "trainer": made.trainer,
    }
    place = audit.Place(study=made.document.study)
    audit.record(actor=made.recorded_by, action=action, target=made, after=after, reason=reason, place=place)


def _require_asked(document: StudyDocument, user: User) -> None:
    """Raise unless the version is in force and one of the person's roles is among those it is for."""
    if document.pk not in documents_in_force([document.study_id]):
        raise NotNow(_("A newer version is in force, or the document was withdrawn. Load the page again."))
    held = Membership.objects.filter(user=user, study=document.study, active=True)
    if not held.filter(role__in=document.roles).exists():
        raise _wrong("user", _("The document is for none of the person's roles in this study."))


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(_("Some fields need correction."), fields={field: message})
