"""A snapshot file of ODM 2.0: forms and sections as item groups, several values an item, and queries."""

from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from edc.design.items import CodeList, FormDef, ItemDef
from edc.design.study import StudyDesign
from edc.exchange.odm_write import names
from edc.exchange.odm_write.admin import PLATFORM, AdminData
from edc.exchange.odm_write.clinical import by_group
from edc.exchange.odm_write.document import Heading
from edc.exchange.odm_write.metadata import DATA_TYPES, EVENT_TYPES, YES_NO_LIST
from edc.exchange.odm_write.xml_text import XmlFile, escaped, quoted
from edc.exchange.record import Asked, Form, Subject, Value
from edc.exchange.tables import YES_NO

_PLAIN = "text/plain"
# The master record of a design to the type of ODM's Origin and its words.
ORIGINS = {
    "edc": ("Collected", "EDC直接录入", "Entered directly into the EDC"),
    "paper": ("Collected", "纸质记录", "Paper record"),
    "his": ("EHR", "医院信息系统", "Hospital information systems"),
}


def write_second(
    out: TextIO,
    heading: Heading,
    designs: Mapping[int, StudyDesign],
    admin: AdminData,
    subjects: Callable[[], Iterable[Subject]],
) -> None:
    """Write the file. Its rules stand in the 1.3.2 files; its queries stand where they were asked."""
    xml = XmlFile(out)
    xml.start(
        "ODM", xmlns=names.NAMESPACE_2, ODMVersion="2.0", FileType="Snapshot", Granularity="All",
        FileOID=f"{heading.file_oid}.2", CreationDateTime=heading.created_at, AsOfDateTime=heading.as_of,
        SourceSystem="Tandem", SourceSystemVersion=heading.software_version,
    )  # fmt: skip
    newest = designs[max(designs)]
    about = {"StudyName": newest.short_title.zh, "ProtocolName": newest.oid}
    with xml.inside("Study", OID=newest.oid, **about):
        _words(xml, "Description", newest.title.zh, newest.title.en)
        for number, design in sorted(designs.items()):
            _write_version(xml, number, design)
    _write_admin(xml, admin)
    for number, design in sorted(designs.items()):
        oid = names.metadata_oid(number)
        with xml.inside("ClinicalData", StudyOID=newest.oid, MetaDataVersionOID=oid):
            for subject in subjects():
                _write_subject(xml, subject, design, number)
    xml.end("ODM")


def _words(xml: XmlFile, tag: str, zh: str, en: str) -> None:
    with xml.inside(tag):
        xml.leaf("TranslatedText", zh, xml_lang="zh", Type=_PLAIN)
        xml.leaf("TranslatedText", en, xml_lang="en", Type=_PLAIN)


def _write_version(xml: XmlFile, number: int, design: StudyDesign) -> None:
    with xml.inside("MetaDataVersion", OID=names.metadata_oid(number), Name=f"{design.code} v{number}"):
        for event in design.events:
            repeating = "Yes" if event.repeats or event.kind == "unscheduled" else "No"
            about = {"Name": event.name.en, "Repeating": repeating, "Type": EVENT_TYPES[event.kind]}
            with xml.inside("StudyEventDef", OID=event.oid, **about):
                _words(xml, "Description", event.name.zh, event.name.en)
                for planned in event.forms:
                    mandatory = "Yes" if planned.mandatory else "No"
                    xml.empty("ItemGroupRef", ItemGroupOID=planned.form, Mandatory=mandatory)
        for form in design.forms:
            repeating = "Simple" if form.repeats == "form" else "No"
            about = {"Name": form.name.en, "Repeating": repeating, "Type": "Form"}
            with xml.inside("ItemGroupDef", OID=form.oid, **about):
                _words(xml, "Description", form.name.zh, form.name.en)
                for group in form.item_groups:
                    xml.empty("ItemGroupRef", ItemGroupOID=group.oid, Mandatory="No")
        for form in design.forms:
            _write_sections(xml, design, form)
        for item in (item for form in design.forms for item in form.items):
            _write_item(xml, item)
        for codelist in design.codelists:
            _write_codelist(xml, codelist)
        _write_options(xml, YES_NO_LIST, "Yes or no", YES_NO)
        _write_options(xml, names.MISSING_LIST, "Missing codes", names.MISSING_CODES)
        _write_options(xml, names.NOTE_LIST, "What an annotation is about", names.NOTES)


def _write_sections(xml: XmlFile, design: StudyDesign, form: FormDef) -> None:
    for group in form.item_groups:
        about = {"Name": group.name.en, "Repeating": "Dynamic" if group.repeating else "No"}
        with xml.inside("ItemGroupDef", OID=group.oid, Type="Section", **about, Domain=form.domain):
            _words(xml, "Description", group.name.zh, group.name.en)
            for item in group.items:
                mandatory = "Yes" if item.required == "always" else "No"
                with xml.inside("ItemRef", ItemOID=item.oid, Mandatory=mandatory):
                    _write_origin(xml, item, design.source_of(form.oid, item))


def _write_origin(xml: XmlFile, item: ItemDef, source: str | None) -> None:
    """Say where the value comes from: computed, or the master record that the design declares."""
    if item.type == "derived":
        xml.empty("Origin", Type="Derived")
    elif source:
        kind, zh, en = ORIGINS[source]
        with xml.inside("Origin", Type=kind, Source="Investigator"):
            _words(xml, "Description", zh, en)


def _write_item(xml: XmlFile, item: ItemDef) -> None:
    with xml.inside("ItemDef", OID=item.oid, Name=item.name, DataType=DATA_TYPES[item.answer_type]):
        _words(xml, "Question", item.label.zh, item.label.en)
        if item.codelist or item.answer_type == "yes_no":
            xml.empty("CodeListRef", CodeListOID=item.codelist or YES_NO_LIST)
        if item.unit:
            xml.empty("Alias", Context="tandem.unit", Name=item.unit)


def _write_codelist(xml: XmlFile, codelist: CodeList) -> None:
    options = tuple((code.code, code.zh, code.en) for code in codelist.items)
    _write_options(xml, codelist.oid, codelist.name.en, options)


def _write_options(xml: XmlFile, oid: str, name: str, options: Iterable[tuple[str, str, str]]) -> None:
    with xml.inside("CodeList", OID=oid, Name=name, DataType="text"):
        for place, (code, zh, en) in enumerate(options, start=1):
            with xml.inside("CodeListItem", CodedValue=code, OrderNumber=str(place)):
                _words(xml, "Decode", zh, en)


def _write_admin(xml: XmlFile, admin: AdminData) -> None:
    with xml.inside("AdminData", StudyOID=admin.study_oid):
        for person in admin.people:
            with xml.inside("User", OID=names.user_oid(person.username)):
                xml.leaf("UserName", person.username)
                xml.leaf("FullName", person.name or person.username)
        for place in (*admin.places, PLATFORM):
            with xml.inside("Location", OID=names.location_oid(place.oid), Name=place.name):
                for number, day in sorted(admin.effective.items()):
                    about = {"MetaDataVersionOID": names.metadata_oid(number), "EffectiveDate": day}
                    xml.empty("MetaDataVersionRef", StudyOID=admin.study_oid, **about)


def _write_subject(xml: XmlFile, subject: Subject, design: StudyDesign, number: int) -> None:
    events = [(event, [form for form in event.forms if form.design == number]) for event in subject.events]
    shown = [(event, [form for form in forms if form.is_final or form.queries]) for event, forms in events]
    if not any(forms for _event, forms in shown):
        return
    with xml.inside("SubjectData", SubjectKey=subject.key):
        xml.empty("SiteRef", LocationOID=names.location_oid(subject.site))
        for event, forms in shown:
            if not forms:
                continue
            key = str(event.repeat_key)
            with xml.inside("StudyEventData", StudyEventOID=event.oid, StudyEventRepeatKey=key):
                for form in forms:
                    _write_form(xml, form, subject.site, design)


def _write_form(xml: XmlFile, form: Form, site: str, design: StudyDesign) -> None:
    asked: dict[str, list[Asked]] = {}
    for query in form.queries:
        asked.setdefault(query.path, []).append(query)
    with xml.inside("ItemGroupData", ItemGroupOID=form.oid, ItemGroupRepeatKey=str(form.repeat_key)):
        for group, row_key, values in by_group(form, design):
            key = f' ItemGroupRepeatKey="{quoted(row_key)}"' if row_key else ""
            xml.raw(f'<ItemGroupData ItemGroupOID="{quoted(group)}"{key}>')
            for value in values:
                xml.raw(_item(value, asked.pop(value.path, []), site))
            xml.raw("</ItemGroupData>\n")
        # Asked of an item without a value, of a row, or of the whole form.
        for query in (query for queries in asked.values() for query in queries):
            xml.raw(_query(query, site))


def _item(value: Value, queries: Iterable[Asked], site: str) -> str:
    held = value.value if isinstance(value.value, list) else [] if value.value is None else [value.value]
    empty = ' IsNull="Yes"' if not held else ""
    inside = "".join(
        f'<Value SeqNum="{place}">{escaped(str(each))}</Value>' for place, each in enumerate(held, start=1)
    )
    about = (("UNIT", value.unit), ("MISSING", value.missing))
    notes = "".join(
        _note(place, note, text) for place, (note, text) in enumerate((each for each in about if each[1]), 1)
    )
    asked = "".join(_query(query, site) for query in queries)
    return f'<ItemData ItemOID="{quoted(value.item_oid)}"{empty}>{inside}{notes}{asked}</ItemData>'


def _note(number: int, about: str, text: str) -> str:
    said = f'<Comment><TranslatedText Type="{_PLAIN}">{escaped(text)}</TranslatedText></Comment>'
    flag = f'<Flag><FlagValue CodeListOID="{names.NOTE_LIST}">{about}</FlagValue></Flag>'
    return f'<Annotation SeqNum="{number}">{said}{flag}</Annotation>'


def _query(query: Asked, site: str) -> str:
    """Return a query; its turns are audit records whose reason is what was written."""
    last = query.turns[-1].written_at if query.turns else query.raised_at
    kind = "Manual" if query.origin == "manual" else "System"
    source = "Data Management" if kind == "Manual" else "System"
    turns = "".join(
        f'<AuditRecord><UserRef UserOID="{quoted(names.user_oid(turn.author))}"/>'
        f'<LocationRef LocationOID="{quoted(names.location_oid(site))}"/>'
        f"<DateTimeStamp>{turn.written_at}</DateTimeStamp><ReasonForChange>{escaped(turn.text)}</ReasonForChange>"
        f"<SourceID>{escaped(turn.state_after)}</SourceID></AuditRecord>"
        for turn in query.turns
    )
    name = f' Name="{quoted(query.rule_oid)}"' if query.rule_oid else ""
    return (
        f'<Query OID="Q.{query.number}" Source="{source}" Type="{kind}" State="{query.state.title()}" '
        f'Target="{quoted(query.path)}" LastUpdateDatetime="{last}"{name}>'
        f"<Value>{escaped(query.text_zh or query.text_en)}</Value>{turns}</Query>"
    )
