"""The main path of a study in the browser: a new subject from the screening number to a reviewed score.

Each step goes on from the one before; a step that fails fails those after it.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from modeling.demo.images import seed_point
from tests.journeys.answers import ALBUMIN, CHEMISTRY, CONSENT, CT_ON, FORMS, IMAGES, STUDY, Source
from tests.journeys.conftest import LogIn, Platform
from tests.journeys.form_page import SLOW, FormPage
from tests.journeys.person import Person
from tests.journeys.subject_page import SubjectPage, enrol

pytestmark = pytest.mark.browser
MISTYPED = "26.3"


class Journey:
    """What the steps share: the people who are logged in, and the subject."""

    def __init__(self, log_in: LogIn) -> None:
        self._log_in = log_in
        self._people: dict[str, Person] = {}
        self.subject_path = ""
        self.source = Source("")
        self.read_paths: dict[str, str] = {}
        self.review_path = ""

    def __getitem__(self, username: str) -> Person:
        if username not in self._people:
            self._people[username] = self._log_in(username)
            self._people[username].chooses(STUDY)
        return self._people[username]

    def subject(self, username: str) -> SubjectPage:
        return SubjectPage(self[username], self.subject_path)


@pytest.fixture
def journey(log_in: LogIn) -> Journey:
    return Journey(log_in)


def test_the_main_path(journey: Journey, platform: Platform, tmp_path: Path):
    enrols(journey)
    enters_consent_twice(journey)
    enters_the_forms_twice(journey)
    resolves_the_difference(journey)
    sees_the_criteria(journey)
    uploads_the_images(journey, tmp_path)
    enters_the_images_twice(journey)
    assigns_the_reads(journey)
    reads_blinded(journey)
    runs_the_analysis(journey)
    reviews_the_score(journey)
    prints_the_score(journey)
    signs_a_form(journey)
    audits(journey, platform)


def enrols(journey: Journey) -> None:
    subject, key = enrol(journey["crc1"])
    journey.subject_path, journey.source = subject.path, Source(key)
    journey["crc1"].check_page("subject-new")


def enters_consent_twice(journey: Journey) -> None:
    for username in ("crc1", "crc2"):
        enter(journey, username, CONSENT)


def enters_the_forms_twice(journey: Journey) -> None:
    for form in FORMS:
        enter(journey, "crc1", form)
    first_pass_is_sealed(journey)
    for form in FORMS:
        enter(journey, "crc2", form, {ALBUMIN: MISTYPED} if form == CHEMISTRY else {})


def enter(journey: Journey, username: str, form: str, otherwise: dict[str, object] | None = None) -> None:
    """Enter one pass of a form as the papers say, `otherwise` apart."""
    page = journey.subject(username).open_form(form)
    page.enter({**journey.source.answers(form), **(otherwise or {})})
    if form == CHEMISTRY:
        journey[username].check_page(f"entry-{username}")
    page.submit()


def first_pass_is_sealed(journey: Journey) -> None:
    """Nobody reads what the first pass holds: neither the second person nor the data manager."""
    secret = str(journey.source.answers(CHEMISTRY)[ALBUMIN])
    path = journey.subject("crc1").form_path(CHEMISTRY)
    for username in ("crc2", "dm", "monitor", "pi"):
        for address in (path, f"{path}panel/?path={ALBUMIN}&tab=history", f"{path}reconcile/"):
            answer = journey[username].context.request.get(address)
            assert answer.status < 500
            assert secret not in answer.text(), f"{username} reads the first pass at {address}"


def resolves_the_difference(journey: Journey) -> None:
    manager, path = journey["dm"], journey.subject("dm").form_path(CHEMISTRY)
    page = manager.open(f"{path}reconcile/")
    expect(page.locator("#resolve")).to_contain_text(MISTYPED)
    manager.check_page("reconcile")

    page.keyboard.press("1")
    page.locator("input[name=why]").first.check()
    page.keyboard.press("Control+Enter")

    # The next form with differences opens of itself.
    page.wait_for_url(lambda url: path not in url, timeout=SLOW)
    final = FormPage(manager.open(path))
    expect(final.item(ALBUMIN)).to_contain_text(str(journey.source.answers(CHEMISTRY)[ALBUMIN]))


def sees_the_criteria(journey: Journey) -> None:
    page = journey["crc1"].open(journey.subject_path)
    criteria = page.locator("#criteria")
    # Consent and age are known; the treatment is not entered yet.
    for oid, shape in {"T1-I1": "done", "T1-I2a": "done", "T1-I4": "wait"}.items():
        line = criteria.locator("li", has_text=oid)
        expect(line).to_be_visible()
        assert shape in str(line.locator(".st").first.get_attribute("class")), oid
    journey["crc1"].check_page("criteria")


def uploads_the_images(journey: Journey, folder: Path) -> None:
    crc1 = journey["crc1"]
    journey.subject("crc1").note_visit("基线", CT_ON.isoformat())
    files = journey.source.write_images(folder / "export")
    page = crc1.open(journey.subject("crc1").form_path(IMAGES))

    page.set_input_files("[data-folder]", folder / "export")

    expect(page.locator("#imaging-series tbody tr")).to_have_count(4, timeout=90_000)
    for phase in ("PLAIN", "AP", "PVP", "DP"):
        expect(page.locator(f"#imaging-series select option[value={phase}][selected]")).to_have_count(1)
    assert str(files) in page.locator("#imaging-series").inner_text()
    # What the images say comes onto the page that is open.
    expect(page.locator('[data-path="IT.IMA.IMNSER"] [data-proposal]')).to_have_attribute("data-raw", '"4"')
    crc1.check_page("upload")


def enters_the_images_twice(journey: Journey) -> None:
    """The first person takes over what the images say; the second enters it again by the same means."""
    for username in ("crc1", "crc2"):
        form = journey.subject(username).open_form(IMAGES)
        proposed = form.page.locator("[data-proposal]").count()
        assert proposed >= 5
        form.page.locator("[data-accept-all]").press("Enter")
        form.is_saved()
        assert form.value_of("IT.IMA.IMDAT") == CT_ON.isoformat()
        assert form.value_of("IT.IMA.IMNSER") == "4"
        phases = form.item("IT.IMA.IMPHASE").locator("input:checked")
        assert phases.evaluate_all("all => all.map(each => each.value)") == ["PLAIN", "AP", "PVP", "DP"]
        form.enter(journey.source.answers(IMAGES))
        journey[username].check_page(f"images-{username}")
        form.submit()
    final = journey.subject("dm").open_form(IMAGES)
    expect(final.item("IT.IMA.IMPHASE")).to_contain_text("门静脉期")


def assigns_the_reads(journey: Journey) -> None:
    page = journey["dm"].open(f"/imaging{journey.subject('dm').form_path(IMAGES)}")
    for name, who in (("reader_1", "吴桐"), ("reader_2", "孙宁")):
        page.select_option(f"select[name={name}]", label=who)
    journey["dm"].check_page("assign-reads")
    page.locator("select[name=reader_2]").press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("section[aria-labelledby=readers-title] li")).to_have_count(2)


def reads_blinded(journey: Journey) -> None:
    for username, size in (("reader1", 60), ("reader2", 48)):
        journey.read_paths[username] = read_of(journey[username])
        measure(journey[username], journey.read_paths[username], size)
        seals(journey, username)


def read_of(reader: Person) -> str:
    """Return the address of the reader's newest read: those of the demonstration are older."""
    links = reader.open("/imaging/reads/").locator("tr[data-row] a[data-open]")
    expect(links.first).to_be_visible()
    paths = links.evaluate_all("all => all.map(each => each.getAttribute('href'))")
    return max(paths, key=lambda path: int(path.rstrip("/").rpartition("/")[2]))


def measure(reader: Person, path: str, size: int) -> None:
    """Draw one diameter on the first image, and see it listed and saved."""
    page = reader.page
    page.locator(f'tr[data-row] a[data-open][href="{path}"]').press("Enter")
    viewer = page.locator("[data-viewer]").first
    expect(viewer).to_have_attribute("data-rendered", "true", timeout=90_000)
    page.locator("[data-viewer-tool=Length]").first.click()
    box = viewer.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - size / 2, y)
    page.mouse.down()
    page.mouse.move(x + size / 2, y, steps=6)
    page.mouse.up()
    expect(page.locator("[data-lesions] tr")).to_have_count(1)
    expect(page.locator("[data-save-state]")).to_have_attribute("data-save-state", "saved", timeout=SLOW)


def seals(journey: Journey, username: str) -> None:
    """Look at the page for what a reader must not see, then seal the read."""
    reader = journey[username]
    reader.check_page(f"read-{username}")
    shown = reader.page.content()
    assert journey.source.subject_key not in shown
    assert "IT.LBT.AFP" not in shown
    path = journey.read_paths[username]
    others = [other for name, other in journey.read_paths.items() if name != username]
    assert [reader.context.request.get(other).status for other in others] == [404] * len(others)
    reader.page.locator("#note").press("Control+Enter")
    reader.page.wait_for_url(lambda url: not url.endswith(path), timeout=SLOW)
    assert reader.context.request.get(path).status == 200


def runs_the_analysis(journey: Journey) -> None:
    scientist = journey["scientist"]
    page = scientist.open(f"/modeling/runs/start/?q={journey.source.subject_key}")
    page.locator("tr[data-row] a[data-open]").first.press("Enter")
    page.fill("#p", ", ".join(map(str, seed_point(journey.source.case))))
    expect(page.locator("[data-viewer]")).to_have_attribute("data-rendered", "true", timeout=90_000)
    scientist.check_page("analysis-start")
    page.locator("#p").press("Control+Enter")

    expect(page.locator(".progress-t")).to_have_attribute("aria-busy", "true")
    link = page.get_by_role("link", name="O", exact=False).and_(page.locator("a[data-key=o]"))
    expect(link).to_be_visible(timeout=180_000)
    assert page.locator(".progress-t .done").count() == 4
    scientist.check_page("analysis-done")
    journey.review_path = str(link.get_attribute("href"))


def reviews_the_score(journey: Journey) -> None:
    clinician = journey["clinician"]
    page = clinician.open("/modeling/review/")
    clinician.check_page("review-worklist")
    page.locator("tr[data-row]", has_text=journey.source.subject_key).locator("a[data-open]").press("Enter")
    page.wait_for_url(f"**{journey.review_path}")
    expect(page.locator("[data-viewer]")).to_have_attribute("data-rendered", "true", timeout=90_000)
    expect(page.locator(".vp .mask")).to_have_attribute("data-pictures", "1")
    charts = page.locator("figure[data-chart]")
    expect(page.locator("figure[data-rendered=true]")).to_have_count(charts.count())
    assert 0 <= int(page.locator(".score").inner_text()) <= 100
    clinician.check_page("review")

    page.keyboard.press("a")
    page.keyboard.press("Control+Enter")

    # The next score that waits opens of itself.
    page.wait_for_url(lambda url: journey.review_path not in url, timeout=SLOW)
    page = clinician.open(journey.review_path)
    expect(page.locator("#decide .decided")).to_contain_text("黄博文")


def prints_the_score(journey: Journey) -> None:
    answer = journey["clinician"].context.request.get(f"{journey.review_path}report.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert len(answer.body()) > 20_000


def signs_a_form(journey: Journey) -> None:
    investigator = journey["pi"]
    page = journey.subject("pi").open_form(CHEMISTRY).page
    page.keyboard.press("s")
    page.locator("input[name=meaning]").first.check()
    page.fill("#sign-password", "not the password")
    page.press("#sign-password", "Enter")
    expect(page.locator("[data-problem] [role=alert]")).to_be_visible()
    page.fill("#sign-password", investigator.password)
    page.press("#sign-password", "Enter")
    expect(page.locator(".marks .chip.ok")).to_contain_text("陈立", timeout=SLOW)
    investigator.check_page("signed")


def audits(journey: Journey, platform: Platform) -> None:
    """The trail of the subject names each step and nobody's sealed values; the chain holds."""
    page = journey["auditor"].open(f"/audit/?subject={journey.source.subject_key}")
    expect(page.locator("main tbody tr").first).to_be_visible()
    assert page.locator("main tbody tr").count() >= 20
    journey["auditor"].check_page("audit")
    assert platform.manage("verify_audit").returncode == 0
