"""What a model says is kept from those who may not know it yet, on every way that leads to it."""

import pytest
from rest_framework.test import APIClient

from edc.models import ApiToken
from edc.services.people import issue_token
from imaging.selectors import segmentations_visible_to
from modeling import selectors
from modeling.models import ModelVersion, Run
from tests.factories.imaging import SegmentationFactory, SeriesFactory

pytestmark = pytest.mark.django_db
WAYS = ["/api/v1/runs/", "/api/v1/scores/"]


@pytest.fixture
def said(score) -> Run:
    """The finished last step of an analysis, whose output tells the score."""
    run = score.run
    run.output = {"status": "scored", "score": 61.0, "band": "high"}
    run.save()
    return run


def counts(user) -> dict[str, int]:
    client = APIClient()
    client.force_login(user)
    return {way: len(client.get(way).data["results"]) for way in WAYS}


@pytest.mark.parametrize("state", ["draft", "validated"])
def test_a_clinician_learns_nothing_of_a_model_that_is_not_approved(said, clinician, as_user, state):
    approved = counts(clinician)
    ModelVersion.objects.update(state=state)
    page = f"/modeling/runs/{said.analysis.public_id}/"

    assert all(approved.values())
    assert counts(clinician) == dict.fromkeys(WAYS, 0)
    assert as_user(clinician).get(page).status_code == 404
    assert as_user(clinician).get("/modeling/runs/").context["rows"] == []


def test_who_develops_a_draft_sees_its_runs(said, scientist):
    ModelVersion.objects.update(state="draft")

    assert all(counts(scientist).values())


@pytest.mark.parametrize("other", ["clinician", "investigator", "data_scientist"])
@pytest.mark.parametrize("study_wide", [True, False])
def test_who_reads_the_images_sees_no_model_in_any_other_role(said, member, as_user, other, study_wide):
    member("ruth", other, study_wide=study_wide)
    alone = selectors.scores_visible_to(member("ruth", other, study_wide=study_wide)).count()
    ruth = member("ruth", "radiologist", study_wide=study_wide)

    assert alone == 1
    assert counts(ruth) == dict.fromkeys(WAYS, 0)
    assert as_user(ruth).get(f"/modeling/review/{said.score.pk}/").status_code == 404


def test_a_token_does_not_lift_the_blinding_of_its_owner(said, member):
    member("ruth", "clinician")
    ruth = member("ruth", "radiologist")
    mask = SegmentationFactory(series=SeriesFactory(imaging_study=said.analysis.imaging_study))
    site = said.analysis.subject.site
    _token, text = issue_token(
        user=ruth, name="reading", scopes=[ApiToken.Scope.READ], site=site, days=1, actor=ruth
    )
    client = APIClient(headers={"Authorization": f"Bearer {text}"})
    ruth.api_token = ApiToken.objects.get()

    assert [client.get(way).data["results"] for way in WAYS] == [[], []]
    assert mask not in segmentations_visible_to(ruth)
