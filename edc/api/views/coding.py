"""Medical coding for programs: the values to code, the terms, a code proposed, approved, sent back."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.coding import (
    CodedValueFilters,
    CodedValueSerializer,
    CodeRequest,
    CodingSerializer,
    TermQuery,
    TermSerializer,
)
from edc.api.serializers.reasons import ReasonRequest
from edc.errors import InvalidInput
from edc.models import Coding, Dictionary, ItemValue, User
from edc.selectors.coding import (
    CODES,
    coded_items,
    codings_visible_to,
    in_state,
    search_terms,
    values_to_code,
)
from edc.services.coding import approve_coding, code_value, send_back_coding


class CodedValues(FilteredList):
    """GET the values that ask for a code, at the sites where the caller codes or approves."""

    serializer_class = CodedValueSerializer
    filters = CodedValueFilters

    def get_queryset(self) -> QuerySet[ItemValue]:
        found = values_to_code(self.request.user)
        return found.select_related("form__subject__site", "form__subject__study")

    def filter_queryset(self, queryset: QuerySet[ItemValue]) -> QuerySet[ItemValue]:
        asked = self.filters(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        narrowed = dict(asked.validated_data)
        return in_state(queryset, narrowed.pop("coding_state", "")).filter(**narrowed)

    def paginate_queryset(self, queryset: QuerySet[ItemValue]) -> list[ItemValue]:
        page = list(super().paginate_queryset(queryset))
        held = codings_visible_to(self.request.user).filter(pk__in=[each.coding for each in page])
        self.codings = {each.pk: each for each in held.select_related("approver")}
        return page

    def get_serializer_context(self) -> dict[str, object]:
        return {**super().get_serializer_context(), "codings": getattr(self, "codings", {})}


class CodedValueTerms(APIView):
    """GET the terms that `q`, else the verbatim, finds in the dictionary of the value's item."""

    @extend_schema(parameters=[TermQuery], responses=TermSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        value, dictionary = _value(request.user, pk)
        asked = TermQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        found = search_terms(dictionary, asked.validated_data.get("q", value.raw))
        return Response(TermSerializer(found, many=True).data)


class CodedValueCoding(IdempotentWrites, APIView):
    """POST the code of a term for a value; it is in force once another person has approved it."""

    @extend_schema(request=CodeRequest, responses={201: CodingSerializer})
    def post(self, request: Request, pk: int) -> Response:
        value, dictionary = _value(request.user, pk)
        asked = body_of(request, CodeRequest)
        term = dictionary.terms.filter(code=asked["code"]).first()
        if term is None:
            message = {"code": _("Choose a current term of the dictionary that this item is coded with.")}
            raise InvalidInput(_("Some fields need correction."), fields=message)
        made = code_value(value=value, term=term, actor=request.user)
        return Response(CodingSerializer(made).data, status=status.HTTP_201_CREATED)


class CodingApproval(IdempotentWrites, APIView):
    """POST to put a code in force that another person gave."""

    @extend_schema(request=None, responses=CodingSerializer)
    def post(self, request: Request, pk: int) -> Response:
        made = approve_coding(coding=_coding(request.user, pk), actor=request.user)
        return Response(CodingSerializer(made).data)


class CodingReturn(IdempotentWrites, APIView):
    """POST the reason to end a code, approved or not; the value is to be coded again."""

    @extend_schema(request=ReasonRequest, responses=CodingSerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = _coding(request.user, pk)
        made = send_back_coding(coding=found, actor=request.user, **body_of(request, ReasonRequest))
        return Response(CodingSerializer(made).data)


def _value(actor: User, pk: int) -> tuple[ItemValue, Dictionary]:
    """Return a value that the actor may give a code, and the dictionary of its item."""
    access.require_somewhere(actor, CODES)
    sites = access.sites_for(actor, CODES)
    found = values_to_code(actor).filter(form__subject__site__in=sites)
    found = found.select_related("form__subject__site", "form__subject__study")
    value = get_object_or_404(found, pk=pk)
    return value, coded_items(value.form.subject.study)[value.item_oid].dictionary


def _coding(actor: User, pk: int) -> Coding:
    return get_object_or_404(codings_visible_to(actor), pk=pk)
