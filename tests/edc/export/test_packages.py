"""Packages as the worker makes them: whole, the same whenever made, telling nobody more than they may."""

import csv
import io
import json
import re
import shutil
import subprocess
from datetime import UTC

import pytest
from lxml import etree

from edc.errors import InvalidInput
from edc.exchange import keyed
from edc.models import AuditEvent, Export, Resolution, SnapshotPart
from edc.services import background, reconcile
from edc.services.entry import correct_item
from edc.services.export import remove_expired_exports, request_export
from edc.services.export_make import PartAltered, make
from edc.services.sign import sign_form
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"


def rows(archive, name):
    inside = next(each for each in archive.namelist() if each.endswith(name))
    return list(csv.DictReader(io.StringIO(archive.read(inside).decode("utf-8-sig"))))


@pytest.fixture
def frozen(freezing, complete, enter, subject, crcs, meg):
    """A snapshot with a corrected item, a resolved disagreement and a second subject's open pass."""
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58", NOTE="患者李某 见报告")
    enter(form, 2, AGE="59", NOTE="患者李某 见报告")
    found = form.disagreements.get()
    reconcile.resolve_disagreement(
        disagreement=found, choice="second", entry=None, reason="Source", actor=meg
    )
    complete("FO.LBC", LBDAT="2026-06-10 09:30")
    correct_item(
        form=form_of(subject, "FO.DM"),
        path="IT.DM.SEX",
        entry=entry("M"),
        reason="Typing error",
        actor=crcs[0],
    )
    return freezing()


def test_a_full_package_has_both_passes_the_resolution_and_the_present_value(frozen, packing):
    export, archive = packing(frozen, "csv", "passes", "review")

    ages = [row for row in rows(archive, "passes/passes.csv") if row["ITEM"] == "IT.DM.AGE"]
    assert {(row["STREAM"], row["RAW"]) for row in ages if row["STREAM"] != "adjudicated"} == {
        ("entry-1", "58"),
        ("entry-2", "59"),
    }
    (resolved,) = rows(archive, "passes/resolutions.csv")
    assert (resolved["CHOICE"], resolved["RESOLVER"]) == (Resolution.Choice.SECOND, "meg")
    long = {row["ITEM"]: row for row in rows(archive, "data/long.csv")}
    assert (long["IT.DM.AGE"]["VALUE"], long["IT.DM.SEX"]["VALUE"]) == ("59", "M")
    held = json.loads(archive.read(f"{frozen.citation}/manifest.json"))
    assert held["content_sha256"] == frozen.content_sha256
    assert held["values"]["FO.DM IT.DM.AGE"] == 1
    assert export.state == "done"


@pytest.mark.requirement("P2")
def test_the_transactional_file_says_who_changed_what_and_why(frozen, packing, shared_data):
    _export, archive = packing(frozen, "odm", "odm_transactional")

    tree = etree.fromstring(archive.read(f"{frozen.citation}/odm/transactional.xml"))
    schema = etree.XMLSchema(etree.parse(shared_data / "odm" / "xsd" / "odm-1.3.2" / "ODM1-3-2.xsd"))
    schema.assertValid(tree)
    schema.assertValid(etree.fromstring(archive.read(f"{frozen.citation}/odm/snapshot.xml")))
    first, second = tree.iterfind(f".//{ODM}ItemData[@ItemOID='IT.DM.SEX']")
    assert [first.get("TransactionType"), second.get("TransactionType")] == ["Insert", "Update"]
    assert (first.get("Value"), second.get("Value")) == ("F", "M")
    told = second.find(f"{ODM}AuditRecord")
    assert told.find(f"{ODM}UserRef").get("UserOID") == "US.ada"
    assert "Typing error" in told.findtext(f"{ODM}ReasonForChange")
    event = AuditEvent.objects.get(pk=int(told.findtext(f"{ODM}SourceID")))
    assert event.path == "IT.DM.SEX"


@pytest.mark.requirement("P3")
def test_a_package_made_after_later_changes_has_the_same_bytes(frozen, packing, subject, crcs):
    _one, before = packing(frozen, "csv", "parquet", "odm")
    correct_item(
        form=form_of(subject, "FO.DM"), path="IT.DM.AGE", entry=entry("33"), reason="Later", actor=crcs[0]
    )
    _two, after = packing(frozen, "csv", "parquet", "odm")

    stated = [
        each for each in before.namelist() if not each.endswith(("manifest.json", "SHA256SUMS", "README.txt"))
    ]
    assert len(stated) > 20
    assert [name for name in stated if before.read(name) != after.read(name)] == []


def test_a_limited_package_moves_days_and_names_nobody(frozen, packing, subject, settings):
    _export, archive = packing(frozen, "csv", "odm", profile="limited")

    everything = "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    for word in (subject.subject_key, "李某"):
        assert word not in everything
    for username in ("ada", "grace", "meg"):  # whole words: a digest may hold the letters "ada"
        assert not re.search(rf"(?<![0-9a-zA-Z]){username}(?![0-9a-zA-Z])", everything)
    days = keyed.shift_days(settings.PSEUDONYM_SECRET.encode(), frozen.study.oid, subject.subject_key)
    (lab,) = [row for row in rows(archive, "data/long.csv") if row["ITEM"] == "IT.LBC.LBDAT"]
    from datetime import date, timedelta

    assert lab["VALUE"][:10] == (date(2026, 6, 10) - timedelta(days=days)).isoformat()
    log = {(row["WHAT"], row["ACT"]) for row in rows(archive, "deid/log.csv")}
    assert ("IT.DM.NOTE", "dropped: name") in log


def test_the_package_for_the_public_has_codes_dictionary_log_and_no_real_site(frozen, packing):
    _export, archive = packing(frozen, kind="sharing", profile="public")

    assert {row["SITE"] for row in rows(archive, "data/long.csv")} <= {"C01", "C02"}
    assert "IT.DM.NOTE" not in {row["ITEM"] for row in rows(archive, "data/long.csv")}
    items = rows(archive, "codebook/items.csv")
    assert all(row["LABEL_ZH"] and row["LABEL_EN"] for row in items)
    assert "2026" not in json.dumps(rows(archive, "deid/log.csv"))


@pytest.mark.requirement("N16")
def test_what_names_people_is_refused_with_another_profile(frozen, meg):
    with pytest.raises(InvalidInput) as refused:
        request_export(
            snapshot=frozen, kind="package", profile="public", formats=["passes"], sites=[], language="zh",
            purpose="x", actor=meg,
        )  # fmt: skip
    assert set(refused.value.fields) == {"formats"}


def test_an_altered_part_makes_no_package(frozen, meg, monkeypatch):
    asked = request_export(
        snapshot=frozen, kind="package", profile="full", formats=["csv"], sites=[], language="zh",
        purpose="x", actor=meg,
    )  # fmt: skip
    work = background.claim(Export, asked.pk, "t", "w")
    part = SnapshotPart.objects.get()
    monkeypatch.setattr("edc.services.export_make.sha256_of", lambda text: f"not {part.sha256}")
    with pytest.raises(PartAltered) as refused:
        make(work, lambda percent, step: None)
    background.end_badly(work, refused.value)
    row = Export.objects.get()
    assert (row.state, row.error_code) == ("failed", "part_altered")
    assert row.error_zh
    assert row.error_en


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs the Debian package poppler-utils")
@pytest.mark.requirement("P2", "N10")
def test_a_casebook_shows_values_and_their_history_in_a_pdf(frozen, packing, tmp_path):
    export, archive = packing(frozen, kind="archive", sites=[frozen.study.sites.get(oid="S01")])

    name = next(each for each in archive.namelist() if "/casebooks/" in each and "blank" not in each)
    path = tmp_path / "book.pdf"
    path.write_bytes(archive.read(name))
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    assert "IT.DM.SEX" in text
    assert "Typing error" in text
    assert "blank_crf.pdf" in " ".join(archive.namelist())
    audited = rows(archive, "audit/audit.csv")
    assert "item.corrected" in {row["ACTION"] for row in audited}
    assert export.manifest["kind"] == "archive"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs the Debian package poppler-utils")
@pytest.mark.requirement("P13")
def test_a_signature_shows_name_time_and_meaning_on_the_printed_casebook(
    complete, freezing, packing, member, tmp_path
):
    complete("FO.IC")
    signed = sign_form(
        form=complete("FO.DM"), actor=member("pi", "investigator"), password=PASSWORD, meaning="approved"
    )

    snapshot = freezing()
    _export, archive = packing(snapshot, "casebooks", language="en")

    name = next(each for each in archive.namelist() if "/casebooks/" in each and "blank" not in each)
    (tmp_path / "book.pdf").write_bytes(archive.read(name))
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "book.pdf", "-"], capture_output=True, check=True, text=True
    )
    moment = signed.signed_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    for shown in (signed.signer_name, moment, "UTC", str(signed.get_meaning_display())):
        assert shown in done.stdout
    assert signed.content_sha256 in done.stdout.replace("\n", "")


def test_a_workbook_holds_a_sheet_a_form_and_says_who_is_short_of_follow_up(frozen, packing):
    from openpyxl import load_workbook

    _export, archive = packing(frozen, kind="workbook")

    name = next(each for each in archive.namelist() if each.endswith(".xlsx"))
    book = load_workbook(io.BytesIO(archive.read(name)), read_only=True)
    assert {"README", "CODEBOOK", "SUBJECTS", "CRITERIA", "DM", "LBC"} <= set(book.sheetnames)


def test_an_old_file_is_removed_and_the_row_stays(frozen, packing, system):
    export, _archive = packing(frozen, "csv")
    Export.objects.update(expires_at=export.ended_at)
    from edc.services.export import path_of

    assert remove_expired_exports(actor=system) == 1
    assert not path_of(export).exists()
    assert not Export.objects.get().is_held
    assert AuditEvent.objects.filter(action="export.removed").count() == 1
