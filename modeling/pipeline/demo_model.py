"""Training of the demonstration model."""

from modeling.engines.fusion import train_demo
from modeling.synthetic import make_cohort

CASES = 48
SEED = 20260609


def train(cases: int = CASES) -> tuple[bytes, dict]:
    """Return bundle and manifest of the model trained on the synthetic cohort, half a minute on one core."""
    trained = train_demo(make_cohort(cases), SEED)
    return trained.bundle, trained.manifest
