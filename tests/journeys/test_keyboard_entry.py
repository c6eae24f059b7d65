"""A form entered twice and settled in Chinese without a pointer: every step is a key."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.answers import STUDY
from tests.journeys.conftest import LogIn
from tests.journeys.form_page import SLOW, FormPage
from tests.journeys.person import Person
from tests.journeys.subject_page import SubjectPage

pytestmark = pytest.mark.browser
SUBJECT, FORM, DIFFERS = "/subjects/4/", "FO.PSL", "IT.PSL.ECOG"
# What is typed at each item, as the source writes it; every other item gets the missing code ND.
TYPED = {"IT.PSL.PSLDAT": "2024年3月5日", DIFFERS: "1", "IT.PSL.PRESLF": "y"}
ECOG_AGAIN = "2"


def test_a_form_is_entered_twice_and_settled_by_keyboard(log_in: LogIn):
    path = ""
    for username, typed in (("crc1", TYPED), ("crc2", {**TYPED, DIFFERS: ECOG_AGAIN})):
        person = log_in(username)
        person.chooses(STUDY)
        path = path or SubjectPage(person, SUBJECT).form_path(FORM)
        enters(person, path, typed)
        keeps_a_source(person, path)
    settles(log_in("dm"), path)
    is_told_of(log_in("auditor"))


def enters(person: Person, path: str, typed: dict[str, str]) -> None:
    """Fill the form from the first item, which has the focus, to the button that submits."""
    form = FormPage(person.open(path))
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
    form.is_saved()
    expect(form.item("IT.PSL.PSLDAT").locator("[data-heard]")).to_have_text("2024-03-05")
    assert form.item("IT.PSL.PRESLF").locator("input:checked").input_value() == "Y"
    form.submit()


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
        [f"/api/v1{path}evidence/", DIFFERS],
    )
    assert status == 201


def settles(manager: Person, path: str) -> None:
    page = manager.open(f"{path}reconcile/")
    expect(page.locator(".reconcile")).to_contain_text("ECOG")
    page.keyboard.press("e")
    source = page.locator("#evidence details[data-page]").first
    expect(source.locator("summary")).to_be_focused()
    expect(source).to_contain_text("ECOG 1")
    manager.check_page("settle-by-keyboard")
    page.keyboard.press("1")
    why = page.locator("input[name=why]").first
    why.focus()
    why.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "/reconcile/" not in url or path not in url, timeout=SLOW)
    final = FormPage(manager.open(path))
    expect(final.item(DIFFERS)).to_contain_text("1")


def is_told_of(auditor: Person) -> None:
    """Who settled saw both passes and the source of another: the trail says so of each."""
    auditor.chooses(STUDY)
    page = auditor.open("/audit/?action=view.&subject=01-0004")
    for words in ("查看两遍录入", "表单定稿前查看他人的原始资料"):
        expect(page.locator("table.trail tbody tr", has_text=words).first).to_contain_text("周敏")
    auditor.check_page("unblinded-views")
