import numpy as np
import pytest
import torch

from modeling.engines.deep import FEATURES, LesionEncoder, SuperTokenAttention, embed, lesion_crop, pretrain
from modeling.engines.deep.attention import GridAttention
from modeling.engines.errors import EmptyMask
from modeling.synthetic import make_case

CPU = torch.device("cpu")


@pytest.fixture
def reference(shared_data):
    return np.load(shared_data / "oracles" / "sta_check.npz")


def test_super_token_sampling_equals_the_reference(reference):
    layer = SuperTokenAttention(8, (4, 4), iterations=1, refine=False)
    found = layer(torch.from_numpy(reference["x"]))
    assert np.abs(found.numpy() - reference["y_norefine_iter1"]).max() < 1e-12


def test_super_token_attention_equals_the_reference(reference):
    layer = SuperTokenAttention(8, (4, 4), iterations=2, heads=2).double()
    found = layer_with(layer, reference)(torch.from_numpy(reference["x"]))
    assert np.abs(found.detach().numpy() - reference["y_refine_iter2"]).max() < 1e-12


def layer_with(layer, reference):
    weights = {
        f"refine.{name.removeprefix('w_stoken_refine.')}": torch.from_numpy(reference[name])
        for name in reference.files
        if name.startswith("w_stoken_refine")
    }
    layer.load_state_dict(weights)
    return layer


def test_every_pixel_shares_itself_out_completely():
    layer = SuperTokenAttention(4, (2, 2), refine=False)
    x = torch.randn(2, 4, 6, 8)
    association, weight = layer._associate(x, layer._to_cells(x, (3, 4)), (3, 4))
    assert torch.allclose(association.sum(-1), torch.ones(2, 12, 4))
    assert weight.shape == (2, 1, 3, 4)


def test_super_tokens_of_one_pixel_are_plain_attention():
    torch.manual_seed(0)
    layer, plain = SuperTokenAttention(8, (1, 1), heads=2), GridAttention(8, 2)
    plain.load_state_dict(layer.refine.state_dict())
    x = torch.randn(1, 8, 5, 5)
    assert torch.equal(layer(x), plain(x))


@pytest.fixture(scope="module")
def crops():
    cases = [make_case(seed, size=(16, 64, 64)) for seed in range(6)]
    return [lesion_crop(c.phases["AP"].volume, c.lesion, c.phases["AP"].spacing) for c in cases]


def test_a_crop_is_centred_on_the_lesion(crops):
    for crop in crops:
        assert crop.shape == (4, 48, 48)
        assert crop[3, 20:28, 20:28].mean() > 0.8
        assert -1 <= crop[:3].min() < crop[:3].max() <= 1


def test_a_crop_does_not_depend_on_the_voxel_size():
    coarse, fine = (make_case(2, size=size) for size in ((32, 128, 128), (40, 256, 256)))
    pair = [lesion_crop(c.phases["PVP"].volume, c.lesion, c.phases["PVP"].spacing) for c in (coarse, fine)]
    assert np.corrcoef(pair[0][1].ravel(), pair[1][1].ravel())[0, 1] > 0.8


def test_a_crop_beyond_the_edge_reads_air():
    mask = np.zeros((4, 40, 40), bool)
    mask[1, :4, :4] = True
    crop = lesion_crop(np.full((4, 40, 40), 60), mask, (5.0, 2.0, 2.0))
    assert crop[1, 0, 0] == -1
    assert crop[1, 24, 24] == pytest.approx((60 + 100) / 340 * 2 - 1)


def test_an_empty_mask_has_no_crop():
    with pytest.raises(EmptyMask):
        lesion_crop(np.zeros((4, 8, 8)), np.zeros((4, 8, 8)), (1, 1, 1))


def test_pretraining_learns_and_repeats(crops):
    first, losses = pretrain(crops, seed=5, device=CPU, epochs=8)
    again, _ = pretrain(crops, seed=5, device=CPU, epochs=8)
    assert losses[-1] < 0.8 * losses[0]
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_feature_vector_depends_on_its_own_crop_alone(crops):
    torch.manual_seed(1)
    encoder = LesionEncoder()
    together = embed(encoder, crops, device=CPU)
    alone = np.vstack([embed(encoder, [crop], device=CPU) for crop in crops])
    assert together.shape == (6, FEATURES)
    assert np.abs(together - alone).max() < 1e-5
