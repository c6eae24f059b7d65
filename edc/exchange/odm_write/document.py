"""Whole ODM 1.3.2 files, written subject by subject."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from edc.design.study import StudyDesign
from edc.exchange.odm_write import clinical, names, transactional
from edc.exchange.odm_write.admin import AdminData, write_admin
from edc.exchange.odm_write.metadata import write_study
from edc.exchange.odm_write.xml_text import XmlFile
from edc.exchange.record import Subject


@dataclass(frozen=True)
class Heading:
    """What the root element tells of a file: its id, when it was made, as of when, by what."""

    file_oid: str
    created_at: str
    as_of: str
    software_version: str
    description: str = ""


@dataclass(frozen=True)
class History:
    """The subject's way into its present values."""

    enrolled: transactional.Enrolled | None = None
    changes: tuple[transactional.Change, ...] = field(default=())


Subjects = Callable[[], Iterable[Subject]]


def write_snapshot(
    out: TextIO, heading: Heading, designs: Mapping[int, StudyDesign], admin: AdminData, subjects: Subjects
) -> None:
    """Write a snapshot file: the final values. `subjects` is asked once a design version."""
    xml = XmlFile(out)
    _start(xml, heading, "Snapshot")
    write_study(xml, designs)
    write_admin(xml, admin)
    newest = max(designs)
    for number, design in sorted(designs.items()):
        oid = names.metadata_oid(number)
        with xml.inside("ClinicalData", StudyOID=admin.study_oid, MetaDataVersionOID=oid):
            for subject in subjects():
                clinical.write_subject(xml, subject, design, number, newest=number == newest)
    xml.end("ODM")


def write_transactional(
    out: TextIO, heading: Heading, designs: Mapping[int, StudyDesign], admin: AdminData, subjects: Subjects,
    history: Callable[[Subject], History],
) -> None:  # fmt: skip
    """Write a transactional file: every change of a final value with who, where, when and why."""
    xml = XmlFile(out)
    _start(xml, heading, "Transactional")
    write_study(xml, designs)
    write_admin(xml, admin)
    newest = max(designs)
    for number, design in sorted(designs.items()):
        oid = names.metadata_oid(number)
        with xml.inside("ClinicalData", StudyOID=admin.study_oid, MetaDataVersionOID=oid):
            for subject in subjects():
                if number != newest and not any(form.design == number for _e, form in subject.forms()):
                    continue
                told = history(subject)
                transactional.write_subject(xml, subject, told.enrolled, told.changes, design, number)
    xml.end("ODM")


def _start(xml: XmlFile, heading: Heading, kind: str) -> None:
    xml.start(
        "ODM",
        xmlns=names.NAMESPACE,
        ODMVersion="1.3.2",
        FileType=kind,
        Granularity="All",
        FileOID=heading.file_oid,
        CreationDateTime=heading.created_at,
        AsOfDateTime=heading.as_of,
        SourceSystem="Tandem",
        SourceSystemVersion=heading.software_version,
        Description=heading.description or None,
    )
