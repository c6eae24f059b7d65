"""A whole visit entered twice and settled in Chinese without a pointer: every step is a key."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.answers import STUDY
from tests.journeys.conftest import LogIn
from tests.journeys.form_page import SLOW, FormPage
from tests.journeys.person import Person
from tests.journeys.subject_page import SubjectPage

pytestmark = pytest.mark.browser
# The follow-up visit asks two forms, the second a grid of rows.
SUBJECT, NUMBER, FOLLOW_UP, TREATMENTS = "/subjects/4/", "01-0004", "FO.FU", "FO.TXO"
ECOG, BEGUN, LESIONS = "IT.FU.FUECOG", "IT.TXO.PROSTDAT[1]", "IT.TXO.PROLES[1]"
# What is typed at each item, as the source writes it; letters choose by code or by the initials of pinyin.
TYPED = {
    "IT.FU.FUDAT": "2024年9月18日", "IT.FU.FUMODE": "dh", "IT.FU.FUSTAT": "ch", "IT.FU.FUPD": "n",
    "IT.FU.FUNACT": "y", "IT.FU.FULAST": "2024-09-18", ECOG: "1",
    "IT.TXO.PROTH[1]": "xr", BEGUN: "2024年7月", "IT.TXO.PROINT[1]": "gx", "IT.TXO.NACT[1]": "n",
}  # fmt: skip
# The second person reads these otherwise.
AGAIN = {**TYPED, ECOG: "2", BEGUN: "2024年8月"}
# Kept by the browser from page to page, so that one use anywhere is found at the end.
NO_POINTER = (
    "addEventListener('pointerdown', () => sessionStorage.setItem('pointer', location.pathname), true)"
)


@pytest.mark.requirement("P6", "E4")
def test_a_whole_visit_is_entered_twice_and_settled_by_keyboard(log_in: LogIn):
    paths: dict[str, str] = {}
    for username, typed in (("crc1", TYPED), ("crc2", AGAIN)):
        person = by_keyboard(log_in(username))
        subject = SubjectPage(person, SUBJECT)
        paths = paths or {form: subject.form_path(form) for form in (FOLLOW_UP, TREATMENTS)}
        enters(person, paths, typed)
        keeps_a_source(person, paths[FOLLOW_UP])
        used_no_pointer(person)
    manager = by_keyboard(log_in("dm"))
    settles(manager, paths)
    used_no_pointer(manager)
    is_told_of(log_in("auditor"))


def by_keyboard(person: Person) -> Person:
    """Note on every page to come whether a pointer was used."""
    person.context.add_init_script(NO_POINTER)
    return person


def used_no_pointer(person: Person) -> None:
    assert person.page.evaluate("sessionStorage.getItem('pointer')") is None


def enters(person: Person, paths: Mapping[str, str], typed: Mapping[str, str]) -> None:
    """Fill both forms, the second opened by the keys of the first, and submit them one after the other."""
    form = FormPage(person.open(paths[FOLLOW_UP]))
    page = form.page
    fills(form, typed)
    expect(form.item("IT.FU.FUDAT").locator("[data-heard]")).to_have_text("2024-09-18")
    assert form.item("IT.FU.FUMODE").locator("input:checked").input_value() == "PHONE"
    person.check_page(f"visit-first-form-{person.username}")
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: url.endswith(paths[TREATMENTS]), timeout=SLOW)
    page.keyboard.press("Alt+ArrowDown")
    expect(form.item("IT.TXO.PROTH[1]").locator("select")).to_be_focused()
    fills(form, typed)
    person.check_page(f"visit-second-form-{person.username}")
    form.submit()
    assert page.url.endswith(paths[FOLLOW_UP]), "the form left as a draft is owed next"
    form.submit()
    assert page.url == f"{person.address}/", "nothing of the visit is owed"


def fills(form: FormPage, typed: Mapping[str, str]) -> None:
    """Go from the item with the focus to the button that submits; what is not typed gets a missing code."""
    keyboard, seen = form.page.keyboard, []
    while at := item_with_focus(form.page):
        assert at not in seen, "Enter goes on to the next item"
        seen.append(at)
        if at in typed:
            keyboard.type(typed[at])
        else:
            keyboard.press("Alt+m")
            keyboard.press("1")
            form.page.locator(f'[data-path="{at}"] [data-miss="ND"]').wait_for()
        keyboard.press("Enter")
    expect(form.page.locator("#submit-form")).to_be_focused()
    form.is_saved()


def item_with_focus(page: Page) -> str:
    """Return the path of the item that has the focus; empty at the button that submits."""
    return str(page.evaluate("document.activeElement.closest('[data-path]')?.dataset.path ?? ''"))


def keeps_a_source(person: Person, path: str) -> None:
    """Put a passage typed from the source beside the item that will differ."""
    status = person.open(path).evaluate(
        """async ([url, item]) => {
          const headers = { "Content-Type": "application/json", "X-CSRFToken": document.body.dataset.csrf };
          const sent = { source: "ward", text: "ECOG 1", paths: [item], deidentified: true };
          return (await fetch(url, { method: "POST", headers, body: JSON.stringify(sent) })).status;
        }""",
        [f"/api/v1{path}evidence/", ECOG],
    )
    assert status == 201


def settles(manager: Person, paths: Mapping[str, str]) -> None:
    """Take the first value of both differences, with a reason each; the first beside its source."""
    page = manager.open(f"{paths[FOLLOW_UP]}reconcile/")
    expect(page.locator(".reconcile")).to_contain_text("ECOG")
    page.keyboard.press("e")
    source = page.locator("#evidence details[data-page]").first
    expect(source.locator("summary")).to_be_focused()
    expect(source).to_contain_text("ECOG 1")
    manager.check_page("settle-by-keyboard")
    takes_the_first(page, paths[FOLLOW_UP])
    page = manager.open(f"{paths[TREATMENTS]}reconcile/")
    expect(page.locator(".reconcile")).to_contain_text("2024年8月")
    takes_the_first(page, paths[TREATMENTS])
    expect(FormPage(manager.open(paths[FOLLOW_UP])).item(ECOG)).to_contain_text("1")
    final = FormPage(manager.open(paths[TREATMENTS]))
    expect(final.item(BEGUN)).to_contain_text("2024年7月")
    expect(final.item(LESIONS)).to_contain_text("ND")


def takes_the_first(page: Page, path: str) -> None:
    page.keyboard.press("1")
    for _key in range(30):
        if page.evaluate("document.activeElement.name") == "why":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: f"{path}reconcile" not in url, timeout=SLOW)


def is_told_of(auditor: Person) -> None:
    """Who settled saw both passes and the source of another: the trail says so, and when each was typed."""
    page = auditor.open(f"/audit/?study={STUDY}&action=view.&subject={NUMBER}")
    for words in ("查看两遍录入", "表单定稿前查看他人的原始资料"):
        expect(page.locator("table.trail tbody tr", has_text=words).first).to_contain_text("周敏")
    auditor.check_page("unblinded-views")
    page = auditor.open(f"/audit/?study={STUDY}&action=draft.saved&subject={NUMBER}&item={ECOG}")
    expect(page.locator("table.trail tbody tr")).to_have_count(2)
    expect(page.locator("table.trail tbody tr").first).to_contain_text(re.compile(r"键入于 \d{4}-\d\d-\d\d"))
    auditor.check_page("typed-and-saved")


@pytest.mark.requirement("E4")
def test_a_value_that_waited_in_the_browser_keeps_when_it_was_typed(log_in: LogIn):
    person = log_in("crc1")
    path = SubjectPage(person, SUBJECT).form_path("FO.SU")
    page = person.open(path)
    page.on("dialog", lambda dialog: dialog.accept())

    def gone(route: Route) -> None:
        route.abort()

    page.route(f"**{path}items/", gone)
    at = item_with_focus(page)
    page.keyboard.press("Alt+m")
    page.keyboard.press("1")
    expect(page.locator("[data-save-state=failed]")).to_be_visible()
    typed = datetime.now(UTC)
    page.wait_for_timeout(3000)
    page.unroute(f"**{path}items/", gone)
    page.reload()
    FormPage(page).is_saved()
    person.faults.clear()
    answer = page.request.get(f"{path}panel/", params={"path": at, "tab": "history"}).text()
    told = re.search(r"键入于 (\S+ \S+ [+-]\d\d:\d\d)", answer)
    saved = re.search(r'datetime="([^"]+)"', answer)
    assert told
    assert saved
    kept = datetime.strptime(told[1], "%Y-%m-%d %H:%M:%S %z")
    assert abs(kept - typed) <= timedelta(seconds=2)
    assert datetime.fromisoformat(saved[1]) - kept >= timedelta(seconds=2)
