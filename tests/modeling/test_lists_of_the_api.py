"""Runs and scores through the API are narrowed by declared filters; one that means nothing is refused."""

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db


def found(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.json()
    return len(answer.json()["results"])


@pytest.fixture
def program(score, scientist):
    client = APIClient()
    client.force_login(scientist)
    return client


@pytest.mark.parametrize(
    ("asked", "runs"),
    [
        ("", 4), ("?step=score", 1), ("?status=done&site=S01", 4), ("?status=failed", 0),
        ("?subject_key=01-0001", 4), ("?subject_key=01-0009", 0), ("?study=ChiCTR0000000000", 0),
    ],
)  # fmt: skip
def test_runs_are_narrowed_by_what_is_asked(program, asked, runs):
    assert found(program, f"runs/{asked}") == runs


@pytest.mark.parametrize(
    ("asked", "scores"),
    [
        ("", 1), ("?abstained=false", 1), ("?abstained=true", 0), ("?site=S02", 0),
        ("?subject_key=01-0001", 1), ("?study=ChiCTR0000000000", 0),
    ],
)  # fmt: skip
def test_scores_are_narrowed_by_what_is_asked(program, score, asked, scores):
    assert found(program, f"scores/{asked}") == scores
    assert found(program, f"scores/?band={score.band}&model={score.model_version_id}") == 1


@pytest.mark.parametrize("path", ["runs/?status=lost", "runs/?analysis=7", "scores/?band=purple"])
def test_a_filter_that_means_nothing_is_refused_by_name(program, path):
    answer = program.get(f"/api/v1/{path}")

    name = path.partition("?")[2].partition("=")[0]
    assert answer.status_code == 400
    assert name in answer.json()["errors"]
