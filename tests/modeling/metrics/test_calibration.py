import numpy as np
import pytest
from scipy import optimize

from modeling.metrics.calibration import (
    brier_score,
    calibration_curve,
    hosmer_lemeshow,
    logistic_calibration,
)


@pytest.fixture
def birth_weight(oracle_table):
    table = oracle_table("valprob_birthwt_pred.csv")
    return table["y"], table["p"]


def test_slope_intercept_and_brier_equal_rms_val_prob(birth_weight):
    fit = logistic_calibration(*birth_weight)
    assert (fit.intercept, fit.slope) == pytest.approx((-0.394699, 0.429412), abs=1e-4)
    assert brier_score(*birth_weight) == pytest.approx(0.218204, abs=1e-6)


def test_calibration_in_the_large_makes_the_sums_agree(birth_weight):
    outcome, p = birth_weight
    shift = logistic_calibration(outcome, p).in_the_large
    moved = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + shift)))
    assert moved.sum() == pytest.approx(outcome.sum())


def test_hosmer_lemeshow_equals_the_published_car_example(oracle_table):
    cars = oracle_table("mtcars.csv")
    design = np.column_stack([np.ones(32), cars["wt"], cars["mpg"]])
    sign = 2 * cars["vs"] - 1
    fit = optimize.minimize(lambda b: np.logaddexp(0, -sign * (design @ b)).sum(), np.zeros(3), tol=1e-12)
    found = hosmer_lemeshow(cars["vs"], 1 / (1 + np.exp(-design @ fit.x)))
    assert found.degrees_of_freedom == 8
    assert (found.chi_square, found.p_value) == pytest.approx((5.137, 0.743), abs=1e-3)


def test_curve_groups_hold_every_case_once(birth_weight):
    points = calibration_curve(*birth_weight, groups=5)
    assert sum(p.cases for p in points) == len(birth_weight[0])
    assert [p.mean_predicted for p in points] == sorted(p.mean_predicted for p in points)


def test_perfect_separation_has_no_finite_slope():
    with pytest.raises(ValueError, match="perfectly"):
        logistic_calibration([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])


def test_a_probability_above_one_is_refused():
    with pytest.raises(ValueError, match="within 0 and 1"):
        brier_score([0, 1], [0.2, 1.2])
