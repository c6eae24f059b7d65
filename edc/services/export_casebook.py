"""Casebooks: everything of one subject as a PDF read without the platform; and the annotated blank CRF."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from edc.design.items import FormDef, ItemDef, ItemGroupDef
from edc.design.study import StudyDesign
from edc.exchange.odm_write.names import MISSING_CODES
from edc.exchange.odm_write.transactional import Change
from edc.exchange.package import Package
from edc.exchange.record import Event, Form, Subject, Value
from edc.exchange.tables import YES_NO, text_of
from edc.models import Export, FormInstance, Query, Signature
from edc.models import Subject as SubjectRow
from edc.selectors.export_history import history_of
from edc.services.reasons import reason_words


@dataclass(frozen=True)
class Line:
    """An item as printed: its words, what was entered, and how it came to it."""

    oid: str
    label: str
    shown: str
    missing: bool
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A group of items, or one row of a repeating group."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """One form of one visit as printed."""

    event: str
    title: str
    oid: str
    status: str
    blocks: tuple[Block, ...]
    queries: tuple[dict[str, Any], ...]
    signatures: tuple[dict[str, Any], ...]


def write_casebooks(
    package: Package,
    export: Export,
    subjects: Callable[[], Iterable[Subject]],
    designs: Mapping[int, StudyDesign],
) -> None:
    """Write one PDF a subject, one subject at a time, and the blank CRF of the newest design."""
    # Loaded on the first print: the library takes a second, and a web process never needs it.
    from edc.services.printing import pdf_of

    snapshot, language = export.snapshot, "en" if export.language == "en" else "zh"
    about = {"snapshot": snapshot, "study": snapshot.study, "language": language}
    keys = dict(SubjectRow.objects.filter(study=snapshot.study).values_list("subject_key", "pk"))
    for number, subject in enumerate(subjects()):
        package.report(85 + 9 * number // max(1, package.source.total), f"casebooks {subject.key}")
        history = history_of(snapshot, keys[subject.key])
        context = about | {
            "subject": subject,
            "sheets": sheets_of(subject, designs, history.changes, language),
        }
        content = pdf_of(render_to_string("edc/export_casebook.html", context))
        package.path(f"casebooks/{subject.key}.pdf").write_bytes(content)
    newest = designs[max(designs)]
    package.path("casebooks/blank_crf.pdf").write_bytes(blank_crf(newest, language))


def blank_crf(design: StudyDesign, language: str) -> bytes:
    """Return the empty forms of a design as PDF, each item with its OID, type, unit, codes and limits."""
    from edc.services.printing import pdf_of

    forms = [(form, list(_blank_groups(design, form, language))) for form in design.forms]
    context = {"design": design, "forms": forms, "language": language}
    return pdf_of(render_to_string("edc/export_blank_crf.html", context))


def _blank_groups(
    design: StudyDesign, form: FormDef, language: str
) -> Iterator[tuple[ItemGroupDef, list[dict]]]:
    for group in form.item_groups:
        items = []
        for item in group.items:
            codelist = design.codelist_of(item)
            codes = [f"{each.code} {each.label[language]}" for each in codelist.offered] if codelist else []
            items.append(
                {"item": item, "label": item.label[language], "codes": codes, "units": item.offered_units}
            )
        yield group, items


def sheets_of(
    subject: Subject, designs: Mapping[int, StudyDesign], changes: Iterable[Change], language: str
) -> list[Sheet]:
    """Return the subject's forms with a value, a query or a signature, in the order of the visits."""
    told: dict[tuple[int, str], list[str]] = {}
    for change in changes:
        if change.kind != "Insert":
            told.setdefault((change.form_number, change.path), []).append(_change(change))
    return [
        _sheet(event, form, designs[form.design], told, language)
        for event, form in subject.forms()
        if form.is_final or form.queries
    ]


def _change(change: Change) -> str:
    before, after = (text_of((each or {}).get("value")) or (each or {}).get("missing") or "–"
                     for each in (change.before, change.after))  # fmt: skip
    words = f"{_minute(change.at)} UTC {change.username}: {before} → {after}"
    return f"{words} ({reason_words(change.reason)})" if change.reason else words


def _sheet(event: Event, form: Form, design: StudyDesign, told: dict, language: str) -> Sheet:
    definition = design.form(form.oid)
    visit = (
        design.event(event.oid).name[language]
        if any(e.oid == event.oid for e in design.events)
        else event.oid
    )
    repeat = f" ({event.repeat_key})" if event.repeat_key > 1 else ""
    return Sheet(
        event=f"{visit}{repeat} {event.held}".strip(),
        title=definition.name[language] + (f" ({form.repeat_key})" if form.repeat_key > 1 else ""),
        oid=form.oid,
        status=str(FormInstance.Status(form.status).label),
        blocks=tuple(_blocks(form, definition, design, told, language)),
        queries=tuple(_query(each, language) for each in form.queries),
        signatures=tuple(_signature(each) for each in form.signed),
    )


def _blocks(
    form: Form, definition: FormDef, design: StudyDesign, told: dict, language: str
) -> Iterator[Block]:
    values = {(each.item_oid, each.row_key): each for each in form.values}
    for group in definition.item_groups:
        keys = [""]
        if group.repeating:
            oids = {item.oid for item in group.items}
            found = {row for oid, row in values if oid in oids}
            keys = sorted(found, key=lambda key: int(key) if key.isdecimal() else 0)
        for key in keys:
            lines = tuple(
                _line(
                    design,
                    item,
                    values.get((item.oid, key)),
                    told.get((form.number, _path(item, key)), []),
                    language,
                )
                for item in group.items
            )
            yield Block(f"{group.name[language]} {key}".strip(), lines)


def _path(item: ItemDef, key: str) -> str:
    return f"{item.oid}[{key}]" if key else item.oid


def _line(design: StudyDesign, item: ItemDef, value: Value | None, changes: list[str], language: str) -> Line:
    shown = "" if value is None else shown_value(design, item, value, language)
    missing = bool(value and value.missing)
    return Line(item.oid, item.label[language], shown, missing, tuple(changes))


def shown_value(design: StudyDesign, item: ItemDef, value: Value, language: str) -> str:
    """Return a value in words: code with its label, number with its unit, missing code with its meaning."""
    place = 1 if language == "zh" else 2
    if value.missing:
        return next(f"{each[0]} {each[place]}" for each in MISSING_CODES if each[0] == value.missing)
    codelist = design.codelist_of(item)
    options = {code.code: code.label[language] for code in codelist.items} if codelist else {}
    if item.answer_type == "yes_no":
        options = {each[0]: each[place] for each in YES_NO}
    if options:
        codes = value.value if isinstance(value.value, list) else [value.value]
        return "; ".join(f"{code} {options.get(code, '')}".strip() for code in codes)
    text = text_of(value.value)
    if value.unit and value.unit != item.unit and value.standard is not None:
        return f"{text} {value.unit} (= {text_of(value.standard)} {item.unit or ''})"
    return f"{text} {value.unit}".strip()


def _query(query: Any, language: str) -> dict[str, Any]:
    text = query.text_en if language == "en" and query.text_en else query.text_zh
    return {
        "number": query.number, "path": query.path, "state": Query.State(query.state).label, "text": text,
        "raised": f"{_minute(query.raised_at)} {query.raised_by}",
        "turns": [f"{_minute(turn.written_at)} {turn.author}: {turn.text}" for turn in query.turns],
    }  # fmt: skip


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _signature(signed: Any) -> dict[str, Any]:
    return {
        "name": signed.name, "role": signed.role, "at": signed.signed_at[:19].replace("T", " "),
        "meaning": Signature.Meaning(signed.meaning).label, "sha256": signed.content_sha256,
        "broken": _("Broken: the content changed afterwards") if signed.broken_at else "",
    }  # fmt: skip
