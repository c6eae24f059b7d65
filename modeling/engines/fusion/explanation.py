"""What moved a score away from the training cohort's mean.

Between players (a token, or the deep tokens of all phases): exact Shapley values of the game v(S) = mean
score over the training cohort when the players in S come from the case and the others from the cohort patient
(interventional Shapley; Lundberg and Lee 2017). Its empty coalition is the cohort's mean score, so the values
add up to score − mean. Within a player: integrated gradients from the cohort's mean (Sundararajan 2017); what
they leave of the player's value is shared out in proportion to their size, so that columns add up to it.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from modeling.engines.fusion.layout import Layout
from modeling.engines.fusion.network import Ensemble

_PATH_STEPS = 16
_ROWS_PER_PASS = 4096


@dataclass(frozen=True)
class Attribution:
    """Score points: cohort mean, case, per player (they sum to case − mean) and per column.

    Columns of absent tokens are 0; a player with no token present keeps its points for being absent.
    """

    mean: float
    case: float
    players: NDArray[np.float64]
    columns: NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Standardised columns (n, columns) with presence (n, tokens)."""

    x: Tensor
    present: Tensor


def explain(ensemble: Ensemble, case: Rows, cohort: Rows, layout: Layout) -> Attribution:
    """Return the attribution of one case (n = 1) against the cohort."""
    values = _coalition_values(ensemble, case, cohort, layout)
    players = _shapley(values, len(layout.players()))
    columns = _integrated_gradients(ensemble, case, cohort)
    shared = np.zeros_like(columns)
    for player, points in zip(layout.players(), players, strict=True):
        here = _columns_present(layout, player, case)
        if here.any():
            shared[here] = _share(columns[here], points)
    return Attribution(float(values[0]), float(values[-1]), players, shared)


@torch.inference_mode()
def _coalition_values(ensemble: Ensemble, case: Rows, cohort: Rows, layout: Layout) -> NDArray[np.float64]:
    """Mean score of every coalition; bit i of the index says that player i comes from the case."""
    players, device = layout.players(), case.x.device
    chosen = ((torch.arange(2 ** len(players))[:, None] >> torch.arange(len(players))) & 1).bool()
    owner = [next(p for p, tokens in enumerate(players) if t in tokens) for t in range(len(layout.tokens))]
    tokens = chosen[:, owner].to(device)
    widths = torch.tensor(layout.widths, device=device)
    size, means = len(cohort.x), []
    for part in tokens.split(max(1, _ROWS_PER_PASS // size)):
        from_case = part.repeat_interleave(widths, dim=1)[:, None, :]
        x = torch.where(from_case, case.x, cohort.x).flatten(0, 1)
        present = torch.where(part[:, None, :], case.present, cohort.present).flatten(0, 1)
        means.append(100 * ensemble(x, present).double().mean(0).reshape(len(part), size).mean(1))
    return torch.cat(means).cpu().numpy()


def _shapley(values: NDArray[np.float64], players: int) -> NDArray[np.float64]:
    """Shapley values of a game given by the value of each coalition's bit mask."""
    masks = np.arange(2**players)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    weights = np.array([1 / (players * comb(players - 1, size)) for size in range(players)])
    result = np.empty(players)
    for player in range(players):
        without = masks[(masks >> player) & 1 == 0]
        gain = values[without | (1 << player)] - values[without]
        result[player] = float(weights[sizes[without]] @ gain)
    return result


def _integrated_gradients(ensemble: Ensemble, case: Rows, cohort: Rows) -> NDArray[np.float64]:
    start = cohort.x.mean(0, keepdim=True)
    steps = (torch.arange(_PATH_STEPS, device=start.device) + 0.5) / _PATH_STEPS
    path = (start + steps[:, None] * (case.x - start)).requires_grad_()
    scores = 100 * ensemble(path, case.present.expand(_PATH_STEPS, -1)).mean(0)
    (gradient,) = torch.autograd.grad(scores.sum(), path)
    return ((case.x - start)[0] * gradient.mean(0)).double().cpu().numpy()


def _columns_present(layout: Layout, player: tuple[int, ...], case: Rows) -> NDArray[np.bool_]:
    here = np.zeros(sum(layout.widths), bool)
    spans = layout.spans()
    for token in player:
        here[spans[token]] = bool(case.present[0, token])
    return here


def _share(parts: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """Make the parts add up to the total, changing each in proportion to its size."""
    size = np.abs(parts).sum()
    weights = np.abs(parts) / size if size > 0 else np.full(len(parts), 1 / len(parts))
    return parts + (total - parts.sum()) * weights
