"""What every operation of the OpenAPI document says: its filters, its idempotency key and its problems."""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from edc.api.idempotency import MAX_LENGTH, METHODS, IdempotentWrites

PROBLEMS = {
    400: "The body or a parameter is malformed.",
    401: "No valid token or session.",
    403: "Your role, or the token's scope, does not allow this here.",
    404: "Not found, or not yours to see.",
    405: "This resource does not answer this method.",
    406: "The resource has no such media type.",
    409: "Not in the present state, or changed meanwhile.",
    415: "The body's media type is not understood.",
    422: "The content is wrong; `errors` names each field or item path.",
    503: "A part that is needed does not answer; try again.",
}
ALWAYS = (401, 403, 404, 405, 406)
ON_WRITE = (400, 409, 415, 422, 503)
IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    type={"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    location=OpenApiParameter.HEADER,
    description=(
        "Chosen by the caller. A repeat of the same request with the same key has no second effect and gets "
        "the first answer, with the header `Idempotency-Replayed: true`."
    ),
)


class ProblemSerializer(serializers.Serializer):
    """RFC 9457: what went wrong, in the language of Accept-Language (zh-hans or en), and a stable code."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; programs decide by it, not by the text.")
    detail = serializers.CharField(help_text="For people: what to do.")
    errors = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Message by field or item path."
    )
    path = serializers.CharField(required=False, help_text="With code item_moved: the item.")
    saved = serializers.JSONField(required=False, help_text="With code item_moved: what is kept now.")
    offered = serializers.JSONField(required=False, help_text="With code item_moved: what was sent.")
    version = serializers.IntegerField(required=False, help_text="With code item_moved: the item's version.")


class ProblemSchema(AutoSchema):
    """Adds to each operation what its view class already tells."""

    def get_override_parameters(self) -> list:
        parameters = list(super().get_override_parameters())
        if filters := getattr(self.view, "filters", None) if self.method == "GET" else None:
            parameters.append(filters)
        if self.method in METHODS and isinstance(self.view, IdempotentWrites):
            parameters.append(IDEMPOTENCY_KEY)
        return parameters

    def get_operation(self, *args: object, **kwargs: object) -> dict | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        problem = {"$ref": self.resolve_serializer(ProblemSerializer, "response").ref["$ref"]}
        codes = [*ALWAYS, *(ON_WRITE if self.method in METHODS else ()), *self._more_codes()]
        for code in sorted(set(codes)):
            answer = {
                "description": PROBLEMS[code],
                "content": {"application/problem+json": {"schema": problem}},
            }
            if code == 401:
                answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
            operation["responses"].setdefault(str(code), answer)
        return operation

    def _more_codes(self) -> tuple[int, ...]:
        return (400,) if getattr(self.view, "filters", None) else ()
