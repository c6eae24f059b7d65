"""A right that a new release gives to a role reaches the people who hold the role already."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor

from edc import access
from edc.models import SiteUserObjectPermission


def test_an_upgrade_gives_present_people_what_the_role_table_says_now(member, site):
    manager = member("ada", "data_manager")
    SiteUserObjectPermission.objects.filter(user=manager, permission__codename="import_data").delete()
    assert not access.may(manager, "import_data", site=site)

    call_command("upgrade", stdout=StringIO())

    assert access.may(manager, "import_data", site=site)


@pytest.mark.django_db
@pytest.mark.parametrize(("plan", "counted"), [([], False), ([("a migration", False)], True)])
def test_an_upgrade_counts_again_only_where_tables_change(monkeypatch, plan, counted):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_arguments: plan)
    monkeypatch.setattr(
        "edc.management.commands.upgrade.call_command", lambda *names, **_options: ran.append(names[0])
    )
    ran: list[str] = []

    call_command("upgrade", stdout=StringIO())

    assert ("recount_double_entry" in ran) is counted
