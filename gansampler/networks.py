"""Generator and discriminator: what is conditional, packed and blockwise, around any plain network.

The inner networks are plain modules from (batch, in_features) to (batch, out_features); `MLP` is
the default, and a user's own takes its place without knowing of classes, columns or packs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import hardtanh

from .anchors import Anchors
from .encoding import Span

# A category's slots get so much of the anchor's one-hot that an untrained generator keeps them.
ANCHOR_LOGIT = 4.0
TEMPERATURE = 0.5
# From so many slots a block on it is faster to take block after block than all at once.
WIDE_BLOCK = 64
# Logits are held here so that exp(logit / TEMPERATURE) and its sums stay finite in float32.
MAX_LOGIT = 30.0
# Uniform noise stays this far from its ends, where the Gumbel quantile is infinite.
TINY = 1e-6

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    # In place: the memory of the layer before is warm, and nobody else needs it.
    "leaky_relu": lambda: nn.LeakyReLU(0.2, inplace=True),
    "relu": lambda: nn.ReLU(inplace=True),
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}


class SeededLinear(nn.Linear):
    """A linear layer whose first weights are drawn from a generator; None is torch's global one."""

    def __init__(
        self, in_features: int, out_features: int, random: torch.Generator | None = None
    ) -> None:
        super().__init__(in_features, out_features)
        bound = in_features**-0.5  # as in `nn.Linear`
        with torch.no_grad():
            for weight in self.parameters():
                weight.uniform_(-bound, bound, generator=random)

    def reset_parameters(self) -> None:
        """Draw nothing: `nn.Linear` would draw from torch's global state here."""


class SeededDropout(nn.Module):
    """Dropout from a generator of its own, whose seed is drawn from another (None is torch's)."""

    def __init__(self, p: float, random: torch.Generator | None = None) -> None:
        super().__init__()
        self.p = p
        self.seed = int(torch.randint(2**62, (), generator=random).item())
        self._generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Zero entries at random and scale the rest up; any shape."""
        if not self.training:
            return x
        if self._generator is None or self._generator.device != x.device:
            self._generator = torch.Generator(x.device).manual_seed(self.seed)
        keep = torch.rand(x.shape, generator=self._generator, device=x.device) >= self.p
        return x * keep / (1 - self.p)

    def __getstate__(self) -> dict[str, object]:
        """Leave the generator out: it is made again from the seed."""
        return {**self.__dict__, "_generator": None}


class MLP(nn.Sequential):
    """A multi-layer perceptron, (batch, in_features) -> (batch, out_features).

    Each hidden layer is followed by batch normalisation, if asked for, a key of `ACTIVATIONS` and
    `SeededDropout`; first weights are drawn from ``random``, None being torch's global generator.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        hidden_sizes: Sequence[int] = (128, 128),
        activation: str = "leaky_relu",
        batch_norm: bool = False,
        dropout: float = 0.0,
        random: torch.Generator | None = None,
    ) -> None:
        layers: list[nn.Module] = []
        for width in hidden_sizes:
            layers.append(SeededLinear(in_features, width, random))
            if batch_norm:
                layers.append(nn.BatchNorm1d(width))
            layers.append(ACTIVATIONS[activation]())
            if dropout:
                layers.append(SeededDropout(dropout, random))
            in_features = width
        layers.append(SeededLinear(in_features, out_features, random))
        super().__init__(*layers)


class Generator(nn.Module):
    """Rows from noise, a class and, if there is one, an anchor: anchor + residual.

    The network maps (batch, latent_dim + n_classes [+ width]) to (batch, width).
    """

    member: Tensor
    is_slot: Tensor
    is_number: Tensor
    anchor_scale: Tensor
    present_slot: Tensor

    def __init__(
        self, network: nn.Module, spans: Sequence[Span], *, latent_dim: int, n_classes: int
    ) -> None:
        super().__init__()
        self.network = network
        self.latent_dim, self.n_classes = latent_dim, n_classes
        self.kinds = [span.kind for span in spans]
        self.sizes = [span.stop - span.start for span in spans]
        blocks = [span for span in spans if span.kind != "number"]
        member = torch.zeros(spans[-1].stop, len(blocks))
        for i, span in enumerate(blocks):
            member[span.start : span.stop, i] = 1
        is_slot = member.sum(dim=1)
        present_slot = torch.tensor([s.start for s in blocks if s.kind == "missing"]).long()
        self.register_buffer("member", member)
        self.register_buffer("is_slot", is_slot)
        self.register_buffer("is_number", 1 - is_slot)
        self.register_buffer("anchor_scale", 1 + is_slot * (ANCHOR_LOGIT - 1))
        self.register_buffer("present_slot", present_slot)

    def one_hot(self, codes: Tensor) -> Tensor:
        """Make classes (batch,) one-hot, (batch, n_classes); without classes all codes are 0."""
        each = torch.eye(max(self.n_classes, 1), self.n_classes, device=codes.device)
        return each.index_select(0, codes)

    def draw_inputs(
        self, codes: Tensor, anchors: Anchors | None, random: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
        """Draw all that `forward` needs for rows of the classes ``codes`` (batch,).

        That is normal noise (batch, latent_dim), one-hot classes (batch, n_classes), anchors and
        Gumbel noise (batch, width); None where there are no anchors, or no blocks.
        """
        device = codes.device
        noise = torch.randn(len(codes), self.latent_dim, generator=random, device=device)
        condition = self.one_hot(codes)
        anchor = None if anchors is None else anchors.draw(codes, random)
        gumbel = None
        if self.member.shape[1]:
            uniform = torch.rand(len(codes), len(self.is_slot), generator=random, device=device)
            gumbel = uniform.clamp_(TINY, 1 - TINY).log_().neg_().log_().neg_()
        return noise, condition, anchor, gumbel

    def forward(
        self, noise: Tensor, condition: Tensor, anchor: Tensor | None, gumbel: Tensor | None
    ) -> Tensor:
        """Generate rows (batch, width): numbers in rank space, and shares that sum to one a block.

        These are the Gumbel-softmax of E. Jang, S. Gu, B. Poole (2017), Categorical
        reparameterization with Gumbel-softmax, ICLR.
        """
        inputs = [noise, condition] if anchor is None else [noise, condition, anchor]
        rows = self.network(torch.cat(inputs, dim=1))
        if anchor is not None:
            rows = torch.addcmul(rows, anchor, self.anchor_scale)
        if gumbel is not None:
            rows = self._shares(rows, gumbel)
        if len(self.present_slot):
            # A missing number is zero in the encoded table, so here it fades with its hole.
            present = rows.index_select(1, self.present_slot)
            numbers = rows.index_select(1, self.present_slot - 1) * present
            rows = rows.index_copy(1, self.present_slot - 1, numbers)
        return rows

    def _shares(self, rows: Tensor, gumbel: Tensor) -> Tensor:
        """Turn the slots of rows (batch, width) into shares, and leave numbers as they are."""
        if len(self.is_slot) < WIDE_BLOCK * self.member.shape[1]:
            # Sums of products: `torch.where`, and its gradient, takes several times as long.
            return torch.addcmul(rows * self.is_number, self._softmax(rows + gumbel), self.is_slot)
        shares = [
            block.softmax(dim=1) if kind != "number" else own
            for kind, block, own in zip(
                self.kinds,
                ((rows + gumbel) / TEMPERATURE).split(self.sizes, dim=1),
                rows.split(self.sizes, dim=1),
                strict=True,
            )
        ]
        return torch.cat(shares, dim=1)

    def _softmax(self, logits: Tensor) -> Tensor:
        """Softmax within each block, all at once; what it gives at numbers means nothing."""
        # Not by `clamp`, whose gradient takes four passes.
        power = (hardtanh(logits, -MAX_LOGIT, MAX_LOGIT) / TEMPERATURE).exp()
        return power / torch.addmm(self.is_number, power @ self.member, self.member.T)


class Discriminator(nn.Module):
    """Scores of rows given their classes, judged in packs of ``pac`` rows, side by side in a batch.

    The network maps (batch / pac, pac * (width + n_classes)) to (batch / pac, 1), as in Z. Lin,
    A. Khetan, G. Fanti, S. Oh (2018), PacGAN: the power of two samples in generative adversarial
    networks, NeurIPS 31.
    """

    def __init__(self, network: nn.Module, pac: int = 1) -> None:
        super().__init__()
        self.network = network
        self.pac = pac

    def forward(self, rows: Tensor, condition: Tensor) -> Tensor:
        """Score rows (batch, width) of classes (batch, n_classes); gives (batch / pac,)."""
        packs = torch.cat([rows, condition], dim=1).view(len(rows) // self.pac, -1)
        return self.network(packs).squeeze(1)
