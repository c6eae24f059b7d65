"""An amendment from its draft to the migration, in Chinese, in a study of several sites."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.conftest import LogIn
from tests.journeys.form_page import SLOW
from tests.journeys.import_page import ImportPage
from tests.journeys.person import Person

pytestmark = pytest.mark.browser
# Nobody else's journey works in this study.
STUDY, NAME = "ChiCTR2600121791", "方案修订第2版"
ITEM, LIMIT = "forms/FO.DM/IG.DM/IT.DM.AGE", "60"
CONSENT = "SIGNED,2026-07-01,V2.0,EC-2026-1"
PEOPLE = (("S01", "01-0001", 66), ("S01", "01-0002", 71), ("S02", "02-0001", 64), ("S03", "03-0001", 50))
HEAD = (
    "subject_key,site,IT.IC.ICTYPE,IT.IC.ICDAT,IT.IC.ICVER,IT.IC.ICECNO,IT.DM.SUBJID,IT.DM.SITEID,IT.DM.DMDAT,"
    "IT.DM.BRTHDAT,IT.DM.AGE,IT.DM.AGEU,IT.DM.SEX\n"
)
EFFECT, NUMBERS = "新超出范围的值", ["2", "1", "–", "3"]


def test_an_amendment_is_drafted_rehearsed_and_migrated(log_in: LogIn):
    writer, reviewer = log_in("dm"), log_in("dm2")
    for person in (writer, reviewer):
        person.chooses(STUDY)
    has_subjects(writer)

    draft = drafts(writer)
    publishes(reviewer, draft)
    address = rehearses(writer)
    sets_the_day(writer)
    migrates(writer, address)
    holds(writer, address)


def has_subjects(writer: Person) -> None:
    """Four people at three sites come into the study by one file."""
    lines = (
        f"{key},{site},{CONSENT},T3-{site}-{key[-4:]},{site},2026-07-02,{2026 - age},{age},YEARS,M\n"
        for site, key, age in PEOPLE
    )
    file = ImportPage(writer, "subjects.csv", HEAD + "".join(lines))
    writer.page.select_option("#o-subjects", "same_key")
    file.dry_run()
    writer.check_page("amendment-subjects")
    file.commit("既往入组")


def drafts(writer: Person) -> str:
    """Begin a draft, narrow the expected ages, and send it for review; who wrote it does not publish it."""
    page = writer.open("/design/")
    page.fill("#d-name", NAME)
    page.press("#d-name", "Enter")
    expect(page.locator("h1")).to_have_text(NAME, timeout=SLOW)
    draft = page.url.removeprefix(writer.address)
    writer.open(f"{draft}part/?at={ITEM}")
    limit = page.locator("input[name='soft.max']")
    expect(limit).to_have_value("80")
    limit.fill(LIMIT)
    writer.check_page("amendment-part")
    with page.expect_navigation(timeout=SLOW):
        page.get_by_role("button", name="保存", exact=True).press("Enter")
    writer.open(draft)
    expect(page.locator("#changes tbody tr")).to_have_count(1)
    page.fill("#d-text", "预期年龄上限改为60岁")
    writer.check_page("amendment-draft")
    page.get_by_role("button", name="送交复核").press("Enter")
    expect(page.locator("h1 + .st")).to_have_text("复核中", timeout=SLOW)
    expect(page.get_by_role("button", name="发布为版本")).to_have_count(0)
    return draft


def publishes(reviewer: Person, draft: str) -> None:
    page = reviewer.open(draft)
    page.fill("#d-text", "与方案修订第2版一致")
    reviewer.check_page("amendment-review")
    page.get_by_role("button", name="发布为版本").press("Enter")
    expect(page.get_by_role("link", name="2", exact=True)).to_be_visible(timeout=SLOW)
    reviewer.check_page("amendment-published")


def rehearses(writer: Person) -> str:
    """Rehearse, and return the address of the rehearsal, whose page has the numbers of each site."""
    page = writer.open("/design/amendments/")
    page.locator("summary", has_text="演练").press("Enter")
    page.select_option("#r-version", "2")
    page.get_by_role("button", name="演练", exact=True).press("Enter")
    expect(page.locator("tr", has_text=EFFECT)).to_be_visible(timeout=2 * SLOW)
    address = page.url.removeprefix(writer.address).partition("?")[0]
    assert re.fullmatch(r"/design/amendments/\d+/", address)
    assert numbers(page) == NUMBERS
    writer.check_page("amendment-rehearsed")
    page.get_by_role("link", name=EFFECT).press("Enter")
    expect(page.locator("#effects + table tbody tr")).to_have_count(3, timeout=SLOW)
    writer.check_page("amendment-effects")
    return address


def numbers(page: Page) -> list[str]:
    """Return what the rehearsal counts of the effect: the sites in order, and all."""
    return page.locator("tr", has=page.get_by_role("link", name=EFFECT)).locator("td.num").all_inner_texts()


def sets_the_day(writer: Person) -> None:
    page = writer.open("/design/amendments/")
    page.locator("summary", has_text="设定启用日").press("Enter")
    page.select_option("#a-version", "2")
    for box in page.locator("input[name=site]").all():
        box.press("Space")
    page.fill("#a-day", timezone.localdate().isoformat())
    page.fill("#a-approval", "EC-2026-2, 2026-11-20")
    page.get_by_role("button", name="设定", exact=True).press("Enter")
    expect(page.locator("td", has_text="EC-2026-2")).to_have_count(3, timeout=SLOW)
    writer.check_page("amendment-day")


def migrates(writer: Person, address: str) -> None:
    page = writer.open(address)
    page.locator("summary", has_text="迁移").press("Enter")
    page.fill("#m-why", NAME)
    page.get_by_role("button", name="按演练迁移").press("Enter")
    done = page.locator("#amendment-state .note", has_text="迁移").locator(".st.done")
    expect(done).to_be_visible(timeout=2 * SLOW)
    expect(page.locator("#amendment-state .bad-n")).to_have_count(0)


def holds(writer: Person, address: str) -> None:
    """The rehearsed numbers stand, and they came true: each of the three values asks its site."""
    page = writer.open(address)
    assert numbers(page) == NUMBERS
    writer.check_page("amendment-migrated")
    writer.open("/queries/?state=unsettled")
    asked = page.locator("tr[data-row]", has_text="年龄")
    expect(asked).to_have_count(3)
    for _site, key, age in PEOPLE:
        expect(asked.filter(has_text=key)).to_have_count(1 if age > int(LIMIT) else 0)
