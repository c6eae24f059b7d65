"""The design of another system, brought into this format: its account on a page, its files to take along."""

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edc.errors import InvalidInput
from edc.exchange.design_import import DesignImport, import_design
from edc.exchange.faults import FileFault
from edc.services.data_import.files import in_language
from edc.web.answers import file_of, study_with

SUFFIXES = (".xml", ".csv")
MOST_BYTES = 50 * 2**20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def design_import(request: HttpRequest) -> HttpResponse:
    """Take a file and show what could be carried, or send the study folder as a ZIP; nothing is published."""
    study_with(request, "manage_design")
    if request.method != "POST":
        return render(request, "edc/design_import.html", {})
    sent = _sent(request)
    with tempfile.TemporaryDirectory() as folder:
        result = _imported(sent, Path(folder))
        if request.POST.get("as") == "zip":
            return _zip(result, Path(folder) / "out")
        lost = [(each.what, {"zh": each.zh, "en": each.en}) for each in result.lost]
        context = {
            "file_name": sent.name,
            "result": result,
            "pairs": carried_words(result.carried),
            "lost": lost,
        }
        return render(request, "edc/design_import.html", context)


def _sent(request: HttpRequest) -> UploadedFile:
    wanted = _("Choose an ODM file (.xml) or a REDCap data dictionary (.csv).")
    return file_of(request, wanted, suffixes=SUFFIXES, at_most=MOST_BYTES)


def _imported(sent: UploadedFile, folder: Path) -> DesignImport:
    path = folder / f"design{Path(sent.name or '').suffix.lower()}"
    path.write_bytes(sent.read())
    try:
        return import_design(path, folder / "out")
    except FileFault as fault:
        raise _refused(in_language(fault)) from None


def _refused(message: str) -> InvalidInput:
    return InvalidInput(_("The file cannot be read."), fields={"file": message})


def carried_words(carried: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the counts of what was carried, in words."""
    words = {
        "forms": _("Forms"), "groups": _("Item groups"), "items": _("Items"), "codelists": _("Codelists"),
        "codes": _("Codes"), "events": _("Visits"), "conditions": _("Conditions"),
        "calculations": _("Calculations"), "checks": _("Edit checks"),
    }  # fmt: skip
    return [(words[name], number) for name, number in carried.items()]


def _zip(result: DesignImport, folder: Path) -> HttpResponse:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    answer = HttpResponse(packed.getvalue(), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{result.design.oid}.zip"'
    return answer
