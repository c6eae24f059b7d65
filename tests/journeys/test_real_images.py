"""A real body CT in the browser: refused, repaired, masked by a reader, analysed."""

from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import expect
from pydicom.uid import CTImageStorage, generate_uid

from tests.journeys.answers import CONSENT, IMAGES
from tests.journeys.person import SLOW, Person
from tests.journeys.subject_page import enrol
from tests.journeys.test_main_path import Journey, enter, read_of

pytestmark = pytest.mark.browser
LIVER = "5"


@pytest.fixture
def journey(log_in) -> Journey:
    return Journey(log_in)


def repaired(folder: Path, target: Path) -> Path:
    """Write copies that carry the UIDs whose absence had the files refused."""
    target.mkdir()
    study, series = generate_uid(), generate_uid()
    for path in sorted(folder.iterdir()):
        instance = pydicom.dcmread(path)
        instance.SOPClassUID = CTImageStorage
        instance.SOPInstanceUID = instance.file_meta.MediaStorageSOPInstanceUID
        instance.StudyInstanceUID, instance.SeriesInstanceUID = study, series
        instance.PatientID = "NOBODY-1"
        instance.save_as(target / f"{path.name}.dcm")
    return target


def test_a_real_ct_is_refused_repaired_masked_and_analysed(
    journey: Journey, shared_data: Path, tmp_path: Path
):
    subject, key = enrol(journey["crc1"])
    journey.subject_path, journey.source.subject_key = subject.path, key
    for username in ("crc1", "crc2"):
        enter(journey, username, CONSENT)
    images = f"/imaging{subject.form_path(IMAGES)}"

    refuses(journey["crc1"], images, shared_data / "dicom" / "ct_body_siemens_20")
    accepts(
        journey["crc1"], images, repaired(shared_data / "dicom" / "ct_body_siemens_20", tmp_path / "repaired")
    )
    assigns(journey["dm"], images)
    mask = shared_data / "dicom" / "ct_body_siemens_20_nifti" / "example_seg_dicom.nii.gz"
    masks(journey["reader1"], mask)
    analyses(journey)
    is_reviewed_without_a_score(journey)


def refuses(crc: Person, path: str, folder: Path) -> None:
    page = crc.open(path)
    page.set_input_files("[data-folder]", folder)
    refused = page.locator("[data-refused]")
    expect(refused).to_be_visible(timeout=60_000)
    expect(refused).to_contain_text("UID", timeout=60_000)
    expect(page.locator("#imaging-series tbody tr")).to_have_count(0)
    crc.check_page("upload-refused")


def accepts(crc: Person, path: str, folder: Path) -> None:
    """Deliver the repaired copies, and say of which phase they are, which the headers do not tell."""
    page = crc.open(path)
    page.set_input_files("[data-folder]", folder)
    row = page.locator("#imaging-series tbody tr")
    expect(row).to_have_count(1, timeout=90_000)
    expect(row).to_contain_text("20")
    row.locator("select[name=phase]").select_option("PVP")
    row.locator("select[name=phase]").press("Tab")
    page.keyboard.press("Enter")
    expect(row.locator("td.wanted .ok")).to_be_visible(timeout=SLOW)
    crc.check_page("upload-real")


def assigns(manager: Person, path: str) -> None:
    page = manager.open(path)
    page.select_option("select[name=reader_1]", label="吴桐")
    page.select_option("select[name=reader_2]", label="孙宁")
    page.locator("select[name=reader_2]").press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("section[aria-labelledby=readers-title] li")).to_have_count(2)


def masks(reader: Person, file: Path) -> None:
    page = reader.open(read_of(reader))
    expect(page.locator("[data-viewer]").first).to_have_attribute("data-rendered", "true", timeout=90_000)
    page.locator("details:has([data-mask-form]) > summary").click()
    page.select_option("[name=structure]", "liver")
    page.fill("[name=label]", "LIVER")
    page.fill("[name=value]", LIVER)
    page.set_input_files("[data-mask-form] [name=file]", file)
    page.locator("[data-mask-form] button").press("Enter")
    expect(page.get_by_text("LIVER").first).to_be_visible(timeout=60_000)
    expect(page.locator(".vp .mask").first).to_have_attribute("data-pictures", "1", timeout=90_000)
    reader.check_page("read-mask")


def analyses(journey: Journey) -> None:
    scientist = journey["scientist"]
    page = scientist.open(f"/modeling/runs/start/?q={journey.source.subject_key}")
    page.locator("tr[data-row] a[data-open]").first.press("Enter")
    page.select_option("#s", label=str(page.locator("#s option", has_text="LIVER").inner_text()))
    page.locator("#s").press("Control+Enter")
    link = page.locator("a[data-key=o]")
    expect(link).to_be_visible(timeout=180_000)
    journey.review_path = str(link.get_attribute("href"))


def is_reviewed_without_a_score(journey: Journey) -> None:
    """Phases and clinical values are missing: no score, each reason is named, the features are there."""
    clinician = journey["clinician"]
    page = clinician.open(journey.review_path)
    expect(page.locator(".halt.big")).to_be_visible()
    assert page.locator("section[aria-labelledby=h-s] .bad-n").count() >= 1
    expect(page.locator("[data-viewer]")).to_have_attribute("data-rendered", "true", timeout=90_000)
    clinician.check_page("review-abstained")
    page = clinician.open(f"{journey.review_path}provenance/")
    assert "radiomics" in page.locator("#runs").inner_html()
    clinician.check_page("provenance")
