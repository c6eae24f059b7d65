"""A study with an amended version, and one subject whose forms are complete."""

import pytest
from django.utils import timezone

from edc.models import DesignMigration, Rehearsal
from edc.services import background
from edc.services.activation import set_activation
from edc.services.amendment import migrate, rehearse, request_migration, request_rehearsal
from edc.services.design import publish_design
from tests.factories.amendments import amended_design


@pytest.fixture
def later(study, system):
    return publish_design(design=amended_design(), actor=system)


@pytest.fixture
def manager(member):
    return member("meg", "data_manager", study_wide=True)


@pytest.fixture
def entered(complete, subject):
    """Return the subject with demographics (a note) and chemistry (bilirubin in umol/L) complete."""
    complete("FO.DM", NOTE="As told", AGE="58")
    complete("FO.LBC", BILI="20", ALB="40")
    return subject


@pytest.fixture
def rehearsed(later, manager):
    def run(site=None, version=None):
        asked = request_rehearsal(version=version or later, site=site, actor=manager)
        return work(Rehearsal, asked.pk, rehearse)

    return run


@pytest.fixture
def migrated(manager, later):
    """Return a function that follows a rehearsal, with the version holding at every site from today on."""

    def run(rehearsal, step=migrate):
        for site in rehearsal.study.sites.all():
            if not site.activations.exists():
                set_activation(
                    site=site, version=later, active_from=timezone.localdate(), approval="EC 7", actor=manager
                )
        asked = request_migration(rehearsal=rehearsal, reason="Amendment 2", actor=manager)
        return work(DesignMigration, asked.pk, step)

    return run


def work(model, pk, step):
    """Do background work as its task does it, and return its row."""
    held = background.claim(model, pk, f"task-{pk}", "worker@here")
    try:
        step(held, lambda percent, what: background.report(held, percent, what))
    except Exception as error:  # noqa: BLE001 - as the task: whatever ends it is written on the row
        background.end_badly(held, error)
    return model.objects.get(pk=pk)
