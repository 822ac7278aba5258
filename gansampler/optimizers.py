"""The optimizers: update rules of `torch.optim` in a few lines each.

The first optimizer of `torch.optim` in a process imports torch's compiler, hundreds of modules that
nothing here uses: see `benchmarks/first_fit.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from math import inf
from typing import Any

import torch
from torch import Tensor, nn

EPS = 1e-8


class Optimizer:
    """What training asks of an optimizer; those of `torch.optim` can do the same.

    It changes weights in place; another rate may be put into ``param_groups[0]["lr"]`` at any time.
    """

    def __init__(self, weights: Iterable[Tensor], lr: float) -> None:
        self.param_groups: list[dict[str, Any]] = [{"params": list(weights), "lr": lr}]

    def step(self) -> None:
        """Move every weight that has a gradient."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """Give what it knows of the gradients so far, on the CPU."""
        known = {name: value for name, value in vars(self).items() if name != "param_groups"}
        return {name: _copied(value, torch.device("cpu")) for name, value in known.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what one for weights of the same shapes knew."""
        device = self.param_groups[0]["params"][0].device
        vars(self).update({name: _copied(value, device) for name, value in state.items()})

    def zeros(self) -> list[Tensor]:
        """Make zeros in the shapes of the weights."""
        return [torch.zeros_like(weight) for weight in self.param_groups[0]["params"]]

    def moving(self, *states: list[Tensor]) -> list[list[Tensor]]:
        """Give weights, their gradients and their states, without those that have no gradient."""
        weights = self.param_groups[0]["params"]
        gradients = [weight.grad for weight in weights]
        moving = [i for i, gradient in enumerate(gradients) if gradient is not None]
        return [[each[i] for i in moving] for each in (weights, gradients, *states)]


class RMSprop(Optimizer):
    r"""Each gradient over the root of its mean square.

    .. math:: v \leftarrow \alpha v + (1 - \alpha) g^2, \qquad
        w \leftarrow w - \eta \frac{g}{\sqrt{v} + \epsilon}

    References
    ----------
    G. Hinton (2012). Neural networks for machine learning, lecture 6.
    """

    alpha = 0.99

    def __init__(self, weights: Iterable[Tensor], lr: float) -> None:
        super().__init__(weights, lr)
        self.squares = self.zeros()

    def step(self) -> None:
        """Move every weight that has a gradient."""
        weights, gradients, squares = self.moving(self.squares)
        # Adam with the gradient itself for its mean, after so many steps that nothing is corrected.
        parts = weights, gradients, gradients, squares
        _adam(*parts, steps=inf, lr=self.param_groups[0]["lr"], betas=(0.0, self.alpha))


class Adam(Optimizer):
    r"""The mean gradient over the root of its mean square, both corrected for their start at zero.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
        w \leftarrow w - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    References
    ----------
    D. Kingma, J. Ba (2015). Adam: a method for stochastic optimization. ICLR.
    """

    # A long first moment of the generator's gradient would point where the discriminator was.
    betas = 0.5, 0.9

    def __init__(self, weights: Iterable[Tensor], lr: float) -> None:
        super().__init__(weights, lr)
        self.steps, self.means, self.squares = 0, self.zeros(), self.zeros()

    def step(self) -> None:
        """Move every weight that has a gradient."""
        self.steps += 1
        parts = self.moving(self.means, self.squares)
        _adam(*parts, steps=self.steps, lr=self.param_groups[0]["lr"], betas=self.betas)


@torch.no_grad()
def _adam(
    weights: list[Tensor],
    gradients: list[Tensor],
    means: list[Tensor],
    squares: list[Tensor],
    *,
    steps: float,
    lr: float,
    betas: tuple[float, float],
) -> None:
    """Move weights by one kernel that goes once over all of them, as `torch.optim.Adam` can."""
    done = [torch.full((), steps, dtype=torch.float32, device=each.device) for each in weights[:1]]
    torch._fused_adam_(
        weights,
        gradients,
        means,
        squares,
        [],
        done * len(weights),
        lr=lr,
        beta1=betas[0],
        beta2=betas[1],
        weight_decay=0.0,
        eps=EPS,
        amsgrad=False,
        maximize=False,
    )


def _copied(value: Any, device: torch.device) -> Any:
    """Copy the tensors of a list to a device; numbers are what they are."""
    return [each.to(device, copy=True) for each in value] if isinstance(value, list) else value


def make_optimizer(
    name: str, network: nn.Module, rate: float, state: dict[str, Any] | None = None
) -> Optimizer | torch.optim.Optimizer:
    """Make an optimizer of a network's weights, which goes on from a state if there is one."""
    optimizer = OPTIMIZERS[name](network.parameters(), lr=rate)
    if state is not None:
        optimizer.load_state_dict(copy.deepcopy(state))
        optimizer.param_groups[0]["lr"] = rate
    return optimizer


# An optimizer of `torch.optim` can be an entry too.
OPTIMIZERS: dict[str, Callable[..., Optimizer | torch.optim.Optimizer]] = {
    "rmsprop": RMSprop,
    "adam": Adam,
}
