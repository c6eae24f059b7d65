"""The ready sentences of a study: the shipped ones, replaced, retired and added to by the study's own."""

from edc.design.items import Text
from edc.design.standard_texts import SHIPPED, Sentence
from edc.models import Study


def standard_texts(study: Study, purpose: str = "", *, retired: bool = False) -> list[Sentence]:
    """Return the study's sentences in a steady order, of one purpose if given, without the retired ones
    unless asked.
    """
    known = {each.code: each for each in SHIPPED}
    for row in study.standard_texts.all():
        known[row.code] = Sentence(row.code, row.purpose, Text(row.text_zh, row.text_en), True, row.active)
    found = (each for each in known.values() if purpose in ("", each.purpose))
    return [each for each in found if retired or each.active]


def standard_text(study: Study, code: str) -> Sentence | None:
    """Return the study's active sentence with this code, None where there is none."""
    return next((each for each in standard_texts(study) if each.code == code), None)
