"""The demonstration model: trained once for a study by a worker, registered in somebody's name."""

from collections.abc import Callable

from django.db import transaction

from edc import access, audit, jobs
from edc.models import Study, User
from modeling.models import ModelVersion
from modeling.services.registry import register_model

NAME, VERSION = "TA-Fusion", "1.0.0"
FAILED = "model.training_failed"


@transaction.atomic
def request_demo_model(*, study: Study, actor: User) -> None:
    """Ask a worker to train the study's demonstration model; the actor will stand as who registered it."""
    access.require(actor, "develop_models", study=study)
    audit.record(actor=actor, action="model.training_requested", target=study, after={"model": NAME})
    jobs.enqueue("modeling.tasks.train_demo_model", study_id=study.pk, actor_id=actor.pk)


def demo_model_of(study: Study) -> ModelVersion | None:
    """Return the study's demonstration model, None before it was trained."""
    return ModelVersion.objects.filter(study=study, name=NAME, version=VERSION).first()


def keep_trained(*, study: Study, actor: User, train: Callable[[], tuple[bytes, dict]]) -> ModelVersion:
    """Train unless the study has the model, and register what `train` gives back: bundle and manifest."""
    known = demo_model_of(study)
    if known is not None:
        return known
    bundle, manifest = train()
    manifest = {**manifest, "study": study.oid, "version": VERSION}
    return register_model(
        study=study, name=NAME, version=VERSION, bundle=bundle, manifest=manifest, actor=actor
    )


@transaction.atomic
def note_failed_training(*, study: Study, actor: User, cause: str) -> None:
    """Write in the audit that training failed, so that who waits for the model is told."""
    audit.record(actor=actor, action=FAILED, target=study, after={"model": NAME, "cause": cause})
