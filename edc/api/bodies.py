"""The body of a write, checked against its shape before a service sees it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def body_of(request: Request, shape: type[Serializer]) -> dict[str, Any]:
    """Return the checked fields of the request's body; raise ValidationError naming each wrong one."""
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
