"""Starting, watching and stopping analyses at the page and through the API."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from edc.models import AuditEvent
from modeling.models import Analysis, ModelVersion, Run
from modeling.services.runs import RunCancelled, claim_run, complete_run, end_run_badly, report_progress
from tests.factories.imaging import SegmentationFactory, SeriesFactory
from tests.factories.modeling import FeatureSetFactory, ModelVersionFactory
from tests.modeling.conftest import make_analysis

pytestmark = pytest.mark.django_db


@pytest.fixture
def images(subject, model):
    """Images of the subject without an analysis."""
    analysis = make_analysis(subject, model, "done")
    study = analysis.imaging_study
    Run.objects.all().delete()
    Analysis.objects.all().delete()
    return study


def start(client, images, **fields):
    return client.post(f"/modeling/runs/start/{images.pk}/", fields)


@pytest.mark.parametrize(
    ("role", "status"),
    [("data_scientist", 302), ("clinician", 403), ("investigator", 403), ("crc", 404), ("auditor", 404)],
)
def test_those_who_run_models_start_them(images, model, member, as_user, role, status):
    answer = start(as_user(member("ada", role)), images, model=model.pk, seed="1, 2, 3")

    assert answer.status_code == status
    assert Analysis.objects.count() == (status == 302)


def test_a_request_queues_the_first_step_and_leaves_its_trail(images, model, scientist, as_user):
    start(as_user(scientist), images, model=model.pk, seed="-84.5，12, 30")

    analysis = Analysis.objects.get()
    assert analysis.seed == [-84.5, 12.0, 30.0]
    assert [run.status for run in analysis.runs.all()] == ["queued", "waiting", "waiting", "waiting"]
    assert AuditEvent.objects.get(action="analysis.requested").after["model"] == str(model)


@pytest.mark.parametrize("seed", ["", "1, 2", "a, b, c", "1 2 3"])
def test_without_a_point_or_a_mask_nothing_starts_and_the_page_says_why(
    images, model, scientist, as_user, seed
):
    answer = start(as_user(scientist), images, model=model.pk, seed=seed)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Analysis.objects.exists()


def test_a_mask_of_other_images_is_refused(images, model, scientist, as_user):
    other = SegmentationFactory(series=SeriesFactory(imaging_study__subject=images.subject))

    answer = start(as_user(scientist), images, model=model.pk, segmentation=other.pk)

    assert answer.status_code == 422


def test_a_retired_model_starts_nothing(images, model, scientist, as_user):
    ModelVersion.objects.update(state="retired")

    assert start(as_user(scientist), images, model=model.pk, seed="1, 2, 3").status_code == 422


def test_the_same_request_through_the_api_answers_with_the_runs(images, model, scientist):
    client = APIClient()
    client.force_login(scientist)
    body = {"study_instance_uid": images.study_instance_uid, "model": model.pk, "seed": [1, 2, 3]}

    first = client.post("/api/v1/runs/", body, format="json", headers={"Idempotency-Key": "k1"})
    again = client.post("/api/v1/runs/", body, format="json", headers={"Idempotency-Key": "k1"})

    assert (first.status_code, [run["step"] for run in first.json()][0]) == (201, "segment")
    assert again.json() == first.json()
    assert Analysis.objects.count() == 1


def test_cancelling_ends_what_waits_and_stops_what_runs_at_its_next_report(
    subject, model, scientist, as_user
):
    analysis = make_analysis(subject, model, "waiting")
    analysis.runs.filter(step="segment").update(status="queued", queued_at=timezone.now())
    run = claim_run(run_id=analysis.runs.get(step="segment").pk, task_id="t", worker="here")

    answer = as_user(scientist).post(f"/modeling/runs/{analysis.public_id}/cancel/")

    assert answer.status_code == 302
    with pytest.raises(RunCancelled):
        report_progress(run=run, percent=50)
    assert not complete_run(run=run, provenance={}, output={})
    assert sorted(analysis.runs.values_list("status", flat=True)) == ["cancelled"] * 3 + ["running"]
    assert as_user(scientist).post(f"/modeling/runs/{analysis.public_id}/cancel/").status_code == 302


def test_a_finished_analysis_cannot_be_cancelled(subject, model, scientist, as_user):
    analysis = make_analysis(subject, model, "done")

    assert as_user(scientist).post(f"/modeling/runs/{analysis.public_id}/cancel/").status_code == 409


def test_a_run_is_claimed_once_and_its_rows_come_with_its_end(subject, model):
    analysis = make_analysis(subject, model, "waiting")
    analysis.runs.filter(step="radiomics").update(status="queued")
    pk = analysis.runs.get(step="radiomics").pk
    run = claim_run(run_id=pk, task_id="one", worker="here")

    assert claim_run(run_id=pk, task_id="two", worker="there") is None
    row = FeatureSetFactory.build(run=run, series=SeriesFactory(), segmentation=SegmentationFactory())
    assert complete_run(run=run, provenance={"device": "cpu"}, output={}, rows=(row,))
    assert not complete_run(run=run, provenance={}, output={}, rows=())
    assert run.feature_sets.count() == 1
    assert claim_run(run_id=pk, task_id="one", worker="here") is None


def test_a_failed_step_cancels_those_after_it_and_the_page_tells_the_cause(
    subject, model, scientist, as_user
):
    analysis = make_analysis(subject, model, "waiting")
    analysis.runs.filter(step="segment").update(status="queued")
    run = claim_run(run_id=analysis.runs.get(step="segment").pk, task_id="t", worker="here")
    end_run_badly(
        run_id=run.pk, task_id="t", code="no_edge", zh="没有边界", en="The region has no clear edge"
    )

    page = as_user(scientist).get(f"/modeling/runs/{analysis.public_id}/").content.decode()

    assert "The region has no clear edge" in page
    assert sorted(analysis.runs.values_list("status", flat=True)) == ["cancelled"] * 3 + ["failed"]
    assert AuditEvent.objects.get(action="run.failed").after["code"] == "no_edge"


def test_progress_fetches_itself_until_the_end(subject, model, scientist, as_user):
    analysis = make_analysis(subject, model, "queued")
    client = as_user(scientist)
    url = f"/modeling/runs/{analysis.public_id}/progress/"

    waiting = client.get(url).content.decode()
    analysis.runs.update(status="done")
    ended = client.get(url, headers={"HX-Request": "true"})

    assert "every 2s" in waiting
    assert "every 2s" not in ended.content.decode()
    assert ended.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("state", "shown"),
    [("running", "queued"), ("done", "done"), ("failed", "failed"), ("cancelled", "cancelled")],
)
def test_the_list_filters_by_state(subject, model, scientist, as_user, state, shown):
    kept = {
        status: make_analysis(subject, model, status) for status in ("queued", "done", "failed", "cancelled")
    }

    page = as_user(scientist).get(f"/modeling/runs/?state={state}").content.decode()

    assert [status for status, each in kept.items() if f'/modeling/runs/{each.public_id}/"' in page] == [
        shown
    ]


def test_another_site_s_analyses_are_not_found(subject, model, elsewhere, as_user):
    analysis = make_analysis(subject, model, "done")

    assert as_user(elsewhere).get(f"/modeling/runs/{analysis.public_id}/").status_code == 404


def test_the_model_list_and_page_show_its_evaluation(model, scientist, as_user):
    client = as_user(scientist)

    assert str(model) in client.get("/modeling/models/").content.decode()
    page = client.get(f"/modeling/models/{model.pk}/").content.decode()
    assert "0.700" in page
    assert "not for clinical use" in page


def test_a_model_is_approved_by_another_person_than_who_registered_it(study, member, as_user):
    both = member("eva", "data_scientist", study_wide=True)
    member("eva", "investigator")
    model = ModelVersionFactory(study=study, state="draft", registered_by=both, approved_by=None)
    move = f"/modeling/models/{model.pk}/"

    assert as_user(both).post(f"{move}validate/").status_code == 302
    assert as_user(both).post(f"{move}approve/").status_code == 409
    assert as_user(member("pia", "investigator")).post(f"{move}approve/").status_code == 302
    model.refresh_from_db()
    assert (model.state, model.approved_by.username) == ("approved", "pia")


@pytest.mark.parametrize(
    ("state", "step", "status"),
    [
        ("draft", "approve", 409),
        ("validated", "approve", 302),
        ("approved", "approve", 409),
        ("approved", "retire", 302),
        ("retired", "retire", 409),
        ("approved", "destroy", 400),
    ],
)
def test_a_model_moves_by_the_table_alone(study, member, as_user, state, step, status):
    model = ModelVersionFactory(study=study, state=state, approved_by=None)

    answer = as_user(member("pia", "investigator")).post(
        f"/modeling/models/{model.pk}/{step}/", {"reason": "Replaced."}
    )

    assert answer.status_code == status


def test_a_model_is_withdrawn_with_a_reason_only(study, member, as_user):
    model = ModelVersionFactory(study=study)
    client = as_user(member("pia", "investigator"))

    assert client.post(f"/modeling/models/{model.pk}/retire/", {"reason": " "}).status_code == 422
    assert client.post(f"/modeling/models/{model.pk}/retire/", {"reason": "Replaced."}).status_code == 302
    assert AuditEvent.objects.get(action="model.retired").reason == "Replaced."
