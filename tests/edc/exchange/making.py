"""Packages of generated subjects, made as the worker makes them, without a database."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from edc.design.study import StudyDesign
from edc.exchange.odm_write.admin import AdminData, Meaning, Person, Place
from edc.exchange.odm_write.document import Heading, History
from edc.exchange.odm_write.transactional import Change, Enrolled
from edc.exchange.package import Package, Source
from edc.exchange.record import Subject
from tests.factories.records import generated_subjects
from tests.studies import study_design

AT = "2026-11-21T08:00:00+00:00"


def design_of(oid: str) -> StudyDesign:
    return study_design(oid)


def counted(subjects: Iterable[Subject]) -> tuple[Counter[str], dict[str, tuple[int, int]]]:
    """Return what a database would count: records by form, and values and missing codes by item."""
    records: Counter[str] = Counter()
    items: dict[str, tuple[int, int]] = {}
    for _event, form in (pair for subject in subjects for pair in subject.forms()):
        records[form.oid] += 1
        for value in form.values:
            values, missing = items.get(value.item_oid, (0, 0))
            items[value.item_oid] = (values + (not value.missing), missing + bool(value.missing))
    return records, items


def entered(subject: Subject) -> History:
    """Return a history in which every value came with the form's completion."""
    changes = [
        Change(
            form.number + 1, AT, "ada", subject.site, "", form.number, value.path, None,
            {"value": value.value, "unit": value.unit, "missing": value.missing},
        )
        for _event, form in subject.forms()
        for value in form.values
    ]  # fmt: skip
    return History(Enrolled(1, AT, "ada"), tuple(changes))


def package(folder: Path, design: StudyDesign, subjects: list[Subject], **changes: object) -> Package:
    """Return a package under way in the folder, of these subjects."""
    records, items = counted(subjects)
    admin = AdminData(
        design.oid, (Person("ada", "Ada", "crc", "S01"),),
        tuple(Place(site.oid, site.name.zh) for site in design.sites),
        (Meaning("approved", "I approve this form"),), {1: "2026-01-01"},
    )  # fmt: skip
    fields = {
        "study_oid": design.oid, "citation": f"{design.oid}-S001", "designs": {1: design},
        "subjects": lambda _log: iter(subjects), "total": len(subjects), "records": records, "items": items,
        "admin": admin, "heading": Heading("F.1", AT, AT, "0.1"), "history": entered,
        "readme": (("Study", design.oid),),
    }  # fmt: skip
    (folder / "files").mkdir()
    (folder / "spool").mkdir()
    source = Source(**(fields | changes))
    return Package(folder / "files", folder / "spool", source, lambda _percent, _step: None)


def some_subjects(design: StudyDesign, each: int = 2) -> list[Subject]:
    """Return generated subjects at the first two sites."""
    return list(generated_subjects(design, [site.oid for site in design.sites][:2], each))
