import numpy as np
import pytest
import torch

from modeling.engines.fusion.explanation import Rows, _shapley, explain
from modeling.engines.fusion.layout import ClinicalItem, Layout, Token
from modeling.engines.fusion.network import Ensemble, FusionModel

WIDTHS = (3, 4, 2, 2)
LAYOUT = Layout(
    items=tuple(ClinicalItem(f"IT.{n}", n, n) for n in "ABC"),
    tokens=(
        Token("clinical", "clinical", None, ("IT.A", "IT.B", "IT.C")),
        Token("radiomics-AP", "radiomics", "AP", ("a", "b", "c", "d")),
        Token("deep-AP", "deep", "AP", ("e", "f")),
        Token("deep-PVP", "deep", "PVP", ("e", "f")),
    ),
)


@pytest.fixture
def model():
    torch.manual_seed(4)
    return FusionModel(WIDTHS).eval()


@pytest.fixture
def batch():
    torch.manual_seed(5)
    return torch.randn(6, sum(WIDTHS)), torch.ones(6, 4, dtype=torch.bool)


@pytest.mark.parametrize("absent", [[0], [1], [2, 3], [0, 2, 3]])
def test_dropping_a_modality_equals_masking_it(model, batch, absent):
    x, present = batch
    masked = present.clone()
    masked[:, absent] = False
    kept = [index for index in range(4) if index not in absent]
    assert torch.allclose(model(x, masked), model(x, present, keep=kept), atol=1e-6)
    assert not torch.allclose(model(x, masked), model(x, present), atol=1e-4)


def test_the_columns_of_an_absent_token_are_never_read(model, batch):
    x, present = batch
    present[:, 1] = False
    filled = x.clone()
    filled[:, 3:7] = float("nan")
    assert torch.equal(model(filled, present), model(x, present))


def test_every_token_may_be_absent(model, batch):
    x, present = batch
    assert torch.isfinite(model(x, torch.zeros_like(present))).all()


def test_a_case_does_not_depend_on_its_neighbours_in_the_batch(model, batch):
    x, present = batch
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    assert torch.allclose(model(x, present)[order], model(x[order], present[order]), atol=1e-6)


def test_shapley_values_of_the_glove_game():
    """Players 0 and 1 hold a left glove, 2 a right one; a pair is worth 1."""
    values = np.array([float(bool(m & 4) and bool(m & 3)) for m in range(8)])
    assert _shapley(values, 3) == pytest.approx([1 / 6, 1 / 6, 2 / 3])


@pytest.fixture
def ensemble():
    torch.manual_seed(6)
    return Ensemble(WIDTHS, 3).eval()


def score_of(ensemble, rows):
    return 100 * ensemble(rows.x, rows.present).mean(0)


@pytest.mark.parametrize("absent", [[], [1], [2, 3]])
def test_contributions_add_up_to_the_difference_from_the_mean(ensemble, batch, absent):
    cohort = Rows(*batch)
    present = torch.ones(1, 4, dtype=torch.bool)
    present[:, absent] = False
    case = Rows(3 * torch.randn(1, sum(WIDTHS)), present)
    found = explain(ensemble, case, cohort, LAYOUT)
    assert found.mean == pytest.approx(float(score_of(ensemble, cohort).mean().detach()), abs=1e-4)
    assert found.case == pytest.approx(float(score_of(ensemble, case).detach()[0]), abs=1e-4)
    assert found.players.sum() == pytest.approx(found.case - found.mean, abs=1e-6)
    spans = LAYOUT.spans()
    for player, points in zip(LAYOUT.players(), found.players, strict=True):
        columns = np.concatenate([found.columns[spans[token]] for token in player])
        here = [token for token in player if token not in absent]
        assert columns.sum() == pytest.approx(points if here else 0.0, abs=1e-6)


def test_an_input_that_the_model_ignores_contributes_nothing(ensemble, batch):
    for member in ensemble.members:
        torch.nn.init.zeros_(member.project[1].weight)
    case = Rows(torch.randn(1, sum(WIDTHS)), torch.ones(1, 4, dtype=torch.bool))
    found = explain(ensemble, case, Rows(*batch), LAYOUT)
    assert found.players[1] == pytest.approx(0, abs=1e-5)
    assert np.abs(found.players).max() > 0.01


def test_a_layout_survives_its_manifest():
    assert Layout.from_dict(LAYOUT.as_dict()) == LAYOUT
