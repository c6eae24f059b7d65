"""Waiting for the real worker, with a line for each step and a clear word when it does not come."""

import time
from collections.abc import Callable

from django.utils import timezone

from edc.heartbeat import worker_ages
from edc.models import AuditEvent, Study
from modeling.models import Analysis, ModelVersion, Run
from modeling.services.training import FAILED, demo_model_of

POLL_SECONDS = 0.5
MODEL_SECONDS = 420
ANALYSIS_SECONDS = 300
Say = Callable[[str], None]


class WorkerFailed(Exception):
    """The worker did not do what was asked; the text says what to look at."""


def wait_for_model(study: Study, *, since: object, say: Say) -> ModelVersion:
    """Return the demonstration model once a worker has trained it."""
    started = time.monotonic()
    told = 0
    while True:
        model = demo_model_of(study)
        if model is not None:
            return model
        failed = AuditEvent.objects.filter(action=FAILED, target_id=str(study.pk), at__gte=since).first()
        if failed is not None:
            cause = (failed.after or {}).get("cause", "an unknown fault")
            raise WorkerFailed(f"Training failed with {cause}. See the log of worker-gpu.")
        waited = int(time.monotonic() - started)
        if waited // 10 > told:
            told = waited // 10
            say(f"  training, {waited} s ({_workers()})")
        if waited > MODEL_SECONDS:
            raise WorkerFailed(f"No model after {waited} s; {_workers()}. Is a worker on the queue gpu?")
        time.sleep(POLL_SECONDS)


def wait_for_analysis(analysis: Analysis, *, say: Say) -> None:
    """Return when every step of the analysis is done."""
    started = time.monotonic()
    shown: dict[str, str] = {}
    while True:
        runs = list(analysis.runs.order_by("ordinal"))
        for run in runs:
            if shown.get(run.step) != run.status and run.status != Run.Status.WAITING:
                shown[run.step] = run.status
                say(f"  {analysis.subject.subject_key} {run.step}: {run.status}")
        broken = next((run for run in runs if run.status in (Run.Status.FAILED, Run.Status.CANCELLED)), None)
        if broken is not None:
            raise WorkerFailed(f"Step {broken.step} ended as {broken.status}: {broken.error_en}")
        if all(run.status == Run.Status.DONE for run in runs):
            return
        if time.monotonic() - started > ANALYSIS_SECONDS:
            raise WorkerFailed(f"The analysis did not end in {ANALYSIS_SECONDS} s; {_workers()}.")
        time.sleep(POLL_SECONDS)


def _workers() -> str:
    ages = worker_ages(now=timezone.now())
    alive = sorted(name.partition("@")[0] for name, age in ages.items() if age < 60)
    return f"workers alive: {', '.join(alive) or 'none'}"
