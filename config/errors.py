"""The HTTP answer to each kind of error: problem+json for programs, a page for people."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from edc import errors

STATUS: dict[type[errors.DomainError], int] = {
    errors.InvalidInput: 422,
    errors.Conflict: 409,
    errors.NotNow: 409,
    errors.Unavailable: 503,
    errors.DomainError: 400,
}


def status_of(error: errors.DomainError) -> int:
    """Return the HTTP status of a domain error, by its nearest listed class."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: errors.DomainError) -> dict[str, object]:
    """Return the problem+json body (RFC 9457) of a domain error."""
    code = status_of(error)
    body: dict[str, object] = {
        "type": "about:blank",
        "status": code,
        "code": error.code,
        "detail": str(error),
    }
    if error.fields:
        body["errors"] = {field: str(message) for field, message in error.fields.items()}
    return body


def problem_json(exc: Exception, context: dict) -> Response | None:
    """DRF's exception handler: every error is application/problem+json with a stable code."""
    set_rollback()
    if isinstance(exc, errors.DomainError):
        return _answer(status_of(exc), problem(exc))
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
    return _answer(exc.status_code, _api_problem(exc), headers=_auth_headers(exc))


def _api_problem(exc: exceptions.APIException) -> dict[str, object]:
    body: dict[str, object] = {"type": "about:blank", "status": exc.status_code}
    if isinstance(exc, exceptions.ValidationError):
        body |= {"code": "invalid_input", "detail": _("Some fields need correction."), "errors": exc.detail}
        return body
    code = exc.get_codes()
    body |= {"code": code if isinstance(code, str) else "error", "detail": str(exc.detail)}
    return body


def _auth_headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(exc.wait))
    return headers


def _answer(code: int, body: dict[str, object], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=code, headers=headers, content_type="application/problem+json")


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
        if request.path.startswith("/api/"):
            return JsonResponse(problem(exception), status=code, content_type="application/problem+json")
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
        body = {"type": "about:blank", "status": code, "code": f"http_{code}"}
        return JsonResponse(body, status=code, content_type="application/problem+json")
    return render(request, f"errors/{code}.html", status=code)
