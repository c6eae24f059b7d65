"""The study's own ready sentences."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.design.items import Text
from edc.errors import InvalidInput
from edc.models import StandardText, Study, User
from edc.services.reasons import required_text

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@transaction.atomic
def save_standard_text(
    *, study: Study, code: str, purpose: str, text: Text, active: bool, actor: User
) -> StandardText:
    """Add a ready sentence to the study, or change or retire the one of this code, shipped or its own.

    Queries asked with it earlier keep their words.
    """
    access.require(actor, "manage_design", study=study)
    fields = {}
    if not CODE.fullmatch(code):
        fields["code"] = _("Use small letters, digits and hyphens, 40 at most.")
    if purpose not in StandardText.Purpose.values:
        fields["purpose"] = _("Choose what the text is for.")
    if fields:
        raise InvalidInput(_("Some fields need correction."), fields=fields)
    zh = required_text(text.zh, field="text_zh", at_most=500)
    en = required_text(text.en, field="text_en", at_most=500)
    held = StandardText.objects.select_for_update().filter(study=study, code=code).first()
    before = _content(held) if held else None
    saved = held or StandardText(study=study, code=code)
    saved.purpose, saved.text_zh, saved.text_en, saved.active = purpose, zh, en, active
    saved.save()
    audit.record(
        actor=actor, action="standard_text.saved", target=saved, before=before, after=_content(saved)
    )
    return saved


def _content(saved: StandardText) -> dict[str, object]:
    return {name: getattr(saved, name) for name in ("code", "purpose", "text_zh", "text_en", "active")}
