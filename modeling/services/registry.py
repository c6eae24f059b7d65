"""The model registry: versions by content, and the steps by which one becomes usable."""

import os
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Study, User
from modeling.models import ModelVersion


def bundle_path(version: ModelVersion) -> Path:
    """Return where the version's bundle lies: under its manifest's hash, never overwritten."""
    return Path(settings.MODEL_DIR) / f"{version.manifest_sha256}.zip"


@transaction.atomic
def register_model(
    *, study: Study, name: str, version: str, bundle: bytes, manifest: dict, actor: User
) -> ModelVersion:
    """Keep a bundle under its hash and register it as a draft; the same bundle again is the same version.

    A manifest that says `synthetic` makes a demonstration model: every page and print of its scores says so.
    """
    access.require(actor, "develop_models", study=study)
    sha256 = audit.digest(manifest)
    known = ModelVersion.objects.filter(manifest_sha256=sha256).first()
    if known is not None:
        return known
    if ModelVersion.objects.filter(study=study, name=name, version=version).exists():
        raise InvalidInput(
            _("This version number is taken by another model; give a new one."), fields={"version": version}
        )
    model = ModelVersion.objects.create(
        study=study,
        name=name,
        version=version,
        manifest=manifest,
        manifest_sha256=sha256,
        weights_sha256=manifest["weights_sha256"],
        demonstration=bool(manifest.get("synthetic")),
        registered_by=actor,
    )
    _keep(bundle, bundle_path(model))
    audit.record(
        actor=actor, action="model.registered", target=model,
        after={"model": str(model), "manifest_sha256": sha256, "weights_sha256": model.weights_sha256},
    )  # fmt: skip
    return model


def _keep(bundle: bytes, target: Path) -> None:
    """Write the file whole or not at all, also when two workers train the same model at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(bundle)
    part.replace(target)


@transaction.atomic
def validate_model(*, model_version: ModelVersion, actor: User) -> ModelVersion:
    """Mark a draft as validated by its evaluation."""
    access.require(actor, "develop_models", study=model_version.study)
    return _move(model_version, ModelVersion.State.VALIDATED, actor)


@transaction.atomic
def approve_model(*, model_version: ModelVersion, actor: User) -> ModelVersion:
    """Release a validated version for review by clinicians; not by the person who registered it."""
    access.require(actor, "approve_models", study=model_version.study)
    if model_version.registered_by_id == actor.pk:
        raise NotNow(_("Another person than the one who registered the model must approve it."))
    model_version.approved_by = actor
    return _move(model_version, ModelVersion.State.APPROVED, actor)


@transaction.atomic
def retire_model(*, model_version: ModelVersion, actor: User, reason: str) -> ModelVersion:
    """Withdraw a version; its scores stay readable in the audit, and no new ones are made."""
    access.require(actor, "approve_models", study=model_version.study)
    if not reason.strip():
        raise InvalidInput(
            _("Say why the model is withdrawn."), fields={"reason": _("A reason is required.")}
        )
    return _move(model_version, ModelVersion.State.RETIRED, actor, reason=reason.strip()[:300])


def _move(model: ModelVersion, state: str, actor: User, reason: str = "") -> ModelVersion:
    before = model.state
    if (before, state) not in ModelVersion.MOVES:
        raise NotNow(
            _("The model is %(state)s; this step does not follow.") % {"state": model.get_state_display()}
        )
    moved = ModelVersion.objects.filter(pk=model.pk, state=before).update(
        state=state, approved_by=model.approved_by
    )
    if not moved:
        raise NotNow(_("Somebody else changed the model meanwhile; open it again."))
    model.state = state
    audit.record(
        actor=actor, action=f"model.{state}", target=model, before=before, after=state, reason=reason
    )
    return model
