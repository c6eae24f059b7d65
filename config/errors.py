"""The HTTP answer to each kind of error: problem+json for programs, a page for people."""

import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from edc import errors
from edc.models import User
from edc.selectors.training import waits_for

PROBLEM_JSON = "application/problem+json"
STATUS: dict[type[errors.DomainError], int] = {
    errors.InvalidInput: 422,
    errors.Conflict: 409,
    errors.NotNow: 409,
    errors.DutyFirst: 403,
    errors.NotHeld: 404,
    errors.Unavailable: 503,
    errors.DomainError: 400,
}

# Where no view was reached, or it broke.
PLAIN = {
    400: ("bad_request", gettext_lazy("The request cannot be read.")),
    403: ("permission_denied", gettext_lazy("Your role does not allow this here.")),
    404: ("not_found", gettext_lazy("Not found, or not yours to see.")),
    500: ("error", gettext_lazy("The server failed. Nothing that was saved is lost; try again.")),
    503: ("unavailable", gettext_lazy("A part of the system is not reachable. Try again in a minute.")),
}
RETRY_AFTER = "10"
# What a role that waits for training may be the reason of.
REFUSALS = (403, 404)


def status_of(error: errors.DomainError) -> int:
    """Return the HTTP status of a domain error, by its nearest listed class."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: errors.DomainError) -> dict[str, object]:
    """Return the problem+json body (RFC 9457) of a domain error."""
    code = status_of(error)
    body = _problem(code, error.code, str(error))
    if error.fields:
        body["errors"] = {field: str(message) for field, message in error.fields.items()}
    if isinstance(error, errors.ItemMoved):
        body |= {"path": error.path, "saved": error.saved, "offered": error.offered, "version": error.version}
    if isinstance(error, errors.HidesValues):
        body |= {"path": error.path, "saved": error.saved}
    return body


def _problem(status_code: int, code: str, detail: str) -> dict[str, object]:
    title = HTTPStatus(status_code).phrase
    return {"type": "about:blank", "title": title, "status": status_code, "code": code, "detail": detail}


def to_read(user: object) -> dict[str, object]:
    """Return the documents for want of which roles of the caller wait, as a part of a problem+json body."""
    lines = waits_for(user) if isinstance(user, User) else []
    told = [
        {
            "study": line.document.study.oid,
            "document": line.document.code,
            "version": line.document.version,
            "title": {"zh": line.document.title_zh, "en": line.document.title_en},
            "url": reverse("document", args=[line.document.pk]),
        }
        for line in lines
    ]
    return {"training": told} if told else {}


def _to_read(context: dict) -> dict[str, object]:
    request = context.get("request")
    return to_read(request.user) if request is not None else {}


def problem_json(exc: Exception, context: dict) -> Response | None:
    """DRF's exception handler: every error is application/problem+json with a stable code."""
    set_rollback()
    if isinstance(exc, errors.DomainError):
        told = _to_read(context) if exc.code == errors.TRAINING_REQUIRED else {}
        return _answer(status_of(exc), problem(exc) | told)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(_("Not found, or not yours to see."))
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(_("Your role does not allow this here."))
    elif isinstance(exc, ModelValidationError):
        exc = exceptions.ValidationError(
            detail=exc.message_dict if hasattr(exc, "error_dict") else exc.messages
        )
    if not isinstance(exc, exceptions.APIException):
        return None
    body = _api_problem(exc)
    if exc.status_code in REFUSALS:
        body |= _to_read(context)
    return _answer(exc.status_code, body, headers=_auth_headers(exc))


def _api_problem(exc: exceptions.APIException) -> dict[str, object]:
    if isinstance(exc, exceptions.ValidationError):
        body = _problem(exc.status_code, "invalid_input", _("Some fields need correction."))
        return body | {"errors": dict(_messages(exc.detail))}
    code = exc.get_codes()
    return _problem(exc.status_code, code if isinstance(code, str) else "error", str(exc.detail))


def _messages(detail: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield each message with the place it is about, such as items.IT.DM.SEX.unit."""
    if isinstance(detail, dict):
        for name, part in detail.items():
            yield from _messages(part, f"{place}.{name}" if place else str(name))
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        for number, part in enumerate(detail):
            yield from _messages(part, f"{place}.{number}" if place else str(number))
    else:
        texts = detail if isinstance(detail, list) else [detail]
        yield place or "body", " ".join(str(text) for text in texts)


def _auth_headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _answer(code: int, body: dict[str, object], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=code, headers=headers, content_type=PROBLEM_JSON)


class DomainErrorMiddleware:
    """Answer a domain error that a page view let through: a page, or for htmx a short text it can show."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, errors.DomainError):
            return None
        code = status_of(exception)
        if request.path.startswith("/api/") or PROBLEM_JSON in request.headers.get("Accept", ""):
            return JsonResponse(problem(exception), status=code, content_type=PROBLEM_JSON)
        template = "partials/problem.html" if request.headers.get("HX-Request") else "errors/problem.html"
        return render(request, template, {"error": exception, "status": code}, status=code)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page_for(request, status.HTTP_404_NOT_FOUND)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page_for(request, status.HTTP_403_FORBIDDEN)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page_for(request, status.HTTP_400_BAD_REQUEST)


def page_for(request: HttpRequest, code: int) -> HttpResponse:
    """Return the error page of a status, or problem+json under the API."""
    if request.path.startswith("/api/"):
        name, detail = PLAIN[code]
        return JsonResponse(_problem(code, name, str(detail)), status=code, content_type=PROBLEM_JSON)
    user = getattr(request, "user", None)
    lines = waits_for(user) if code in REFUSALS and isinstance(user, User) else []
    return render(request, f"errors/{code}.html", {"waits": lines}, status=code)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a bug, or a database that does not answer: then sending the same again helps.

    Pages are drawn without context processors, because what they ask may be what is broken.
    """
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    code = status.HTTP_503_SERVICE_UNAVAILABLE if away else status.HTTP_500_INTERNAL_SERVER_ERROR
    if request.path.startswith("/api/"):
        answer = page_for(request, code)
    else:
        answer = HttpResponse(loader.render_to_string(f"errors/{code}.html"), status=code)
    if away:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer
