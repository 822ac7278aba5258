import math

import numpy as np
import pytest
import torch
from torch import nn

from gansampler import ConditionalGAN
from gansampler.diagnostics import Critic, Spread, Turn, rows_a_class, verdicts
from gansampler.losses import LOSSES, LeastSquares
from gansampler.networks import Discriminator

ROWS = np.random.default_rng(0).normal(size=(300, 2))


def turn(real, generated, fooling):
    return Turn(
        torch.tensor(1.0), torch.tensor(3.0), *map(torch.tensor, (real, generated, fooling))
    )


def test_verdicts_are_shares_of_all_scores():
    turns = [
        turn([1.0, 2.0, -1.0, 3.0], [-1.0, 1.0, -2.0, -3.0], [1.0, 1.0, 1.0, -1.0]),
        turn([1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, -1.0], [-1.0, -1.0, -1.0, -1.0]),
    ]
    found = verdicts(LOSSES["hinge"](), turns)
    assert found["right_on_real"] == 7 / 8
    assert found["right_on_generated"] == 7 / 8
    assert found["taken_for_real"] == 3 / 8
    assert found["discriminator_loss_real"] == 2 / 8
    assert found["discriminator_loss_generated"] == 2 / 8
    assert (found["generator_loss"], found["discriminator_loss"]) == (1, 3)


@pytest.mark.parametrize("level", [-100.0, 0.0, 7.0])
@pytest.mark.parametrize("name", ["wasserstein", "wasserstein_gp", "relativistic"])
def test_where_scores_have_no_level_the_middle_divides(name, level):
    real, generated = torch.tensor([2.0, 2.0, -2.0]), torch.tensor([-2.0, -2.0, 2.0])
    taken = LOSSES[name]().taken_for_real(real + level, real + level, generated + level)
    assert taken.tolist() == [True, True, False]


@pytest.mark.parametrize(("a", "b"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
def test_least_squares_goes_by_the_nearer_code(a, b):
    loss = LeastSquares(a=a, b=b, c=b)
    scores = torch.tensor([a, b, 0.4 * a + 0.6 * b])
    assert loss.taken_for_real(scores, scores, scores).tolist() == [False, True, True]


def test_the_costs_of_rows_make_up_the_loss():
    scores = torch.linspace(-2, 2, 6)
    real, fake = scores[:3, None], scores[3:, None]
    for name, make in LOSSES.items():
        if name == "wasserstein_gp":  # of which the penalty is a third part
            continue
        loss = make()
        parts = loss.real_cost(real).mean() + loss.generated_cost(fake).mean()
        whole = loss.discriminator_loss(lambda rows: rows[:, 0], real, fake)
        assert parts.isnan() if "relativistic" in name else torch.isclose(parts, whole)


def test_a_critic_keeps_the_last_scores_of_the_very_rows():
    critic = Critic(Discriminator(nn.Linear(2, 1)), torch.zeros(4, 0))
    one, same = torch.ones(4, 2), torch.ones(4, 2)
    scores = critic(one)
    assert torch.equal(critic.last(one), scores)
    assert not critic.last(one).requires_grad
    assert critic.last(same).isnan().all()


class Fixed(nn.Module):
    """A generator that gives the same rows each time."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def draw_inputs(self, codes, anchors, random):
        return (codes,)

    def forward(self, codes):
        return self.rows


def test_diversity_is_that_of_the_worst_class():
    real = torch.randn(3, 40, 2, generator=torch.Generator().manual_seed(0))
    spread = Spread(real, None, torch.Generator())
    scales = torch.tensor([1.0, 0.5, 0.05])[:, None, None]
    found = spread.measure(Fixed((real * scales + 7).reshape(-1, 2)))
    assert found["diversity"] == pytest.approx(0.05, rel=1e-2)
    assert found["collapsed"]
    assert not spread.measure(Fixed(real.reshape(-1, 2)))["collapsed"]


def test_a_class_of_equal_rows_has_no_say():
    real = torch.stack([torch.ones(10, 2), torch.randn(10, 2)])
    found = Spread(real, None, torch.Generator()).measure(Fixed(real.reshape(-1, 2)))
    assert found["diversity"] == pytest.approx(1)


def test_many_classes_share_the_rows():
    assert [rows_a_class(n) for n in (1, 2, 16, 1000)] == [64, 64, 32, 8]


def test_recording_changes_nothing_in_a_game_of_constant_rates():
    how = {"steps": 30, "learning_rate_schedule": "constant", "random_state": 0}
    often, seldom = (ConditionalGAN(record_every=n, **how).fit(ROWS).sample(20) for n in (1, 30))
    np.testing.assert_array_equal(often, seldom)


def test_a_record_has_all_that_is_promised():
    gan = ConditionalGAN(steps=10, record_every=5, random_state=0).fit(ROWS)
    documented = ConditionalGAN.__doc__.partition("history_ : list of dict")[2]
    for record in gan.history_:
        assert all(f"``{name}``" in documented for name in record)
        assert all(math.isfinite(value) for value in record.values())
        assert record["convergence"] == pytest.approx(
            record["right_on_real"] + record["right_on_generated"] - 1
        )
        assert record["discriminator_loss"] == pytest.approx(
            record["discriminator_loss_real"] + record["discriminator_loss_generated"], rel=1e-4
        )
        assert record["generator_gradient_norm"] > 0 < record["discriminator_gradient_norm"]
    assert gan.history_[0]["seconds"] < gan.history_[1]["seconds"]


def test_losses_that_score_otherwise_leave_the_verdicts_unknown():
    class Own(LeastSquares):
        def discriminator_loss(self, critic, real, fake):
            return super().discriminator_loss(critic, real + 0, fake + 0)

    gan = ConditionalGAN(loss=Own(), steps=5, random_state=0).fit(ROWS)
    assert math.isnan(gan.history_[-1]["right_on_real"])
    assert math.isnan(gan.history_[-1]["convergence"])
    assert math.isfinite(gan.history_[-1]["taken_for_real"]), "of the generator's scores it is told"
