"""Audit events as people read them: the item by its label, values in words, never a program's notation."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from edc.design.items import ItemDef
from edc.design.study import StudyDesign
from edc.models import AuditEvent, FormInstance
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import in_language
from edc.selectors.item_history import clock_of
from edc.services.reasons import reason_words
from edc.web.audit_words import action_word, channel_word, choice_word, role_words
from edc.web.clock_words import clock_words
from edc.web.value_text import entry_text, value_text

FORM = "edc.forminstance"
# Longer lists of a row are cut on the page and whole in the export.
BATCH = 500


@dataclass(frozen=True)
class AuditRow:
    """One event in words. `before` and `after` are empty where they are withheld or where there is none."""

    event: AuditEvent
    action: str
    role: str
    channel: str
    local: str
    utc: str
    target: str
    item: str
    before: str
    after: str
    reason: str
    typed: str


def audit_rows(events: Iterable[AuditEvent]) -> Iterator[AuditRow]:
    """Return the events in words, in their order; the forms of a batch are read together."""
    batch: list[AuditEvent] = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            yield from _rows(batch)
            batch = []
    yield from _rows(batch)


def _rows(events: list[AuditEvent]) -> Iterator[AuditRow]:
    keys = {event.target_id for event in events if event.target_type == FORM}
    forms = FormInstance.objects.filter(pk__in=keys).select_related("event", "design_version")
    by_key = {str(form.pk): form for form in forms.defer("design_version__content")}
    subjects: dict[int, StudyDesign] = {}
    for event in events:
        form = by_key.get(event.target_id) if event.target_type == FORM else None
        yield _row(event, form, form.design_version.design if form else _design(event, subjects))


def _design(event: AuditEvent, known: dict[int, StudyDesign]) -> StudyDesign | None:
    """Return the design of the subject that the event is about."""
    if event.subject is None:
        return None
    version = event.subject.design_version_id
    if version not in known:
        known[version] = event.subject.design_version.design
    return known[version]


def _row(event: AuditEvent, form: FormInstance | None, design: StudyDesign | None) -> AuditRow:
    item = _item(design, event.path)
    return AuditRow(
        event=event,
        action=action_word(event.action),
        role=role_words(event.role),
        channel=channel_word(event.channel),
        local=local_time(event.at),
        utc=utc_time(event.at),
        target=_form_name(form) if form else "",
        item=in_language(item.label) if item else "",
        before=_words(event.before, design, item),
        after=_words(event.after, design, item),
        reason=reason_words(event.reason),
        typed=clock_words(clock_of(event)),
    )


def local_time(at: datetime) -> str:
    """Return the platform's local time with its offset."""
    here = timezone.localtime(at)
    offset = here.strftime("%z")
    return f"{here:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:]}"


def utc_time(at: datetime) -> str:
    """Return the time in UTC, to the second, with its Z."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def _form_name(form: FormInstance) -> str:
    design = form.design_version.design
    name = in_language(design.form(form.form_oid).name)
    visit = in_language(design.event(form.event.event_oid).name)
    number = f" {form.repeat_key}" if form.repeat_key > 1 else ""
    return f"{visit} · {name}{number}"


def _item(design: StudyDesign | None, path: str) -> ItemDef | None:
    if design is None or not path:
        return None
    try:
        return design.item(split_path(path)[0])
    except KeyError:
        return None


def _words(held: object, design: StudyDesign | None, item: ItemDef | None) -> str:
    """Return what stood before or after an event as text; nothing of it is left out."""
    if held is None or held == "":
        return ""
    if isinstance(held, Mapping):
        return _of_mapping(held, design, item)
    if isinstance(held, list | tuple):
        return "; ".join(_words(each, design, item) for each in held)
    if isinstance(held, bool):
        return _("Yes") if held else _("No")
    return choice_word(FormInstance.Status, str(held)) if item is None else str(held)


def _of_mapping(held: Mapping, design: StudyDesign | None, item: ItemDef | None) -> str:
    if item is not None and design is not None:
        if "raw" in held:
            return entry_text(design, item, held)
        if "value" in held:
            return entry_text(design, item, held) if held.get("missing") else _value(held, design, item)
    pairs = (
        (str(name), _words(each, design, _item(design, str(name)) or item)) for name, each in held.items()
    )
    return "; ".join(f"{_name(design, name)}: {text or '–'}" for name, text in pairs)


def _value(held: Mapping, design: StudyDesign, item: ItemDef) -> str:
    unit = str(held.get("unit") or item.unit or "") if item.is_number else None
    return value_text(design, item, held["value"], unit)


def _name(design: StudyDesign | None, name: str) -> str:
    item = _item(design, name)
    if item is None:
        return name
    row = split_path(name)[1]
    return in_language(item.label) + (f" [{row}]" if row else "")
