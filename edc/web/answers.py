"""How pages guard themselves, read what was posted, and answer so that htmx and a plain form follow."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Literal, overload

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from edc import access
from edc.errors import InvalidInput
from edc.models import Study, Subject
from edc.web.context import STUDY_KEY, current_study
from edc.web.request import Request


def go(request: Request, url: str) -> HttpResponse:
    """Send the browser to a page after a post, whether a form or htmx posted."""
    if not request.htmx:
        return redirect(url)
    answer = HttpResponseClientRedirect(url)
    page, mark, _place = url.partition("#")
    if mark and page == (request.htmx.current_url_abs_path or "").partition("#")[0]:
        # To a place on the page that is open the browser only jumps, and shows what was true before.
        answer.headers["HX-Refresh"] = "true"
    return answer


def study_where(request: Request, *permissions: str) -> Study:
    """Return the present study if the person holds one of these permissions at any of its sites."""
    study = current_study(request)
    if study is None or not access.sites_for(request.user, *permissions).filter(study=study).exists():
        raise PermissionDenied(permissions)
    return study


def study_with(request: Request, permission: str) -> Study:
    """Return the present study if the person holds this study-wide permission on it."""
    study = current_study(request)
    if study is None:
        raise PermissionDenied(permission)
    access.require(request.user, permission, study=study)
    return study


def enter_study_of(request: Request, subject: Subject) -> None:
    """Make the subject's study the present one, so that a link from elsewhere shows the right shell."""
    if current_study(request) != subject.study:
        request.session[STUDY_KEY] = subject.study.oid
        del request._tandem_study


@overload
def day_of(request: Request, field: str, *, required: Literal[True] = True) -> date: ...
@overload
def day_of(request: Request, field: str, *, required: Literal[False]) -> date | None: ...
def day_of(request: Request, field: str, *, required: bool = True) -> date | None:
    """Return a day that was posted; an impossible or missing one names its field."""
    text = request.POST.get(field, "").strip()
    if not text and not required:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = {field: _("Enter a day as year-month-day, such as 2026-11-21.")}
        raise InvalidInput(_("Some fields need correction."), fields=message) from None


def file_of(
    request: Request, wanted: str, *, suffixes: Collection[str] = (), at_most: int | None = None
) -> UploadedFile:
    """Return the file that was posted; `wanted` is said where there is none, or one of another kind.

    `suffixes` are those allowed, in small letters; `at_most` is in bytes.
    """
    sent = request.FILES.get("file")
    words = ""
    if sent is None or (suffixes and Path(sent.name or "").suffix.lower() not in suffixes):
        words = wanted
    elif at_most is not None and (sent.size or 0) > at_most:
        words = _("The file is over %(count)d MB: split it.") % {"count": at_most // 2**20}
    if sent is None or words:
        raise InvalidInput(_("Some fields need correction."), fields={"file": words})
    return sent
