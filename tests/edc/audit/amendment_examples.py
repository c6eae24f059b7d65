"""Examples of the services around amendments, for `test_every_service_records.py`."""

from datetime import timedelta

from django.utils import timezone

from edc.models import Rehearsal
from edc.services import background
from edc.services.activation import set_activation, set_activations, withdraw_activation
from edc.services.amendment import (
    cancel_migration,
    cancel_rehearsal,
    rehearse,
    request_migration,
    request_rehearsal,
)
from edc.services.amendment.subject import migrate_subject
from edc.services.design import publish_design
from tests.factories.amendments import DesignMigrationFactory, RehearsalFactory, amended_design


def _later(world):
    return publish_design(design=amended_design(), actor=world.system)


def _set(world, days=0, version=None):
    return set_activation(
        site=world.site, version=version or _later(world), approval="EC 2026-7", actor=world.manager,
        active_from=timezone.localdate() + timedelta(days=days),
    )  # fmt: skip


def _rehearsed(world):
    version = _later(world)
    _set(world, version=version)
    asked = request_rehearsal(version=version, site=world.site, actor=world.manager)
    held = background.claim(Rehearsal, asked.pk, "task", "worker")
    return rehearse(held, lambda percent, what: None)


AMENDMENTS = {
    "activation.set_activation": (_later, lambda w, version: _set(w, version=version)),
    "activation.set_activations": (
        _later,
        lambda w, version: set_activations(
            sites=[w.site], version=version, active_from=timezone.localdate(), approval="EC", actor=w.manager
        ),
    ),
    "activation.withdraw_activation": (
        lambda w: _set(w, days=3),
        lambda w, each: withdraw_activation(activation=each, reason="Later", actor=w.manager),
    ),
    "amendment.rehearse.request_rehearsal": (
        _later,
        lambda w, version: request_rehearsal(version=version, site=None, actor=w.manager),
    ),
    "amendment.rehearse.cancel_rehearsal": (
        lambda w: RehearsalFactory(design_version=_later(w)),
        lambda w, asked: cancel_rehearsal(rehearsal=asked, actor=w.manager),
    ),
    "amendment.migrate.request_migration": (
        _rehearsed,
        lambda w, made: request_migration(rehearsal=made, reason="Amendment", actor=w.manager),
    ),
    "amendment.migrate.cancel_migration": (
        lambda w: DesignMigrationFactory(rehearsal=RehearsalFactory(design_version=_later(w))),
        lambda w, asked: cancel_migration(migration=asked, actor=w.manager),
    ),
    "amendment.subject.migrate_subject": (
        _later,
        lambda w, version: migrate_subject(
            subject=w.subject, version=version, reason="Amendment", actor=w.manager
        ),
    ),
}
