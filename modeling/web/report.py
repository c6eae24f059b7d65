"""A score on paper: the PDF that a clinician prints, with Chinese from the platform's own fonts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from edc.errors import Unavailable
from modeling.models import Score
from modeling.web import charts
from modeling.web.drawing import band_drawing, contribution_drawing, survival_drawing
from modeling.web.review import score_for
from modeling.web.review_page import review_context
from modeling.web.trace import trace_of


@require_GET
@login_required
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the report of a score as PDF."""
    score = score_for(request, pk)
    answer = HttpResponse(report_pdf(request, score), content_type="application/pdf")
    name = f"score-{score.subject.subject_key}-{score.pk}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def report_pdf(request: HttpRequest, score: Score) -> bytes:
    """Return the PDF; nothing is fetched but the platform's own style sheet and fonts."""
    try:
        from edc.services.printing import pdf_of
    except (ImportError, OSError) as error:  # the library Pango is not on every machine
        raise Unavailable(
            _("Printing needs the library Pango. Ask the administrator to install it.")
        ) from error
    return pdf_of(render_to_string("modeling/report.html", report_context(request, score), request))


def report_context(request: HttpRequest, score: Score) -> dict[str, Any]:
    """Return the page's content with its plots drawn, and who printed it when."""
    context = {**review_context(request, score), **trace_of(request.user, score)}
    if not score.abstained:
        context["band_svg"] = band_drawing(context["band_chart"])
        context["contribution_svg"] = contribution_drawing(context["contribution_chart"])
        if context["survival_chart"]:
            context["survival_svg"] = survival_drawing(context["survival_chart"])
        context["target"] = charts.target_words(score)
    context["printed"] = _("Printed by %(who)s at %(when)s UTC") % {
        "who": request.user, "when": timezone.now().strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    return context
