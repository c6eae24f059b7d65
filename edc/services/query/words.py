"""What a query says: a person's own words, a ready sentence of the study, or both."""

from django.utils.translation import gettext as _

from edc.design.items import Text
from edc.errors import InvalidInput
from edc.models import Study
from edc.selectors.standard_texts import standard_text
from edc.services.reasons import required_text


def words_of(study: Study, text: str, code: str, *, at_most: int) -> Text:
    """Return the words in both languages; a ready sentence comes before the person's own.

    Raises InvalidInput naming `text` when there is neither, and `standard` for an unknown code.
    """
    if not code:
        own = required_text(text, field="text", at_most=at_most)
        return Text(own, own)
    sentence = standard_text(study, code)
    if sentence is None:
        message = {"standard": _("Choose one of the study's standard texts.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    own = required_text(text, field="text", at_most=at_most) if (text or "").strip() else ""
    zh, en = (f"{each} {own}".strip() for each in (sentence.text.zh, sentence.text.en))
    required_text(max(zh, en, key=len), field="text", at_most=at_most)
    return Text(zh, en)
