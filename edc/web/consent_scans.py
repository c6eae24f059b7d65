"""Signed pages of consents: added, looked at page by page, downloaded, withdrawn and erased."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.exchange.source_pages import MAX_BYTES, page_image
from edc.models import ConsentScan
from edc.selectors.consents import consents_visible_to, scans_visible_to
from edc.services.consent.scans import add_scan, erase_scan, record_scan_view, withdraw_scan
from edc.services.kept_files import content_of
from edc.web.consent import back
from edc.web.evidence import SUFFIXES, sealed
from edc.web.request import Request


@require_POST
@login_required
def add(request: Request, pk: int) -> HttpResponse:
    """Keep a scan of the signed pages of a consent."""
    consent = get_object_or_404(consents_visible_to(request.user), pk=pk)
    access.require(request.user, "enter_data", site=consent.subject.site)
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise InvalidInput(_("Some fields need correction."), fields={"file": _("Choose a file.")})
    # One byte more than is allowed tells that it is too long without reading the rest.
    add_scan(consent=consent, content=uploaded.read(MAX_BYTES + 1), actor=request.user)
    return back(request, consent.subject)


def _scan(request: Request, public_id: str) -> ConsentScan:
    return get_object_or_404(scans_visible_to(request.user), public_id=public_id)


def _open_scan(request: Request, public_id: str) -> ConsentScan:
    found = _scan(request, public_id)
    if found.withdrawn_at:
        raise Http404
    return found


@require_safe
@login_required
def page(request: Request, public_id: str, number: int) -> HttpResponse:
    """Send a page as a picture; each look is in the audit trail."""
    scan = _open_scan(request, public_id)
    if not 1 <= number <= scan.page_count:
        raise Http404
    record_scan_view(scan=scan, page=number, actor=request.user)
    content, media = content_of(scan), scan.media_type
    if media == ConsentScan.MediaType.PDF:
        content, media = page_image(content, number), ConsentScan.MediaType.PNG.value
    return _private(HttpResponse(content, content_type=media))


@require_safe
@login_required
def file(request: Request, public_id: str) -> HttpResponse:
    """Send the file as it is kept, to be saved; each download is in the audit trail."""
    scan = _open_scan(request, public_id)
    record_scan_view(scan=scan, actor=request.user)
    answer = HttpResponse(content_of(scan), content_type=scan.media_type)
    name = f"{scan.consent.subject.subject_key}-consent-{scan.pk}.{SUFFIXES[scan.media_type]}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _private(answer)


def _private(answer: HttpResponse) -> HttpResponse:
    """Return the answer such that no browser runs it or keeps a name on a shared machine."""
    answer.headers["Cache-Control"] = "no-store"
    return sealed(answer)


@require_POST
@login_required
def withdraw(request: Request, public_id: str) -> HttpResponse:
    """Take a scan out of view for {"reason"}."""
    scan = _scan(request, public_id)
    withdraw_scan(scan=scan, reason=request.POST.get("reason", ""), actor=request.user)
    return back(request, scan.consent.subject)


@require_POST
@login_required
def erase(request: Request, public_id: str) -> HttpResponse:
    """Remove the file of a withdrawn scan for good."""
    scan = _scan(request, public_id)
    erase_scan(scan=scan, actor=request.user)
    return back(request, scan.consent.subject)
