"""The printed score."""

import shutil
import subprocess
import sys

import pytest

from edc.services.printing import pdf_of
from tests.conftest import skip_or_fail

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
