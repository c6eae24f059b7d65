"""Idempotency-Key: a repeated write gets the first answer instead of a second effect."""

import hashlib
import json
from contextlib import nullcontext

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from edc.errors import Conflict, InvalidInput
from edc.models import IdempotencyRecord

METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HEADER = "Idempotency-Key"
MAX_LENGTH = 80


class IdempotentWrites:
    """Mixin of API views whose bodies are JSON or forms with files: honours the Idempotency-Key of a write.

    The key, the write and the answer are one transaction: a process that dies in between leaves none of
    them, a failed write (4xx, 5xx) gives the key back, and a duplicate sent meanwhile waits for the first
    one's answer.
    """

    idempotency: IdempotencyRecord | None = None

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> Response:
        keyed = request.method in METHODS and HEADER in request.headers
        with transaction.atomic() if keyed else nullcontext():
            response = super().dispatch(request, *args, **kwargs)
            if keyed and response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in METHODS and HEADER in request.headers:
            self.idempotency = self._claim(request)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Repeated):
            return Response(exc.body, status=exc.status_code, headers={"Idempotency-Replayed": "true"})
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: object, **kwargs: object
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.idempotency is not None and response.status_code < 400:
            body = json.loads(json.dumps(self.kept_answer(response.data), default=str))
            IdempotencyRecord.objects.filter(pk=self.idempotency.pk).update(
                status_code=response.status_code, body=body
            )
        return response

    def kept_answer(self, data: object) -> object:
        """Return what a repeat of the request is answered with; a view with a secret takes it out."""
        return data

    def _claim(self, request: Request) -> IdempotencyRecord:
        key = request.headers[HEADER].strip()
        if not 0 < len(key) <= MAX_LENGTH:
            message = _("Send 1 to %(most)d characters.") % {"most": MAX_LENGTH}
            raise InvalidInput(_("Some fields need correction."), fields={HEADER: message})
        sha256 = _fingerprint(request)
        try:
            with transaction.atomic():
                return IdempotencyRecord.objects.create(user=request.user, key=key, request_sha256=sha256)
        except IntegrityError:
            raise _repetition(request, key, sha256) from None


def _fingerprint(request: Request) -> str:
    """Return what makes two requests the same: the token too, so that a narrower one replays nothing."""
    token = getattr(request.auth, "pk", None)
    content = [request.method, request.get_full_path(), token, request.data]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=_as_text).encode()).hexdigest()


def _as_text(value: object) -> str:
    """Return a file as the hash of its content, anything else as its words."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()


def _repetition(request: Request, key: str, sha256: str) -> Exception:
    record = IdempotencyRecord.objects.filter(user=request.user, key=key).first()
    if record is None or record.status_code is None:
        return Conflict(_("The first request with this Idempotency-Key is still at work; try again shortly."))
    if record.request_sha256 != sha256:
        message = _("This Idempotency-Key was used for another request; use a new one.")
        return Conflict(message, code="idempotency_key_reused")
    return _Repeated(record)


class _Repeated(Exception):
    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__(record.key)
        self.status_code, self.body = record.status_code, record.body
