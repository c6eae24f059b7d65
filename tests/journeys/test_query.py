"""A query from raise to close: a monitor asks by keyboard, the site answers, the monitor closes it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.answers import STUDY
from tests.journeys.conftest import LogIn
from tests.journeys.form_page import SLOW
from tests.journeys.item_panel import ItemPanel
from tests.journeys.person import Person
from tests.journeys.subject_page import SubjectPage

pytestmark = pytest.mark.browser
SUBJECT, FORM, ITEM = "/subjects/3/", "FO.HBC", "IT.HBC.HBSAG"
ASKED, ANSWERED, CLOSED = "报告日期与检查不符，请核对乙肝表面抗原", "检验报告单第二页为阳性", "已见检验报告单"


def test_a_query_goes_from_raise_to_close(log_in: LogIn):
    monitor, crc, manager = (works(log_in(name)) for name in ("monitor", "crc1", "dm"))
    path = SubjectPage(monitor, SUBJECT).form_path(FORM)

    number = raises(monitor, path)
    answers(crc, path, number)
    cannot_close(manager, number)
    is_counted(manager, number)
    closes(monitor, path, number)
    has_settled(crc, path, number)


def works(person: Person) -> Person:
    person.chooses(STUDY)
    return person


def raises(monitor: Person, path: str) -> str:
    """Ask at the item without a pointer, and return the number of the query."""
    panel = ItemPanel(monitor.open(path), ITEM)
    expect(panel.flag).not_to_have_class(re.compile(r"\bq\b"))
    panel.ask()
    monitor.page.keyboard.press("Tab")
    monitor.page.keyboard.insert_text(ASKED)
    panel.press("提出质疑")

    thread = panel.panel.locator(".panel-query", has_text=ASKED)
    expect(thread).to_contain_text("未关", timeout=SLOW)
    expect(panel.flag).to_have_class(re.compile(r"\bq\b"))
    expect(panel.flag).to_be_focused()
    monitor.check_page("query-raised")
    return thread.locator("header a").inner_text()


def answers(crc: Person, path: str, number: str) -> None:
    """Find the query among what is owed, and answer it beside the item."""
    page = crc.open("/")
    expect(page.get_by_text(ASKED)).to_be_visible()
    crc.check_page("query-owed")
    panel = ItemPanel(crc.open(path), ITEM)
    expect(panel.flag).to_have_class(re.compile(r"\bq\b"))
    kind = panel.ask()
    for _turn in range(2):
        page.keyboard.press("ArrowDown")
    expect(kind.locator(":checked")).to_have_text("与源文件一致，无误")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(ANSWERED)
    panel.press("答复")
    thread = panel.panel.locator(".panel-query", has_text=number)
    expect(thread).to_contain_text("已答复", timeout=SLOW)
    expect(thread.get_by_role("button")).to_have_count(0)
    crc.check_page("query-answered")


def cannot_close(manager: Person, number: str) -> None:
    """The data manager reads the thread and judges it; it is closed by the role that asked."""
    page = thread_of(manager, number)
    expect(page.locator(".thread")).to_contain_text(ANSWERED)
    expect(page.get_by_role("button", name="认为已解决")).to_be_visible()
    expect(page.get_by_role("button", name="关闭质疑")).to_have_count(0)
    manager.check_page("query-thread")


def is_counted(manager: Person, number: str) -> None:
    """The ages of the queries count it among the newest."""
    page = manager.open("/queries/ageing/?state=answered")
    manager.check_page("query-ages")
    page.locator("tbody tr[data-row] td.num a").first.click()
    expect(page.locator("tr[data-row]", has_text=number)).to_contain_text("已答复", timeout=SLOW)
    manager.check_page("queries")


def closes(monitor: Person, path: str, number: str) -> None:
    """Close it from the notification of the answer."""
    page = monitor.open("/notifications/")
    monitor.check_page("query-told")
    page.locator("tr", has_text=number).get_by_text("打开", exact=True).press("Enter")
    expect(page.locator("h1")).to_have_text(number, timeout=SLOW)
    page.fill("#turn-text", CLOSED)
    page.get_by_role("button", name="关闭质疑").press("Enter")
    expect(page.locator(".thread li").last).to_contain_text(CLOSED, timeout=SLOW)
    monitor.check_page("query-closed")
    expect(ItemPanel(monitor.open(path), ITEM).flag).not_to_have_class(re.compile(r"\bq\b"))


def has_settled(crc: Person, path: str, number: str) -> None:
    """Nothing is owed any more, and the site reads how it ended."""
    expect(crc.open("/").get_by_text(ASKED)).to_have_count(0)
    page = thread_of(crc, number)
    for words in (ASKED, ANSWERED, CLOSED, "已关闭"):
        expect(page.locator("body")).to_contain_text(words)
    expect(page.get_by_role("button", name="答复")).to_have_count(0)


def thread_of(person: Person, number: str) -> Page:
    return person.open(f"/queries/{number.removeprefix('Q-')}/")
