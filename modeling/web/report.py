"""A score on paper: the PDF that a clinician prints, with Chinese from the platform's own fonts."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from edc.errors import NotHeld, Unavailable
from edc.models import User
from edc.templatetags.tandem import local
from edc.web.request import Request
from imaging.seg.refusal import SegmentationRefused
from imaging.selectors import series_visible_to
from imaging.services.pictures import MaskPicture, mask_picture
from modeling import selectors
from modeling.models import Score
from modeling.services.prints import record_print
from modeling.web import charts
from modeling.web.drawing import band_drawing, contribution_drawing, survival_drawing
from modeling.web.review import score_for
from modeling.web.review_page import review_context
from modeling.web.trace import trace_of
from modeling.web.wording import phase_words

PICTURE = "mask.png"


@require_GET
@login_required
def pdf(request: Request, pk: int) -> HttpResponse:
    """Answer with the report of a score as PDF."""
    score = score_for(request, pk)
    content = report_pdf(request, score)
    record_print(score=score, content=content, actor=request.user)
    answer = HttpResponse(content, content_type="application/pdf")
    name = f"score-{score.subject.subject_key}-{score.pk}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def report_pdf(request: Request, score: Score) -> bytes:
    """Return the PDF; nothing is fetched but the platform's own style sheet and fonts."""
    try:
        from edc.services.printing import pdf_of
    except (ImportError, OSError) as error:  # the library Pango is not on every machine
        raise Unavailable(
            _("Printing needs the library Pango. Ask the administrator to install it.")
        ) from error
    context = report_context(request, score)
    picture = context["picture"]
    pictures = {PICTURE: picture.png} if isinstance(picture, MaskPicture) else {}
    return pdf_of(render_to_string("modeling/report.html", context, request), pictures)


def report_context(request: Request, score: Score) -> dict[str, Any]:
    """Return the page's content with its plots drawn, and who printed it when."""
    context = {**review_context(request, score), **trace_of(request.user, score)}
    if not score.abstained:
        context["band_svg"] = band_drawing(context["band_chart"])
        context["contribution_svg"] = contribution_drawing(context["contribution_chart"])
        if context["survival_chart"]:
            context["survival_svg"] = survival_drawing(context["survival_chart"])
        context["target"] = charts.target_words(score)
    context |= _picture_of(request.user, score)
    context["printed"] = _("Printed by %(who)s at %(when)s UTC") % {
        "who": request.user, "when": timezone.now().strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    return context


def _picture_of(user: User, score: Score) -> dict[str, Any]:
    """Return the image with the mask's outline and its legend, or in `no_picture` why there is none."""
    none = {"picture": None, "picture_name": PICTURE}
    mask = selectors.mask_used(score.run.analysis)
    if mask is None or not series_visible_to(user).filter(pk=mask.series_id).exists():
        return none | {"no_picture": _("No mask was made for this score.")}
    try:
        picture = mask_picture(mask)
    except SegmentationRefused as error:
        return none | {"no_picture": local(error.message)}
    except (NotHeld, Unavailable) as error:
        return none | {"no_picture": str(error)}
    signed = mask.status == mask.Status.SIGNED
    by = _("signed by %(who)s") % {"who": mask.created_by} if signed else _("a draft that no reader signed")
    legend = _(
        "%(phase)s series, slice %(number)d of %(count)d, where the mask is largest: %(area)s cm². "
        "Outlined: %(label)s, %(by)s."
    ) % {
        "phase": phase_words(mask.series.phase), "number": picture.slice_number,
        "count": picture.slice_count, "area": picture.area_cm2,
        "label": mask.label or mask.structure, "by": by,
    }  # fmt: skip
    side = _("The left of the picture is the patient's right.") if picture.left_is_right else ""
    return none | {"picture": picture, "picture_legend": f"{legend} {side}".strip()}
