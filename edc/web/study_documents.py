"""The study's documents for its keepers: every version, publishing the next one, withdrawing a document."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc.errors import InvalidInput
from edc.exchange.source_pages import MAX_BYTES
from edc.models import READING_ROLES, StudyDocument
from edc.numbers import whole_number
from edc.selectors.training import documents_in_force
from edc.services.study_documents import MOST_GRACE, Content, Terms, publish_document, withdraw_document
from edc.web.answers import go
from edc.web.audit_words import role_words
from edc.web.request import Request
from edc.web.training_register import keeps_register, kept_study, register_study


@require_safe
@login_required
def documents(request: Request) -> HttpResponse:
    """List every version ever published, the newest of each document first."""
    study = register_study(request)
    in_force = documents_in_force([study.pk])
    rows = study.documents.select_related("published_by", "withdrawal__by").defer("text_zh", "text_en")
    context = {
        "lines": [(each, role_words(",".join(each.roles)), each.pk in in_force) for each in rows],
        "codes": sorted({each.code for each in in_force.values()}),
        "roles": [(str(role), role.label) for role in READING_ROLES],
        "most_grace": MOST_GRACE,
        "most": MAX_BYTES // 2**20,
        "keeps": keeps_register(request.user, study),
        "tab": "documents",
    }
    return render(request, "edc/study_documents.html", context)


@require_POST
@login_required
def publish(request: Request) -> HttpResponse:
    """Publish a version: the names, a text in both languages or a PDF, whom it asks."""
    study = kept_study(request)
    posted, uploaded = request.POST, request.FILES.get("file")
    texts = ("code", "version", "title_zh", "title_en", "text_zh", "text_en")
    # One byte more than is allowed tells that it is too long without reading the rest.
    pdf = uploaded.read(MAX_BYTES + 1) if uploaded else b""
    grace = whole_number(posted.get("grace_days", "") or "0", digits=4)
    if grace is None:
        message = {"grace_days": _("Write a number of days.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    publish_document(
        study=study,
        content=Content(**{name: posted.get(name, "") for name in texts}, pdf=pdf),
        terms=Terms(posted.getlist("roles"), posted.get("required") == "yes", grace),
        actor=request.user,
    )
    return go(request, reverse("documents"))


@require_POST
@login_required
def withdraw(request: Request, pk: int) -> HttpResponse:
    """End what a document asks."""
    document = get_object_or_404(StudyDocument, pk=pk, study=kept_study(request))
    withdraw_document(document=document, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("documents"))
