import numpy as np
import pytest
from scipy import ndimage

from modeling.engines.errors import SegmentationFailed
from modeling.engines.segmentation import segment_lesion
from modeling.metrics.overlap import dice
from modeling.synthetic import make_case


def largest(case):
    labels, count = ndimage.label(case.lesion)
    sizes = ndimage.sum_labels(case.lesion, labels, np.arange(1, count + 1))
    return labels == int(np.argmax(sizes)) + 1


@pytest.mark.parametrize("seed", [1, 3, 5, 9])
def test_a_measured_lesion_gets_a_usable_draft(seed):
    case = make_case(seed)
    truth, phase = largest(case), case.phases["AP"]
    draft = segment_lesion(
        phase.volume,
        phase.spacing,
        centre=ndimage.center_of_mass(truth),
        diameter_mm=10 * float(case.clinical["IT.LVB.TUMMAX"]),
    )
    assert draft.mask.shape == phase.volume.shape
    assert dice(draft.mask, truth) > 0.75


def test_uniform_tissue_gives_no_mask():
    flat = np.random.default_rng(0).normal(60, 2, (20, 40, 40))
    with pytest.raises(SegmentationFailed) as refused:
        segment_lesion(flat, (2.0, 2.0, 2.0), centre=(10, 20, 20), diameter_mm=20)
    assert "手动勾画" in refused.value.message["zh"]


def test_a_bright_ball_is_recovered():
    grid = np.stack(np.meshgrid(*(np.arange(40) - 20,) * 3, indexing="ij")).astype(float)
    ball = (grid**2).sum(0) < 8**2
    draft = segment_lesion(60.0 + 50 * ball, (1.0, 1.0, 1.0), centre=(20, 20, 20), diameter_mm=16)
    assert dice(draft.mask, ball) > 0.9
