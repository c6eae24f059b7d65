"""Lists of allocations, kept by two people, and the allocation of a subject."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from edc import access, randomisation
from edc.errors import NotNow
from edc.exchange.allocation_list import HEADS, MOST_BYTES
from edc.models import AllocationList, Subject, User
from edc.selectors import subjects_visible_to
from edc.selectors.randomisation import ALLOCATES, KEEPS, lists_visible_to, use_of
from edc.services.randomisation import confirm_list, end_list, upload_list
from edc.web.answers import file_of, go, study_with
from edc.web.request import Request

State = AllocationList.State
SHAPES = {State.DRAFT: "wait", State.IN_FORCE: "done", State.RETIRED: "na", State.DISCARDED: "na"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lists(request: Request) -> HttpResponse:
    """List the study's lists of allocations, without what their rows say; POST uploads one."""
    study = study_with(request, KEEPS)
    if request.method == "POST":
        sent = file_of(request, _("Choose a CSV file."), suffixes=(".csv",), at_most=MOST_BYTES)
        upload_list(study=study, content=sent.read(), actor=request.user)
        return go(request, reverse("randomisation"))
    found = lists_visible_to(request.user, study).select_related("uploaded_by", "confirmed_by")
    context = {
        "lists": [
            {
                "list": each,
                "shape": SHAPES[State(each.state)],
                "strata": use_of(each),
                "may_confirm": each.state == State.DRAFT and each.uploaded_by_id != request.user.pk,
                "may_end": each.state in (State.DRAFT, State.IN_FORCE),
            }
            for each in found
        ],
        "heads": [",".join(head) for head in HEADS],
    }
    return render(request, "edc/randomisation.html", context)


def _list(request: Request, pk: int) -> AllocationList:
    return get_object_or_404(lists_visible_to(request.user), pk=pk)


@require_POST
@login_required
def confirm(request: Request, pk: int) -> HttpResponse:
    """Put a list in force that another person uploaded."""
    confirm_list(allocation_list=_list(request, pk), actor=request.user)
    return go(request, reverse("randomisation"))


@require_POST
@login_required
def end(request: Request, pk: int) -> HttpResponse:
    """Discard a list that waits, or retire the one in force."""
    end_list(allocation_list=_list(request, pk), reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("randomisation"))


@require_POST
@login_required
def allocate(request: Request, pk: int) -> HttpResponse:
    """Allocate an enrolled subject within the stratum that was chosen."""
    found = get_object_or_404(subjects_visible_to(request.user), pk=pk)
    access.require(request.user, ALLOCATES, site=found.site)
    service = randomisation.service_for(found.study)
    if service is None:
        raise NotNow(_("No list of allocations is in force in this study."))
    service.allocate(subject=found, strata=request.POST.get("strata", ""), actor=request.user)
    return go(request, reverse("subject", args=[pk]) + "#allocation")


def allocation_part(actor: User, subject: Subject) -> dict[str, object] | None:
    """Return what the subject's page shows of randomisation to who allocates there; None without any."""
    held = randomisation.allocation_of(subject, actor)
    service = None if held else randomisation.service_for(subject.study)
    if held is None and service is None:
        return None
    waits = service is not None and subject.status == Subject.Status.ENROLLED
    strata = service.strata(study=subject.study) if service and waits else []
    said = service.stratum_of(subject=subject) if service and waits else None
    return {"held": held, "strata": strata, "said": said}
