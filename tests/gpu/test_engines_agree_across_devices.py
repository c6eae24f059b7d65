"""The same weights on CPU and CUDA give the same features, scores and explanations."""

import numpy as np
import pytest
import torch

from modeling.engines.deep import SuperTokenAttention, embed, lesion_crop, pretrain
from modeling.engines.device import pick_device, provenance
from modeling.engines.fusion import (
    PhaseImage,
    encoder_of,
    inputs_from_images,
    read_bundle,
    score,
    train_demo,
)
from modeling.synthetic import make_case, make_cohort

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]
CPU = torch.device("cpu")
# A published score is compared to this across devices: 1e-4 of probability, 0.01 points.
PROBABILITY = 1e-4


@pytest.fixture(scope="module")
def cuda():
    return pick_device("cuda")


@pytest.fixture(scope="module")
def bundle():
    return read_bundle(train_demo(make_cohort(20), 7, device=CPU).bundle)


def inputs_on(bundle, device):
    case = make_case(2)
    images = {p: PhaseImage(v.volume, case.lesion, v.spacing) for p, v in case.phases.items()}
    return inputs_from_images(case.clinical, images, encoder=encoder_of(bundle), device=device)


def test_the_device_is_recorded(cuda):
    record = provenance(cuda)
    assert record.device.startswith("cuda")
    assert record.cuda
    assert record.cudnn


def test_super_token_attention_agrees(cuda):
    torch.manual_seed(0)
    layer, x = SuperTokenAttention(16, (4, 4), heads=2), torch.randn(4, 16, 30, 26)
    assert torch.allclose(layer(x), layer.to(cuda)(x.to(cuda)).cpu(), atol=1e-4)


def test_deep_features_agree(bundle, cuda):
    case = make_case(3)
    crops = [lesion_crop(v.volume, case.lesion, v.spacing) for v in case.phases.values()]
    encoder = encoder_of(bundle)
    on_cpu = embed(encoder, crops, device=CPU)
    assert np.abs(on_cpu - embed(encoder, crops, device=cuda)).max() < 1e-4


def test_scores_and_explanations_agree(bundle, cuda):
    on_cpu = score(bundle, inputs_on(bundle, CPU), CPU)
    on_cuda = score(bundle, inputs_on(bundle, cuda), cuda)
    assert on_cuda.probability == pytest.approx(on_cpu.probability, abs=PROBABILITY)
    assert on_cuda.band == on_cpu.band
    points = {c.name: c.points for c in on_cpu.contributions}
    for contribution in on_cuda.contributions:
        assert contribution.points == pytest.approx(points[contribution.name], abs=0.05)


def test_scoring_repeats_on_cuda(bundle, cuda):
    inputs = inputs_on(bundle, cuda)
    assert score(bundle, inputs, cuda).score == score(bundle, inputs, cuda).score


def test_pretraining_learns_on_cuda(cuda):
    case = make_case(4)
    crops = [lesion_crop(v.volume, case.lesion, v.spacing) for v in case.phases.values()] * 8
    encoder, losses = pretrain(crops, seed=1, device=cuda, epochs=6)
    assert losses[-1] < losses[0]
    assert next(encoder.parameters()).device.type == "cuda"


def test_a_model_trained_on_cuda_scores_on_the_cpu(cuda):
    trained = read_bundle(train_demo(make_cohort(20), 7, device=cuda).bundle)
    assert trained.manifest["trained_with"]["device"].startswith("cuda")
    assert score(trained, inputs_on(trained, CPU), CPU).status == "scored"
