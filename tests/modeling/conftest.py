"""A subject with a scored analysis, and the people around it."""

from collections.abc import Callable

import pytest
from django.test import Client

from edc.models import FormInstance, Site, Subject, User
from modeling.models import Analysis, ModelVersion, Score
from tests.factories.imaging import ImagingStudyFactory
from tests.factories.modeling import AnalysisFactory, ModelVersionFactory, RunFactory, ScoreFactory, check
from tests.made_once import made_once


@pytest.fixture
def model(study, db) -> ModelVersion:
    """An approved model of the study."""
    return ModelVersionFactory(study=study)


@pytest.fixture
def make_score(subject: Subject, model: ModelVersion) -> Callable[..., Score]:
    """Return a function that makes a score of a subject, as a finished analysis would."""

    def make(subject: Subject = subject, model: ModelVersion = model, **fields: object) -> Score:
        analysis = make_analysis(subject, model, "done")
        return ScoreFactory(run=analysis.runs.get(step="score"), **fields)

    return make


def make_analysis(subject: Subject, model: ModelVersion, status: str) -> Analysis:
    form = FormInstance.objects.filter(subject=subject, imaging_study__isnull=True).first()
    images = subject.imaging_studies.first() or ImagingStudyFactory(form=form, subject=subject)
    analysis = AnalysisFactory(imaging_study=images, subject=subject, model_version=model)
    for step in ("segment", "radiomics", "embed", "score"):
        RunFactory(analysis=analysis, step=step, status=status)
    return analysis


@pytest.fixture
def score(make_score: Callable[..., Score]) -> Score:
    return make_score()


@pytest.fixture
def abstention(make_score: Callable[..., Score]) -> Score:
    """A case that the model does not score for want of a phase."""
    failed = check(passed=False)
    return make_score(
        value=None, probability=None, interval_low=None, interval_high=None, band="", contributions=[],
        abstained=True, checks=[failed], abstain_reasons=[{"code": "phases", **failed["remedy"]}],
    )  # fmt: skip


@pytest.fixture
def clinician(member: Callable[..., User]) -> User:
    return member("hana", "clinician")


@pytest.fixture
def scientist(member: Callable[..., User]) -> User:
    return member("lin", "data_scientist", study_wide=True)


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Return a function that gives a browser in which the user is logged in, in English."""

    def log_in(user: User) -> Client:
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = "en"
        return client

    return log_in


@pytest.fixture
def elsewhere(other_site: Site, member: Callable[..., User]) -> User:
    """A clinician of another site."""
    return member("omar", "clinician", other_site)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict]:
    """A model trained on a small cohort on the processor: bundle and manifest."""
    from modeling.engines.fusion import read_bundle

    bundle = made_once(tmp_path_factory, "trained.zip", _train)
    return bundle, read_bundle(bundle).manifest


def _train() -> bytes:
    import torch

    from modeling.engines.fusion import train_demo
    from modeling.synthetic import make_cohort

    return train_demo(make_cohort(20), 7, device=torch.device("cpu")).bundle
