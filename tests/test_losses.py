"""Losses against their formulas, written out again in numpy."""

import numpy as np
import pytest
import torch
from torch import nn

from gansampler.losses import LOSSES, PENALTIES, GradientPenalty, LeastSquares, Wasserstein

REAL = np.array([0.3, -1.2, 2.0, 0.0])
FAKE = np.array([-0.5, 0.7, 1.0, -2.0])


def log1pexp(s):
    return np.log1p(np.exp(s))


FORMULAS = {
    "minimax": (
        log1pexp(-REAL).mean() + log1pexp(FAKE).mean(),
        np.log(1 - 1 / (1 + np.exp(-FAKE))).mean(),
    ),
    "non_saturating": (
        log1pexp(-REAL).mean() + log1pexp(FAKE).mean(),
        -np.log(1 / (1 + np.exp(-FAKE))).mean(),
    ),
    "least_squares": (
        ((REAL - 1) ** 2).mean() / 2 + (FAKE**2).mean() / 2,
        ((FAKE - 1) ** 2).mean() / 2,
    ),
    "wasserstein": (FAKE.mean() - REAL.mean(), -FAKE.mean()),
    "hinge": (
        np.maximum(0, 1 - REAL).mean() + np.maximum(0, 1 + FAKE).mean(),
        -FAKE.mean(),
    ),
    "relativistic": (log1pexp(FAKE - REAL).mean(), log1pexp(REAL - FAKE).mean()),
    "relativistic_least_squares": (
        ((REAL - FAKE - 1) ** 2).mean(),
        ((FAKE - REAL - 1) ** 2).mean(),
    ),
    "relativistic_hinge": (
        np.maximum(0, 1 - REAL + FAKE).mean(),
        np.maximum(0, 1 - FAKE + REAL).mean(),
    ),
}


def column(values):
    return torch.tensor(values)[:, None]


def first_column(rows):
    """A critic whose score is the row's only number."""
    return rows[:, 0]


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_against_the_formula(name):
    loss = LOSSES[name]()
    players = loss.discriminator_loss, loss.generator_loss
    got = [player(first_column, column(REAL), column(FAKE)).item() for player in players]
    np.testing.assert_allclose(got, FORMULAS[name], rtol=1e-6)


def test_no_loss_is_left_without_a_formula():
    assert set(FORMULAS) | {"wasserstein_gp"} == set(LOSSES)


def test_codes_of_least_squares():
    loss = LeastSquares(a=-1.0, b=1.0, c=0.0)
    d = loss.discriminator_loss(first_column, column(REAL), column(FAKE)).item()
    assert d == pytest.approx(((REAL - 1) ** 2).mean() / 2 + ((FAKE + 1) ** 2).mean() / 2)
    g = loss.generator_loss(first_column, column(REAL), column(FAKE)).item()
    assert g == pytest.approx((FAKE**2).mean() / 2)


def test_gradient_penalties_of_a_linear_critic():
    # The gradient of 3 x + 4 y is (3, 4) everywhere, its norm is 5.
    def critic(rows):
        return rows @ torch.tensor([3.0, 4.0])

    real, fake = torch.randn(6, 2), torch.randn(6, 2)
    value = {
        name: make().discriminator_loss(critic, real, fake) for name, make in PENALTIES.items()
    }
    assert value["r1"].item() == pytest.approx(12.5)
    assert value["r2"].item() == pytest.approx(12.5)
    assert value["r1_r2"].item() == pytest.approx(25.0)
    both = GradientPenalty(0.1, 0.2).discriminator_loss(critic, real, fake)
    assert both.item() == pytest.approx(0.3 * 12.5)
    gp = LOSSES["wasserstein_gp"]().discriminator_loss(critic, real, real)
    assert gp.item() == pytest.approx(10 * (5 - 1) ** 2, rel=1e-5)


def test_a_penalty_teaches_the_discriminator_and_not_the_generator():
    critic = nn.Linear(2, 1)
    real, fake = torch.randn(6, 2), torch.randn(6, 2, requires_grad=True)
    penalty = PENALTIES["r1_r2"]()
    penalty.discriminator_loss(lambda rows: critic(rows)[:, 0], real, fake).backward()
    assert critic.weight.grad.abs().sum() > 0
    assert fake.grad is None
    assert penalty.generator_loss(critic, real, fake).item() == 0


def test_clipping_bounds_the_weights():
    network = nn.Linear(50, 50)
    Wasserstein(clip=0.02).constrain(network)
    assert max(weight.abs().max() for weight in network.parameters()) <= 0.02
    before = network.weight.clone()
    LOSSES["wasserstein_gp"]().constrain(network)
    assert torch.equal(network.weight, before)
