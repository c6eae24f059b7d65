"""Who was shown what a model says leaves a row, so that it can be proved who did not know it."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from edc.models import AuditEvent
from modeling.services.views import SCORES

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("E3")]


def seen():
    return AuditEvent.objects.filter(action=SCORES).order_by("pk")


@pytest.fixture
def api(clinician):
    client = APIClient()
    client.force_login(clinician)
    return client


def test_each_opening_of_a_score_names_person_subject_and_score(score, clinician, as_user):
    door = as_user(clinician)
    for _time in range(2):
        assert door.get(f"/modeling/review/{score.pk}/").status_code == 200
    row = seen().last()

    assert seen().count() == 2
    assert (row.actor, row.subject, row.target_id, row.channel) == (
        clinician, score.subject, str(score.pk), "page",
    )  # fmt: skip
    assert (row.before, row.after) == (None, None)


def test_pages_about_the_same_score_add_nothing_in_a_sitting(score, clinician, as_user):
    door = as_user(clinician)
    for path in (
        f"review/{score.pk}/",
        f"review/{score.pk}/provenance/",
        f"runs/{score.run.analysis.public_id}/",
    ):
        assert door.get(f"/modeling/{path}").status_code == 200
    assert seen().count() == 1


@pytest.mark.parametrize("path", ["/", "/subjects/", "/modeling/review/", "/api/v1/scores/", "/api/v1/runs/"])
def test_lists_name_subjects_and_models_by_site_once_a_sitting(path, score, clinician, as_user, monkeypatch):
    door = as_user(clinician)
    for _time in range(2):
        assert door.get(path).status_code == 200
    row = seen().get()

    assert (row.site, row.subject) == (score.subject.site, None)
    assert row.after == {score.subject.subject_key: [str(score.model_version)]}
    monkeypatch.setattr("modeling.services.views.SITTING", timedelta(0))
    door.get(path)
    assert seen().count() == 2


@pytest.mark.parametrize("path", ["/api/v1/scores/{score}/", "/api/v1/runs/{run}/"])
def test_each_answer_of_the_api_about_one_score_is_a_row(path, score, api):
    for _time in range(2):
        assert api.get(path.format(score=score.pk, run=score.run.pk)).status_code == 200
    assert list(seen().values_list("target_id", "channel")) == [(str(score.pk), "api")] * 2


def test_who_is_shown_no_score_leaves_none(score, member, as_user):
    door = as_user(member("ruth", "radiologist"))
    for path in ("/", "/subjects/", f"/modeling/review/{score.pk}/"):
        door.get(path)
    assert not seen().exists()
