"""A passkey in a real browser: added, asked at the log-in, asked again before a signature, taken away."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person

pytestmark = pytest.mark.browser
WHO = "scientist"
# As a laptop with a fingerprint reader has it; the person always touches it.
READER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


# The other journeys' log-ins of the same person must not be asked for a passkey, whatever became of this one.
WITHOUT_FACTORS = "from allauth.mfa.models import Authenticator as A; A.objects.all().delete()"


@pytest.fixture
def by_name(platform):
    """The platform under a name: browsers keep no passkeys for bare addresses."""
    yield replace(platform, address=platform.address.replace("127.0.0.1", "localhost"))
    assert platform.manage("shell", "-c", WITHOUT_FACTORS).returncode == 0


def test_a_passkey_is_added_asked_for_and_taken_away(log_in, platform, by_name):
    person = log_in(WHO, by_name)
    devices = person.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": READER})

    adds_a_passkey(person, platform.password_of(WHO))
    person.context.clear_cookies()
    person.log_in()
    person.page.wait_for_url("**/2fa/authenticate/")
    person.check_page("second-factor")
    uses_it(person, "/")
    person.page.goto("/account/confirm/?next=/account/security/")
    person.check_page("confirm")
    person.page.click("a[href*=passkeys]")
    uses_it(person, "/account/security/")
    person.check_page("security")

    takes_it_away(log_in("admin"))
    person.context.clear_cookies()
    person.log_in()
    expect(person.page).to_have_url(f"{by_name.address}/")


def adds_a_passkey(person: Person, password: str) -> None:
    page = person.page
    page.goto("/accounts/2fa/passkeys/add/")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.fill("#id_name", "Laptop")
    person.check_page("passkey-add")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/2fa/recovery-codes/")
    person.check_page("recovery-codes")


def uses_it(person: Person, then: str) -> None:
    person.page.click("form[data-passkey] button")
    person.page.wait_for_url(then)


def takes_it_away(admin: Person) -> None:
    page = admin.open(f"/people/?q={WHO}")
    page.click(f"a:text-is('{WHO}')")
    page.wait_for_url("**/people/*/")
    admin.check_page("person")
    page.click("form[action$='/factors/'] button")
    expect(page.locator("form[action$='/factors/']")).to_have_count(0)
    admin.open("/people/log-ins/")
    admin.check_page("log-ins")
