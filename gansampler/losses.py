r"""Adversarial losses, and the gradient penalties that go beside them.

Every loss gets the critic and two batches of rows, :math:`x` real and :math:`\tilde x` generated,
row by row of the same class, and gives the two scalars that discriminator and generator minimise. A
gradient penalty is a loss whose generator part is zero. :math:`D` has no sigmoid: its scores are
logits or plain numbers, as the loss reads them. :math:`\sigma` is the logistic function,
:math:`\zeta(s) = \log(1 + e^s)`.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, ClassVar

import torch
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval
from torch import Tensor, nn
from torch.nn.functional import relu, softplus

Critic = Callable[[Tensor], Tensor]

NOT_NEGATIVE = Interval(Real, 0, None, closed="left")


class Loss(BaseEstimator):
    """What every loss can do; a new one overrides the two methods that give scalars."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def discriminator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        """Give what the discriminator minimises.

        Parameters
        ----------
        critic : callable
            From rows of shape (batch, width) to scores of shape (batch,).
        real, fake : Tensor of shape (batch, width)
            Rows; no gradient flows from here to the generator.

        Returns
        -------
        loss : Tensor of shape ()
        """
        raise NotImplementedError

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        """Give what the generator minimises; shapes as in `discriminator_loss`."""
        raise NotImplementedError

    def constrain(self, discriminator: nn.Module) -> None:
        """Put the discriminator's weights back where the loss needs them, after each update."""

    def real_cost(self, scores: Tensor) -> Tensor:
        """Give the cost of each score of a real row; shape in, shape out.

        NaN where the cost of a row depends on others. This is for the history, as is all below.
        """
        return torch.full_like(scores, torch.nan)

    def generated_cost(self, scores: Tensor) -> Tensor:
        """Give the cost of each score of a generated row; see `real_cost`."""
        return torch.full_like(scores, torch.nan)

    def taken_for_real(self, scores: Tensor, real: Tensor, generated: Tensor) -> Tensor:
        """Tell which scores (..., batch) speak for real rows.

        Those beyond the middle between the mean score of real rows and that of generated ones, both
        of the same shape as `scores`: the level of the scores need not mean anything.
        """
        means = (rows.mean(dim=-1, keepdim=True) for rows in (real, generated))
        return scores > sum(means) / 2


class RowwiseLoss(Loss):
    r"""A loss that is a sum over rows: real ones cost `real_cost`, generated ones `generated_cost`.

    A score speaks for a real row if it would cost less on one.
    """

    def discriminator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return self.real_cost(critic(real)).mean() + self.generated_cost(critic(fake)).mean()

    def taken_for_real(self, scores: Tensor, real: Tensor, generated: Tensor) -> Tensor:
        return self.real_cost(scores) < self.generated_cost(scores)


class Minimax(RowwiseLoss):
    r"""The first GAN's two-player game.

    .. math::
        L_D = E[\zeta(-D(x))] + E[\zeta(D(\tilde x))], \qquad L_G = -E[\zeta(D(\tilde x))]

    that is :math:`E \log(1 - \sigma(D(\tilde x)))` for the generator, which fades where the
    discriminator is sure.

    References
    ----------
    I. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS 27, equation 1.
    """

    def real_cost(self, scores: Tensor) -> Tensor:
        return softplus(-scores)

    def generated_cost(self, scores: Tensor) -> Tensor:
        return softplus(scores)

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return -softplus(critic(fake)).mean()


class NonSaturating(Minimax):
    r"""Minimax (section 3 there), the generator's part turned round so that it does not fade.

    .. math::
        L_D = E[\zeta(-D(x))] + E[\zeta(D(\tilde x))], \qquad L_G = E[\zeta(-D(\tilde x))]
    """

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-critic(fake)).mean()


class LeastSquares(RowwiseLoss):
    r"""Least squares towards codes: `a` for fake rows, `b` for real ones, `c` for what fools.

    .. math::
        L_D = \tfrac{1}{2} E[(D(x) - b)^2] + \tfrac{1}{2} E[(D(\tilde x) - a)^2], \qquad
        L_G = \tfrac{1}{2} E[(D(\tilde x) - c)^2]

    Parameters
    ----------
    a, b, c : float, default=0, 1, 1
        With :math:`b - c = 1` and :math:`b - a = 2` the generator minimises a Pearson
        :math:`\chi^2` divergence.

    References
    ----------
    X. Mao et al. (2017). Least squares generative adversarial networks. ICCV, equation 2.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        code: [Interval(Real, None, None, closed="neither")] for code in "abc"
    }

    def __init__(self, a: float = 0.0, b: float = 1.0, c: float = 1.0) -> None:
        self.a, self.b, self.c = a, b, c

    def real_cost(self, scores: Tensor) -> Tensor:
        return (scores - self.b).square() / 2

    def generated_cost(self, scores: Tensor) -> Tensor:
        return (scores - self.a).square() / 2

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return (critic(fake) - self.c).square().mean() / 2


class Wasserstein(RowwiseLoss):
    r"""Earth mover's distance, the critic kept Lipschitz by clipping its weights.

    .. math:: L_D = E[D(\tilde x)] - E[D(x)], \qquad L_G = -E[D(\tilde x)]

    Parameters
    ----------
    clip : float or None, default=0.01
        Bound on the absolute value of every weight of the discriminator; None does not clip.

    References
    ----------
    M. Arjovsky, S. Chintala, L. Bottou (2017). Wasserstein GAN. ICML, algorithm 1.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "clip": [Interval(Real, 0, None, closed="neither"), None]
    }

    def __init__(self, clip: float | None = 0.01) -> None:
        self.clip = clip

    def real_cost(self, scores: Tensor) -> Tensor:
        return -scores

    def generated_cost(self, scores: Tensor) -> Tensor:
        return scores

    def taken_for_real(self, scores: Tensor, real: Tensor, generated: Tensor) -> Tensor:
        return Loss.taken_for_real(self, scores, real, generated)

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return -critic(fake).mean()

    def constrain(self, discriminator: nn.Module) -> None:
        if self.clip is not None:
            with torch.no_grad():
                for weight in discriminator.parameters():
                    weight.clamp_(-self.clip, self.clip)


class WassersteinGP(Wasserstein):
    r"""Earth mover's distance, the critic kept Lipschitz by a penalty on its gradient's norm.

    .. math::
        L_D = E[D(\tilde x)] - E[D(x)]
            + \lambda E\left[(\lVert \nabla D(\hat x) \rVert_2 - 1)^2\right], \qquad
        L_G = -E[D(\tilde x)]

    with :math:`\hat x` at a random place between a real and a generated row.

    Parameters
    ----------
    weight : float, default=10
        :math:`\lambda`.

    References
    ----------
    I. Gulrajani et al. (2017). Improved training of Wasserstein GANs. NeurIPS 30, equation 3.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"weight": [NOT_NEGATIVE]}

    def __init__(self, weight: float = 10.0) -> None:
        super().__init__(clip=None)
        self.weight = weight

    def discriminator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        # Places are spread evenly over the batch: as good as random ones, with nothing to seed.
        place = torch.linspace(0, 1, len(real), device=real.device)[:, None]
        between = torch.lerp(real, fake, place)
        norm = (_squared_gradient(critic, between) + 1e-12).sqrt()
        penalty = self.weight * (norm - 1).square().mean()
        return super().discriminator_loss(critic, real, fake) + penalty


class Hinge(RowwiseLoss):
    r"""Scores count only inside the margin.

    .. math::
        L_D = E[\max(0, 1 - D(x))] + E[\max(0, 1 + D(\tilde x))], \qquad L_G = -E[D(\tilde x)]

    References
    ----------
    J. H. Lim, J. C. Ye (2017). Geometric GAN. arXiv:1705.02894.
    """

    def real_cost(self, scores: Tensor) -> Tensor:
        return relu(1 - scores)

    def generated_cost(self, scores: Tensor) -> Tensor:
        return relu(1 + scores)

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return -critic(fake).mean()


class RelativisticLogistic(Loss):
    r"""A real row must look more real than the generated row that it is paired with.

    .. math::
        L_D = E[\zeta(D(\tilde x) - D(x))], \qquad L_G = E[\zeta(D(x) - D(\tilde x))]

    References
    ----------
    A. Jolicoeur-Martineau (2019). The relativistic discriminator. ICLR (the paired form);
    Y. Huang et al. (2024). The GAN is dead; long live the GAN! NeurIPS 37.
    """

    def discriminator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return self.shortfall(critic(real) - critic(fake)).mean()

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return self.shortfall(critic(fake) - critic(real)).mean()

    def shortfall(self, lead: Tensor) -> Tensor:
        """Cost of a lead, in scores, of the row that should be ahead; shape in, shape out."""
        return softplus(-lead)


class RelativisticLeastSquares(RelativisticLogistic):
    r"""The paired form of `RelativisticLogistic` with squares: the lead should be one.

    .. math::
        L_D = E[(D(x) - D(\tilde x) - 1)^2], \qquad L_G = E[(D(\tilde x) - D(x) - 1)^2]
    """

    def shortfall(self, lead: Tensor) -> Tensor:
        return (lead - 1).square()


class RelativisticHinge(RelativisticLogistic):
    r"""The paired form of `RelativisticLogistic` with a hinge: a lead of one is enough.

    .. math::
        L_D = E[\max(0, 1 - D(x) + D(\tilde x))], \qquad L_G = E[\max(0, 1 - D(\tilde x) + D(x))]
    """

    def shortfall(self, lead: Tensor) -> Tensor:
        return relu(1 - lead)


class GradientPenalty(Loss):
    r"""Zero-centred gradient penalties on real rows, on generated rows, or on both.

    .. math::
        R_1 = \tfrac{\gamma}{2} E\left[\lVert \nabla D(x) \rVert^2\right], \qquad
        R_2 = \tfrac{\gamma}{2} E\left[\lVert \nabla D(\tilde x) \rVert^2\right]

    Parameters
    ----------
    on_real : float, default=1
        :math:`\gamma` of :math:`R_1`; zero leaves it out.
    on_fake : float, default=0
        :math:`\gamma` of :math:`R_2`; zero leaves it out.

    References
    ----------
    L. Mescheder, A. Geiger, S. Nowozin (2018). Which training methods for GANs do actually
    converge? ICML, equations 9 and 10.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "on_real": [NOT_NEGATIVE],
        "on_fake": [NOT_NEGATIVE],
    }

    def __init__(self, on_real: float = 1.0, on_fake: float = 0.0) -> None:
        self.on_real, self.on_fake = on_real, on_fake

    def discriminator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        penalty = torch.zeros((), device=real.device)
        for gamma, rows in ((self.on_real, real), (self.on_fake, fake)):
            if gamma:
                penalty = penalty + gamma / 2 * _squared_gradient(critic, rows).mean()
        return penalty

    def generator_loss(self, critic: Critic, real: Tensor, fake: Tensor) -> Tensor:
        return torch.zeros((), device=fake.device)


def _squared_gradient(critic: Critic, rows: Tensor) -> Tensor:
    """Give the squared norm of the critic's gradient at each row, differentiable; (batch,)."""
    rows = rows.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(rows).sum(), rows, create_graph=True)
    return gradient.square().sum(dim=1)


LOSSES: dict[str, Callable[[], Loss]] = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "wasserstein_gp": WassersteinGP,
    "hinge": Hinge,
    "relativistic": RelativisticLogistic,
    "relativistic_least_squares": RelativisticLeastSquares,
    "relativistic_hinge": RelativisticHinge,
}

PENALTIES: dict[str, Callable[[], Loss]] = {
    "r1": GradientPenalty,
    "r2": lambda: GradientPenalty(on_real=0.0, on_fake=1.0),
    "r1_r2": lambda: GradientPenalty(on_real=1.0, on_fake=1.0),
}
