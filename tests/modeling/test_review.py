"""What a clinician sees of a score, and what deciding on it means."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from edc.models import AuditEvent
from modeling.models import ModelVersion, ScoreReview
from modeling.selectors import waiting_scores
from tests.factories.imaging import SegmentationFactory, SeriesFactory
from tests.factories.modeling import FeatureSetFactory

pytestmark = pytest.mark.django_db
OVERRIDE = {
    "decision": "override",
    "band": "middle",
    "reason_code": "mask_wrong",
    "reason": "Vessel included.",
}


def decide(client, score, **fields):
    return client.post(f"/modeling/review/{score.pk}/decide/", fields)


def test_the_page_shows_score_interval_reasons_and_that_it_is_a_demonstration(score, clinician, as_user):
    page = as_user(clinician).get(f"/modeling/review/{score.pk}/").content.decode()

    for words in (
        "High risk",
        "59–77",
        r"Total bilirubin 29.6 \u00b5mol/L",
        "not for clinical use",
        "Accept: High risk",
    ):
        assert words in page


def test_an_abstention_says_why_and_draws_no_strata(abstention, clinician, as_user):
    page = as_user(clinician).get(f"/modeling/review/{abstention.pk}/").content.decode()

    assert "Not scored" in page
    assert "Missing: delayed phase. Upload it." in page
    assert "survival-data" not in page
    assert "Accept:" not in page


@pytest.mark.parametrize(
    ("role", "page", "decision"),
    [
        ("clinician", 200, 302),
        ("investigator", 200, 403),
        ("data_scientist", 200, 403),
        ("crc", 404, 404),
        ("radiologist", 404, 404),
        ("auditor", 404, 404),
    ],
)
def test_scores_are_seen_and_decided_by_those_who_may(score, member, as_user, role, page, decision):
    client = as_user(member("ada", role))

    assert client.get(f"/modeling/review/{score.pk}/").status_code == page
    assert decide(client, score, decision="accept").status_code == decision
    assert ScoreReview.objects.count() == (decision == 302)


def test_another_site_finds_no_score(score, elsewhere, as_user):
    client = as_user(elsewhere)

    assert client.get(f"/modeling/review/{score.pk}/").status_code == 404
    assert client.get(f"/modeling/review/{score.pk}/report.pdf").status_code == 404
    assert score.subject.subject_key not in client.get("/modeling/review/?state=all").content.decode()


@pytest.mark.parametrize("state", ["draft", "validated"])
@pytest.mark.requirement("E13")
def test_a_model_that_is_not_approved_shows_its_scores_to_developers_alone(
    score, clinician, scientist, as_user, state
):
    ModelVersion.objects.update(state=state)

    assert as_user(clinician).get(f"/modeling/review/{score.pk}/").status_code == 404
    assert as_user(scientist).get(f"/modeling/review/{score.pk}/").status_code == 200
    assert not waiting_scores(clinician).exists()


def test_scores_of_a_retired_model_stay_readable_and_cannot_be_decided(score, clinician, as_user):
    ModelVersion.objects.update(state="retired")
    client = as_user(clinician)

    assert client.get(f"/modeling/review/{score.pk}/").status_code == 200
    assert decide(client, score, decision="accept").status_code == 409


def test_accepting_keeps_the_band_and_goes_to_the_next_case(score, make_score, clinician, as_user):
    following = make_score()

    answer = decide(as_user(clinician), following, decision="accept")

    review = ScoreReview.objects.get()
    assert (review.band, review.reviewer, review.score) == ("high", clinician, following)
    assert answer.url == "/modeling/review/"


@pytest.mark.requirement("E13")
def test_overriding_keeps_the_score_and_leaves_its_trail(score, clinician, as_user):
    decide(as_user(clinician), score, **OVERRIDE)

    score.refresh_from_db()
    event = AuditEvent.objects.get(action="score.reviewed")
    assert (score.value, score.band) == (68.0, "high")
    assert event.before["band"] == "high"
    assert event.after == {"decision": "override", "band": "middle", "reason_code": "mask_wrong"}
    assert (event.reason, event.actor, event.subject) == ("Vessel included.", clinician, score.subject)


@pytest.mark.parametrize(
    "changes",
    [
        {"band": "high"},
        {"band": "purple"},
        {"band": ""},
        {"reason_code": "", "reason": " "},
        {"reason_code": "other", "reason": ""},
        {"reason_code": "made_up"},
        {"decision": "perhaps"},
    ],
)
def test_an_override_without_another_band_or_a_reason_is_refused(score, clinician, as_user, changes):
    answer = decide(as_user(clinician), score, **(OVERRIDE | changes))

    assert answer.status_code == 422
    assert not ScoreReview.objects.exists()
    assert 'role="alert"' in answer.content.decode()


def test_one_person_decides_once(score, clinician, as_user):
    client = as_user(clinician)

    assert decide(client, score, decision="accept").status_code == 302
    assert decide(client, score, **OVERRIDE).status_code == 409
    assert ScoreReview.objects.count() == 1


def test_an_abstention_can_be_acknowledged_but_not_accepted(abstention, clinician, as_user):
    client = as_user(clinician)

    assert decide(client, abstention, decision="accept").status_code == 422
    seen = decide(
        client, abstention, decision="override", band="not_applicable", reason_code="no_score", reason=""
    )
    assert seen.status_code == 302
    assert ScoreReview.objects.get().reason


def test_the_api_and_the_page_share_the_rules(score, clinician):
    client = APIClient()
    client.force_login(clinician)
    url = f"/api/v1/scores/{score.pk}/reviews/"

    refused = client.post(url, {"decision": "override", "band": "middle"}, format="json")
    kept = client.post(url, OVERRIDE, format="json")

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert (kept.status_code, kept.json()["band"]) == (201, "middle")


def test_the_worklist_holds_what_waits_and_leaves_out_what_was_superseded(
    make_score, clinician, as_user, django_assert_max_num_queries
):
    first, second = make_score(), make_score()
    client = as_user(clinician)
    assert [each.pk for each in waiting_scores(clinician)] == [second.pk]

    with django_assert_max_num_queries(45):
        page = client.get("/modeling/review/")

    assert f"/modeling/review/{second.pk}/" in page.content.decode()
    assert f"/modeling/review/{first.pk}/" not in page.content.decode()
    assert f"/modeling/review/{first.pk}/" in client.get("/modeling/review/?state=all").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [("band=high", True), ("band=low", False), ("band=none", False), ("q=0001", True), ("q=9999", False)],
)
def test_the_worklist_filters(score, clinician, as_user, query, found):
    page = as_user(clinician).get(f"/modeling/review/?state=all&{query}").content.decode()

    assert (f"/modeling/review/{score.pk}/" in page) == found


def test_more_scores_cost_no_more_queries(make_score, clinician, as_user, django_assert_num_queries):
    client = as_user(clinician)
    make_score()
    client.get("/modeling/review/?state=all")
    with CaptureQueriesContext(connection) as one:
        client.get("/modeling/review/?state=all")
    few = len(one)
    for _ in range(5):
        make_score()
    client.get("/modeling/review/?state=all")  # That they were seen is recorded once.
    with django_assert_num_queries(few):
        client.get("/modeling/review/?state=all")


def test_provenance_names_the_form_of_each_value_and_every_run(score, clinician, as_user):
    score.inputs["clinical"] = {
        "IT.DM.AGE": {"value": 58, "entered": "58", "unit": "a", "form": 1, "form_oid": "FO.DM",
                      "path": "IT.DM.AGE", "stream": "entry-1", "content_sha256": "d" * 64},
    }  # fmt: skip
    score.save()

    page = as_user(clinician).get(f"/modeling/review/{score.pk}/provenance/").content.decode()

    assert "/forms/1/" in page
    assert "First entry" in page
    assert str(score.run.analysis.public_id) in page
    assert page.count("<summary><b>") == 4


def test_provenance_shows_every_feature_with_its_value(score, clinician, as_user):
    run = score.run.analysis.runs.get(step="radiomics")
    series = SeriesFactory(imaging_study=run.analysis.imaging_study)
    values = {"original_firstorder_Mean": 42.25, "original_shape_Sphericity": 0.5}
    FeatureSetFactory(run=run, series=series, segmentation=SegmentationFactory(series=series), values=values)

    page = as_user(clinician).get(f"/modeling/review/{score.pk}/provenance/").content.decode()

    assert "original_firstorder_Mean" in page
    assert "42.25" in page


def test_who_starts_runs_may_run_an_abstention_again_with_the_same_inputs(
    abstention, scientist, clinician, as_user
):
    analysis = abstention.run.analysis
    to = f"/modeling/runs/start/{analysis.imaging_study_id}/"
    assert (
        f'action="{to}"' not in as_user(clinician).get(f"/modeling/review/{abstention.pk}/").content.decode()
    )
    browser = as_user(scientist)
    answer = browser.get(f"/modeling/review/{abstention.pk}/")
    assert f'action="{to}"' in answer.content.decode()

    assert browser.post(to, answer.context["again"]["fields"]).status_code == 302

    newest = analysis.subject.analyses.order_by("pk").last()
    assert newest != analysis
    assert (newest.seed, newest.model_version) == (analysis.seed, analysis.model_version)


def test_who_reviews_nothing_reads_every_score_and_is_told_of_none_that_waits(score, member, as_user):
    page = as_user(member("pia", "investigator")).get("/modeling/review/").content.decode()

    assert score.subject.subject_key in page
    assert "wait for you" not in page
