"""Allocations and serious adverse events are tables of their own in a package, less in shared profiles."""

import csv
import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from edc.exchange import keyed
from edc.exchange.record import to_json
from edc.models import SafetyCase, Subject
from edc.services.randomisation import allocate_subject
from tests.factories.entering import form_of
from tests.factories.randomisation import AllocationListFactory, AllocationRowFactory
from tests.factories.safety import SafetyCaseFactory, SafetyDecisionFactory, SafetyReportFactory

ALLOCATIONS, CASES = "data/allocations.csv", "data/safety_cases.csv"


@pytest.fixture
def allocate(subject, study, crcs):
    def now(*, blinded=False):
        held = AllocationListFactory(study=study, in_force=True, blinded=blinded)
        AllocationRowFactory(list=held, stratum="S01/young", sequence=1, arm="KIT-7" if blinded else "Arm B")
        Subject.objects.filter(pk=subject.pk).update(status=Subject.Status.ENROLLED)
        return allocate_subject(subject=subject, strata="S01/young", actor=crcs[0])

    return now


def _as_before(subject):
    """Return the part of a snapshot as it was frozen before there were registers."""
    held = json.loads(to_json(subject))
    del held["allocation"], held["cases"]
    return json.dumps(held).encode()


@pytest.fixture
def case(subject, complete, study, crcs):
    """A case reported in time, followed late, decided on by one person."""
    complete("FO.DM")
    known = timezone.now() - timedelta(hours=6)
    made = SafetyCaseFactory(
        form=form_of(subject, "FO.DM"), number=4, aware_at=known, state=SafetyCase.State.REPORTED
    )
    for number, hours in ((1, 24), (2, 1)):
        report = SafetyReportFactory(
            case=made, number=number, due_at=known + timedelta(hours=hours), submitted_by=crcs[0]
        )
    SafetyDecisionFactory(report=report, comment="Mrs Li bled before")
    return made


def rows(archive, name):
    found = [each for each in archive.namelist() if each.endswith(name)]
    return [
        row for each in found for row in csv.DictReader(io.StringIO(archive.read(each).decode("utf-8-sig")))
    ]


def sheet(archive, name):
    book = next(each for each in archive.namelist() if each.endswith(".xlsx"))
    head, *lines = openpyxl.load_workbook(io.BytesIO(archive.read(book)))[name].iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_the_full_package_tells_who_allocated_by_which_list(allocate, complete, freezing, packing, crcs):
    complete("FO.DM")
    made = allocate()
    _export, archive = packing(freezing(), "csv", "excel")
    (row,) = rows(archive, ALLOCATIONS)
    assert (row["STRATUM"], row["SEQUENCE"], row["ARM"], row["BLINDED"]) == ("S01/young", "1", "Arm B", "N")
    assert row["STRATUM_FROM_DATA"] == "N"
    assert (row["ALLOCATED_BY"], row["LIST_SHA256"]) == (crcs[0].username, made.row.list.sha256)
    assert row["ALLOCATED_AT"] == timezone.localtime(made.allocated_at).isoformat()
    assert sheet(archive, "ALLOCATIONS")[0]["ARM"] == "Arm B"
    told = {line["COLUMN"]: line["TEXT_EN"] for line in rows(archive, "codebook/columns.csv")}
    assert set(row) == set(told)


def test_a_shared_package_keeps_the_arm_alone(allocate, complete, freezing, packing, subject, settings):
    complete("FO.DM")
    made = allocate()
    snapshot = freezing()
    shift = keyed.shift_days(settings.PSEUDONYM_SECRET.encode(), subject.study.oid, subject.subject_key)
    day = timezone.localdate(made.allocated_at) - timedelta(days=shift)
    for profile, stratum in (("limited", "S01/young"), ("public", "")):
        _export, archive = packing(snapshot, "csv", profile=profile)
        (row,) = rows(archive, ALLOCATIONS)
        assert (row["ARM"], row["STRATUM"]) == ("Arm B", stratum)
        assert [row[name] for name in ("SEQUENCE", "LIST_SHA256", "ALLOCATED_BY")] == [""] * 3
        assert row["ALLOCATED_AT"] == day.isoformat()


def test_no_code_of_a_blinded_list_is_ever_frozen(allocate, complete, freezing, packing):
    complete("FO.DM")
    allocate(blinded=True)
    snapshot = freezing()
    _export, archive = packing(snapshot, "csv")
    (row,) = rows(archive, ALLOCATIONS)
    assert (row["ARM"], row["BLINDED"], row["SEQUENCE"]) == ("", "Y", "1")
    _export, archive = packing(snapshot, "csv", profile="limited")
    assert rows(archive, ALLOCATIONS) == []


def test_a_snapshot_from_before_says_so(case, allocate, freezing, packing, monkeypatch):
    allocate()
    monkeypatch.setattr("edc.services.snapshot.to_json", _as_before)
    snapshot = freezing()
    _export, archive = packing(snapshot, "csv", "excel", profile="limited")
    assert not [each for each in archive.namelist() if each.endswith((ALLOCATIONS, CASES))]
    readme = next(each for each in archive.namelist() if "README" in each)
    assert "freeze anew" in archive.read(readme).decode()


def test_a_case_is_one_row_with_its_clock_reports_and_review(case, freezing, packing, crcs):
    _export, archive = packing(freezing(), "csv", "excel")
    (row,) = rows(archive, CASES)
    assert (row["CASE"], row["FORM"], row["STATE"], row["BY_HAND"]) == ("SAE-0004", "FO.DM", "reported", "N")
    assert row["AWARE_AT"] == case.aware_at.isoformat()
    assert (row["HOURS_TO_REPORT"], row["FIRST_LATE"], row["FOLLOW_UPS"]) == ("6.0", "N", "1")
    assert (row["FOLLOW_UP_LATE"], row["REPORTED_BY"]) == ("Y", "|".join([crcs[0].username] * 2))
    assert (row["DECIDED_REPORT"], row["CAUSALITY"], row["COMMENTS"]) == (
        "2",
        "possible",
        "Mrs Li bled before",
    )
    assert sheet(archive, "SAE_CASES")[0]["EXPECTEDNESS"] == "expected"


def test_a_shared_case_names_nobody_and_its_clock_is_moved(case, freezing, packing):
    snapshot = freezing()
    for profile in ("limited", "public"):
        _export, archive = packing(snapshot, "csv", profile=profile)
        (row,) = rows(archive, CASES)
        names = ("REPORTED_BY", "DECIDED_BY", "COMMENTS", "CLOSED_REASON")
        assert [row[name] for name in names] == [""] * 4
        assert (row["CASE"], row["HOURS_TO_REPORT"], row["CAUSALITY"]) == ("1", "6.0", "possible")
        assert row["FIRST_REPORT_AT"] < case.aware_at.isoformat()


def test_a_study_without_them_has_no_such_files(complete, freezing, packing):
    complete("FO.DM")
    _export, archive = packing(freezing(), "csv")
    assert not [each for each in archive.namelist() if each.endswith((ALLOCATIONS, CASES, "columns.csv"))]
