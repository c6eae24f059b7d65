"""The command by which a new installation gets its first administrator."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from edc import access
from edc.models import AuditEvent, Role, Study, User
from tests.factories.models import PASSWORD

PASSWORD_LINE = "Password of root, shown once: "


def appoint(*arguments: str) -> str:
    out = StringIO()
    call_command("appoint_administrator", *arguments, stdout=out)
    return out.getvalue()


def logs_in(client, username: str, password: str) -> bool:
    answer = client.post("/accounts/login/", {"login": username, "password": password})
    return answer.status_code == 302


def test_a_new_installation_gets_an_administrator_who_can_log_in(client, study):
    said = appoint("root", "--name", "Root Person")

    password = said.partition(PASSWORD_LINE)[2].splitlines()[0]
    assert logs_in(client, "root", password)
    root = User.objects.get(username="root")
    assert access.may(root, "manage_people", study=study)
    assert not access.sites_for(root, "view_data").exists()
    granted = AuditEvent.objects.filter(action="membership.granted")
    assert [event.channel for event in granted] == ["command"]


def test_an_account_that_exists_keeps_its_password(client, study, member):
    person = member("ada", Role.CRC)

    said = appoint("ada", "--study", study.oid)

    assert "Password" not in said
    assert logs_in(client, "ada", PASSWORD)
    assert access.roles_at(person, study=study) == [Role.ADMINISTRATOR, Role.CRC]


def test_a_study_that_is_not_there_is_named(study):
    with pytest.raises(CommandError, match="ChiCTR9"):
        appoint("root", "--study", "ChiCTR9")

    assert not User.objects.filter(username="root").exists()


@pytest.mark.django_db
def test_without_a_study_there_is_nothing_to_administer():
    assert not Study.objects.exists()
    with pytest.raises(CommandError, match="Load a study first"):
        appoint("root")
