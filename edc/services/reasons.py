"""Texts that a person must give: reasons, questions, answers; and the reasons for a change to pick from."""

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edc.errors import InvalidInput


class ChangeReason(TextChoices):
    """Why an item was changed after its form was first complete; the code is kept, to be counted."""

    TRANSCRIPTION_ERROR = "transcription_error", gettext_lazy("Transcription error")
    SOURCE_UPDATED = "source_updated", gettext_lazy("Source updated")
    QUERY_ANSWERED = "query_answered", gettext_lazy("Query answered")
    OTHER = "other", gettext_lazy("Other")


# The reasons of changes that the platform itself makes.
OWN_REASONS = {
    "hidden by logic": gettext_lazy("Hidden by logic"),
    "visit date": gettext_lazy("Date of the visit"),
}


def change_reason(code: str, *, text: str = "") -> str:
    """Return the reason as it is kept: the code, and the words after a colon; `other` needs words.

    Raises InvalidInput naming the field that is wrong.
    """
    if code not in ChangeReason.values:
        message = {"reason_code": _("Choose why the value changes: it is kept in the audit trail.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    if not text.strip() and code != ChangeReason.OTHER:
        return code
    words = required_text(text, field="reason", at_most=300 - len(code) - 2)
    return f"{code}: {words}"


def reason_words(reason: str) -> str:
    """Return a kept reason in the reader's language; one that was written freely stays as it is."""
    code, _colon, words = reason.partition(": ")
    if code not in ChangeReason.values:
        return str(OWN_REASONS.get(reason, reason))
    label = str(ChangeReason(code).label)
    if code == ChangeReason.OTHER and words:
        return words
    return f"{label}: {words}" if words else label


def required_text(text: str, *, field: str, at_most: int = 300) -> str:
    """Return the text without outer blanks; raise InvalidInput naming the field when empty or too long."""
    stripped = (text or "").strip()
    if not stripped:
        message = _("Write a reason or text here: it is kept in the audit trail.")
    elif len(stripped) > at_most:
        message = _("Shorten this to %(count)d characters at most.") % {"count": at_most}
    elif "\x00" in stripped:
        message = _("Remove the control characters.")
    else:
        return stripped
    raise InvalidInput(_("Some fields need correction."), fields={field: message})
