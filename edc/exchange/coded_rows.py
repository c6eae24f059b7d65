"""The approved codes beside the verbatim they were given to, one row a value, keyed as the long table is."""

from collections.abc import Iterator
from typing import Final

from edc.exchange.record import Coded, Form, Subject

MOST_CLASSES: Final = 6
HEAD: Final = (
    "SITE", "SUBJECT", "EVENT", "EVENT_REPEAT", "FORM", "FORM_REPEAT", "ITEM", "ROW", "VERBATIM",
    "DICTIONARY", "VERSION", "LEVEL", "CODE", "TERM_ZH", "TERM_EN",
    *(
        f"CLASS{number}_{part}"
        for number in range(1, MOST_CLASSES + 1)
        for part in ("LEVEL", "CODE", "ZH", "EN")
    ),
    "CODER", "APPROVER", "APPROVED_AT",
)  # fmt: skip


def rows_of(subject: Subject) -> Iterator[list[str]]:
    """Yield a row under `HEAD` for each approved code; the verbatim is empty where a profile dropped it.

    CLASS1 is the widest class above the term: for MedDRA the system organ class.
    """
    for event, form in subject.forms():
        place = [subject.site, subject.key, event.oid, str(event.repeat_key), form.oid, str(form.repeat_key)]
        for each in form.coded:
            yield [*place, *_of(form, each)]


def _of(form: Form, coded: Coded) -> list[str]:
    oid, _bracket, row = coded.path.partition("[")
    verbatim = next((value.raw for value in form.values if value.path == coded.path), "")
    classes = [part for each in coded.classes[:MOST_CLASSES] for part in each]
    blanks = [""] * (4 * MOST_CLASSES - len(classes))
    return [
        oid, row.rstrip("]"), verbatim, coded.dictionary, coded.version, coded.level, coded.code, coded.zh,
        coded.en, *classes, *blanks, coded.coder, coded.approver, coded.approved_at,
    ]  # fmt: skip
