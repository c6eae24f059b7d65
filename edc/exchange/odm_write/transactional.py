"""The clinical data of an ODM 1.3.2 transactional file: each change of a final value, audited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from edc.design.study import StudyDesign
from edc.exchange.odm_write import names
from edc.exchange.odm_write.admin import PLATFORM
from edc.exchange.odm_write.clinical import item_data
from edc.exchange.odm_write.xml_text import XmlFile, escaped, quoted
from edc.exchange.record import Form, Subject, Value


@dataclass(frozen=True)
class Change:
    """One item's change as the audit trail has it; `before` or `after` is None where there was no value."""

    number: int
    at: str
    username: str
    site: str
    reason: str
    form_number: int
    path: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def kind(self) -> str:
        if self.after is None:
            return "Remove"
        return "Insert" if self.before is None else "Update"


@dataclass(frozen=True)
class Enrolled:
    """The audit record under which the subject came into being."""

    number: int
    at: str
    username: str


def write_subject(
    xml: XmlFile, subject: Subject, enrolled: Enrolled | None, changes: Sequence[Change],
    design: StudyDesign, number: int,
) -> None:  # fmt: skip
    """Write the changes of the subject's forms of one design version, oldest first within an item group."""
    by_form: dict[int, list[Change]] = {}
    for change in changes:
        by_form.setdefault(change.form_number, []).append(change)
    with xml.inside("SubjectData", SubjectKey=subject.key, TransactionType="Upsert"):
        if enrolled:
            xml.raw(audit_record(enrolled.username, subject.site, enrolled.at, "", enrolled.number))
        xml.empty("SiteRef", LocationOID=names.location_oid(subject.site))
        for event in subject.events:
            forms = [form for form in event.forms if form.number in by_form and form.design == number]
            if not forms:
                continue
            key = str(event.repeat_key)
            about = {"StudyEventOID": event.oid, "StudyEventRepeatKey": key, "TransactionType": "Upsert"}
            with xml.inside("StudyEventData", **about):
                for form in forms:
                    _write_form(xml, form, by_form[form.number], design)


def _write_form(xml: XmlFile, form: Form, changes: Iterable[Change], design: StudyDesign) -> None:
    groups = {item.oid: group.oid for group in design.form(form.oid).item_groups for item in group.items}
    found: dict[tuple[str, str], list[str]] = {}
    for change in sorted(changes, key=lambda each: each.number):
        oid, _bracket, row = change.path.partition("[")
        row_key = row.rstrip("]")
        if oid in groups:
            found.setdefault((groups[oid], row_key), []).append(_item(change, oid, row_key))
    key = str(form.repeat_key)
    with xml.inside("FormData", FormOID=form.oid, FormRepeatKey=key, TransactionType="Upsert"):
        for (group, row_key), items in found.items():
            row = f' ItemGroupRepeatKey="{quoted(row_key)}"' if row_key else ""
            xml.raw(f'<ItemGroupData ItemGroupOID="{quoted(group)}"{row} TransactionType="Upsert">')
            xml.raw("".join(items))
            xml.raw("</ItemGroupData>\n")


def _item(change: Change, oid: str, row_key: str) -> str:
    told = audit_record(change.username, change.site, change.at, change.reason, change.number)
    kind = f' TransactionType="{change.kind}"'
    if change.after is None:
        return f'<ItemData ItemOID="{quoted(oid)}"{kind}>{told}</ItemData>'
    held = change.after
    value = Value(
        oid, row_key, held.get("value"), held.get("missing") or "", held.get("raw") or "",
        held.get("unit") or "", None, False, "", "", "",
    )  # fmt: skip
    return item_data(value, kind, told)


def audit_record(username: str, site: str, at: str, reason: str, number: int) -> str:
    """Return an AuditRecord; its SourceID is the number of the row in the audit trail."""
    place = names.location_oid(site or PLATFORM.oid)
    why = f"<ReasonForChange>{escaped(reason)}</ReasonForChange>" if reason else ""
    return (
        f'<AuditRecord><UserRef UserOID="{quoted(names.user_oid(username))}"/>'
        f'<LocationRef LocationOID="{quoted(place)}"/><DateTimeStamp>{at}</DateTimeStamp>'
        f"{why}<SourceID>{number}</SourceID></AuditRecord>"
    )
