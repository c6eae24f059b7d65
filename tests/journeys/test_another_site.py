"""An account made in the browser for another hospital: nothing of the first hospital exists for it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.answers import CHEMISTRY, IMAGES
from tests.journeys.form_page import SLOW
from tests.journeys.person import Person
from tests.journeys.subject_page import SubjectPage

pytestmark = pytest.mark.browser
REGISTRY, SITE = "ChiCTR2500107646", "S02"
USERNAME, GIVEN, OWN = "elsewhere", "plums and 7 pears", "quinces and 9 figs"


def test_who_works_at_another_site_finds_nothing(log_in, chromium, platform):
    makes_the_account(log_in("admin"))
    home = log_in("crc1")
    home.chooses("ChiCTR2600126480")
    subject = SubjectPage(home, "/subjects/1/")
    form, images = subject.form_path(CHEMISTRY), subject.form_path(IMAGES)
    there = [
        "/subjects/1/", form, f"{form}panel/?path=IT.LBC.ALB&tab=history", f"/imaging{images}",
        "/api/v1/scores/1/",
    ]  # fmt: skip
    assert [home.context.request.get(path).status for path in there[:-1]] == [200] * 4

    stranger = Person(chromium, platform.address, USERNAME, GIVEN).log_in()
    takes_an_own_password(stranger)

    assert [stranger.context.request.get(path).status for path in there] == [404] * len(there)
    page = stranger.open("/subjects/")
    assert "01-0001" not in page.content()
    stranger.check_page("another-site")
    stranger.close()


def takes_an_own_password(person: Person) -> None:
    """The first log-in leads to the change of the password, and nowhere else."""
    page = person.page
    page.goto("/subjects/")
    page.wait_for_url("**/accounts/password/change/")
    person.check_page("first-password")
    for field, text in (("oldpassword", GIVEN), ("password1", OWN), ("password2", OWN)):
        page.fill(f"[name={field}]", text)
    page.press("[name=password2]", "Enter")
    page.wait_for_url("/")


def makes_the_account(admin: Person) -> None:
    admin.chooses(REGISTRY)
    page = admin.open("/people/")
    page.keyboard.press("n")
    page.fill("#c-user", USERNAME)
    page.fill("#c-name", "王外院")
    page.fill("#c-password", GIVEN)
    page.press("#c-password", "Enter")
    page.wait_for_load_state()
    expect(page.locator("#c-user")).to_have_value("", timeout=SLOW)
    page.keyboard.press("g")
    page.fill("#g-user", USERNAME)
    page.select_option("#g-role", "crc")
    page.select_option("#g-site", SITE)
    page.press("#g-user", "Enter")
    expect(page.locator("tr[data-row]", has_text=USERNAME)).to_contain_text("CRC", timeout=SLOW)
    admin.check_page("people")
