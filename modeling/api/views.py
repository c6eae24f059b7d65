"""REST resources of runs and scores."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from edc import access
from edc.api.idempotency import IdempotentWrites
from edc.api.listing import FilteredList
from imaging.selectors import pixels_visible_to, segmentations_visible_to
from modeling import selectors
from modeling.api.serializers import (
    RequestAnalysis,
    ReviewRequest,
    ReviewSerializer,
    RunFilters,
    RunSerializer,
    ScoreFilters,
    ScoreSerializer,
)
from modeling.models import Run, Score
from modeling.services.analysis import cancel_analysis, request_analysis
from modeling.services.review import review_score
from modeling.services.views import record_score_view, record_scores_shown


class Runs(IdempotentWrites, FilteredList):
    """GET the runs the caller may see; POST to request an analysis, which answers with its first runs."""

    serializer_class = RunSerializer
    filters = RunFilters

    def get_queryset(self):
        return selectors.runs_visible_to(self.request.user)

    def paginate_queryset(self, queryset: QuerySet[Run]) -> list[Run]:
        """Return the page; that its outputs told scores is in the audit trail."""
        page = list(super().paginate_queryset(queryset))
        told = selectors.scores_visible_to(self.request.user).filter(run__in=page)
        record_scores_shown(scores=told, actor=self.request.user)
        return page

    @extend_schema(request=RequestAnalysis, responses={201: RunSerializer(many=True)})
    def post(self, request: Request) -> Response:
        access.require_somewhere(request.user, "run_models")
        body = RequestAnalysis(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        study = get_object_or_404(
            pixels_visible_to(request.user), study_instance_uid=wanted["study_instance_uid"]
        )
        model = get_object_or_404(selectors.models_visible_to(request.user), pk=wanted["model"])
        mask = wanted.get("segmentation")
        segmentation = get_object_or_404(segmentations_visible_to(request.user), pk=mask) if mask else None
        analysis = request_analysis(
            imaging_study=study, model_version=model, segmentation=segmentation, seed=wanted.get("seed"),
            actor=request.user,
        )  # fmt: skip
        return Response(RunSerializer(analysis.runs.all(), many=True).data, status=status.HTTP_201_CREATED)


class RunDetail(RetrieveAPIView):
    """One run with its provenance."""

    serializer_class = RunSerializer

    def get_queryset(self):
        return selectors.runs_visible_to(self.request.user)

    def get_object(self) -> Run:
        """Return the run; that its output told a score is in the audit trail."""
        run = super().get_object()
        told = selectors.scores_visible_to(self.request.user).filter(run=run).first()
        if told:
            record_score_view(score=told, actor=self.request.user)
        return run


class AnalysisCancel(IdempotentWrites, APIView):
    """POST to cancel an analysis."""

    @extend_schema(request=None, responses={200: RunSerializer(many=True)})
    def post(self, request: Request, public_id: str) -> Response:
        analysis = get_object_or_404(selectors.analyses_visible_to(request.user), public_id=public_id)
        cancel_analysis(analysis=analysis, actor=request.user)
        return Response(RunSerializer(analysis.runs.all(), many=True).data)


class Scores(FilteredList):
    """The scores the caller may see."""

    serializer_class = ScoreSerializer
    filters = ScoreFilters

    def get_queryset(self):
        return selectors.scores_visible_to(self.request.user).prefetch_related("reviews__reviewer")

    def paginate_queryset(self, queryset: QuerySet[Score]) -> list[Score]:
        """Return the page; that it was seen is in the audit trail."""
        page = list(super().paginate_queryset(queryset))
        record_scores_shown(scores=page, actor=self.request.user)
        return page


class ScoreDetail(RetrieveAPIView):
    """One score with inputs, checks, contributions and reviews."""

    serializer_class = ScoreSerializer

    def get_queryset(self):
        return selectors.scores_visible_to(self.request.user).prefetch_related("reviews__reviewer")

    def get_object(self) -> Score:
        """Return the score; that it was seen is in the audit trail."""
        score = super().get_object()
        record_score_view(score=score, actor=self.request.user)
        return score


class ScoreReviews(IdempotentWrites, APIView):
    """POST to accept or override a score."""

    @extend_schema(request=ReviewRequest, responses={201: ReviewSerializer})
    def post(self, request: Request, pk: int) -> Response:
        score = get_object_or_404(selectors.scores_visible_to(request.user), pk=pk)
        access.require(request.user, "review_scores", site=score.subject.site)
        body = ReviewRequest(data=request.data)
        body.is_valid(raise_exception=True)
        review = review_score(score=score, actor=request.user, **body.validated_data)
        return Response(ReviewSerializer(review).data, status=status.HTTP_201_CREATED)
