"""Torch's global state: seeded for those who can draw from nothing else, and put back."""

import numpy as np
import pytest
import torch

from gansampler._torch import seeded_global_state


def test_the_global_state_is_seeded_and_comes_back(monkeypatch):
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: pytest.fail("GPUs were seeded"))
    before = torch.get_rng_state()
    drawn = []
    for _ in range(2):
        with seeded_global_state(np.random.default_rng(0)):
            drawn.append(torch.rand(3))
    assert torch.equal(*drawn)
    assert torch.equal(torch.get_rng_state(), before)
