"""Texts that a person must give: reasons, questions, answers."""

from django.utils.translation import gettext as _

from edc.errors import InvalidInput


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
