"""Guarded reads of modeling: what a model that is not approved says is seen by those who develop it alone."""

from django.db.models import Q, QuerySet

from edc import access
from edc.models import Subject, User
from modeling.models import Analysis, ModelVersion, Run, Score


def models_visible_to(actor: User | None) -> QuerySet[ModelVersion]:
    """Return the model versions of the studies the actor develops, and the approved ones of the rest."""
    developed = access.studies_for(actor, "develop_models", "approve_models")
    seen = access.studies_for(actor, "view_study_data")
    return ModelVersion.objects.filter(
        Q(study__in=developed) | Q(study__in=seen, state__in=["approved", "retired"])
    ).select_related("study")


def scores_visible_to(actor: User | None) -> QuerySet[Score]:
    """Return the scores at the actor's sites: approved models' for all, every model's for developers."""
    sites = access.sites_for(actor, "view_scores", "review_scores")
    developed = access.studies_for(actor, "develop_models")
    shown = Q(model_version__state__in=["approved", "retired"]) | Q(subject__study__in=developed)
    return Score.objects.filter(shown, subject__site__in=sites).select_related(
        "subject__site", "subject__study", "model_version", "run__analysis__imaging_study"
    )


def runs_visible_to(actor: User | None) -> QuerySet[Run]:
    """Return the runs at the sites where the actor starts models or reviews their scores."""
    sites = access.sites_for(actor, "run_models", "review_scores")
    return Run.objects.filter(analysis__subject__site__in=sites).select_related(
        "analysis__subject__site", "analysis__subject__study", "analysis__model_version"
    )


def analyses_visible_to(actor: User | None) -> QuerySet[Analysis]:
    sites = access.sites_for(actor, "run_models", "review_scores")
    return (
        Analysis.objects.filter(subject__site__in=sites)
        .select_related("subject__site", "model_version", "imaging_study")
        .prefetch_related("runs")
    )


def latest_scores(actor: User | None, subjects: list[Subject]) -> dict[int, Score]:
    """Return each subject's newest score that the actor may see, by subject id."""
    scores = scores_visible_to(actor).filter(subject__in=subjects).order_by("subject_id", "created_at", "pk")
    return {score.subject_id: score for score in scores}
