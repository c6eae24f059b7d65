"""Every page of every role can be read: on a desk and on a phone, in both languages and themes."""

import pytest

from tests.journeys.crawl import pages_of
from tests.journeys.person import DESK, PHONE, Person, serious

pytestmark = pytest.mark.browser

ROLES = (
    "crc1", "dm", "monitor", "pi", "reader1", "clinician", "scientist", "uploader", "auditor", "admin",
)  # fmt: skip
WIDTH = "() => document.documentElement.scrollWidth - innerWidth"
HIDDEN_TAB = """() => {
  const tab = document.querySelector(".top .tabs [aria-current]");
  if (!tab) return false;
  const [at, strip] = [tab.getBoundingClientRect(), tab.parentElement.getBoundingClientRect()];
  return at.left < strip.left - 1 || at.right > strip.right + 1;
}"""


@pytest.fixture(scope="module")
def seen_dark() -> set[str]:
    """The views that a role has looked at in English and dark; another role's differ in data alone."""
    return set()


@pytest.mark.parametrize("username", ROLES)
def test_every_page_of_a_role_can_be_read(log_in, username, seen_dark):
    person = log_in(username)
    person.speaks("zh-hans")
    faults: list[str] = []
    walked = []

    for name, path in pages_of(person):
        walked.append((name, path))
        faults += look(person, name, "zh-light")
    person.speaks("en")
    person.page.emulate_media(color_scheme="dark")
    for name, path in walked:
        if name not in seen_dark:
            seen_dark.add(name)
            person.open(path)
            faults += look(person, name, "en-dark")

    assert walked
    assert faults == []


def look(person: Person, name: str, how: str) -> list[str]:
    """Return what is wrong with the open page: axe's findings, and what makes it too wide at either size."""
    path = person.page.url.removeprefix(person.address)
    faults = [f"{path} {how}: {each}" for each in serious(person.page)]
    if person.page.evaluate(HIDDEN_TAB):
        faults.append(f"{path} {how}: the tab of the page is out of sight")
    for size in (DESK, PHONE):
        person.page.set_viewport_size(size)
        person.picture(f"{name}-{person.username}-{how}-{size['width']}")
        if wider := overflow(person):
            faults.append(f"{path} {how}: {wider} px wider than {size['width']}")
    person.page.set_viewport_size(DESK)
    return faults


def overflow(person: Person) -> int:
    """Return by how many pixels the page is wider than the window."""
    return max(0, person.page.evaluate(WIDTH))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_way_in_can_be_read(chromium, platform, language):
    visitor = Person(chromium, platform.address, "nobody", "")
    visitor.speaks(language)

    visitor.open("/accounts/login/")

    assert visitor.page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-Hans")
    assert look(visitor, "login", language[:2]) == []
    assert visitor.faults == []
    visitor.close()
