"""A file imported in the browser: tried, the report of its cells read in Excel, written, undone."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.answers import STUDY
from tests.journeys.conftest import LogIn
from tests.journeys.form_page import FormPage
from tests.journeys.import_page import ImportPage
from tests.journeys.person import Person
from tests.journeys.subject_page import SubjectPage

pytestmark = pytest.mark.browser
SUBJECT, KEY = "/subjects/3/", "01-0003"
CHANGED, TO_DO = "FO.DM", "FO.SU"
WEIGHT, SMOKING = "IT.DM.WEIGHT", "IT.SU.SMKSTAT"
# A weight that differs, a height that nobody has, a form that is to do, and a subject who is not there.
FILE = f"筛选号,WEIGHT,HEIGHT,SMKSTAT\n{KEY},64.5,999,NEVER\n09-9999,70,170,NEVER\n"
OUTCOMES = {
    (KEY, WEIGHT): "changed",
    (KEY, "IT.DM.HEIGHT"): "rejected",
    (KEY, SMOKING): "accepted",
}


def test_a_file_is_tried_imported_and_undone(log_in: LogIn, tmp_path: Path):
    manager = log_in("dm")
    manager.chooses(STUDY)
    changed, to_do = (SubjectPage(manager, SUBJECT).form_path(form) for form in (CHANGED, TO_DO))
    before = value_of(manager, changed, WEIGHT)

    file = ImportPage(manager, "lab.csv", FILE)
    manager.check_page("import-columns")
    file.dry_run()
    manager.check_page("import-dry-run")
    accounts_for_each_cell(file, tmp_path / "report.xlsx")
    assert value_of(manager, changed, WEIGHT) == before
    manager.page.go_back()

    file.commit("2026年6月随访数据")
    manager.check_page("import-written")
    address = manager.page.url.removeprefix(manager.address)
    assert value_of(manager, changed, WEIGHT).startswith("64.5")
    expect(FormPage(manager.page).item(WEIGHT)).to_be_visible()
    assert value_of(manager, to_do, SMOKING)

    manager.open(address)
    file.undo("文件有误")
    manager.check_page("import-undone")
    assert value_of(manager, changed, WEIGHT) == before
    assert value_of(manager, to_do, SMOKING) == ""


def value_of(person: Person, path: str, item: str) -> str:
    """Return the final value of the item as the form shows it, empty where there is none."""
    person.open(path)
    shown = person.page.locator(f'[data-path="{item}"] .final')
    return shown.inner_text() if shown.count() else ""


def accounts_for_each_cell(file: ImportPage, at: Path) -> None:
    """The page and the workbook say the same of every cell."""
    for column, words in (("WEIGHT", "修改已完成的表单"), ("HEIGHT", "拒绝"), ("SMKSTAT", "新值")):
        expect(file.cell(column)).to_contain_text(words)
    with file.page.expect_download() as download:
        file.page.get_by_role("link", name="Excel").press("Enter")
    download.value.save_as(at)
    rows = load_workbook(at, read_only=True)["单元格 cells"].iter_rows(min_row=2, values_only=True)
    found = {(row[2], row[7]): row[10] for row in rows}
    assert {place: found.get(place) for place in OUTCOMES} == OUTCOMES
    assert {outcome for (subject, _item), outcome in found.items() if subject == "09-9999"} == {"rejected"}
