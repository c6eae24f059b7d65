"""Super token attention (Huang et al., CVPR 2023, arXiv 2211.11167).

Pixels are summarised into a coarse grid of super tokens, the super tokens attend to each other, and the
result is spread back to the pixels: attention over the whole image at the cost of the coarse grid.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_EPSILON = 1e-12


class GridAttention(nn.Module):
    """Multi-head self-attention over all positions of a (B, C, H, W) map."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.proj = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of the same shape."""
        batch, channels, height, width = x.shape
        per_head = self.qkv(x).reshape(batch, self.heads, 3 * channels // self.heads, height * width)
        query, key, value = (part.transpose(-1, -2) for part in per_head.chunk(3, dim=2))
        mixed = F.scaled_dot_product_attention(query, key, value)
        return self.proj(mixed.transpose(-1, -2).reshape(batch, channels, height, width))


class SuperTokenAttention(nn.Module):
    """Attention through super tokens of `size` (rows, columns) pixels.

    Each pixel is associated with the 3x3 super tokens around its cell; association is learnt without
    gradient, as the paper does. `refine=False` leaves out the attention between super tokens. A size of 1 is
    ordinary attention.
    """

    def __init__(
        self,
        channels: int,
        size: tuple[int, int],
        *,
        heads: int = 1,
        iterations: int = 1,
        refine: bool = True,
    ) -> None:
        super().__init__()
        self.size = size
        self.iterations = iterations
        self.scale = channels**-0.5
        self.refine = GridAttention(channels, heads) if refine else None

    def forward(self, x: Tensor) -> Tensor:
        """Return a map of the same (B, C, H, W) shape; padded inside to whole cells."""
        if self.size == (1, 1):
            return self.refine(x) if self.refine else x
        height, width = x.shape[-2:]
        padded = F.pad(x, (0, -width % self.size[1], 0, -height % self.size[0]))
        cells = (padded.shape[-2] // self.size[0], padded.shape[-1] // self.size[1])
        pixels = self._to_cells(padded, cells)
        association, weight = self._associate(padded, pixels, cells)
        tokens = _gather(pixels, association, cells) / (weight + _EPSILON)
        if self.refine:
            tokens = self.refine(tokens)
        spread = _neighbours(tokens) @ association.transpose(-1, -2)
        return self._to_map(spread.transpose(-1, -2), cells)[..., :height, :width]

    @torch.no_grad()
    def _associate(self, x: Tensor, pixels: Tensor, cells: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """Return Q (B, cells, pixels per cell, 9), rows summing to 1, and the mass each token receives."""
        tokens = F.adaptive_avg_pool2d(x, cells)
        for step in range(self.iterations):
            association = (pixels @ _neighbours(tokens) * self.scale).softmax(-1)
            weight = _fold(association.sum(2).unsqueeze(-1), cells)
            if step < self.iterations - 1:
                tokens = _gather(pixels, association, cells) / (weight + _EPSILON)
        return association, weight

    def _to_cells(self, x: Tensor, cells: tuple[int, int]) -> Tensor:
        batch, channels = x.shape[:2]
        split = x.reshape(batch, channels, cells[0], self.size[0], cells[1], self.size[1])
        return split.permute(0, 2, 4, 3, 5, 1).reshape(batch, cells[0] * cells[1], -1, channels)

    def _to_map(self, pixels: Tensor, cells: tuple[int, int]) -> Tensor:
        batch, channels = pixels.shape[0], pixels.shape[-1]
        split = pixels.reshape(batch, *cells, *self.size, channels).permute(0, 5, 1, 3, 2, 4)
        return split.reshape(batch, channels, cells[0] * self.size[0], cells[1] * self.size[1])


def _neighbours(tokens: Tensor) -> Tensor:
    """(B, C, h, w) to (B, h*w, C, 9): each token with its 3x3 neighbourhood, zero outside the grid."""
    batch, channels = tokens.shape[:2]
    return F.unfold(tokens, 3, padding=1).reshape(batch, channels, 9, -1).permute(0, 3, 1, 2)


def _fold(parts: Tensor, cells: tuple[int, int]) -> Tensor:
    """(B, h*w, 9, C) to (B, C, h, w): add each part to the neighbour it belongs to."""
    batch, count, _, channels = parts.shape
    columns = parts.permute(0, 3, 2, 1).reshape(batch, channels * 9, count)
    return F.fold(columns, cells, 3, padding=1)


def _gather(pixels: Tensor, association: Tensor, cells: tuple[int, int]) -> Tensor:
    """Sum the pixels into their super tokens by association."""
    return _fold(association.transpose(-1, -2) @ pixels, cells)
