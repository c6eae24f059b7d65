"""Self-supervised pre-training by masked image modelling (after SimMIM: L1 on the hidden patches only)."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from modeling.engines.deep.crops import CHANNELS, SIDE
from modeling.engines.deep.encoder import FEATURES, LesionEncoder
from modeling.engines.device import seed_everything

PATCH = 8
HIDDEN_SHARE = 0.6
_IMAGES = CHANNELS - 1


def pretrain(
    crops: Sequence[NDArray[np.float32]], *, seed: int, device: torch.device, epochs: int = 12
) -> tuple[LesionEncoder, list[float]]:
    """Return an encoder trained to fill in hidden patches of the crops, and the mean loss of each epoch.

    No outcome is used, so the features carry no label. The same crops, seed and device give the same weights.
    """
    seed_everything(seed)
    encoder = LesionEncoder().to(device)
    decoder = nn.Sequential(nn.Conv2d(FEATURES, _IMAGES * 16, 1), nn.PixelShuffle(4)).to(device)
    optimiser = torch.optim.AdamW([*encoder.parameters(), *decoder.parameters()], lr=2e-3)
    images = torch.from_numpy(np.stack(crops)).to(device)
    draw = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(images), generator=draw)
        batches = [_step(encoder, decoder, optimiser, images[rows], draw) for rows in order.split(32)]
        losses.append(float(np.mean(batches)))
    return encoder.eval(), losses


def _step(
    encoder: nn.Module,
    decoder: nn.Module,
    optimiser: torch.optim.Optimizer,
    images: Tensor,
    draw: torch.Generator,
) -> float:
    hidden = _hidden_patches(len(images), draw).to(images.device)
    shown = torch.cat([images[:, :_IMAGES] * ~hidden, images[:, _IMAGES:]], dim=1)
    restored = decoder(encoder(shown))
    error = (restored - images[:, :_IMAGES]).abs() * hidden
    loss = error.sum() / (hidden.sum() * _IMAGES).clamp(min=1)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return float(loss.detach())


def _hidden_patches(count: int, draw: torch.Generator) -> Tensor:
    """Boolean (n, 1, 48, 48) that hides the same share of patches in every image."""
    cells = SIDE // PATCH
    ranks = torch.rand(count, cells * cells, generator=draw).argsort(dim=1).argsort(dim=1)
    hidden = (ranks < int(HIDDEN_SHARE * cells * cells)).reshape(count, 1, cells, cells)
    return hidden.repeat_interleave(PATCH, 2).repeat_interleave(PATCH, 3)
