"""Synonyms of the present study: a file checked, then committed or given up."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edc.coding.synonyms import FAULTS, HEADINGS
from edc.models import Dictionary, Synonym, SynonymFile
from edc.numbers import whole_number
from edc.selectors.synonyms import KEEPS, synonym_files_visible_to
from edc.services.synonyms import check_synonyms, commit_synonyms, discard_synonyms
from edc.web.answers import file_of, go, study_with
from edc.web.request import Request

OUTCOMES = {
    "new": gettext_lazy("New"),
    "same": gettext_lazy("In force already"),
    "changed": gettext_lazy("Takes the place of another code"),
    "empty": gettext_lazy("Words or code are missing"),
    "long": gettext_lazy("Words over 300 or code over 40 characters"),
    "twice": gettext_lazy("The same words stand in the file with another code"),
    "unknown": gettext_lazy("The dictionary has no such code"),
    "retired": gettext_lazy("The term is no longer current"),
}
SHAPES = {"checked": "wait", "committed": "done", "discarded": "na"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def synonyms(request: Request) -> HttpResponse:
    """List the files of synonyms; POST checks one."""
    study = study_with(request, KEEPS)
    if request.method == "POST":
        sent = file_of(request, _("Choose a CSV or Excel file."), suffixes=(".csv", ".xlsx"))
        dictionary = get_object_or_404(
            study.dictionaries, pk=whole_number(request.POST.get("dictionary", ""))
        )
        made = check_synonyms(
            dictionary=dictionary, file_name=sent.name or "", chunks=sent.chunks(), actor=request.user
        )
        return go(request, reverse("synonym-file", args=[made.pk]))
    context = {
        "lines": [(each, SHAPES[each.state]) for each in synonym_files_visible_to(request.user, study)],
        "held": study.dictionaries.exclude(kind=Dictionary.Kind.OTHER),
        "headings": HEADINGS,
        "in_force": Synonym.objects.filter(study=study, ended_at=None).count(),
    }
    return render(request, "edc/synonyms.html", context)


def _file(request: Request, pk: int) -> SynonymFile:
    return get_object_or_404(synonym_files_visible_to(request.user), pk=pk)


@require_safe
@login_required
def synonym_file(request: Request, pk: int) -> HttpResponse:
    """Show what the check of a file found, the faulty lines first."""
    file = _file(request, pk)
    findings = [
        {"line": line, "words": words, "code": code, "outcome": OUTCOMES[outcome], "before": before,
         "faulty": outcome in FAULTS}
        for line, words, code, outcome, before in file.findings
    ]  # fmt: skip
    waits = file.state == SynonymFile.State.CHECKED
    context = {
        "file": file,
        "shape": SHAPES[file.state],
        "findings": findings,
        "counts": [(OUTCOMES[name], file.counts[name]) for name in OUTCOMES if name in file.counts],
        "waits": waits,
        "faulty": any(name in file.counts for name in FAULTS),
        "more": sum(file.counts.values()) - len(findings),
    }
    return render(request, "edc/synonym_file.html", context)


@require_POST
@login_required
def commit(request: Request, pk: int) -> HttpResponse:
    """Put the synonyms of the file in force."""
    commit_synonyms(file=_file(request, pk), actor=request.user)
    return go(request, reverse("synonym-file", args=[pk]))


@require_POST
@login_required
def discard(request: Request, pk: int) -> HttpResponse:
    """Give the file up."""
    discard_synonyms(file=_file(request, pk), actor=request.user)
    return go(request, reverse("synonyms"))
