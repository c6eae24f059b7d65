"""The fixtures that every test of a study may use: a published small study, its sites and its people."""

from collections.abc import Callable, Iterator

import pytest

from edc import access
from edc.design.study import StudyDesign
from edc.models import DesignVersion, Membership, Site, Study, Subject, User
from edc.services.design import publish_design
from edc.services.enrol import enrol_subject
from tests.factories.designs import small_design
from tests.factories.guards import flush_behind_the_guards
from tests.factories.models import UserFactory
from tests.factories.training import accept_where_signing


@pytest.fixture(scope="session", autouse=True)
def _flush_append_only_tables() -> Iterator[None]:
    """Let the flush between transactional tests empty the append-only tables."""
    with flush_behind_the_guards():
        yield


@pytest.fixture
def design() -> StudyDesign:
    """The small design; a test that needs another builds it with `small_design`."""
    return small_design()


@pytest.fixture
def system(db: None) -> User:
    """A named system user."""
    return UserFactory(username="system.tests", is_system=True)


@pytest.fixture
def version(design: StudyDesign, system: User) -> DesignVersion:
    """The published version of the small design."""
    return publish_design(design=design, actor=system)


@pytest.fixture
def study(version: DesignVersion) -> Study:
    return version.study


@pytest.fixture
def site(study: Study) -> Site:
    return study.sites.get(oid="S01")


@pytest.fixture
def other_site(study: Study) -> Site:
    return study.sites.get(oid="S02")


@pytest.fixture
def member(site: Site) -> Callable[..., User]:
    """Return a function that makes a user with a role at a site (`site` unless told; study_wide=True:
    everywhere); whose role signs has accepted the statement on signatures.
    """

    def make(username: str, role: str, site: Site = site, *, study_wide: bool = False) -> User:
        user = User.objects.filter(username=username).first() or UserFactory(username=username)
        where = None if study_wide else site
        Membership.objects.get_or_create(user=user, study=site.study, site=where, role=role)
        access.sync_grants(user)
        accept_where_signing(user, role)
        return user

    return make


@pytest.fixture
def subject(site: Site, member: Callable[..., User]) -> Subject:
    """A subject at `site`, enrolled by the CRC `crc0`."""
    return enrol_subject(site=site, actor=member("crc0", "crc"))
