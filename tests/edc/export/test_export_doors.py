"""Exports through the pages and the API: who asks, who sees the manifest, who may have the file."""

import io
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from edc.models import AuditEvent, Export, Snapshot
from edc.tasks import freeze_snapshot, make_export
from tests.factories.models import StudyFactory


@pytest.fixture
def as_user():
    def client(user):
        made = Client()
        made.force_login(user)
        made.cookies["django_language"] = "en"
        return made

    return client


@pytest.fixture
def frozen(freezing, complete):
    complete("FO.DM")
    return freezing()


def body(answer):
    return b"".join(answer.streaming_content)


def test_a_data_manager_freezes_makes_and_downloads(as_user, meg, study, complete):
    complete("FO.DM")
    page = as_user(meg)

    assert page.post(reverse("snapshot-request"), {"name": "Interim"}).status_code == 302
    asked = study.snapshot_requests.get()
    assert b"Interim" in page.get(reverse("snapshot-progress")).content
    freeze_snapshot.apply(kwargs={"request_id": asked.pk})
    snapshot = Snapshot.objects.get()
    assert snapshot.citation.encode() in page.get(reverse("exports")).content
    assert page.get(reverse("snapshot", args=[snapshot.pk])).status_code == 200
    wanted = {"kind": "package", "profile": "full", "formats": ["csv"], "purpose": "Report", "language": "en"}
    answer = page.post(reverse("export-request", args=[snapshot.pk]), wanted)
    export = Export.objects.get()
    assert answer.url == reverse("export", args=[export.public_id])
    make_export.apply(kwargs={"export_id": export.pk})
    shown = page.get(answer.url).content.decode()
    assert "data/long.csv" in shown
    assert "all agree with the database" in shown
    sent = page.get(reverse("export-download", args=[export.public_id]))

    assert f"{snapshot.citation}/data/long.csv" in ZipFile(io.BytesIO(body(sent))).namelist()
    event = AuditEvent.objects.get(action="export.downloaded")
    export.refresh_from_db()
    assert (event.actor, event.after["sha256"], event.channel) == (meg, export.sha256, "page")


def test_what_is_missing_is_named_at_its_field(as_user, meg, frozen):
    wanted = {"kind": "archive", "profile": "public", "formats": ["csv"], "purpose": "x"}
    answer = as_user(meg).post(
        reverse("export-request", args=[frozen.pk]), wanted, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "choose the full profile" in answer.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize("role", ["crc", "radiologist", "clinician", "data_scientist", "uploader"])
def test_other_roles_have_no_exports(as_user, member, packing, frozen, role):
    export, _archive = packing(frozen, "csv")
    page = as_user(member("x", role, study_wide=True))
    for name, part in (("export", export.public_id), ("export-download", export.public_id)):
        assert page.get(reverse(name, args=[part])).status_code == 404
    assert page.get(reverse("exports")).status_code == 403
    assert page.get(reverse("snapshot", args=[frozen.pk])).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "monitor"])
def test_who_audits_sees_the_manifest_and_never_the_file(as_user, member, packing, frozen, role):
    export, _archive = packing(frozen, "csv")
    page = as_user(member("aud", role, study_wide=True))

    assert "data/long.csv" in page.get(reverse("export", args=[export.public_id])).content.decode()
    assert page.get(reverse("export-download", args=[export.public_id])).status_code == 403
    assert not AuditEvent.objects.filter(action="export.downloaded").exists()


def test_a_manager_of_one_site_takes_that_site_alone(as_user, member, meg, packing, frozen, other_site):
    whole, _archive = packing(frozen, "csv")
    local = member("loc", "data_manager", site=other_site)
    page = as_user(local)

    assert page.get(reverse("export-download", args=[whole.public_id])).status_code == 404
    wanted = {"kind": "package", "profile": "full", "formats": ["csv"], "purpose": "x", "sites": ["S01"]}
    assert page.post(reverse("export-request", args=[frozen.pk]), wanted).status_code == 403
    own, archive = packing(frozen, "csv", actor=local)
    assert [site.oid for site in own.sites.all()] == ["S02"]
    assert archive.read(f"{frozen.citation}/data/long.csv").decode("utf-8-sig").count("\n") == 1


@pytest.mark.requirement("I14", "E7")
def test_an_investigator_fetches_the_archive_of_the_own_site_and_no_other(
    as_user, member, packing, frozen, site, other_site, monkeypatch
):
    monkeypatch.setattr("edc.services.export_make.write_casebooks", lambda *_parts: None)
    own, _archive = packing(frozen, kind="archive", sites=[site])
    other, _archive = packing(frozen, kind="archive", sites=[other_site])
    package, _archive = packing(frozen, "csv", sites=[site])
    page = as_user(member("pi", "investigator"))

    assert page.get(reverse("export-download", args=[own.public_id])).status_code == 200
    for refused in (other, package):
        assert page.get(reverse("export-download", args=[refused.public_id])).status_code == 404


def test_a_program_lists_asks_and_fetches(as_user, meg, frozen, study):
    page = as_user(meg)
    (held,) = page.get(f"/api/v1/snapshots/?study={study.oid}").json()["results"]
    assert (held["citation"], held["content_sha256"]) == (frozen.citation, frozen.content_sha256)
    wanted = {"snapshot": frozen.citation, "formats": ["csv"], "purpose": "Nightly"}
    made = page.post("/api/v1/exports/", wanted, content_type="application/json")
    assert made.status_code == 201
    make_export.apply(kwargs={"export_id": Export.objects.get().pk})
    (listed,) = page.get("/api/v1/exports/?state=done").json()["results"]
    assert (listed["id"], listed["state"]) == (made.json()["id"], "done")
    assert page.get(f"/api/v1/exports/{listed['id']}/").json()["manifest"]["citation"] == frozen.citation
    sent = page.get(f"/api/v1/exports/{listed['id']}/file/")
    assert body(sent)[:2] == b"PK"
    assert AuditEvent.objects.get(action="export.downloaded").channel == "api"


def test_another_study_knows_nothing_of_it(as_user, packing, frozen, member):
    from edc import access
    from edc.models import Membership, User

    export, _archive = packing(frozen, "csv")
    stranger = User.objects.create_user("stranger")
    Membership.objects.create(user=stranger, study=StudyFactory(), role="data_manager")
    access.sync_grants(stranger)
    page = as_user(stranger)
    assert page.get(reverse("export", args=[export.public_id])).status_code == 404
    assert page.get(f"/api/v1/exports/{export.public_id}/file/").status_code == 404
    assert page.get("/api/v1/exports/").json()["results"] == []


@pytest.mark.parametrize(("formats", "count"), [(("csv", "passes"), 1), (("csv",), 0)])
def test_a_package_that_holds_both_passes_is_an_unblinded_view(as_user, meg, packing, frozen, formats, count):
    export, _archive = packing(frozen, *formats)
    assert not AuditEvent.objects.filter(action="view.export").exists()
    body(as_user(meg).get(reverse("export-download", args=[export.public_id])))

    rows = AuditEvent.objects.filter(action="view.export", actor=meg)
    assert [row.after["file"] for row in rows] == [export.file_name] * count
