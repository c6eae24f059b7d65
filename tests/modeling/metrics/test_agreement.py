import numpy as np
import pytest

from modeling.metrics.agreement import (
    bland_altman,
    clopper_pearson_interval,
    cohen_kappa,
    fleiss_kappa,
    intraclass_correlation,
    wilson_interval,
)

# Peak expiratory flow, first readings: Bland and Altman, Lancet 1986.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
# Fourteen raters, ten subjects, five categories: the worked example of Fleiss' kappa.
FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
SEVERITY = [[53, 5, 2], [11, 14, 5], [1, 6, 3]]


def test_all_six_iccs_equal_shrout_and_fleiss(oracle_table):
    table = np.column_stack(list(oracle_table("shrout_fleiss_1979.csv").values()))
    icc = intraclass_correlation(table)
    found = (icc.icc_1_1, icc.icc_2_1, icc.icc_3_1, icc.icc_1_k, icc.icc_2_k, icc.icc_3_k)
    assert found == pytest.approx((0.17, 0.29, 0.71, 0.44, 0.62, 0.91), abs=0.005)
    assert icc.icc_2_1_low == pytest.approx(0.02, abs=0.005)
    assert icc.icc_2_1_high == pytest.approx(0.76, abs=0.005)


def test_identical_raters_agree_fully():
    assert intraclass_correlation([[1, 1], [2, 2], [4, 4]]).icc_2_1 == pytest.approx(1)


def test_kappa_equals_r_vcd():
    assert cohen_kappa(SEVERITY) == pytest.approx(0.428571, abs=1e-5)
    assert cohen_kappa(SEVERITY, weights="quadratic") == pytest.approx(0.566667, abs=1e-5)


def test_fleiss_kappa_of_the_worked_example():
    assert fleiss_kappa(FLEISS) == pytest.approx(0.210, abs=1e-3)


def test_bland_altman_of_peak_flow():
    found = bland_altman(WRIGHT, MINI, multiple=2)
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.standard_deviation == pytest.approx(38.8, abs=0.05)
    assert (found.low, found.high) == pytest.approx((-79.7, 75.5), abs=0.1)


def test_proportion_intervals_equal_newcombe():
    assert clopper_pearson_interval(15, 148) == pytest.approx((0.0578, 0.1617), abs=1e-4)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)


@pytest.mark.parametrize(("successes", "expected"), [(0, (0.0, 0.3085)), (10, (0.6915, 1.0))])
def test_exact_interval_at_the_ends(successes, expected):
    assert clopper_pearson_interval(successes, 10) == pytest.approx(expected, abs=1e-4)


def test_incomplete_ratings_are_refused():
    with pytest.raises(ValueError, match="complete"):
        intraclass_correlation([[1, float("nan")], [2, 3]])
