"""A right that a new release gives to a role reaches the people who hold the role already."""

from io import StringIO

from django.core.management import call_command

from edc import access
from edc.models import SiteUserObjectPermission


def test_an_upgrade_gives_present_people_what_the_role_table_says_now(member, site):
    manager = member("ada", "data_manager")
    SiteUserObjectPermission.objects.filter(user=manager, permission__codename="import_data").delete()
    assert not access.may(manager, "import_data", site=site)

    call_command("upgrade", stdout=StringIO())

    assert access.may(manager, "import_data", site=site)
