"""On PostgreSQL the database itself hides another site's rows, also from a query that forgot its selector."""

import gc
import subprocess
import sys
from importlib import import_module
from itertools import count

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, models, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from factory.django import DjangoModelFactory

from edc import row_security
from edc.models import Site, Subject, User
from edc.row_security import RowScopeMiddleware, every_site
from tests.architecture.source_tree import ROOT
from tests.factories.models import SiteFactory, SiteUserObjectPermissionFactory, SubjectFactory, UserFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="row-level security is PostgreSQL's"),
]
APPS = ("edc", "imaging", "modeling")
# Rows of people's rights, of the study as a whole, or of a trail that is guarded by its selectors.
OPEN = {
    "edc_auditevent": "asked for by its selectors; its chain is verified as a whole",
    "edc_redactedcell": "a masked cell says nothing that its own row does not say",
    "edc_importcell": "the dry run of a file that its importer holds",
    "edc_siteuserobjectpermission": "the rights themselves",
    "edc_membership": "the rights themselves",
    "edc_apitoken": "the rights themselves",
    "edc_notification": "asked for by its recipient",
    "edc_rehearsal": "what a version would do, counted; its lines are behind the wall",
    "edc_designmigration": "a version put in force; its subjects are behind the wall",
    "edc_siteactivation": "a day and a version",
    "edc_referencerange": "what a laboratory calls normal",
    "edc_specimen": "goes from site to site; asked for by its selectors",
    "edc_specimenstep": "goes from site to site; asked for by its selectors",
    "edc_entryrate": "a share and the decision on it",
    "edc_verificationplan": "a plan holds no subject's data",
}

# A hold of the whole study has no site and holds everybody.
OR_OF_THE_STUDY = {"edc_hold", "edc_holdrequest"}


def owner_of(model: type[models.Model], seen: frozenset = frozenset()) -> list[str] | None:
    """Return the relations that lead from a model to a site, the shortest first; None where none does."""
    if model is Site:
        return []
    ways = []
    for field in model._meta.fields:
        above = field.related_model if field.is_relation else None
        if above is None or above in seen or above is model or above._meta.app_label not in APPS:
            continue
        if above._meta.db_table in OPEN:
            continue
        way = owner_of(above, seen | {model})
        if way is not None:
            ways.append([field.name, *way])
    return min(ways, key=len, default=None)


def walled() -> dict[str, type[models.Model]]:
    """Return the tables whose rows belong to a site, by the relations of their models."""
    found = {each._meta.db_table: each for app in APPS for each in apps.get_app_config(app).get_models()}
    above = {each: owner_of(each) for each in found.values()}
    return {name: each for name, each in found.items() if above[each] and name not in OPEN}


def factories(base: type = DjangoModelFactory) -> dict[type, type]:
    for path in (ROOT / "tests/factories").glob("*.py"):
        import_module(f"tests.factories.{path.stem}")
    found = {}
    for each in base.__subclasses__():
        found |= factories(each)
        if each._meta.model:
            found.setdefault(each._meta.get_model_class(), each)
    return found


def site_of(row: models.Model) -> Site:
    for name in owner_of(type(row)) or ():
        row = getattr(row, name)
    return row


def person_of(site: Site) -> User:
    return SiteUserObjectPermissionFactory(content_object=site).user


def asked_by(user, ask, request=None):
    """Return what a view without any selector finds for the person."""
    request = request or RequestFactory().get("/")
    request.user = user
    found = []

    def view(_request):
        found.append(ask())
        return HttpResponse()

    RowScopeMiddleware(view)(request)
    return found[0]


def test_every_table_of_a_sites_rows_is_behind_the_wall():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        held = {name for (name,) in cursor.fetchall()}

    assert held == set(walled())


def test_the_tests_run_as_a_role_that_policies_hold():
    assert not row_security.bypasses_row_security()


@pytest.mark.parametrize("table", sorted(walled()))
def test_a_query_without_selector_shows_the_rows_of_ones_own_sites_alone(table):
    model = walled()[table]
    row = factories()[model](**({"site": SiteFactory()} if table in OR_OF_THE_STUDY else {}))
    site = site_of(row)

    def ask():
        return model._default_manager.filter(pk=row.pk).exists()

    assert asked_by(AnonymousUser(), ask) is False
    assert asked_by(person_of(SiteFactory()), ask) is False
    assert asked_by(person_of(site), ask) is True


def test_a_person_of_two_sites_sees_both_and_no_third():
    first, second, _third = (SubjectFactory() for _ in range(3))
    user = person_of(first.site)
    SiteUserObjectPermissionFactory(user=user, content_object=second.site)

    assert asked_by(user, lambda: set(Subject.objects.all())) == {first, second}


def test_a_token_of_one_site_shows_that_site_alone():
    first, second = SubjectFactory(), SubjectFactory()
    user = person_of(first.site)
    SiteUserObjectPermissionFactory(user=user, content_object=second.site)
    token = user.api_tokens.create(
        name="t", prefix="tdm_", token_sha256="0" * 64, scopes=["read"], site=second.site,
        expires_at="2999-01-01T00:00Z",
    )  # fmt: skip
    user.api_token = token

    assert asked_by(user, lambda: list(Subject.objects.all())) == [second]


def test_rows_of_another_site_are_neither_changed_nor_written():
    mine, theirs = SubjectFactory(), SubjectFactory()
    user = person_of(mine.site)

    def write():
        changed = Subject.objects.update(cohort="B")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Subject.objects.filter(pk=mine.pk).update(site=theirs.site)
        return changed

    assert asked_by(user, write) == 1
    theirs.refresh_from_db()
    assert theirs.cohort == ""


def test_what_needs_every_site_says_so_and_the_wall_stands_again_afterwards():
    mine, theirs = SubjectFactory(), SubjectFactory()

    def ask():
        with every_site("a test"):
            everything = set(Subject.objects.all())
        with pytest.raises(DatabaseError), transaction.atomic(), every_site("a test"):
            Subject.objects.filter(pk=mine.pk).update(site=None)
        return everything, set(Subject.objects.all())

    assert asked_by(person_of(mine.site), ask) == ({mine, theirs}, {mine})
    with pytest.raises(ValueError, match="say what"), every_site(""):
        pass


def test_a_streamed_answer_keeps_its_sites_until_it_is_sent():
    mine, _theirs = SubjectFactory(), SubjectFactory()
    request = RequestFactory().get("/")
    request.user = person_of(mine.site)

    def stream(_request):
        return StreamingHttpResponse(str(Subject.objects.count()) for _ in count())

    response = RowScopeMiddleware(stream)(request)
    parts = iter(response)

    assert next(parts) == b"1"
    # As a server does when the client is gone.
    del parts, response
    gc.collect()
    assert Subject.objects.count() == 2


def test_a_connection_that_nobody_named_shows_nothing():
    SubjectFactory()
    row_security._set("")

    assert Subject.objects.count() == 0
    assert User.objects.count() > 0
    row_security._set(row_security.ALL)


def test_a_web_process_begins_with_no_site_and_a_command_with_all(tmp_path):
    ask = "from django.conf import settings; print(repr(settings.ROW_SCOPE))"
    said = [
        subprocess.run(
            [sys.executable, "-c", f"import {first}; import django; django.setup(); {ask}"],
            cwd=ROOT, env={"TANDEM_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for first in ("config.wsgi", "config.asgi", "config.celery")
    ]  # fmt: skip

    assert said == ["''", "''", "'all'"]


def test_a_person_without_sites_sees_no_rows():
    SubjectFactory()

    assert asked_by(UserFactory(), Subject.objects.count) == 0
