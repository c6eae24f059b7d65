"""The design of another system, brought into this format: its account on a page, its files to take along."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edc.exchange.design_import import DesignImport, import_design
from edc.web.answers import study_with
from edc.web.design_files import laid_down, sent_foreign
from edc.web.request import Request


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def design_import(request: Request) -> HttpResponse:
    """Take a file and show what could be carried, or send the study folder as a ZIP; nothing is published."""
    study_with(request, "manage_design")
    if request.method != "POST":
        return render(request, "edc/design_import.html", {})
    sent = sent_foreign(request)
    with laid_down(sent) as path:
        result = import_design(path, path.parent / "out")
        if request.POST.get("as") == "zip":
            return _zip(result, path.parent / "out")
        lost = [(each.what, {"zh": each.zh, "en": each.en}) for each in result.lost]
        context = {
            "file_name": sent.name,
            "result": result,
            "pairs": carried_words(result.carried),
            "lost": lost,
        }
        return render(request, "edc/design_import.html", context)


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
