"""A person's own training: what is to be read, the document itself, and confirming that it was read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc.errors import InvalidInput
from edc.exchange.source_pages import page_image
from edc.models import StudyDocument
from edc.selectors.statement import acceptance_of
from edc.selectors.training import documents_in_force, documents_visible_to, training_of
from edc.services.kept_files import content_of
from edc.services.proof import Proof
from edc.services.training import confirm_training
from edc.web.answers import go
from edc.web.context import current_study
from edc.web.evidence import sealed
from edc.web.proof import fresh_proof, use_up
from edc.web.request import Request
from edc.web.training_register import reads_register
from edc.web.training_words import state_words


def _document(request: Request, pk: int) -> StudyDocument:
    found = documents_visible_to(request.user).select_related("study", "published_by")
    return get_object_or_404(found, pk=pk)


@require_safe
@login_required
def mine(request: Request) -> HttpResponse:
    """List what the person's documents ask in every study, what stops a role first."""
    context = {
        "lines": [(line, *state_words(line)) for line in training_of(request.user)],
        "acceptance": acceptance_of(request.user),
        "register": reads_register(request.user, current_study(request)),
        "duty": getattr(request, "duty", None),
    }
    return render(request, "edc/training.html", context)


@require_safe
@login_required
def document(request: Request, pk: int) -> HttpResponse:
    """Show one version to read, with its confirmation where it asks the reader."""
    shown = _document(request, pk)
    line = next((each for each in training_of(request.user) if each.document == shown), None)
    context = {
        "document": shown,
        "line": line,
        "state": state_words(line) if line else None,
        "is_in_force": shown.pk in documents_in_force([shown.study_id]),
        "pages": range(1, shown.page_count + 1),
    }
    return render(request, "edc/training_document.html", context)


@require_safe
@login_required
def page(request: Request, pk: int, number: int) -> HttpResponse:
    """Send one page of the PDF, drawn."""
    shown = _document(request, pk)
    if not 1 <= number <= shown.page_count:
        raise Http404(number)
    return sealed(HttpResponse(page_image(content_of(shown), number), content_type="image/png"))


@require_safe
@login_required
def file(request: Request, pk: int) -> HttpResponse:
    """Send the PDF as it was published, to be saved."""
    shown = _document(request, pk)
    if not shown.page_count:
        raise Http404(pk)
    answer = HttpResponse(content_of(shown), content_type="application/pdf")
    name = f"{shown.study.oid}-{shown.code}-{shown.pk}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return sealed(answer)


@require_POST
@login_required
def confirm(request: Request, pk: int) -> HttpResponse:
    """Record that the person read the version, with a proof given again."""
    shown = _document(request, pk)
    if request.POST.get("read") != "yes":
        message = {"read": _("Read the document, then tick that you have.")}
        raise InvalidInput(_("The reading was not recorded."), fields=message)
    proof = fresh_proof(request)
    given = Proof(request.POST.get("password", ""), confirmed=proof is not None)
    confirm_training(document=shown, proof=given, actor=request.user)
    if proof is not None:
        use_up(request, proof)
    messages.success(request, _("Your reading is on record."))
    return go(request, reverse("training"))
