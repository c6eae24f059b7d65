import numpy as np
import pytest

from modeling.metrics.discrimination import auc, compare_auc, roc_curve, youden_threshold


@pytest.fixture
def bleeding(oracle_table):
    table = oracle_table("pROC_aSAH.csv")
    return table["outcome"] == "Poor", table["s100b"], table["wfns"]


def test_auc_and_delong_interval_equal_proc(bleeding):
    outcome, s100b, _ = bleeding
    found = auc(outcome, s100b)
    assert (found.events, found.non_events) == (41, 72)
    assert (found.auc, found.low, found.high) == pytest.approx((0.7314, 0.6301, 0.8326), abs=1e-4)


def test_paired_delong_equals_proc(bleeding):
    outcome, s100b, wfns = bleeding
    found = compare_auc(outcome, s100b, wfns)
    assert found.z == pytest.approx(-2.209, abs=1e-3)
    assert found.p_value == pytest.approx(0.02718, abs=1e-5)


def test_auc_counts_ties_one_half():
    assert auc([0, 1, 0, 1], [1, 1, 0, 2]).auc == pytest.approx(3.5 / 4)


def test_area_under_the_curve_is_the_auc(bleeding):
    outcome, s100b, _ = bleeding
    curve = roc_curve(outcome, s100b)
    assert np.trapezoid(curve.true_positive_rate, curve.false_positive_rate) == pytest.approx(
        auc(outcome, s100b).auc
    )


def test_youden_threshold_is_the_best_cut():
    assert youden_threshold([0, 0, 1, 0, 0, 1, 1], [1, 2, 3, 4, 5, 6, 7]) == 6


@pytest.mark.parametrize("scores", [[0.1, float("nan")], [0.1]])
def test_incomplete_scores_are_refused(scores):
    with pytest.raises(ValueError):
        auc([0, 1], scores)


def test_one_class_alone_has_no_auc():
    with pytest.raises(ValueError, match="both events"):
        auc([1, 1], [0.2, 0.3])
