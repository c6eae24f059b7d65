"""One factory for each model of modeling, and a manifest small enough to read."""

import hashlib

import factory
from factory.django import DjangoModelFactory

from modeling import models
from tests.factories.imaging import ImagingStudyFactory, SegmentationFactory, SeriesFactory
from tests.factories.models import StudyFactory, UserFactory

SHA = factory.Sequence(lambda n: hashlib.sha256(f"modeling {n}".encode()).hexdigest())
STEPS = ("segment", "radiomics", "embed", "score")


def manifest(**changes: object) -> dict:
    """Return what the pages read of a model: two clinical items, one phase, three strata."""
    at_risk = [[0.0, 9], [12.0, 5], [24.0, 2]]
    curve = {"time": [0.0, 12.0, 24.0], "survival": [1.0, 0.6, 0.4], "at_risk": at_risk}
    medians = {"low": None, "mid": 14.0, "high": 6.0}
    strata = {
        "bands": {name: {**curve, "median": months} for name, months in medians.items()},
        "log_rank": {"chi_square": 16.0, "degrees_of_freedom": 2, "p_value": 0.0003},
    }
    items = [
        {"oid": "IT.DM.AGE", "zh": "年龄", "en": "Age", "unit": "a"},
        {"oid": "IT.LBC.BILI", "zh": "总胆红素", "en": "Total bilirubin", "unit": "umol/L"},
    ]
    return {
        "title": {"zh": "T+A 进展风险评分", "en": "T+A progression risk score"},
        "target": {"zh": "12 个月内进展", "en": "Progression within 12 months"},
        "horizon_months": 12,
        "synthetic": True,
        "seed": 7,
        "code_version": "tandem-fusion 1.0",
        "weights_sha256": "b" * 64,
        "bands": {"low_below": 38.0, "high_from": 62.0, "rule": "tertiles"},
        "metrics": {"c_index": 0.7, "auc": {"auc": 0.72, "low": 0.6, "high": 0.8}},
        "layout": {"items": items, "tokens": []},
        "contract": {"phases": ["AP"], "clinical": ["IT.DM.AGE"], "max_slice_thickness": 5.0},
        "training_cohort": {"cases": 27, "sha256": "c" * 64, "origin": {"zh": "合成", "en": "Synthetic"}},
        "trained_with": {"device": "cpu"},
        "strata": strata,
        **changes,
    }


def check(code: str = "phases", *, passed: bool = True) -> dict:
    """Return one line of an input contract as the engine writes it."""
    return {
        "code": code, "passed": passed, "found": {"zh": "3 / 4 期", "en": "3 of 4 phases"},
        "required": {"zh": "4 期齐全", "en": "all 4 phases"},
        "remedy": {"zh": "缺延迟期。请补传。", "en": "Missing: delayed phase. Upload it."},
    }  # fmt: skip


class ModelVersionFactory(DjangoModelFactory):
    class Meta:
        model = models.ModelVersion

    study = factory.SubFactory(StudyFactory)
    name = "TA-Fusion"
    version = factory.Sequence(lambda n: f"1.{n}.0")
    manifest = factory.LazyFunction(manifest)
    manifest_sha256 = SHA
    weights_sha256 = "b" * 64
    demonstration = True
    state = models.ModelVersion.State.APPROVED
    registered_by = factory.SubFactory(UserFactory)
    approved_by = factory.SubFactory(UserFactory)


class AnalysisFactory(DjangoModelFactory):
    class Meta:
        model = models.Analysis

    imaging_study = factory.SubFactory(ImagingStudyFactory)
    subject = factory.SelfAttribute("imaging_study.subject")
    model_version = factory.SubFactory(ModelVersionFactory, study=factory.SelfAttribute("..subject.study"))
    seed = factory.List([1.0, 2.0, 3.0])
    requested_by = factory.SubFactory(UserFactory)


class RunFactory(DjangoModelFactory):
    class Meta:
        model = models.Run

    analysis = factory.SubFactory(AnalysisFactory)
    step = models.Run.Step.SEGMENT
    ordinal = factory.LazyAttribute(lambda made: STEPS.index(made.step))
    status = models.Run.Status.DONE


class FeatureSetFactory(DjangoModelFactory):
    class Meta:
        model = models.FeatureSet

    run = factory.SubFactory(RunFactory, step=models.Run.Step.RADIOMICS)
    kind = models.FeatureSet.Kind.RADIOMICS
    series = factory.SubFactory(SeriesFactory)
    segmentation = factory.SubFactory(SegmentationFactory)
    engine = "pyradiomics 3.0.1"
    settings = factory.Dict({"bin_width": 25.0})
    values = factory.Dict({"original_firstorder_Mean": 42.0})
    values_sha256 = SHA


class ScoreFactory(DjangoModelFactory):
    """A score of 68 in the high band; `abstained=True` needs `value=None`."""

    class Meta:
        model = models.Score

    run = factory.SubFactory(RunFactory, step=models.Run.Step.SCORE)
    subject = factory.SelfAttribute("run.analysis.subject")
    model_version = factory.SelfAttribute("run.analysis.model_version")
    value = 68.0
    probability = 0.68
    interval_low = 59.0
    interval_high = 77.0
    band = models.Band.HIGH
    contributions = factory.LazyFunction(
        lambda: [
            {"name": "IT.LBC.BILI", "group": "clinical", "phase": None, "points": 7.4, "unit": "umol/L",
             "label": {"zh": "总胆红素", "en": "Total bilirubin"}, "value": "29.6", "parts": []},
            {"name": "deep", "group": "deep", "phase": None, "points": -2.1, "unit": "", "value": None,
             "label": {"zh": "深度特征", "en": "Deep features"}, "parts": [["AP/deep_00", -2.1]]},
        ]
    )  # fmt: skip
    inputs = factory.LazyFunction(lambda: {"clinical": {}, "images": [], "mask": {}, "mean_score": 62.7})
    checks = factory.LazyFunction(lambda: [check()])


class ScoreReviewFactory(DjangoModelFactory):
    class Meta:
        model = models.ScoreReview

    score = factory.SubFactory(ScoreFactory)
    reviewer = factory.SubFactory(UserFactory)
    decision = models.ScoreReview.Decision.ACCEPT
    band = models.Band.HIGH
