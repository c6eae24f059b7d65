import pytest

from modeling.metrics.utility import clinical_impact, decision_curve, net_benefit

# 30 true and 20 false positives among 100 at the threshold 0.2.
EVENTS = [1] * 30 + [0] * 20 + [0] * 50
PROBABILITIES = [0.6] * 50 + [0.1] * 50


def test_net_benefit_of_the_worked_example():
    assert net_benefit(EVENTS, PROBABILITIES, threshold=0.2) == pytest.approx(0.25)


def test_decision_curve_sets_the_model_beside_treating_all():
    (point,) = decision_curve(EVENTS, PROBABILITIES, thresholds=[0.2])
    assert point.model == pytest.approx(0.25)
    assert point.treat_all == pytest.approx(0.3 - 0.7 * 0.25)


def test_clinical_impact_counts_per_thousand():
    (point,) = clinical_impact(EVENTS, PROBABILITIES, thresholds=[0.2])
    assert (point.high_risk, point.true_positive) == pytest.approx((500, 300))


def test_a_threshold_of_one_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        net_benefit(EVENTS, PROBABILITIES, threshold=1)
