"""A model trained on a small cohort is asked everything."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest
import torch

from modeling.engines.errors import InvalidBundle
from modeling.engines.fusion import (
    DEMO_NOTICE,
    PhaseImage,
    encoder_of,
    inputs_from_images,
    read_bundle,
    score,
    train_demo,
    write_bundle,
)
from modeling.synthetic import DEMO_SIZE, make_case, make_cohort

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def cohort():
    return make_cohort(20)


@pytest.fixture(scope="module")
def bundle(trained):
    return read_bundle(trained[0])


def inputs_of(bundle, case):
    images = {p: PhaseImage(v.volume, case.lesion, v.spacing) for p, v in case.phases.items()}
    return inputs_from_images(
        case.clinical, images, encoder=encoder_of(bundle), device=CPU, days_before_treatment=11
    )


@pytest.fixture(scope="module")
def inputs(bundle):
    return inputs_of(bundle, make_case(2, size=DEMO_SIZE))


@pytest.fixture(scope="module")
def result(bundle, inputs):
    return score(bundle, inputs, CPU)


def test_a_complete_case_gets_a_score_with_interval_and_band(bundle, result):
    assert result.status == "scored"
    assert 0 <= result.interval[0] <= result.score <= result.interval[1] <= 100
    assert result.probability == pytest.approx(result.score / 100)
    cuts = bundle.manifest["bands"]
    expected = "low" if result.score < cuts["low_below"] else "high"
    if cuts["low_below"] <= result.score < cuts["high_from"]:
        expected = "mid"
    assert result.band == expected
    assert result.abstain_reason is None
    assert all(check.passed for check in result.checks)


def test_what_drove_the_score_adds_up_to_it(result):
    total = sum(contribution.points for contribution in result.contributions)
    assert total == pytest.approx(result.score - result.mean_score, abs=1e-3)
    names = [contribution.name for contribution in result.contributions]
    assert len(names) == len(set(names)) == 12 + 4 + 1
    for contribution in result.contributions:
        if contribution.parts:
            assert sum(p for _, p in contribution.parts) == pytest.approx(contribution.points, abs=1e-3)


def test_a_score_can_be_made_again(bundle, inputs, result):
    again = score(bundle, inputs, CPU)
    assert again.score == result.score
    assert again.contributions == result.contributions
    assert again.weights_sha256 == bundle.manifest["weights_sha256"]


def test_a_result_is_plain_json(result):
    text = json.dumps(result.as_dict(), allow_nan=False)
    assert json.loads(text)["notice"] == DEMO_NOTICE


def without(mapping, key):
    return {k: v for k, v in mapping.items() if k != key}


def no_arterial(inputs):
    return replace(inputs, radiomics=without(inputs.radiomics, "AP"), deep=without(inputs.deep, "AP"))


def thick(inputs):
    return replace(inputs, slice_thickness={**inputs.slice_thickness, "PVP": 7.5})


def no_afp(inputs):
    return replace(inputs, clinical=without(inputs.clinical, "IT.LBT.AFP"))


def albumin_in_g_per_dl(inputs):
    return replace(inputs, clinical={**inputs.clinical, "IT.LBC.ALB": "3.9"})


def unknown_thrombus(inputs):
    return replace(inputs, clinical={**inputs.clinical, "IT.LVB.PVTT": "U"})


def too_early(inputs):
    return replace(inputs, days_before_treatment=29)


def far_out(inputs):
    shifted = {p: {k: v * 9 + 900 for k, v in f.items()} for p, f in inputs.radiomics.items()}
    return replace(inputs, radiomics=shifted)


@pytest.mark.parametrize(
    ("spoil", "code", "zh", "en"),
    [
        (no_arterial, "phases", "缺动脉期", "Arterial phase"),
        (thick, "slice_thickness", "层厚 7.50 mm", "7.50 mm"),
        (no_afp, "clinical_items", "甲胎蛋白", "Alpha-fetoprotein"),
        (albumin_in_g_per_dl, "clinical_items", "白蛋白", "Albumin"),
        (unknown_thrombus, "clinical_items", "门静脉癌栓", "Portal vein"),
        (too_early, "imaging_window", "29 天", "29 days"),
        (far_out, "distribution", "与训练数据差异大", "differs from the training data"),
    ],
)
def test_a_case_outside_the_contract_gets_a_reason_and_no_number(bundle, inputs, spoil, code, zh, en):
    result = score(bundle, spoil(inputs), CPU)
    assert result.status == "abstained"
    assert (result.score, result.band, result.probability, result.interval) == (None,) * 4
    assert result.contributions == ()
    assert [reason["code"] for reason in result.reasons] == [code]
    assert zh in result.abstain_reason["zh"]
    assert en in result.abstain_reason["en"]


def test_an_empty_case_abstains_for_every_reason(bundle, inputs):
    empty = replace(inputs, clinical={}, radiomics={}, deep={}, slice_thickness={})
    codes = {reason["code"] for reason in score(bundle, empty, CPU).reasons}
    assert {"phases", "clinical_items"} <= codes


def test_the_manifest_says_what_the_model_is(trained, cohort):
    _bundle, manifest = trained
    assert manifest["notice"] == DEMO_NOTICE
    assert DEMO_NOTICE["zh"] in manifest["target"]["zh"]
    assert manifest["training_cohort"]["cases"] == len(cohort)
    assert len(manifest["training_cohort"]["sha256"]) == len(manifest["weights_sha256"]) == 64
    assert manifest["trained_with"]["torch"] == torch.__version__
    assert {"auc", "brier", "calibration", "c_index"} <= manifest["metrics"].keys()


def test_strata_hold_the_whole_training_cohort(trained, cohort):
    bands = trained[1]["strata"]["bands"]
    assert sum(band["cases"] for band in bands.values()) == len(cohort)
    for band in bands.values():
        assert band["survival"] == sorted(band["survival"], reverse=True)
        assert band["at_risk"][0] == [0.0, band["cases"]]
        assert np.isfinite(band["low"] + band["high"]).all()


def test_training_twice_gives_the_same_bundle(cohort, trained):
    assert train_demo(cohort, 7, device=CPU).bundle == trained[0]


def test_one_outcome_alone_cannot_train(cohort):
    progressed = [case for case in cohort if case.outcome.progressed_by_horizon]
    with pytest.raises(ValueError, match="five of each outcome"):
        train_demo(progressed, 7)


def test_weights_of_another_shape_are_refused(bundle, inputs):
    tensors = {**bundle.tensors, "fusion.members.0.query": torch.zeros(3)}
    with pytest.raises(InvalidBundle):
        score(write_bundle(bundle.manifest, tensors), inputs, CPU)


def test_a_manifest_without_layout_is_refused(bundle, inputs):
    with pytest.raises(InvalidBundle):
        score(write_bundle(without(bundle.manifest, "layout"), bundle.tensors), inputs, CPU)


def test_scoring_leaves_random_numbers_alone(bundle, inputs):
    random.seed(1)
    expected = random.random()
    random.seed(1)
    score(bundle, inputs, CPU)
    assert random.random() == expected
