"""The optimizers: update rules of `torch.optim` in a few lines each.

The first optimizer of `torch.optim` in a process imports torch's compiler, hundreds of modules that
nothing here uses: see `benchmarks/first_fit.py`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn


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

    alpha, eps = 0.99, 1e-8

    def __init__(self, weights: Iterable[Tensor], lr: float) -> None:
        super().__init__(weights, lr)
        self.squares = self.zeros()

    @torch.no_grad()
    def step(self) -> None:
        """Move every weight that has a gradient."""
        weights, gradients, squares = self.moving(self.squares)
        torch._foreach_mul_(squares, self.alpha)
        torch._foreach_addcmul_(squares, gradients, gradients, value=1 - self.alpha)
        roots = torch._foreach_sqrt(squares)
        torch._foreach_add_(roots, self.eps)
        torch._foreach_addcdiv_(weights, gradients, roots, value=-self.param_groups[0]["lr"])


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
    betas, eps = (0.5, 0.9), 1e-8

    def __init__(self, weights: Iterable[Tensor], lr: float) -> None:
        super().__init__(weights, lr)
        self.steps, self.means, self.squares = 0, self.zeros(), self.zeros()

    @torch.no_grad()
    def step(self) -> None:
        """Move every weight that has a gradient."""
        self.steps += 1
        of_mean, of_square = (1 - beta**self.steps for beta in self.betas)
        weights, gradients, means, squares = self.moving(self.means, self.squares)
        torch._foreach_lerp_(means, gradients, 1 - self.betas[0])
        torch._foreach_mul_(squares, self.betas[1])
        torch._foreach_addcmul_(squares, gradients, gradients, value=1 - self.betas[1])
        roots = torch._foreach_sqrt(squares)
        torch._foreach_div_(roots, of_square**0.5)
        torch._foreach_add_(roots, self.eps)
        rate = self.param_groups[0]["lr"] / of_mean
        torch._foreach_addcdiv_(weights, means, roots, value=-rate)


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
