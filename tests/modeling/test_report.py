"""The printed score."""

import shutil
import subprocess
import sys

import pytest

from edc.models import AuditEvent
from edc.services.printing import pdf_of
from imaging.archive import from_url
from imaging.models import Segmentation
from imaging.services.segmentation import MaskDescription, store_mask
from imaging.services.volumes import fetch_datasets, fetch_volume
from tests.conftest import skip_or_fail
from tests.factories.imaging import InstanceFactory, SeriesFactory
from tests.imaging.conftest import ball
from tests.imaging.phantoms import encode, sphere

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes, tmp_path) -> str:
    if shutil.which("pdftotext") is None:
        skip_or_fail("needs the Debian package poppler-utils")
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("T+A 进展风险评分", "高风险", "总胆红素", "演示模型", "不可用于临床")),
        ("en", ("T+A progression risk score", "High risk", "Total bilirubin", "not for clinical use")),
    ],
)
def test_the_report_is_readable_in_both_languages(score, clinician, as_user, tmp_path, language, words):
    client = as_user(clinician)
    client.cookies["django_language"] = language

    answer = client.get(f"/modeling/review/{score.pk}/report.pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    text = text_of(answer.content, tmp_path)
    for each in words:
        assert each in text


def test_a_printed_abstention_gives_its_reason_and_no_number(abstention, clinician, as_user, tmp_path):
    answer = as_user(clinician).get(f"/modeling/review/{abstention.pk}/report.pdf")

    text = text_of(answer.content, tmp_path)
    assert "Missing: delayed phase" in text
    assert "90% interval" not in text


def test_a_report_fetches_nothing_from_elsewhere(tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("p::before { content: 'leaked' }")

    pdf = pdf_of(f'<link rel="stylesheet" href="{secret.as_uri()}"><p>plain</p>')

    assert "leaked" not in text_of(pdf, tmp_path)


def test_without_its_library_printing_says_what_to_do(score, clinician, as_user, monkeypatch):
    monkeypatch.delitem(sys.modules, "edc.services.printing")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    client = as_user(clinician)
    client.cookies["django_language"] = "en"

    answer = client.get(f"/modeling/review/{score.pk}/report.pdf")

    assert answer.status_code == 503
    assert "Ask the administrator to install it." in answer.content.decode()


@pytest.fixture
def masked(score, system, settings, tmp_path):
    """The score with a small CT in the archive and the mask that it was made from."""
    settings.ARCHIVE_URL = f"folder://{tmp_path / 'archive'}"
    images, analysis = ball(), score.run.analysis
    study = analysis.imaging_study
    study.study_instance_uid = images[0].StudyInstanceUID
    study.save()
    series = SeriesFactory(imaging_study=study, series_instance_uid=images[0].SeriesInstanceUID, phase="PVP")
    for image in images:
        from_url(settings.ARCHIVE_URL).store(encode(image))
        InstanceFactory(series=series, sop_instance_uid=image.SOPInstanceUID)
    volume = fetch_volume(series)
    analysis.segmentation = store_mask(
        series=series, datasets=fetch_datasets(series), volume=volume,
        mask=sphere(volume.shape, 6.0, volume.spacing), actor=system,
        description=MaskDescription(Segmentation.Origin.MODEL, "neoplasm", "T01", "toy", "1"),
    )  # fmt: skip
    analysis.save()
    return score


def pictures_in(pdf: bytes, tmp_path) -> list[str]:
    if shutil.which("pdfimages") is None:
        skip_or_fail("needs the Debian package poppler-utils")
    (tmp_path / "pictures.pdf").write_bytes(pdf)
    done = subprocess.run(["pdfimages", "-list", tmp_path / "pictures.pdf"], capture_output=True, check=True)
    return done.stdout.decode().splitlines()[2:]


def test_the_report_shows_the_slice_with_the_largest_mask(masked, clinician, as_user, tmp_path):
    client = as_user(clinician)
    client.cookies["django_language"] = "en"

    answer = client.get(f"/modeling/review/{masked.pk}/report.pdf")

    (picture,) = pictures_in(answer.content, tmp_path)
    assert picture.split()[3:5] == ["900", "900"]
    text = " ".join(text_of(answer.content, tmp_path).split())
    for each in ("Portal venous series", "of 6, where the mask is largest", "T01", "the patient's right"):
        assert each in text


def test_without_its_images_the_report_says_so(masked, clinician, as_user, tmp_path, settings):
    settings.ARCHIVE_URL = f"folder://{tmp_path / 'lost'}"
    client = as_user(clinician)
    client.cookies["django_language"] = "en"

    answer = client.get(f"/modeling/review/{masked.pk}/report.pdf")

    assert pictures_in(answer.content, tmp_path) == []
    assert "does not hold these images" in " ".join(text_of(answer.content, tmp_path).split())


def test_each_print_is_on_record(score, clinician, as_user, member):
    assert as_user(clinician).get(f"/modeling/review/{score.pk}/report.pdf").status_code == 200
    stranger = member("eve", "monitor")
    assert as_user(stranger).get(f"/modeling/review/{score.pk}/report.pdf").status_code == 404

    (event,) = AuditEvent.objects.filter(action="score.printed")
    assert (event.actor, event.subject, event.target_id) == (clinician, score.subject, str(score.pk))
    assert len(event.after["sha256"]) == 64
