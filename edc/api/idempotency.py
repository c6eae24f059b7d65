"""Idempotency-Key: a repeated write gets the first answer instead of a second effect."""

import hashlib
import json

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from edc.errors import Conflict, InvalidInput
from edc.models import IdempotencyRecord

METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MAX_LENGTH = 80


class IdempotentWrites:
    """Mixin of API views whose bodies are JSON: honours the Idempotency-Key header of a write.

    The key is claimed before the work; a failed write (4xx, 5xx) gives it back, so that it can be retried.
    """

    idempotency: IdempotencyRecord | None = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        self.idempotency = self._claim(request)

    def dispatch(self, request: Request, *args: object, **kwargs: object) -> Response:
        try:
            return super().dispatch(request, *args, **kwargs)
        except BaseException:
            self._give_back()
            raise

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Repeated):
            return Response(exc.body, status=exc.status_code, headers={"Idempotency-Replayed": "true"})
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: object, **kwargs: object
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.idempotency is not None:
            if response.status_code < 400:
                body = (
                    json.loads(json.dumps(response.data, default=str)) if response.data is not None else None
                )
                IdempotencyRecord.objects.filter(pk=self.idempotency.pk).update(
                    status_code=response.status_code, body=body
                )
                self.idempotency = None
            else:
                self._give_back()
        return response

    def _claim(self, request: Request) -> IdempotencyRecord | None:
        key = request.headers.get("Idempotency-Key", "")
        if request.method not in METHODS or not key:
            return None
        if len(key) > MAX_LENGTH:
            raise InvalidInput(
                _("Idempotency-Key may have at most 80 characters."), fields={"Idempotency-Key": key[:20]}
            )
        content = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        try:
            with transaction.atomic():
                return IdempotencyRecord.objects.create(user=request.user, key=key, request_sha256=sha256)
        except IntegrityError:
            return self._replay(request, key, sha256)

    def _replay(self, request: Request, key: str, sha256: str) -> None:
        record = IdempotencyRecord.objects.filter(user=request.user, key=key).first()
        if record is None or record.status_code is None:
            raise Conflict(
                _("The first request with this Idempotency-Key is still at work; try again shortly.")
            )
        if record.request_sha256 != sha256:
            raise Conflict(_("This Idempotency-Key was used for another request; use a new one."))
        raise _Repeated(record)

    def _give_back(self) -> None:
        if self.idempotency is not None:
            IdempotencyRecord.objects.filter(pk=self.idempotency.pk, status_code__isnull=True).delete()
            self.idempotency = None


class _Repeated(Exception):
    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__(record.key)
        self.status_code, self.body = record.status_code, record.body
