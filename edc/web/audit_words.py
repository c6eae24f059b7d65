"""The words of the audit trail: what each kind of event, channel and kind of row is called."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edc import audit
from edc.models import Role

ACTIONS: dict[str, Promise] = {
    "activation.begun": _("Site begins a design version"),
    "activation.set": _("Day of a design version set"),
    "activation.withdrawn": _("Day of a design version taken back"),
    "analysis.cancelled": _("Analysis cancelled"),
    "analysis.requested": _("Analysis requested"),
    "audit.criteria_ended": _("Review criteria ended"),
    "audit.criteria_saved": _("Review criteria saved"),
    "audit.exported": _("Audit trail exported"),
    "audit.reviewed": _("Audit trail reviewed"),
    "check.reason_given": _("Reason for a value given"),
    "check.set_aside": _("Silent finding set aside"),
    "coding.approved": _("Code approved"),
    "coding.carried": _("Code followed to a new version"),
    "coding.item_set": _("Item tied to a dictionary"),
    "coding.proposed": _("Code given"),
    "coding.sent_back": _("Code sent back"),
    "dictionary.loaded": _("Dictionary loaded"),
    "dictionary.version_changed": _("Version of a dictionary changed"),
    "designmigration.cancelled": _("Migration cancelled"),
    "designmigration.failed": _("Migration ended by a difference or an error"),
    "design.published": _("Design version published"),
    "design_draft.changed": _("Design draft changed"),
    "design_draft.commented": _("Design draft commented"),
    "design_draft.dropped": _("Design draft given up"),
    "design_draft.published": _("Design draft published"),
    "design_draft.replaced": _("Design draft replaced from a file"),
    "design_draft.sent_back": _("Design draft sent back"),
    "design_draft.started": _("Design draft begun"),
    "design_draft.submitted": _("Design draft submitted for review"),
    "design_draft.wording_explained": _("Wording of a code explained"),
    "disagreement.resolved": _("Disagreement resolved"),
    "disagreement.taken_back": _("Decision taken back"),
    "draft.released": _("Draft released"),
    "draft.row_added": _("Row added to a draft"),
    "draft.row_removed": _("Row removed from a draft"),
    "draft.row_restored": _("Row taken back into a draft"),
    "draft.saved": _("Item saved in a draft"),
    "eligibility.assessed": _("Eligibility assessed"),
    "entry.begun": _("Entry begun"),
    "entry.compared": _("Passes compared"),
    "entry.drawn": _("Second pass drawn"),
    "entry.mode_settled": _("Kind of entry settled"),
    "entry.rate_decided": _("Rate of double entry decided"),
    "entry.terms_decided": _("Limits of double entry decided"),
    "entry.recheck_asked": _("Second pass to be checked again"),
    "entry.seeded": _("Seed of the draws made"),
    "entry.import_undone": _("Imported entry undone"),
    "entry.imported": _("Entry imported"),
    "entry.submitted": _("Entry submitted"),
    "event.added": _("Visit added"),
    "event.held": _("Visit held"),
    "event.missed": _("Visit missed"),
    "event.replanned": _("Window of a visit counted anew"),
    "event.withdrawn": _("Empty visit withdrawn by an amendment"),
    "evidence.added": _("Source added"),
    "evidence.downloaded": _("Source downloaded"),
    "evidence.tied": _("Source tied to an item"),
    "evidence.withdrawn": _("Source withdrawn"),
    "export.cancelled": _("Export cancelled"),
    "export.downloaded": _("Export downloaded"),
    "export.made": _("Export made"),
    "export.removed": _("Export removed"),
    "export.requested": _("Export requested"),
    "form.added": _("Form added"),
    "form.completed": _("Form completed"),
    "form.migrated": _("Form moved to a design version"),
    "form.withdrawn": _("Empty form withdrawn by an amendment"),
    "form.locked": _("Form locked"),
    "form.reviewed": _("Form reviewed"),
    "form.signed": _("Form signed"),
    "form.unlocked": _("Form unlocked"),
    "form.verified": _("Form verified"),
    "formulas.adopted": _("Formulas taken over"),
    "hold.asked": _("Unlocking asked for"),
    "hold.lifted": _("Hold lifted"),
    "hold.placed": _("Hold placed"),
    "imaging_study.bound": _("Images bound to the form"),
    "import.cancelled": _("Import cancelled"),
    "import.check_failed": _("Dry run failed"),
    "import.check_requested": _("Dry run requested"),
    "import.checked": _("Dry run made"),
    "import.commit_requested": _("Import requested"),
    "import.committed": _("Import committed"),
    "import.mapping_saved": _("Import mapping saved"),
    "import.refused": _("Import refused"),
    "import.undone": _("Import undone"),
    "import.uploaded": _("Import file uploaded"),
    "instance.received": _("Image received"),
    "item.corrected": _("Item corrected"),
    "item.verification_broken": _("Item verification broken"),
    "item.verified": _("Item verified"),
    "lab_grade.accepted": _("Proposed grade taken over"),
    "lab_range.imported": _("Reference range imported"),
    "lab_range.withdrawn": _("Reference range withdrawn"),
    "measurement.removed": _("Measurement removed"),
    "measurement.saved": _("Measurement saved"),
    "membership.ended": _("Role ended"),
    "membership.granted": _("Role granted"),
    "model.approved": _("Model version approved"),
    "model.registered": _("Model version registered"),
    "model.retired": _("Model version retired"),
    "model.training_failed": _("Training failed"),
    "model.training_requested": _("Training requested"),
    "model.validated": _("Model version validated"),
    "patient.accepted": _("Changed patient number accepted"),
    "patient.known": _("Patient number known"),
    "quarantine.expired": _("Refused files removed"),
    "query.answered": _("Query answered"),
    "query.assigned": _("Query assigned"),
    "query.cancelled": _("Query cancelled"),
    "query.candidate": _("Query proposed"),
    "query.closed": _("Query closed"),
    "query.open": _("Query reopened"),
    "query.raised": _("Query raised"),
    "query.resolved": _("Query resolved"),
    "read.assigned": _("Read assigned"),
    "read.submitted": _("Read submitted"),
    "migration.cancelled": _("Migration asked to stop"),
    "migration.done": _("Migration done"),
    "migration.requested": _("Migration requested"),
    "rehearsal.cancelled": _("Rehearsal cancelled"),
    "rehearsal.failed": _("Rehearsal failed"),
    "rehearsal.made": _("Rehearsal made"),
    "rehearsal.requested": _("Rehearsal requested"),
    "redaction.applied": _("Personal data masked"),
    "redaction.refused": _("Redaction refused"),
    "redaction.requested": _("Redaction asked for"),
    "review.broken": _("Review broken"),
    "review_type.saved": _("Review type saved"),
    "run.cancelled": _("Run cancelled"),
    "run.completed": _("Run completed"),
    "run.failed": _("Run failed"),
    "score.printed": _("Score printed"),
    "row.added": _("Row added"),
    "row.removed": _("Row removed"),
    "score.reviewed": _("Score reviewed"),
    "segmentation.signed": _("Segmentation signed"),
    "segmentation.stored": _("Segmentation stored"),
    "series.phase_confirmed": _("Phase confirmed"),
    "deviation.confirmed": _("Deviation confirmed"),
    "deviation.dismissed": _("Deviation dismissed"),
    "deviation.described": _("Deviation described"),
    "deviation.noted": _("Deviation noted"),
    "deviation.settled": _("Deviation settled"),
    "digest.sent": _("Digest sent"),
    "notification.read": _("Notifications read"),
    "user.digest_set": _("Digest chosen"),
    "second_factor.added": _("Second factor added"),
    "second_factor.removed": _("Second factor removed"),
    "second_factor.reset": _("Second factors reset by an administrator"),
    "session.began": _("Log-in"),
    "safety_case.awareness_corrected": _("Time of awareness corrected"),
    "safety_case.closed": _("Safety case closed"),
    "safety_case.decided": _("Safety case decided on"),
    "safety_case.opened": _("Safety case opened"),
    "safety_case.reopened": _("Safety case opened again"),
    "safety_case.reported": _("Safety report submitted"),
    "safety_case.withdrawn": _("Safety case ended as not serious"),
    "session.ended": _("Log-out"),
    "session.locked": _("Log-in locked"),
    "session.refused": _("Log-in refused"),
    "session.unlocked": _("Log-in unlocked"),
    "signature.broken": _("Signature broken"),
    "signature.refused": _("Signing refused"),
    "snapshot.cancelled": _("Snapshot cancelled"),
    "snapshot.failed": _("Snapshot failed"),
    "snapshot.frozen": _("Snapshot frozen"),
    "snapshot.requested": _("Snapshot requested"),
    "specimen.collected": _("Specimen collected"),
    "specimen.moved": _("Specimen moved"),
    "standard_text.saved": _("Standard text saved"),
    "subject.cohort_set": _("Cohort set"),
    "subject.confirmed": _("Enrolment confirmed"),
    "subject.enrolled": _("Subject enrolled"),
    "subject.imported": _("Subject imported"),
    "subject.left": _("Participation ended"),
    "subject.migrated": _("Subject moved to a design version"),
    "subject.returned": _("End of participation taken back"),
    "subject.screen_failed": _("Screening failed"),
    "token.issued": _("Token issued"),
    "token.revoked": _("Token revoked"),
    "uat.run": _("Acceptance (UAT) run"),
    "upload.expired": _("Upload expired"),
    "upload.opened": _("Upload opened"),
    "upload.submitted": _("Upload submitted"),
    "user.closed": _("Account closed"),
    "user.created": _("Account made"),
    "user.email_set": _("E-mail of an account set"),
    "user.linked": _("Account joined to the directory"),
    "user.password_changed": _("Password changed"),
    "user.password_kept": _("Given password kept"),
    "user.password_reset": _("Password reset by an administrator"),
    "user.reopened": _("Account opened again"),
    "value.changed": _("Value changed"),
    "value.filled": _("Value filled by the platform"),
    "verification.broken": _("Verification broken"),
    "verification.planned": _("Verification planned"),
    "view.evidence": _("Source seen before the form was final"),
    "view.export": _("Both passes taken with a package"),
    "view.images": _("Images seen before both reads were sealed"),
    "view.passes": _("Both passes seen"),
    "view.scores": _("Scores of models seen"),
}
# What the filter of actions offers besides single kinds: the events whose names begin so.
GROUPS: dict[str, Promise] = {"view.": _("Every unblinded view")}
CHANNELS: dict[str, Promise] = {
    "page": pgettext_lazy("channel", "Page"),
    "api": pgettext_lazy("channel", "API"),
    "task": pgettext_lazy("channel", "Background task"),
    "command": pgettext_lazy("channel", "Command"),
    "import": pgettext_lazy("channel", "Import"),
}


def action_word(action: str) -> str:
    """Return the words of a kind of event; the code itself where no words are known."""
    return str(ACTIONS.get(action, action))


def channel_word(channel: str) -> str:
    """Return the words of a channel."""
    return str(CHANNELS.get(channel, channel))


def role_words(roles: str) -> str:
    """Return the words of the roles that a row holds, comma-separated codes."""
    return " · ".join(_role(code) for code in roles.split(",") if code)


def _role(code: str) -> str:
    if code == audit.SYSTEM_ROLE:
        return str(pgettext_lazy("role", "System"))
    return str(Role(code).label) if code in Role.values else code


def choices_of(words: dict[str, Promise]) -> list[tuple[str, str]]:
    """Return code and words, by the words."""
    return sorted(((code, str(text)) for code, text in words.items()), key=lambda pair: pair[1])


def role_choices() -> list[tuple[str, str]]:
    """Return the roles that a row may carry, the system among them."""
    return [
        *((str(code), str(label)) for code, label in Role.choices),
        (audit.SYSTEM_ROLE, _role(audit.SYSTEM_ROLE)),
    ]


def choice_word(choices: type[TextChoices], code: str) -> str:
    """Return the label of a choice, or the code where it is none."""
    return str(choices(code).label) if code in choices.values else code
