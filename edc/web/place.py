"""Switching between one's studies and sites, and the search box of the shell."""

import re

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST, require_safe

from edc.selectors import queries_visible_to, studies_visible_to, subjects_visible_to
from edc.web.answers import go
from edc.web.context import SITE_KEY, STUDY_KEY, current_study, member_sites
from edc.web.request import Request

QUERY_NUMBER = re.compile(r"^[Qq]-?(\d{1,18})$")


@require_POST
@login_required
def switch(request: Request) -> HttpResponse:
    """Make another of the person's studies or sites the present one; an empty site means all of them."""
    if "study" in request.POST:
        study = get_object_or_404(studies_visible_to(request.user), oid=request.POST["study"])
        request.session[STUDY_KEY] = study.oid
        request.session.pop(SITE_KEY, None)
    elif "site" in request.POST:
        _choose_site(request, request.POST["site"])
    wanted = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return go(request, wanted if is_own else reverse("home"))


def _choose_site(request: Request, oid: str) -> None:
    if not oid:
        request.session.pop(SITE_KEY, None)
    elif any(site.oid == oid for site in member_sites(request)):
        request.session[SITE_KEY] = oid
    else:
        raise Http404


@require_safe
@login_required
def search(request: Request) -> HttpResponse:
    """Open the one query or subject that was typed, else the subjects whose number contains it."""
    text = request.GET.get("q", "").strip()
    numbered = QUERY_NUMBER.match(text)
    query = queries_visible_to(request.user).filter(pk=int(numbered[1])).first() if numbered else None
    if query:
        return redirect("query", pk=query.pk)
    study = current_study(request)
    found = subjects_visible_to(request.user, study).filter(subject_key__iexact=text) if study else None
    if found and len(found) == 1:
        return redirect("subject", pk=found[0].pk)
    return redirect(f"{reverse('subjects')}?{urlencode({'q': text})}")
