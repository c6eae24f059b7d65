import numpy as np
import pytest

from modeling.metrics.survival import (
    harrell_c,
    kaplan_meier,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
)


@pytest.fixture
def lung(oracle_table):
    table = oracle_table("survival_lung.csv")
    return table["time"], table["status"] == 2, table["sex"]


@pytest.mark.parametrize(("sex", "expected"), [(1, (270, 210, 306)), (2, (426, 345, 524))])
def test_median_by_sex_equals_r_with_log_log_limits(lung, sex, expected):
    time, died, sexes = lung
    curve = kaplan_meier(time[sexes == sex], died[sexes == sex])
    assert (curve.median, curve.median_low, curve.median_high) == expected


def test_log_rank_by_sex_equals_r(lung):
    time, died, sexes = lung
    found = log_rank(time, sexes, died)
    assert found.chi_square == pytest.approx(10.326742, abs=1e-4)
    assert found.p_value == pytest.approx(0.0013, abs=1e-4)
    assert found.degrees_of_freedom == 1


def test_concordance_of_the_cox_predictor_equals_r(oracle_table):
    table = oracle_table("lung_cox_pred.csv")
    died = table["status"] == table["status"].max()
    assert harrell_c(table["time"], died, table["lp"]) == pytest.approx(0.637, abs=1e-3)


def test_restricted_mean_equals_survrm2(oracle_table):
    table = oracle_table("survival_pbc.csv")
    trial = np.arange(len(table["time"])) < 312
    years, died, arm = table["time"] / 365.25, table["status"] == 2, table["trt"]
    first, second = (
        restricted_mean(years[trial & (arm == a)], died[trial & (arm == a)], horizon=10) for a in (1, 2)
    )
    assert (first.mean, second.mean) == pytest.approx((7.146, 7.283), abs=1e-3)
    assert restricted_mean_difference(first, second) == pytest.approx(
        (-0.137, -0.939, 0.665, 0.738), abs=1e-3
    )


def test_a_horizon_beyond_follow_up_is_refused():
    with pytest.raises(ValueError, match="within follow-up"):
        restricted_mean([1, 2], [1, 0], horizon=3)


def test_curve_steps_and_numbers_at_risk_by_hand():
    curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0], risk_times=(0, 2, 3.5))
    assert curve.time == [0, 1, 2, 3, 4]
    assert curve.survival == pytest.approx([1, 0.75, 0.75, 0.375, 0.375])
    assert curve.at_risk == {0: 4, 2: 3, 3.5: 1}


def test_a_median_that_is_not_reached_is_none():
    assert kaplan_meier([5, 6, 7], [0, 0, 0]).median is None
