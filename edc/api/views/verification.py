"""Source data verification for programs: what is due, the marks on a form, one taken back."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.serializers.verification import (
    VerificationDueFilters,
    VerificationDueSerializer,
    VerificationSheetSerializer,
    VerifyRequest,
    WithdrawMarkRequest,
)
from edc.models import FormInstance, FormVerificationDue
from edc.selectors.verification import all_due_visible_to, completed_visible_to, sheet_of
from edc.services.verify import take_back, verify_form, verify_items


class VerificationDue(FilteredList):
    """GET what each completed form of the caller's sites owes, in numbers of values."""

    serializer_class = VerificationDueSerializer
    filters = VerificationDueFilters

    def get_queryset(self) -> QuerySet[FormVerificationDue]:
        return all_due_visible_to(self.request.user)


class FormVerification(IdempotentWrites, APIView):
    """GET each value of a completed form with what the plan asks of it and its mark; POST marks."""

    @extend_schema(responses=VerificationSheetSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _sheet(_completed(request, pk))

    @extend_schema(request=VerifyRequest, responses=VerificationSheetSerializer)
    def post(self, request: Request, pk: int) -> Response:
        form = _to_verify(request, pk)
        asked = body_of(request, VerifyRequest)
        seen = asked["content_sha256"]
        if asked["paths"]:
            verify_items(form=form, paths=asked["paths"], actor=request.user, seen=seen)
        else:
            verify_form(form=form, actor=request.user, seen=seen)
        return _sheet(_completed(request, pk))


class FormVerificationWithdrawal(IdempotentWrites, APIView):
    """POST the reason to take back a mark that was given by mistake."""

    @extend_schema(request=WithdrawMarkRequest, responses=VerificationSheetSerializer)
    def post(self, request: Request, pk: int) -> Response:
        form = _to_verify(request, pk)
        take_back(form=form, actor=request.user, **body_of(request, WithdrawMarkRequest))
        return _sheet(_completed(request, pk))


def _completed(request: Request, pk: int) -> FormInstance:
    return get_object_or_404(completed_visible_to(request.user), pk=pk)


def _to_verify(request: Request, pk: int) -> FormInstance:
    form = _completed(request, pk)
    access.require(request.user, "verify_data", site=form.subject.site)
    return form


def _sheet(form: FormInstance) -> Response:
    items = sheet_of(form)
    told = {
        "form": form.pk,
        "status": form.status,
        "content_sha256": form.content_sha256,
        "left": sum(each.left for each in items),
        "items": items,
    }
    return Response(VerificationSheetSerializer(told).data)
