"""The end of a subject's participation, noted and taken back on the subject's page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from edc import access
from edc.services.departure import Leaving, end_participation, take_back_departure
from edc.web.answers import day_of
from edc.web.request import Request
from edc.web.subjects import back_to, subject_or_404


@require_POST
@login_required
def leave(request: Request, pk: int) -> HttpResponse:
    """Note that the subject left the study."""
    found = subject_or_404(request, pk)
    access.require(request.user, "enrol_subject", site=found.site)
    day = day_of(request, "left_on")
    leaving = Leaving(request.POST.get("how", ""), day)  # type: ignore[arg-type]
    reason = request.POST.get("reason", "")
    end_participation(subject=found, leaving=leaving, reason=reason, actor=request.user)
    return back_to(request, found)


@require_POST
@login_required
def back(request: Request, pk: int) -> HttpResponse:
    """Take a departure back that was noted by mistake."""
    found = subject_or_404(request, pk)
    take_back_departure(subject=found, reason=request.POST.get("reason", ""), actor=request.user)
    return back_to(request, found)
