"""A site verifies its own archive with the script in it and confirms the receipt by the code it prints."""

import json
import subprocess
import sys

import pytest
from django.db import transaction
from django.urls import reverse

from edc import audit
from edc.models import ArchiveReceipt, AuditEvent
from edc.selectors.archives import archives_of
from edc.services.entry import correct_item
from tests.factories.backups import ArchiveReceiptFactory
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD
from tests.factories.snapshots import SnapshotFactory

ENGLISH = {"django_language": "en"}


@pytest.fixture
def frozen(freezing, complete, subject):
    complete("FO.IC")
    complete("FO.DM")
    return freezing()


@pytest.fixture
def archive(frozen, packing, site, monkeypatch):
    monkeypatch.setattr("edc.services.export_make.write_casebooks", lambda *_parts: None)
    return packing(frozen, kind="archive", sites=[site])


@pytest.fixture
def unpacked(archive, frozen, tmp_path):
    archive[1].extractall(tmp_path)
    return tmp_path / frozen.citation


def verified(folder):
    """Run the script of the package as a site would, outside the platform."""
    done = subprocess.run(
        [sys.executable, "verify_package.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip().splitlines()


@pytest.mark.requirement("E9", "P1", "P3", "I6", "N14")
def test_the_archive_proves_itself_without_the_platform(archive, unpacked):
    status, lines = verified(unpacked)

    assert (status, lines[0].endswith("complete and unaltered")) == (0, True)
    assert lines[1] == f"receipt code: {archive[0].receipt_code}"
    trail = [json.loads(line) for line in (unpacked / "audit/chain.jsonl").read_text().splitlines()[1:-1]]
    opened = [row for row in trail if "action" in row]
    assert opened
    assert {row["site_id"] for row in opened} == {archive[0].sites.get().pk}
    assert all(row["at"].endswith("+00:00") for row in opened)
    assert len(trail) >= AuditEvent.objects.filter(pk__lte=archive[0].snapshot.audit_event).count()


def test_a_trail_that_was_swapped_for_another_is_found(unpacked):
    """The sums may be made anew by who alters a file: the chain must still meet the manifest."""
    path = unpacked / "audit/chain.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    row = json.loads(lines[3])
    path.write_text("".join([*lines[:3], json.dumps(row | {"hash": "0" * 64}) + "\n", *lines[4:]]))

    status, found = verified(unpacked)

    assert status == 1
    assert any(line.startswith("audit/chain.jsonl:") for line in found)
    assert not any(line.startswith("receipt code") for line in found)


@pytest.mark.requirement("E9", "I14", "N10")
def test_the_investigator_confirms_the_receipt_and_the_locks_page_shows_it(
    archive, unpacked, client, member, meg, site, crcs, subject
):
    export, investigator = archive[0], member("pi", "investigator")
    url, page = reverse("export-receipt", args=[export.public_id]), reverse("export", args=[export.public_id])
    code = verified(unpacked)[1][1].removeprefix("receipt code: ")
    sent = {"code": code, "kept_at": "Archive room 3", "password": PASSWORD}
    client.cookies.load(ENGLISH)

    client.force_login(meg)
    assert client.post(url, sent).status_code == 403
    client.force_login(investigator)
    assert "Confirm the receipt" in client.get(page).content.decode()
    for wrong, word in (
        ({"code": "0" * 16}, "code"),
        ({"password": "no"}, "password"),
        ({"kept_at": ""}, "audit trail"),
    ):
        answer = client.post(url, sent | wrong)
        assert answer.status_code == 422
        assert word in answer.content.decode()
    assert archives_of([site])[0].receipt is None
    assert client.post(url, sent).status_code == 302

    receipt = ArchiveReceipt.objects.get()
    assert (receipt.site, receipt.confirmed_by, receipt.sha256) == (site, investigator, export.sha256)
    event = AuditEvent.objects.get(action="archive.received")
    assert (event.site, event.after["code"]) == (site, code)
    assert client.post(url, sent).status_code == 409
    assert "Archive room 3" in client.get(page).content.decode()
    client.force_login(meg)
    assert "Received and verified" in client.get(reverse("locks")).content.decode()
    correct_item(
        form=form_of(subject, "FO.DM"),
        path="IT.DM.SEX",
        entry=entry("M"),
        reason="Typing error",
        actor=crcs[0],
    )
    assert "Data changed since" in client.get(reverse("locks")).content.decode()


@pytest.mark.parametrize(
    ("action", "path", "outdated"),
    [
        ("view.passes", "IT.DM.SEX", False),
        ("item.verified", "IT.DM.SEX", False),
        ("evidence.downloaded", "", False),
        ("form.completed", "", True),
        ("entry.imported", "", True),
        ("form.signed", "", True),
        ("hold.placed", "", True),
        ("item.corrected", "IT.DM.SEX", True),
    ],
)
def test_an_archive_is_outdated_by_what_changes_a_record_and_by_nothing_else(
    subject, system, action, path, outdated
):
    before = AuditEvent.objects.order_by("pk").last().pk
    snapshot = SnapshotFactory(design_version=subject.design_version, audit_event=before)
    receipt = ArchiveReceiptFactory(site=subject.site, export__snapshot=snapshot)
    with transaction.atomic():
        audit.record(actor=system, action=action, target=subject, path=path)

    found = archives_of([subject.site])[0]

    assert (found.receipt, found.outdated) == (receipt, outdated)


def test_no_other_package_has_a_receipt(frozen, packing, client, member, site):
    package, _archive = packing(frozen, "csv", sites=[site])
    client.force_login(member("meg", "data_manager", study_wide=True))

    answer = client.post(reverse("export-receipt", args=[package.public_id]), {"code": package.receipt_code})

    assert answer.status_code == 403
