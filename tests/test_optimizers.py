"""Our optimizers against those of torch."""

import numpy as np
import pytest
import torch
from sklearn.datasets import make_classification
from torch import nn

from gansampler import LSGANOverSampler
from gansampler.optimizers import OPTIMIZERS, Adam, RMSprop

THEIRS = {
    RMSprop: lambda weights: torch.optim.RMSprop(weights, lr=1e-2),
    Adam: lambda weights: torch.optim.Adam(weights, lr=1e-2, betas=(0.5, 0.9)),
}


def network():
    torch_random = torch.Generator().manual_seed(0)
    net = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 1))
    with torch.no_grad():
        for weight in net.parameters():
            weight.uniform_(-1, 1, generator=torch_random)
    return net


def trained(net, make):
    """Train on few rows, with a learning rate that changes on the way; give all weights."""
    unused = nn.Parameter(torch.ones(3))
    optimizer = make([*net.parameters(), unused])
    X = torch.linspace(-1, 1, 40).view(8, 5)
    for step in range(30):
        optimizer.param_groups[0]["lr"] = 1e-2 / (1 + step)
        for weight in net.parameters():
            weight.grad = None
        (net(X) - X.sum(dim=1, keepdim=True)).square().mean().backward()
        optimizer.step()
    assert torch.equal(unused, torch.ones(3))
    return torch.cat([weight.detach().flatten() for weight in net.parameters()])


@pytest.mark.parametrize("ours", THEIRS)
def test_the_updates_are_those_of_torch(ours):
    before = torch.cat([weight.detach().flatten() for weight in network().parameters()])
    after = trained(network(), lambda weights: ours(weights, lr=1e-2))
    assert (after - before).abs().max() > 0.01
    torch.testing.assert_close(after, trained(network(), THEIRS[ours]), rtol=1e-5, atol=1e-6)


def test_an_optimizer_of_torch_can_be_an_entry(monkeypatch):
    X, y = make_classification(60, weights=[0.8], random_state=0)
    sampler = LSGANOverSampler(steps=3, random_state=0)
    ours, _ = sampler.fit_resample(X, y)
    monkeypatch.setitem(OPTIMIZERS, "rmsprop", torch.optim.RMSprop)
    theirs, _ = sampler.fit_resample(X, y)
    np.testing.assert_allclose(theirs, ours)
