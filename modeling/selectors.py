"""Guarded reads of modeling: before a model is approved, only those who develop it see what it says, and
nobody sees anything of any model where they read the images blinded.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from edc import access
from edc.models import Site, Subject, User
from imaging.models import ImagingStudy, Segmentation
from imaging.selectors import segmentations_visible_to, sites_blinded_for
from modeling.models import Analysis, ModelVersion, Run, Score, ScoreReview


def models_visible_to(actor: User | None) -> QuerySet[ModelVersion]:
    """Return the model versions of the studies the actor develops, and the approved ones of the rest."""
    developed = access.studies_for(actor, "develop_models", "approve_models")
    seen = access.studies_for(actor, "view_study_data")
    return ModelVersion.objects.filter(
        Q(study__in=developed) | Q(study__in=seen, state__in=["approved", "retired"])
    ).select_related("study")


def _unblinded_sites(actor: User | None, *permissions: str) -> QuerySet[Site]:
    return access.sites_for(actor, *permissions).exclude(pk__in=sites_blinded_for(actor).values("pk"))


def _told(actor: User | None) -> Q:
    """The condition that a model of a subject's study is released, or developed by the actor."""
    developed = access.studies_for(actor, "develop_models")
    return Q(model_version__state__in=["approved", "retired"]) | Q(subject__study__in=developed)


def scores_visible_to(actor: User | None) -> QuerySet[Score]:
    """Return the scores at the actor's sites: approved models' for all, every model's for developers."""
    sites = _unblinded_sites(actor, "view_scores", "review_scores")
    return Score.objects.filter(_told(actor), subject__site__in=sites).select_related(
        "subject__site", "subject__study", "model_version", "run__analysis__imaging_study"
    )


def runs_visible_to(actor: User | None) -> QuerySet[Run]:
    """Return the runs of the analyses that the actor may see; a run's output holds what the model says."""
    return Run.objects.filter(analysis__in=analyses_visible_to(actor)).select_related(
        "analysis__subject__site", "analysis__subject__study", "analysis__model_version"
    )


def analyses_visible_to(actor: User | None) -> QuerySet[Analysis]:
    """Return the analyses at the sites where the actor starts models or reviews their scores, of the models
    whose scores the actor may see.
    """
    sites = _unblinded_sites(actor, "run_models", "review_scores")
    return (
        Analysis.objects.filter(_told(actor), subject__site__in=sites)
        .select_related("subject__site", "model_version", "imaging_study")
        .prefetch_related("runs")
    )


def latest_scores(actor: User | None, subjects: list[Subject]) -> dict[int, Score]:
    """Return each subject's newest score that the actor may see, by subject id."""
    scores = scores_visible_to(actor).filter(subject__in=subjects).order_by("subject_id", "created_at", "pk")
    return {score.subject_id: score for score in scores}


def _newer() -> Exists:
    """A later score of the same subject by the same model."""
    same = {"subject": OuterRef("subject"), "model_version": OuterRef("model_version")}
    return Exists(Score.objects.filter(**same, pk__gt=OuterRef("pk")))


def scores_to_review(actor: User | None) -> QuerySet[Score]:
    """Return the visible scores, each with `mine` (whether the actor has reviewed it) and `latest`.

    A score is the latest until the same model scores the subject again.
    """
    mine = ScoreReview.objects.filter(score=OuterRef("pk"), reviewer=actor)
    return scores_visible_to(actor).annotate(mine=Exists(mine), latest=~_newer())


def latest_by_model(actor: User | None, subject: Subject) -> QuerySet[Score]:
    """Return the subject's newest score of each model version, newest first."""
    return scores_visible_to(actor).filter(~_newer(), subject=subject).order_by("-created_at", "-pk")


def waiting_scores(actor: User | None) -> QuerySet[Score]:
    """Return the latest scores of approved models that the actor may review and has not."""
    sites = access.sites_for(actor, "review_scores")
    scores = scores_to_review(actor).filter(~_newer(), subject__site__in=sites)
    return scores.filter(model_version__state=ModelVersion.State.APPROVED).exclude(reviews__reviewer=actor)


def masks_to_start_from(actor: User | None, study: ImagingStudy) -> QuerySet[Segmentation]:
    """Return the masks of the study that an analysis may take, signed ones first."""
    masks = segmentations_visible_to(actor).filter(series__imaging_study=study)
    return masks.exclude(status=Segmentation.Status.RETIRED).order_by("-status", "-created_at")


def mask_used(analysis: Analysis) -> Segmentation | None:
    """Return the mask of an analysis that the caller may see: the given one, or the one that was grown."""
    if analysis.segmentation_id:
        return analysis.segmentation
    run = next((run for run in analysis.runs.all() if run.step == Run.Step.SEGMENT), None)
    made = (run.output or {}).get("segmentation") if run else None
    masks = Segmentation.objects.select_related("series__imaging_study", "created_by")
    return masks.filter(pk=made).first() if made else None


def in_state(analyses: QuerySet[Analysis], state: str) -> QuerySet[Analysis]:
    """Return the analyses under way, done, failed or cancelled; all of them for any other word."""
    if state == "running":
        return analyses.filter(runs__status__in=[Run.Status.QUEUED, Run.Status.RUNNING]).distinct()
    if state == "done":
        return analyses.exclude(runs__in=Run.objects.exclude(status=Run.Status.DONE))
    if state == "failed":
        return analyses.filter(runs__status=Run.Status.FAILED).distinct()
    if state == "cancelled":
        failed = Run.objects.filter(status=Run.Status.FAILED)
        return analyses.filter(runs__status=Run.Status.CANCELLED).exclude(runs__in=failed).distinct()
    return analyses
