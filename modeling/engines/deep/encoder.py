"""The lesion encoder and its feature vector."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from modeling.engines.deep.attention import SuperTokenAttention
from modeling.engines.deep.crops import CHANNELS

FEATURES = 16
_STEM = 16


class SuperTokenBlock(nn.Module):
    """Depthwise position embedding, super token attention and a convolutional feed-forward, all residual."""

    def __init__(self, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.position = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.attend = nn.Sequential(nn.GroupNorm(1, channels), SuperTokenAttention(channels, size, heads=2))
        self.feed = nn.Sequential(
            nn.GroupNorm(1, channels),
            nn.Conv2d(channels, 2 * channels, 1),
            nn.GELU(),
            nn.Conv2d(2 * channels, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of the same shape."""
        x = x + self.position(x)
        x = x + self.attend(x)
        return x + self.feed(x)


class LesionEncoder(nn.Module):
    """Map lesion crops (B, 4, 48, 48) to feature maps (B, 16, 12, 12); group norm, so no batch statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(CHANNELS, _STEM, 3, stride=2, padding=1),
            nn.GroupNorm(4, _STEM),
            nn.GELU(),
            SuperTokenBlock(_STEM, (4, 4)),
            nn.Conv2d(_STEM, FEATURES, 3, stride=2, padding=1),
            nn.GroupNorm(4, FEATURES),
            nn.GELU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the feature maps."""
        return self.layers(x)


@torch.inference_mode()
def embed(
    encoder: LesionEncoder, crops: Sequence[NDArray[np.float32]], *, device: torch.device
) -> NDArray[np.float64]:
    """Return (n, 16) features: each map averaged over the crop, on the given device, in float32."""
    encoder = encoder.to(device).eval()
    maps = encoder(torch.from_numpy(np.stack(crops)).to(device))
    return maps.mean((2, 3)).cpu().numpy().astype(np.float64)
