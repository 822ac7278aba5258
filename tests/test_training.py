import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import swa_utils

from gansampler import CGANOverSampler, LSGANOverSampler
from gansampler.losses import LeastSquares, Loss
from gansampler.networks import ACTIVATIONS
from gansampler.training import STEPS_A_RECORD, ClassBatches, MovingAverage


@pytest.fixture
def two_bumps():
    """A minority of two bumps, at (-3, -3) and (3, 3), in a broad majority."""
    rng = np.random.default_rng(0)
    bumps = np.repeat([[-3.0], [3.0]], 60, axis=0) + rng.normal(0, 0.4, (120, 2))
    return np.concatenate([rng.normal(0, 3, (600, 2)), bumps]), np.repeat([0, 1], [600, 120])


def test_batches_are_even_over_classes_and_uniform_within():
    rows = torch.arange(100.0)[:, None]
    codes = torch.tensor([1] * 10 + [0] * 90)
    random = torch.Generator().manual_seed(0)
    batches = ClassBatches(rows, codes, batch_size=20_000, pac=4, random=random)
    drawn, classes = batches.draw()
    assert torch.equal(codes[drawn[:, 0].long()], classes)
    assert (classes.view(-1, 4) == classes.view(-1, 4)[:, :1]).all()
    assert classes.float().mean() == pytest.approx(0.5, abs=0.02)
    own = drawn[classes == 1, 0].long().bincount(minlength=10)
    np.testing.assert_allclose(own / own.sum(), 0.1, atol=0.02)


@pytest.mark.parametrize("kind", [LSGANOverSampler, CGANOverSampler])
def test_the_textbook_game_learns_a_distribution_from_noise_alone(kind, two_bumps):
    settings = {"steps": 2000, "learning_rate": 1e-3, "random_state": 0}
    sampler = kind(anchor=None, acceptance=None, **settings)
    sampler.fit_resample(*two_bumps)
    rows = sampler.sample(2000, 1)
    near = [(np.linalg.norm(rows - place, axis=1) < 1.5).mean() for place in (-3, 3)]
    assert min(near) > 0.3
    assert sum(near) > 0.85
    assert np.corrcoef(rows.T)[0, 1] > 0.9


def test_the_history_is_plain_records(two_bumps):
    sampler = LSGANOverSampler(steps=2 * STEPS_A_RECORD + 1, random_state=0)
    sampler.fit_resample(*two_bumps)
    history = sampler.history_
    assert [record["step"] for record in history] == [STEPS_A_RECORD, 2 * STEPS_A_RECORD, 51]
    assert all(isinstance(value, int | float) for record in history for value in record.values())
    rates = [record["generator_learning_rate"] for record in history]
    assert rates == sorted(rates, reverse=True)
    flat = LSGANOverSampler(steps=60, learning_rate_schedule="constant", random_state=0)
    flat.fit_resample(*two_bumps)
    assert {record["generator_learning_rate"] for record in flat.history_} == {5e-4}


def test_each_setting_reaches_the_game(two_bumps):
    base = {"steps": 3, "batch_size": 24, "hidden_sizes": (8,), "random_state": 0}
    settings = [
        {},
        {"loss": "hinge"},
        {"penalty": "r1"},
        {"pac": 2},
        {"dropout": 0.5},
        {"batch_norm": "generator"},
        {"optimizer": "adam"},
        {"learning_rate": (5e-4, 2e-3)},
        {"learning_rate": 2e-3},
        {"discriminator_steps": 2},
        {"learning_rate_schedule": "constant", "steps": 30},
        {"ema_decay": 0.0},
        {"train_on": "minority"},
        {"latent_dim": 2},
        {"activation": "tanh"},
        {"steps": 30},
    ]
    weights = []
    for setting in settings:
        sampler = CGANOverSampler(**{**base, **setting})
        sampler.fit_resample(*two_bumps)
        weights.append(torch.cat([w.flatten() for w in sampler.generator_.parameters()]))
    for i, one in enumerate(weights):
        for other in weights[:i]:
            assert one.shape != other.shape or not torch.equal(one, other)


def test_true_is_one_for_every_size(two_bumps):
    base = {"steps": 2, "batch_size": 8, "hidden_sizes": (8,), "random_state": 0}
    for name in ("pac", "steps", "latent_dim", "discriminator_steps", "candidates"):
        one, true = (
            CGANOverSampler(**base | {name: value}).fit_resample(*two_bumps)[0]
            for value in (1, True)
        )
        np.testing.assert_array_equal(one, true)


def test_own_networks_are_used(two_bumps):
    def make(n_in, n_out):
        return nn.Sequential(nn.Linear(n_in, 5), nn.Tanh(), nn.Linear(5, n_out))

    sampler = LSGANOverSampler(generator=make, discriminator=make, steps=2, random_state=0)
    sampler.fit_resample(*two_bumps)
    assert sampler.generator_.network[0].out_features == 5
    assert sampler.discriminator_.network[0].out_features == 5


def test_own_layers_may_draw_from_the_global_state(two_bumps):
    def make(n_in, n_out):
        return nn.Sequential(nn.Linear(n_in, 8), nn.Dropout(0.5), nn.Linear(8, n_out))

    def rows(before):
        torch.rand(before)
        state = torch.get_rng_state()
        sampler = LSGANOverSampler(generator=make, discriminator=make, steps=3, random_state=0)
        X, _ = sampler.fit_resample(*two_bumps)
        drawn = sampler.sample(20, 1)
        assert torch.equal(torch.get_rng_state(), state)
        return np.concatenate([X, drawn])

    np.testing.assert_array_equal(rows(0), rows(7))


def test_what_others_draw_from_the_global_state_meanwhile_is_their_own(two_bumps, monkeypatch):
    drawn = []

    def draw():
        drawn.append(torch.rand(()))

    class Drawing(LeastSquares):
        def discriminator_loss(self, *batch):
            draw()
            return super().discriminator_loss(*batch)

    class DrawingTanh(nn.Tanh):
        def __init__(self):
            draw()
            super().__init__()

    monkeypatch.setitem(ACTIVATIONS, "tanh", DrawingTanh)
    settings = {"activation": "tanh", "batch_norm": "both", "dropout": 0.2, "random_state": 0}
    with torch.random.fork_rng([]):
        torch.manual_seed(7)
        LSGANOverSampler(loss=Drawing(), steps=3, **settings).fit_resample(*two_bumps)
        torch.manual_seed(7)
        assert drawn == [torch.rand(()) for _ in drawn]
    assert len(drawn) == 4 + 3


def test_the_average_is_that_of_torch():
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    ours = MovingAverage(net, 0.9)
    average = swa_utils.get_ema_multi_avg_fn(0.9)
    theirs = swa_utils.AveragedModel(net, multi_avg_fn=average)
    for _ in range(4):
        net(torch.randn(8, 3))
        with torch.no_grad():
            for weight in net.parameters():
                weight.add_(torch.randn(weight.shape))
        ours.update()
        theirs.update_parameters(net)
    own, other = ours.network.state_dict(), theirs.module.state_dict()
    assert all(torch.equal(own[name], other[name]) for name in other)
    assert not torch.equal(own["0.weight"], net[0].weight)


def test_a_network_of_the_wrong_shape_is_refused(two_bumps):
    with pytest.raises(
        ValueError, match=r"`generator` returns must map \(batch, 36\) to \(batch, 2\)"
    ):
        LSGANOverSampler(generator=lambda i, o: nn.Linear(i, o + 1)).fit_resample(*two_bumps)
    with pytest.raises(TypeError, match=r"`discriminator` must return a torch.nn.Module, got int"):
        LSGANOverSampler(discriminator=lambda i, o: 7).fit_resample(*two_bumps)
    with pytest.raises(ValueError, match=r"`generator` returns has no weights"):
        LSGANOverSampler(generator=lambda i, o: nn.Identity()).fit_resample(*two_bumps)


def test_a_loss_that_is_not_finite_stops_the_fit_and_leaves_nothing(two_bumps):
    class Diverging(Loss):
        def discriminator_loss(self, critic, real, fake):
            return critic(real).sum() * float("nan")

        def generator_loss(self, critic, real, fake):
            return critic(fake).sum()

    sampler = CGANOverSampler(loss=Diverging())
    with pytest.raises(FloatingPointError, match="loss became nan by step 25 of 300"):
        sampler.fit_resample(*two_bumps)
    assert not hasattr(sampler, "history_")


def test_a_huge_learning_rate_is_named_as_the_cause(two_bumps):
    sampler = LSGANOverSampler(learning_rate=1e30, random_state=0)
    with pytest.raises(FloatingPointError, match="Lower `learning_rate`"):
        sampler.fit_resample(*two_bumps)
