"""The reference ranges of the laboratories of the present study: listed, imported, withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.models import ReferenceRange
from edc.safety.range_table import HEADINGS
from edc.selectors.lab_values import SEEN_BY, ranges_visible_to
from edc.services.lab_ranges import RIGHT, import_ranges, withdraw_range
from edc.web.answers import file_of, go, study_where
from edc.web.context import current_site
from edc.web.request import Request

PAGE_SIZE = 100


@require_safe
@login_required
def lab_ranges(request: Request) -> HttpResponse:
    """List the ranges in force, filtered by `q` in analyte or laboratory and by the chosen site."""
    study, site = study_where(request, *SEEN_BY), current_site(request)
    found = ranges_visible_to(request.user, study)
    query = request.GET.get("q", "").strip()
    if site:
        found = found.filter(site=site)
    if query:
        found = found.filter(Q(analyte__icontains=query) | Q(laboratory__icontains=query))
    importing = set(access.sites_for(request.user, RIGHT).filter(study=study).values_list("pk", flat=True))
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": query,
        "importing": importing,
        "headings": HEADINGS,
    }
    return render(request, "edc/lab_ranges.html", context)


@require_POST
@login_required
def range_import(request: Request) -> HttpResponse:
    """Import a file of ranges; what is wrong is named cell by cell."""
    study = study_where(request, RIGHT)
    sent = file_of(request, _("Choose an Excel or CSV file."))
    made = import_ranges(study=study, file_name=sent.name or "", chunks=sent.chunks(), actor=request.user)
    said = ngettext("%(count)d range imported.", "%(count)d ranges imported.", len(made))
    messages.success(request, said % {"count": len(made)})
    return go(request, reverse("lab-ranges"))


@require_POST
@login_required
def range_withdraw(request: Request, pk: int) -> HttpResponse:
    """Withdraw a range with the reason."""
    sites = access.sites_for(request.user, RIGHT)
    reference = get_object_or_404(ReferenceRange.objects.filter(site__in=sites), pk=pk)
    withdraw_range(reference=reference, reason=request.POST.get("reason", ""), actor=request.user)
    return go(request, reverse("lab-ranges"))
