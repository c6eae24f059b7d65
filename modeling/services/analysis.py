"""Analyses: a subject's images taken to a score in steps, each a run; requested, cancelled, carried on."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit, jobs
from edc.errors import InvalidInput, NotNow
from edc.models import User
from imaging.models import ImagingStudy, Segmentation
from modeling.models import Analysis, ModelVersion, Run

TASKS = {
    Run.Step.SEGMENT: "modeling.tasks.segment_lesion",
    Run.Step.RADIOMICS: "modeling.tasks.extract_radiomics",
    Run.Step.EMBED: "modeling.tasks.embed_volume",
    Run.Step.SCORE: "modeling.tasks.score_subject",
}


@transaction.atomic
def request_analysis(
    *,
    imaging_study: ImagingStudy,
    model_version: ModelVersion,
    actor: User,
    segmentation: Segmentation | None = None,
    seed: list[float] | None = None,
) -> Analysis:
    """Queue the four steps; the first starts once this has committed.

    The lesion comes from `segmentation` (a mask of one of the study's series) or grows from `seed`, a point
    in patient coordinates (x, y, z) in mm. Raises InvalidInput where neither or an unfit one is given.
    """
    site = imaging_study.subject.site
    access.require(actor, "run_models", site=site)
    _check_start(imaging_study, model_version, segmentation, seed)
    analysis = Analysis.objects.create(
        subject=imaging_study.subject,
        imaging_study=imaging_study,
        model_version=model_version,
        segmentation=segmentation,
        seed=seed,
        requested_by=actor,
    )
    for ordinal, step in enumerate(TASKS):
        Run.objects.create(analysis=analysis, step=step, ordinal=ordinal)
    audit.record(
        actor=actor, action="analysis.requested", target=analysis,
        after={"imaging_study": imaging_study.pk, "model": str(model_version), "seed": seed,
               "segmentation": segmentation.pk if segmentation else None},
    )  # fmt: skip
    queue_next(analysis)
    return analysis


def _check_start(
    study: ImagingStudy, model: ModelVersion, segmentation: Segmentation | None, seed: list[float] | None
) -> None:
    if model.study_id != study.subject.study_id or model.state == ModelVersion.State.RETIRED:
        raise InvalidInput(
            _("Choose a model of this study that is not retired."), fields={"model": str(model)}
        )
    if segmentation is not None and segmentation.series.imaging_study_id != study.pk:
        raise InvalidInput(
            _("The mask belongs to other images."), fields={"segmentation": str(segmentation.pk)}
        )
    if segmentation is None and (seed is None or len(seed) != 3):
        raise InvalidInput(
            _("Give a mask, or a point inside the lesion as x, y, z in mm."), fields={"seed": str(seed)}
        )


def queue_next(analysis: Analysis) -> Run | None:
    """Queue the first step that still waits; None when there is none. Needs the caller's transaction."""
    run = analysis.runs.select_for_update().filter(status=Run.Status.WAITING).order_by("ordinal").first()
    if run is None:
        return None
    run.status, run.queued_at = Run.Status.QUEUED, timezone.now()
    run.save(update_fields=["status", "queued_at"])
    send(run)
    return run


def send(run: Run) -> None:
    """Send the message of a queued run once the transaction has committed; a duplicate is harmless."""
    jobs.enqueue(TASKS[Run.Step(run.step)], run_id=run.pk)


@transaction.atomic
def cancel_analysis(*, analysis: Analysis, actor: User) -> Analysis:
    """Cancel what has not started, and ask the running step to stop at its next sign of progress."""
    access.require(actor, "run_models", site=analysis.subject.site)
    open_runs = analysis.runs.select_for_update().exclude(status__in=Run.ENDED)
    if not open_runs.exists():
        raise NotNow(_("This analysis has already ended."))
    analysis.cancel_requested_at = timezone.now()
    analysis.save(update_fields=["cancel_requested_at"])
    open_runs.filter(status__in=[Run.Status.WAITING, Run.Status.QUEUED]).update(
        status=Run.Status.CANCELLED, ended_at=timezone.now()
    )
    audit.record(actor=actor, action="analysis.cancelled", target=analysis)
    return analysis
