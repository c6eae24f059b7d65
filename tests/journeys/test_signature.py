"""A signature in the browser: given, lost by a change with a reason, seen as lost everywhere, given again."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.answers import STUDY
from tests.journeys.conftest import LogIn
from tests.journeys.form_page import SLOW, FormPage
from tests.journeys.person import Person
from tests.journeys.subject_page import SubjectPage

pytestmark = pytest.mark.browser
SUBJECT, KEY, FORM = "/subjects/3/", "01-0003", "FO.ENR"
DAYS, CORRECTED = "IT.ENR.CALENDARFU", "431"
SIGNER, CORRECTOR, LOST = "陈立", "李雯", "已失效"
SNAPSHOT, PURPOSE = "签名核对", "核对失效的签名"
PDF_LOST = "已失效：签名后内容有改动"


def test_a_signature_is_lost_by_a_change_and_given_again(log_in: LogIn, tmp_path: Path):
    investigator, crc, manager = (works(log_in(name)) for name in ("pi", "crc1", "dm"))
    path = SubjectPage(investigator, SUBJECT).form_path(FORM)

    signs(investigator, path)
    corrects(crc, path)
    is_seen_as_lost(investigator, path)
    is_printed_as_lost(manager, tmp_path)
    signs(investigator, path)
    expect(marks(investigator, "warn")).to_contain_text(LOST)
    page = investigator.open(SUBJECT)
    expect(page.locator("tr[data-row]", has=page.get_by_text(LOST))).to_have_count(0)


def works(person: Person) -> Person:
    person.chooses(STUDY)
    return person


def marks(person: Person, kind: str) -> Locator:
    return person.page.locator(f".marks .chip.{kind}", has_text=SIGNER)


def signs(investigator: Person, path: str) -> None:
    """Sign by keyboard; without the password again there is no signature."""
    page = investigator.open(path)
    page.keyboard.press("s")
    page.locator("input[name=meaning]").first.press("Space")
    page.fill("#sign-password", "not the password")
    page.press("#sign-password", "Enter")
    expect(page.locator("[data-problem] [role=alert]")).to_be_visible(timeout=SLOW)
    expect(marks(investigator, "ok")).to_have_count(0)
    investigator.check_page("sign-asked-again")
    page.fill("#sign-password", investigator.password)
    page.press("#sign-password", "Enter")
    expect(marks(investigator, "ok")).to_have_count(1, timeout=SLOW)
    investigator.check_page("signature-given")


def corrects(crc: Person, path: str) -> None:
    """Change one value of the signed form; without a reason the form stays as it is."""
    form = FormPage(crc.open(path))
    before = form.item(DAYS).locator(".final").inner_text()
    form.item(DAYS).locator("[data-tab=correct]").press("Enter")
    field = crc.page.locator("#fix-raw")
    expect(field).to_be_focused(timeout=SLOW)
    field.fill(CORRECTED)
    field.press("Enter")
    expect(crc.page.locator("#fix-form")).to_be_visible()
    expect(form.item(DAYS).locator(".final")).to_have_text(before)
    crc.page.locator("input[name=reason_code]").first.press("Space")
    crc.check_page("correction")
    field.press("Enter")
    expect(form.item(DAYS).locator(".final")).to_contain_text(CORRECTED, timeout=SLOW)
    expect(marks(crc, "warn").first).to_contain_text(f"{CORRECTOR}: 转录错误")


def is_seen_as_lost(investigator: Person, path: str) -> None:
    """The form, the subject's page and the page of the signatures say that it does not hold."""
    page = investigator.open(path)
    expect(marks(investigator, "ok")).to_have_count(0)
    expect(marks(investigator, "warn").first).to_contain_text(LOST)
    investigator.check_page("signature-lost")
    investigator.open(SUBJECT)
    expect(page.locator("tr[data-row]", has=page.get_by_text(LOST))).to_have_count(1)
    investigator.check_page("signature-lost-subject")
    investigator.open(f"{SUBJECT}signing/")
    expect(page.locator(".bad", has_text=CORRECTOR).first).to_contain_text("转录错误")
    investigator.check_page("signature-lost-list")


def is_printed_as_lost(manager: Person, folder: Path) -> None:
    """Freeze the data, take the casebooks, and read the subject's."""
    page = manager.open("/exports/")
    page.keyboard.press("n")
    page.fill("#s-name", SNAPSHOT)
    page.press("#s-name", "Enter")
    page.get_by_role("link", name=SNAPSHOT).first.click(timeout=SLOW)
    formats = page.locator("input[name=formats]")
    expect(formats.first).to_be_checked(timeout=SLOW)
    formats.first.press("Space")
    page.locator("input[name=formats][value=casebooks]").press("Space")
    page.fill("#e-purpose", PURPOSE)
    manager.check_page("casebooks-asked")
    page.press("#e-purpose", "Enter")
    with page.expect_download(timeout=2 * SLOW) as download:
        page.get_by_role("link", name="下载").click(timeout=2 * SLOW)
    manager.check_page("casebooks")
    package = folder / "package.zip"
    download.value.save_as(package)
    assert PDF_LOST in text_of(package, f"casebooks/{KEY}.pdf", folder)


def text_of(package: Path, name: str, folder: Path) -> str:
    """Return the words of a PDF in the package."""
    with zipfile.ZipFile(package) as archive:
        member = next(each for each in archive.namelist() if each.endswith(name))
        pdf = Path(archive.extract(member, folder))
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return done.stdout.decode()
