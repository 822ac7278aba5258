"""A fit that goes on from an earlier one."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from interruptions import interrupted_at
from sklearn.base import clone
from torch import nn

from gansampler import CGANOverSampler, ConditionalGAN, LSGANOverSampler
from gansampler import gan as gan_module
from gansampler.acceptance import ClassifierAcceptance
from gansampler.anchors import NeighborAnchors
from gansampler.callbacks import EarlyStopping
from gansampler.optimizers import OPTIMIZERS, make_optimizer

RNG = np.random.default_rng(0)
ROWS = pd.DataFrame(
    {
        "size": RNG.normal(size=80),
        "hole": np.where(RNG.random(80) < 0.2, np.nan, RNG.normal(size=80)),
        "kind": pd.Series(RNG.choice(["a", "b", "c"], 80), dtype=object),
    }
)
Y = np.repeat(["many", "few"], [50, 30])
FAST = {"steps": 30, "batch_size": 16, "hidden_sizes": (8,), "acceptance": None, "random_state": 0}


def fitted(X=ROWS, y=Y, **changes):
    sampler = LSGANOverSampler(**{**FAST, "warm_start": True, **changes})
    sampler.fit_resample(X, y)
    return sampler


def weights_of(network):
    return torch.cat([each.detach().flatten() for each in network.parameters()])


def learnt(sampler):
    return torch.cat([weights_of(sampler.generator_), weights_of(sampler.discriminator_)])


def test_the_first_fit_is_a_cold_one_and_so_is_that_of_a_clone():
    sampler = fitted()
    cold = LSGANOverSampler(**FAST)
    cold.fit_resample(ROWS, Y)
    assert torch.equal(learnt(sampler), learnt(cold))
    sampler.fit_resample(ROWS, Y)
    assert not torch.equal(learnt(sampler), learnt(cold))
    again = clone(sampler)
    again.fit_resample(ROWS, Y)
    assert torch.equal(learnt(again), learnt(cold))
    assert len(again.history_) == 2


def test_it_goes_on_from_networks_encoder_and_history():
    sampler = fitted()
    before, encoder, history = learnt(sampler), sampler.encoder_, copy.deepcopy(sampler.history_)
    sampler.set_params(learning_rate=1e-9).fit_resample(ROWS, Y)
    torch.testing.assert_close(learnt(sampler), before, atol=1e-6, rtol=0)
    assert sampler.encoder_ is encoder
    assert sampler.history_[:2] == history
    assert [record["step"] for record in sampler.history_] == [25, 30, 55, 60]
    seconds = [record["seconds"] for record in sampler.history_]
    assert seconds == sorted(seconds)


def test_it_can_be_asked_for_after_the_first_fit():
    sampler = fitted(warm_start=False)
    before = learnt(sampler)
    sampler.set_params(warm_start=True, learning_rate=1e-9).fit_resample(ROWS, Y)
    torch.testing.assert_close(learnt(sampler), before, atol=1e-6, rtol=0)


def test_without_it_each_fit_starts_anew():
    sampler = fitted(warm_start=False)
    before = learnt(sampler)
    sampler.fit_resample(ROWS, Y)
    assert torch.equal(learnt(sampler), before)
    assert len(sampler.history_) == 2


@pytest.mark.parametrize("name", [*OPTIMIZERS, "torch"])
def test_an_optimizer_that_goes_on_is_one_that_never_stopped(name, monkeypatch):
    monkeypatch.setitem(OPTIMIZERS, "torch", torch.optim.Adam)
    target = torch.linspace(-1, 1, 6).view(2, 3)

    def trained(net, optimizer, steps):
        for _ in range(steps):
            for weight in net.parameters():
                weight.grad = None
            (net.weight - target).square().sum().backward()
            optimizer.step()

    nets = [nn.Linear(3, 2, bias=False) for _ in range(2)]
    nets[1].load_state_dict(nets[0].state_dict())
    trained(nets[0], make_optimizer(name, nets[0], 0.01), 10)
    first = make_optimizer(name, nets[1], 0.01)
    trained(nets[1], first, 5)
    state = first.state_dict()
    kept = copy.deepcopy(state)
    trained(nets[1], make_optimizer(name, nets[1], 0.01, state), 5)
    assert torch.equal(nets[0].weight, nets[1].weight)
    assert str(kept) == str(state), "the earlier state was changed"


@pytest.mark.parametrize("change", [{}, {"optimizer": "adam"}])
def test_optimizers_go_on_unless_another_is_asked_for(change, monkeypatch):
    seen = []

    def spy(name, network, rate, state):
        seen.append((name, state is not None))
        return make_optimizer(name, network, rate, state)

    sampler = fitted()
    monkeypatch.setattr(gan_module, "make_optimizer", spy)
    sampler.set_params(**change).fit_resample(ROWS, Y)
    assert seen == [(sampler.optimizer, not change)] * 2


def test_new_rows_hold_values_of_the_first_table():
    sampler = fitted()
    other = ROWS.assign(size=ROWS["size"] * 9, hole=0.25)
    X_new, _ = sampler.fit_resample(other, Y)
    made = X_new[sampler.synthetic_mask_]
    assert made["size"].isin(ROWS["size"]).all()
    pd.testing.assert_frame_equal(X_new[: len(other)], other)


def test_arrays_go_on_as_well():
    X = RNG.normal(size=(80, 3))
    sampler = fitted(X)
    sampler.fit_resample(X[::-1].astype(np.float32), Y[::-1])
    assert len(sampler.history_) == 4
    for other in (X[:, :2], X.astype(int), pd.DataFrame(X)):
        with pytest.raises(ValueError, match=r"cannot go on: the table was an array of 3 columns"):
            sampler.fit_resample(other, Y)


def no_training(monkeypatch):
    monkeypatch.setattr(gan_module, "train", lambda *_, **__: pytest.fail("trained"))
    for part in (NeighborAnchors, ClassifierAcceptance):
        monkeypatch.setattr(part, "fit", lambda *_: pytest.fail("fitted"))


@pytest.mark.parametrize(
    ("X", "y", "changes", "message"),
    [
        (ROWS.rename(columns={"size": "length"}), Y, {}, "the table was .* now is .*'length'"),
        (ROWS[["hole", "size", "kind"]], Y, {}, "the table was a frame of the columns"),
        (ROWS.astype({"size": "float32"}), Y, {}, "dtype of column 'size' was float64, and now"),
        (ROWS.assign(size=ROWS["hole"]), Y, {}, "'size' has missing values now, and had none"),
        (ROWS.replace({"kind": {"c": "d"}}), Y, {}, r"'kind' holds what it did not hold: \['d'\]"),
        (
            ROWS.assign(kind=pd.Series(range(80), dtype=object)),
            Y,
            {},
            "column 'kind' was read as a category, and now is read as a number",
        ),
        (ROWS, np.where(Y == "few", "rare", Y), {}, "classes_ was .*'few'.* now is .*'rare'"),
        (ROWS, Y, {"hidden_sizes": (8, 8)}, r"hidden_sizes was \(8,\), and now is \(8, 8\)"),
        (ROWS, Y, {"latent_dim": 5}, "latent_dim was 32, and now is 5"),
        (ROWS, Y, {"pac": 2}, "pac was 1, and now is 2"),
        (ROWS, Y, {"generator": nn.Linear}, "generator was None"),
        (ROWS, Y, {"anchor": None}, "a start from anchors was True, and now is False"),
        (ROWS, Y, {"train_on": "minority"}, "classes in training was .*'few' 'many'"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_lost(X, y, changes, message, monkeypatch):
    sampler = fitted()
    twin, given = copy.deepcopy(sampler), X.copy()
    no_training(monkeypatch)
    with pytest.raises(ValueError, match=f"warm_start=True cannot go on: .*{message}") as error:
        sampler.set_params(**changes).fit_resample(X, y)
    assert "or start anew with warm_start=False" in str(error.value)
    pd.testing.assert_frame_equal(X, given)
    assert vars(sampler).keys() == vars(twin).keys()
    pd.testing.assert_frame_equal(sampler.sample(5), twin.sample(5))


def test_an_interrupted_fit_leaves_what_was_learnt_before():
    def interrupt(record, sampler):
        raise KeyboardInterrupt

    sampler = fitted()
    twin = copy.deepcopy(sampler)
    with pytest.raises(KeyboardInterrupt):
        sampler.set_params(callbacks=interrupt).fit_resample(ROWS, Y)
    assert torch.equal(learnt(sampler), learnt(twin))
    assert sampler.history_ == twin.history_
    pd.testing.assert_frame_equal(sampler.sample(5), twin.sample(5))


@pytest.mark.parametrize("wrong", [pd.NA, np.ones((2, 2)), pd.DataFrame(), 1, "no"])
def test_only_a_boolean_asks_for_it(wrong):
    with pytest.raises(ValueError, match="The 'warm_start' parameter of LSGANOverSampler must be"):
        fitted(warm_start=wrong)
    with pytest.raises(ValueError, match="The 'warm_start' parameter of ConditionalGAN must be"):
        ConditionalGAN(warm_start=wrong).fit(np.zeros((9, 2)))


@pytest.mark.parametrize("share", [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1])
def test_an_interruption_at_any_moment_leaves_what_was_learnt_before(share):
    sampler = fitted(steps=2)
    twin, trial = copy.deepcopy(sampler), copy.deepcopy(sampler)
    with interrupted_at(None) as calls:
        trial.fit_resample(ROWS, Y)
    with pytest.raises(KeyboardInterrupt), interrupted_at(1 + int(share * (len(calls) - 1))):
        sampler.fit_resample(ROWS, Y)
    assert vars(sampler).keys() == vars(twin).keys()
    assert torch.equal(learnt(sampler), learnt(twin))
    pd.testing.assert_frame_equal(sampler.sample(5), twin.sample(5))
    sampler.fit_resample(ROWS, Y)
    assert torch.equal(learnt(sampler), learnt(trial))


def test_the_same_rows_are_kept_aside_again(monkeypatch):
    seen, set_aside = [], gan_module.set_aside

    def spy(*given):
        seen.append(set_aside(*given))
        return seen[-1]

    monkeypatch.setattr(gan_module, "set_aside", spy)
    sampler = fitted(callbacks=EarlyStopping(validation_fraction=0.4))
    sampler.fit_resample(ROWS, Y)
    assert seen[0].sum() == 32
    np.testing.assert_array_equal(*seen)


def test_the_best_networks_are_what_goes_on():
    """Training goes on from the networks that early stopping brought back."""
    stop = EarlyStopping(lambda record, sampler: record["step"], patience=9)
    sampler = fitted(callbacks=stop, steps=50)
    best = learnt(sampler)
    sampler.set_params(learning_rate=1e-9, callbacks=None).fit_resample(ROWS, Y)
    torch.testing.assert_close(learnt(sampler), best, atol=1e-6, rtol=0)
    one = fitted(steps=50, callbacks=lambda record, sampler: True)
    assert torch.equal(learnt(one)[:9], best[:9])


def test_classless_rows_and_a_network_of_ones_own_go_on():
    def network(n_in, n_out):
        return nn.Sequential(nn.Linear(n_in, 8), nn.Dropout(0.1), nn.Linear(8, n_out))

    how = {"steps": 4, "record_every": 2, "batch_size": 16, "warm_start": True}
    gan = ConditionalGAN(**how, generator=network, random_state=0).fit(RNG.normal(size=(40, 2)))
    gan.fit(RNG.normal(size=(50, 2)))
    assert [record["step"] for record in gan.history_] == [2, 4, 6, 8]
    with pytest.raises(ValueError, match=r"classes_ was None"):
        gan.fit(RNG.normal(size=(40, 2)), np.repeat([0, 1], 20))
    assert gan.sample(3).shape == (3, 2)


def test_a_bad_table_does_not_cost_what_was_learnt():
    sampler = fitted()
    with pytest.raises(ValueError, match="infinity"):
        sampler.fit_resample(ROWS.assign(size=np.inf), Y)
    assert len(sampler.sample(3)) == 3
    cold = CGANOverSampler(**FAST)
    cold.fit_resample(ROWS, Y)
    with pytest.raises(ValueError, match="infinity"):
        cold.fit_resample(ROWS.assign(size=np.inf), Y)
    assert not hasattr(cold, "encoder_")
