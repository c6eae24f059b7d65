"""Reviews by role for programs: the study's types, a form's reviews, and giving one."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc.api.bodies import body_of
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from edc.api.pagination import InOrder
from edc.api.permissions import TokenMayCheck
from edc.api.serializers.reviews import (
    FormReviewRequest,
    FormReviewSerializer,
    ReviewTypeFilters,
    ReviewTypeSerializer,
)
from edc.models import FormInstance, FormReview, ReviewType
from edc.selectors.reviews import review_types_of, review_types_visible_to
from edc.selectors.verification import completed_visible_to
from edc.services.review import review_form


class ReviewTypes(FilteredList):
    """GET the kinds of review of the studies whose data the caller sees."""

    serializer_class = ReviewTypeSerializer
    filters = ReviewTypeFilters

    def get_queryset(self) -> QuerySet[ReviewType]:
        return review_types_visible_to(self.request.user)


class FormReviews(IdempotentWrites, ListAPIView):
    """GET every review that a completed form was given, broken ones too; POST one of a type."""

    serializer_class = FormReviewSerializer
    permission_classes = [*APIView.permission_classes, TokenMayCheck]
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[FormReview]:
        return self._form().reviews.select_related("review_type", "reviewer")

    def _form(self) -> FormInstance:
        return get_object_or_404(completed_visible_to(self.request.user), pk=self.kwargs["pk"])

    @extend_schema(request=FormReviewRequest, responses={201: FormReviewSerializer})
    def post(self, request: Request, pk: int) -> Response:
        form = self._form()
        asked = body_of(request, FormReviewRequest)
        chosen = get_object_or_404(review_types_of(form.subject.study), code=asked["type"], active=True)
        review = review_form(review_type=chosen, form=form, actor=request.user, note=asked["note"])
        return Response(FormReviewSerializer(review).data, status=status.HTTP_201_CREATED)
