"""The fusion network: a Transformer over modality tokens that attends to the tokens present."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class FusionModel(nn.Module):
    """Map inputs (B, columns) and presence (B, tokens) to one logit per case.

    Each token is a linear projection of its own columns plus a learnt token embedding. An absent token is
    masked out of every attention, so masking it equals leaving it out of the sequence, and its columns are
    never read.
    """

    def __init__(self, widths: Sequence[int], *, dim: int = 16, heads: int = 2, dropout: float = 0.3) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.project = nn.ModuleList(nn.Linear(width, dim) for width in self.widths)
        self.kind = nn.Parameter(0.1 * torch.randn(len(self.widths), dim))
        self.query = nn.Parameter(0.1 * torch.randn(dim))
        self.block = FusionBlock(dim, heads, dropout)
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 1))

    def forward(self, x: Tensor, present: Tensor, *, keep: Sequence[int] | None = None) -> Tensor:
        """Return logits (B,). `keep` lists the tokens that enter the sequence at all; by default all."""
        kept = range(len(self.widths)) if keep is None else keep
        columns = x.split(self.widths, dim=1)
        seen = [torch.where(present[:, [i]], columns[i], 0) for i in kept]
        tokens = [self.project[i](part) + self.kind[i] for i, part in zip(kept, seen, strict=True)]
        query = self.query.expand(len(x), 1, -1)
        sequence = torch.cat([query, *(token.unsqueeze(1) for token in tokens)], dim=1)
        visible = torch.cat([torch.ones_like(present[:, :1]), present[:, list(kept)]], dim=1)
        return self.head(self.block(sequence, visible)[:, 0]).squeeze(1)


class FusionBlock(nn.Module):
    """Pre-norm self-attention and feed-forward, both residual."""

    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.feed = nn.Sequential(
            nn.LayerNorm(dim),
            nn.Linear(dim, 2 * dim),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * dim, dim),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, visible: Tensor) -> Tensor:
        """Return the mixed tokens (B, T, D); tokens that are not `visible` (B, T) influence no other."""
        batch, count, dim = tokens.shape
        shaped = self.qkv(self.norm(tokens)).reshape(batch, count, 3, self.heads, dim // self.heads)
        query, key, value = shaped.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible[:, None, None, :])
        tokens = tokens + self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, count, dim)))
        return tokens + self.feed(tokens)


class Ensemble(nn.Module):
    """Members trained on different folds; the probability is the members' mean."""

    def __init__(self, widths: Sequence[int], members: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(FusionModel(widths) for _ in range(members))

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """Return the probability of each member, (members, B)."""
        return torch.stack([torch.sigmoid(member(x, present)) for member in self.members])
