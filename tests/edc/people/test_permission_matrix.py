"""The permission matrix: true to the code, recorded when it changes, to read, compare and take out."""

import csv
import hashlib
import json
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from edc import access
from edc.models import AuditEvent, PermissionMatrix, Role, Site, Study
from edc.selectors.permission_matrix import (
    REACH,
    SECOND_PERSON,
    differences,
    holders,
    present_matrix,
    sha256_of,
    two_people_rules,
)
from edc.services.permission_matrix import record_matrix
from edc.web.permission_words import CAPABILITIES, CHANGES, RULES

NAMES = {name for model in (Site, Study) for name, _words in model._meta.permissions}


@pytest.fixture
def auditor(client, member):
    client.cookies.load({"django_language": "en"})
    client.force_login(member("audrey", "auditor"))
    return client


def grants(monkeypatch, role, *, add=(), drop=()):
    """Let the role table say something else, as another release would."""
    table = dict(access.SITE_GRANTS)
    table[role] = (table[role] | set(add)) - set(drop)
    monkeypatch.setattr(access, "SITE_GRANTS", table)


@pytest.mark.requirement("P18", "I1", "N6")
def test_the_matrix_says_what_the_role_table_says():
    about = present_matrix()["capabilities"]
    assert set(about) == NAMES == set(CAPABILITIES)
    for role in Role.values:
        held = {name for name, each in about.items() if role in each["roles"]}
        assert held == access.SITE_GRANTS[role] | access.STUDY_GRANTS[role]
    assert {name for name, each in about.items() if each["system"]} == access.SYSTEM_GRANTS
    for scope, names in access.SCOPE_GRANTS.items():
        assert {name for name, each in about.items() if scope in each["tokens"]} == names


@pytest.mark.requirement("P7")
def test_every_rule_of_two_people_in_the_database_is_in_the_matrix_with_words():
    found = {name for name, _table in two_people_rules()}
    assert found == set(SECOND_PERSON) == set(RULES)
    told = {rule for each in present_matrix()["capabilities"].values() for rule in each["four_eyes"]}
    assert told == found
    assert set(REACH) | {name for names in SECOND_PERSON.values() for name in names} <= NAMES


def test_differences_tell_what_was_given_taken_and_changed():
    old, new = present_matrix(), present_matrix()
    assert differences(old, new) == []
    capability = new["capabilities"]["sign_form"]
    capability["roles"] = ["monitor"]
    capability["tokens"] = ["read"]
    capability["reach"] = []
    del new["capabilities"]["view_audit"]
    told = {(each.capability, each.holder, each.what) for each in differences(old, new)}
    assert told == {
        ("sign_form", "", "reach"),
        ("sign_form", "monitor", "given"),
        ("sign_form", "token.read", "given"),
        ("sign_form", "investigator", "taken"),
        ("view_audit", "", "declared"),
        *(("view_audit", holder, "taken") for holder in holders(old["capabilities"]["view_audit"])),
    }
    assert {each.what for each in differences(old, new)} <= set(CHANGES)


@pytest.mark.requirement("P18", "I1")
def test_an_upgrade_records_the_matrix_once_and_then_what_changed(study, monkeypatch):
    call_command("upgrade", stdout=StringIO())
    call_command("upgrade", stdout=StringIO())
    first = PermissionMatrix.objects.get()
    assert (first.number, first.sha256) == (1, sha256_of(present_matrix()))
    assert AuditEvent.objects.get(target_type="edc.permissionmatrix").action == "permissions.recorded"

    grants(monkeypatch, "monitor", add=["export_data"], drop=["verify_data"])
    call_command("upgrade", stdout=StringIO())

    event = AuditEvent.objects.get(action="permissions.changed")
    assert event.study == study
    assert event.before == {"number": 1, "sha256": first.sha256}
    assert event.after == {
        "number": 2,
        "sha256": PermissionMatrix.objects.get(number=2).sha256,
        "changes": [
            {"role": "monitor", "capability": "export_data", "change": "given"},
            {"role": "monitor", "capability": "verify_data", "change": "taken"},
        ],
    }


def test_a_person_does_not_record_the_matrix(member):
    with pytest.raises(PermissionDenied):
        record_matrix(actor=member("root", "administrator", study_wide=True))
    assert not PermissionMatrix.objects.exists()


@pytest.mark.requirement("P18")
def test_the_page_shows_the_matrix_and_its_changes_and_compares(auditor, system, study, monkeypatch):
    assert "not recorded yet" in auditor.get(reverse("permissions")).content.decode()
    record_matrix(actor=system)
    grants(monkeypatch, "monitor", add=["export_data"])
    record_matrix(actor=system)

    page = auditor.get(reverse("permissions")).content.decode()
    assert "Number 2, recorded" in page
    assert sha256_of(present_matrix()) in page
    assert "Given · Monitor · Take data out of the platform" in page
    assert "A model version is approved by another person" in page
    assert "First entry, while the form is: To do, Draft" in page

    compared = auditor.get(reverse("permissions-compare"), {"before": 2, "after": 1})
    assert [(each["name"], each["what"]) for each in compared.context["lines"]] == [("export_data", "taken")]
    same = auditor.get(reverse("permissions-compare"), {"before": 2})
    assert "They do not differ." in same.content.decode()
    for wrong in ("7", "x"):
        assert auditor.get(reverse("permissions"), {"number": wrong}).status_code == 404


@pytest.mark.requirement("P18", "N6")
def test_the_downloads_prove_themselves_and_are_recorded(auditor, system, study, monkeypatch):
    first = record_matrix(actor=system)
    grants(monkeypatch, "monitor", add=["export_data"])

    sent = json.loads(auditor.get(reverse("permissions-json"), {"number": 1}).content)
    text = json.dumps(sent["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == sent["sha256"] == first.sha256
    assert sent["number"] == 1

    answer = auditor.get(reverse("permissions-csv"))
    rows = list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))
    held = {row["capability"] for row in rows if row["monitor"] == "1"}
    assert held == access.SITE_GRANTS["monitor"] | access.STUDY_GRANTS["monitor"]
    assert {row["matrix_sha256"] for row in rows} == {sha256_of(present_matrix())}
    told = AuditEvent.objects.filter(action="permissions.exported", study=study).order_by("pk")
    assert [event.after["form"] for event in told] == ["json", "csv"]
