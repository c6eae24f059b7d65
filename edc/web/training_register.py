"""The register of training in a study: who, which document and version, when and how; gaps, paper, CSV."""

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.models import Membership, Study, TrainingRecord, User
from edc.numbers import whole_number
from edc.selectors.training import (
    KEEPS,
    READS,
    TrainingLine,
    documents_in_force,
    records_visible_to,
    training_lines,
)
from edc.services.training import annul_training, record_training, remind
from edc.web.answers import day_of, go
from edc.web.audit_words import role_words
from edc.web.context import current_study
from edc.web.csv_answer import csv_answer
from edc.web.request import Request
from edc.web.training_words import state_words

PAGE_SIZE = 50
SHOWS = ("all", "missing", "done")
HEAD = (
    "username", "name", "roles", "document", "title", "version", "required", "state", "role_stops_at", "how",
    "trained_on", "trainer", "recorded_by", "recorded_at", "reason", "document_sha256",
)  # fmt: skip


def reads_register(user: User, study: Study | None) -> bool:
    """Tell whether the person may read the study's register."""
    return study is not None and any(access.may(user, name, study=study) for name in READS)


def keeps_register(user: User, study: Study) -> bool:
    """Tell whether the person may publish documents and record training in the study."""
    return any(access.may(user, name, study=study) for name in KEEPS)


def register_study(request: Request) -> Study:
    """Return the present study if the person may read its register."""
    study = current_study(request)
    if study is None or not reads_register(request.user, study):
        raise PermissionDenied(READS)
    return study


def kept_study(request: Request) -> Study:
    """Return the present study if the person may keep its register."""
    study = register_study(request)
    if not keeps_register(request.user, study):
        raise PermissionDenied(KEEPS)
    return study


@require_safe
@login_required
def register(request: Request) -> HttpResponse:
    """List what each person's documents ask, by what is missing, document and name."""
    study = register_study(request)
    asked = request.GET.dict()
    lines = _lines(study, asked)
    show = asked.get("show", "")
    show = show if show in SHOWS else "all"
    missing, done = [line for line in lines if not line.record], [line for line in lines if line.record]
    shown = {"all": lines, "missing": missing, "done": done}[show]
    page = Paginator(shown, PAGE_SIZE).get_page(asked.get("page"))
    context = {
        "page": page,
        "lines": [(line, *state_words(line), role_words(",".join(line.roles))) for line in page.object_list],
        "counts": {"all": len(lines), "missing": len(missing), "done": len(done)},
        "show": show,
        "asked": asked,
        "documents": sorted(documents_in_force([study.pk]).values(), key=lambda each: each.code),
        "keeps": keeps_register(request.user, study),
        "tab": "register",
    }
    return render(request, "edc/training_register.html", context)


def _lines(study: Study, asked: dict[str, str]) -> list[TrainingLine]:
    """Return the lines of the study's active people under the filters, by name."""
    held = Membership.objects.filter(study=study, active=True, user__is_active=True).select_related("user")
    text, code = asked.get("q", "").strip().casefold(), asked.get("document", "")
    found = [
        line
        for line in training_lines(list(held))
        if (not code or line.document.code == code)
        and text in f"{line.user.username} {line.user.display_name}".casefold()
    ]
    return sorted(found, key=lambda line: (line.user.username, line.document.code))


@require_safe
@login_required
def register_csv(request: Request) -> StreamingHttpResponse:
    """Return what is missing and every record ever made, also annulled ones and those of old versions."""
    study = register_study(request)
    return csv_answer(f"{study.oid}-training", HEAD, _rows(request.user, study))


def _rows(actor: User, study: Study) -> Iterator[list[object]]:
    for line in _lines(study, {}):
        if line.record is None:
            stops = line.stops.isoformat() if line.stops else ""
            yield [*_about(line.user, line.roles, line.document), line.state, stops, *[""] * 7]
    for row in records_visible_to(actor).filter(document__study=study).order_by("pk"):
        state = "annulled" if row.how == row.How.ANNULLED else "on_record"
        yield [
            *_about(row.user, (), row.document), state, "", row.how, row.trained_on, row.trainer,
            row.recorded_by.username, row.recorded_at.isoformat(), row.reason, row.document_sha256,
        ]  # fmt: skip


def _about(user: User, roles: tuple[str, ...], document: object) -> list[object]:
    return [
        user.username, user.display_name, " ".join(roles), document.code, document.title_zh,
        document.version, document.required,
    ]  # fmt: skip


@require_POST
@login_required
def reminding(request: Request) -> HttpResponse:
    """Remind everybody who owes a required training."""
    count = remind(study=kept_study(request), actor=request.user)
    words = ngettext("%(count)d person is reminded.", "%(count)d people are reminded.", count)
    messages.success(request, words % {"count": count})
    return go(request, reverse("training-register"))


@require_POST
@login_required
def paper(request: Request) -> HttpResponse:
    """Record a training from its paper."""
    study = kept_study(request)
    number = whole_number(request.POST.get("document", ""))
    record_training(
        document=get_object_or_404(study.documents, pk=number),
        user=get_object_or_404(User, username=request.POST.get("username", "").strip(), is_system=False),
        trained_on=day_of(request, "trained_on"),  # type: ignore[arg-type]  # it is required
        trainer=request.POST.get("trainer", ""),
        actor=request.user,
    )
    return go(request, reverse("training-register"))


@require_POST
@login_required
def annul(request: Request, pk: int) -> HttpResponse:
    """Take back a record that was a mistake."""
    study = kept_study(request)
    records = TrainingRecord.objects.filter(document__study=study).select_related("document__study", "user")
    record = get_object_or_404(records, pk=pk)
    annul_training(record=record, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("training-register"))
