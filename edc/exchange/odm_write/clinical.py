"""The clinical data of an ODM 1.3.2 snapshot: under each design version the forms pinned to it."""

from collections.abc import Iterable

from edc.design.study import StudyDesign
from edc.exchange.odm_write import names
from edc.exchange.odm_write.xml_text import XmlFile, escaped, quoted
from edc.exchange.record import Event, Form, Signed, Subject, Value
from edc.exchange.tables import text_of


def write_subject(xml: XmlFile, subject: Subject, design: StudyDesign, number: int, *, newest: bool) -> None:
    """Write the subject's completed forms of one design version; nothing where it has none of them.

    A subject without any completed form stands under the newest version, so that nobody is lost.
    """
    events = list(_events_with(subject, number))
    if not events and not (newest and not any(form.is_final for _event, form in subject.forms())):
        return
    with xml.inside("SubjectData", SubjectKey=subject.key):
        xml.empty("SiteRef", LocationOID=names.location_oid(subject.site))
        about = (("SUBJECT_STATUS", subject.status), ("COHORT", subject.cohort))
        for place, (note, text) in enumerate((each for each in about if each[1]), start=1):
            xml.raw(note_about(place, note, text))
        for event, forms in events:
            _write_event(xml, event, forms, subject, design)


def _events_with(subject: Subject, number: int) -> Iterable[tuple[Event, list[Form]]]:
    for event in subject.events:
        forms = [form for form in event.forms if form.is_final and form.design == number]
        if forms:
            yield event, forms


def _write_event(
    xml: XmlFile, event: Event, forms: list[Form], subject: Subject, design: StudyDesign
) -> None:
    key = str(event.repeat_key)
    with xml.inside("StudyEventData", StudyEventOID=event.oid, StudyEventRepeatKey=key):
        about = (("EVENT_STATUS", event.status), ("HELD", event.held))
        for place, (note, text) in enumerate((each for each in about if each[1]), start=1):
            xml.raw(note_about(place, note, text))
        for form in forms:
            _write_form(xml, form, subject, design)


def _write_form(xml: XmlFile, form: Form, subject: Subject, design: StudyDesign) -> None:
    with xml.inside("FormData", FormOID=form.oid, FormRepeatKey=str(form.repeat_key)):
        holding = [each for each in form.signed if not each.broken_at]
        if holding:
            write_signature(xml, max(holding, key=lambda each: each.signed_at), subject.site)
        xml.raw(annotation(1, flags=((form.status, names.STATUS_LIST, "STATUS"),)))
        for group, row_key, values in by_group(form, design):
            key = f' ItemGroupRepeatKey="{quoted(row_key)}"' if row_key else ""
            xml.raw(f'<ItemGroupData ItemGroupOID="{quoted(group)}"{key}>')
            xml.raw("".join(item_data(value) for value in values))
            xml.raw("</ItemGroupData>\n")


def write_signature(xml: XmlFile, signed: Signed, site: str) -> None:
    """Write a signature; the hash of what was signed is its binding."""
    with xml.inside("Signature"):
        xml.empty("UserRef", UserOID=names.user_oid(signed.signer))
        xml.empty("LocationRef", LocationOID=names.location_oid(site))
        xml.empty("SignatureRef", SignatureOID=names.meaning_oid(signed.meaning))
        xml.leaf("DateTimeStamp", signed.signed_at)
        xml.leaf("CryptoBindingManifest", f"sha256:{signed.content_sha256}")


def by_group(form: Form, design: StudyDesign) -> list[tuple[str, str, list[Value]]]:
    """Return (group OID, row key, values) in the order of the form; a row key is empty outside a repeat."""
    definition = design.form(form.oid)
    place = {item.oid: (number, group.oid) for number, group in enumerate(definition.item_groups)
             for item in group.items}  # fmt: skip
    order = {item.oid: number for number, item in enumerate(definition.items)}
    found: dict[tuple[int, str, int, str], list[Value]] = {}
    for value in form.values:
        number, oid = place[value.item_oid]
        row = int(value.row_key) if value.row_key.isdigit() else 0
        found.setdefault((number, oid, row, value.row_key), []).append(value)
    return [
        (oid, row_key, sorted(values, key=lambda each: order[each.item_oid]))
        for (_number, oid, _row, row_key), values in sorted(found.items())
    ]


def item_data(value: Value, attributes: str = "", before: str = "") -> str:
    """Return ItemData of a value in the unit entered, its missing code, and what was typed if other."""
    held = "" if value.value is None else text_of(value.value)
    shown = ' IsNull="Yes"' if value.value is None else f' Value="{quoted(held)}"'
    parts = [before]
    if value.unit and value.value is not None:
        parts.append(f'<MeasurementUnitRef MeasurementUnitOID="{quoted(names.unit_oid(value.unit))}"/>')
    if value.missing:
        parts.append(annotation(1, flags=((value.missing, names.MISSING_LIST, "MISSING"),)))
    if value.raw and value.raw != held and not isinstance(value.value, list):
        parts.append(note_about(2, "RAW", value.raw))
    inside = "".join(parts)
    head = f'<ItemData ItemOID="{quoted(value.item_oid)}"{attributes}{shown}'
    return f"{head}>{inside}</ItemData>" if inside else f"{head}/>"


def annotation(number: int, *, comment: str = "", flags: Iterable[tuple[str, str, str]] = ()) -> str:
    """Return an annotation; a flag is (code, its codelist, what it is about of CL.TANDEM.NOTE)."""
    said = f"<Comment>{escaped(comment)}</Comment>" if comment else ""
    marks = "".join(
        f'<Flag><FlagValue CodeListOID="{codelist}">{escaped(code)}</FlagValue>'
        f'<FlagType CodeListOID="{names.NOTE_LIST}">{about}</FlagType></Flag>'
        for code, codelist, about in flags
    )
    return f'<Annotation SeqNum="{number}">{said}{marks}</Annotation>'


def note_about(number: int, about: str, text: str) -> str:
    """Return an annotation whose comment is a text and whose flag tells what the text is."""
    return annotation(number, comment=text, flags=((about, names.NOTE_LIST, about),))
