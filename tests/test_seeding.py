"""Seeds: our own generators, and copies that get one."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

from gansampler.seeding import seeded_copy, undisturbed


def test_copies_get_a_seed_in_every_part_unless_it_is_set():
    pipeline = make_pipeline(SMOTE(random_state=3), LogisticRegression())
    copy = seeded_copy(pipeline, 7)
    assert copy[0].random_state == 3
    assert copy[1].random_state == 7
    assert pipeline[1].random_state is None


class Sampler:
    """Numbers at random, its own or those of the sampler inside."""

    def __init__(self, random, network=None):
        self.random, self.network = random, network

    def fit(self):
        return self

    def sample(self):
        held = self.random
        return held.sample() if isinstance(held, Sampler) else held.normal()


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_an_undisturbed_copy_draws_what_the_sampler_draws_next(make, depth):
    sampler, network = make(0), object()
    for _ in range(depth + 1):
        sampler = Sampler(sampler, network)
    copy = undisturbed(sampler)
    seen = [copy.sample(), copy.sample()]
    assert [sampler.sample(), sampler.sample()] == seen
    assert seen[0] != seen[1]
    assert copy.network is network
