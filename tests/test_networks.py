import pickle

import pytest
import torch
from torch import nn

from gansampler import networks
from gansampler.encoding import Span
from gansampler.networks import (
    ACTIVATIONS,
    MLP,
    Discriminator,
    Generator,
    SeededDropout,
    SeededLinear,
)

SPANS = [
    Span(0, 1, "number"),
    Span(1, 3, "missing"),
    Span(3, 7, "category"),
    Span(7, 8, "number"),
    Span(8, 10, "category"),
]


def generator(network=None, spans=SPANS, latent_dim=3, n_classes=2, anchored=True):
    width = spans[-1].stop
    network = network or MLP(latent_dim + n_classes + width * anchored, width, hidden_sizes=(16,))
    return Generator(network, spans, latent_dim=latent_dim, n_classes=n_classes)


class FixedAnchors:
    def __init__(self, anchor):
        self.anchor = anchor

    def draw(self, codes, random):
        return self.anchor[codes]


ANCHOR = torch.tensor([[0.5, 1, 0, 0, 0, 1, 0, -0.7, 0, 1], [0.0, 0, 1, 1, 0, 0, 0, 0.2, 1, 0]])


def rows_of(net, codes, anchors=None):
    inputs = net.draw_inputs(codes, anchors, torch.Generator().manual_seed(0))
    return net(*inputs)


def test_blocks_are_shares_and_missing_numbers_fade():
    rows = rows_of(generator(anchored=False), torch.tensor([0, 1] * 50))
    for span in SPANS:
        if span.kind != "number":
            block = rows[:, span.start : span.stop]
            assert (block >= 0).all()
            torch.testing.assert_close(block.sum(dim=1), torch.ones(100))


def test_a_silent_network_keeps_the_anchor():
    class Silent(nn.Module):
        def forward(self, x):
            return torch.zeros(len(x), 10)

    codes = torch.tensor([0, 1] * 500)
    rows = rows_of(generator(Silent()), codes, FixedAnchors(ANCHOR))
    assert torch.equal(rows[:, 7], ANCHOR[codes, 7])
    present = rows[:, 1]
    torch.testing.assert_close(rows[:, 0], ANCHOR[codes, 0] * present)
    kept = rows[:, 3:7].argmax(dim=1) == ANCHOR[codes, 3:7].argmax(dim=1)
    assert 0.85 < kept.float().mean() < 1


def test_extreme_logits_stay_finite():
    class Loud(nn.Module):
        def forward(self, x):
            return torch.full((len(x), 10), 1e6) * torch.tensor([1, -1] * 5)

    rows = rows_of(generator(Loud(), anchored=False), torch.tensor([0, 1]))
    assert torch.isfinite(rows).all()


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_weight_gets_a_gradient(activation, batch_norm):
    settings = {"activation": activation, "batch_norm": batch_norm, "dropout": 0.1}
    net = generator(MLP(3 + 2 + 10, 10, hidden_sizes=(16, 16), **settings))
    critic = Discriminator(MLP(2 * 12, 1, hidden_sizes=(16, 16), **settings), pac=2)
    codes = torch.tensor([0, 0, 1, 1] * 16)
    inputs = net.draw_inputs(codes, FixedAnchors(ANCHOR), torch.Generator().manual_seed(0))
    scores = critic(net(*inputs), inputs[1])
    assert scores.shape == (32,)
    scores.square().sum().backward()
    for weight in [*net.parameters(), *critic.parameters()]:
        assert weight.grad.abs().sum() > 0


def test_a_pack_is_judged_as_one():
    critic = Discriminator(nn.Linear(3 * 2, 1), pac=3)
    rows, condition = torch.randn(6, 1), torch.ones(6, 1)
    before = critic(rows, condition)
    rows[1] += 1
    after = critic(rows, condition)
    assert before.shape == (2,)
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_first_weights_are_seeded_and_spread_as_those_of_torch():
    state = torch.get_rng_state()
    layers = [SeededLinear(100, 50, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    assert torch.equal(torch.get_rng_state(), state)
    one, same, other = (
        torch.cat([w.detach().flatten() for w in each.parameters()]) for each in layers
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    theirs = nn.Linear(100, 50).weight.detach()
    assert one.std() == pytest.approx(theirs.std().item(), rel=0.05)
    for weight in layers[0].parameters():
        assert 0.08 < weight.abs().max() <= 0.1


def test_a_network_without_a_generator_draws_from_the_global_state():
    with torch.random.fork_rng([]):
        nets = []
        for _ in range(2):
            torch.manual_seed(0)
            nets.append(MLP(3, 1, dropout=0.5))
    for one, other in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        assert torch.equal(one, other)
    assert nets[0][2].seed == nets[1][2].seed


def test_dropout_is_seeded_and_leaves_the_global_state_alone():
    layer = SeededDropout(0.5)
    state = torch.get_rng_state()
    first = layer(torch.ones(1000))
    assert torch.equal(torch.get_rng_state(), state)
    assert first.mean() == pytest.approx(1, abs=0.15)
    assert set(first.unique().tolist()) == {0, 2}
    again = pickle.loads(pickle.dumps(layer))
    assert torch.equal(again(torch.ones(1000)), first)
    assert torch.equal(layer.eval()(torch.ones(5)), torch.ones(5))


def test_networks_come_back_from_a_file():
    net = generator()
    again = pickle.loads(pickle.dumps(net))
    codes = torch.tensor([0, 1])
    assert torch.equal(
        rows_of(net, codes, FixedAnchors(ANCHOR)), rows_of(again, codes, FixedAnchors(ANCHOR))
    )


def test_wide_blocks_get_the_same_shares_one_by_one(monkeypatch):
    net, codes = generator(), torch.tensor([0, 1] * 10)
    at_once = rows_of(net, codes, FixedAnchors(ANCHOR))
    monkeypatch.setattr(networks, "WIDE_BLOCK", 0)
    one_by_one = rows_of(net, codes, FixedAnchors(ANCHOR))
    torch.testing.assert_close(one_by_one, at_once)
    gradients = [
        torch.autograd.grad(rows.square().sum(), list(net.parameters()))
        for rows in (at_once, one_by_one)
    ]
    torch.testing.assert_close(*gradients)
