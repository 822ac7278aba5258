"""What no machine has memory for is refused in words, and nothing smaller is."""

import numpy as np
import pytest
from torch import nn

from gansampler import (
    CGANOverSampler,
    ConditionalGAN,
    Enlarge,
    GuardedOverSampler,
    JitterOverSampler,
    sizes,
)
from gansampler import gan as gan_module
from gansampler.anchors import NeighborAnchors, TreeAnchors

X, Y = np.random.default_rng(0).normal(size=(60, 3)), np.repeat([0, 1], [40, 20])
TINY = {"steps": 2, "batch_size": 8, "hidden_sizes": (4,), "random_state": 0}
HUGE = [2**40, 2**62, 2**63, 10**30]
WORDS = r"GiB of memory at least, and this machine has [0-9,.]+ GiB in all: "


@pytest.fixture
def machine(monkeypatch):
    """Give a function that makes a machine with so many bytes of this one."""
    return lambda n_bytes: monkeypatch.setattr(sizes, "memory_in_all", lambda: n_bytes)


@pytest.mark.parametrize("n", HUGE)
@pytest.mark.parametrize(
    "settings",
    [
        lambda n: {"latent_dim": n},
        lambda n: {"hidden_sizes": (n,)},
        lambda n: {"hidden_sizes": [np.int64(2**31), min(n, 2**31)]},
        lambda n: {"batch_size": n},
        lambda n: {"pac": n, "batch_size": 2 * n},
        lambda n: {"generator": nn.Linear, "latent_dim": n},
    ],
)
@pytest.mark.parametrize("of_tables", [True, False])
def test_networks_and_batches_that_cannot_fit_are_refused(settings, n, of_tables, monkeypatch):
    monkeypatch.setattr(gan_module, "train", lambda *_, **__: pytest.fail("trained"))
    kind = CGANOverSampler if of_tables else ConditionalGAN
    estimator = kind(**{**TINY, **settings(n)})
    with pytest.raises(ValueError, match=f"{WORDS}make the largest of these smaller") as caught:
        (estimator.fit_resample if of_tables else estimator.fit)(X, Y)
    asked = [f"{name}={value!r}" for name, value in settings(n).items() if name != "generator"]
    assert all(each in str(caught.value) for each in asked)
    assert not [name for name in vars(estimator) if name.endswith("_")]


@pytest.mark.parametrize("n", HUGE[:2])
@pytest.mark.parametrize(
    "make",
    [lambda **how: JitterOverSampler(**how), lambda **how: GuardedOverSampler(**how)],
    ids=["sampler", "guard"],
)
def test_more_new_rows_than_fit_are_refused(make, n, monkeypatch):
    monkeypatch.setattr(NeighborAnchors, "fit", lambda *_: pytest.fail("fitted"))
    for strategy in ({1: n}, lambda y: {1: n}, Enlarge(n, max_rows=None)):
        with pytest.raises(ValueError, match=f"sampling_strategy=.* new rows of .*{WORDS}ask for"):
            make(sampling_strategy=strategy).fit_resample(X, Y)


def test_the_guard_looks_at_all_its_strategies_first(monkeypatch):
    monkeypatch.setattr(NeighborAnchors, "fit", lambda *_: pytest.fail("fitted"))
    guard = GuardedOverSampler(sampling_strategy=["auto", {1: 2**50}])
    with pytest.raises(ValueError, match="1,125,899,906,842,604 new rows"):
        guard.fit_resample(X, Y)


@pytest.mark.parametrize("n", HUGE)
def test_more_drawn_rows_than_fit_are_refused(n):
    jitter = JitterOverSampler(acceptance=None, random_state=0)
    jitter.fit_resample(X, Y)
    gan = ConditionalGAN(**TINY).fit(X, Y)
    for estimator in (jitter, gan):
        with pytest.raises(ValueError, match=f"sample: .*{WORDS}ask for fewer rows at a time"):
            estimator.sample(n, 1)
        assert len(estimator.sample(2, 1)) == 2


def test_neighbours_trees_and_leaves_beyond_measure():
    with pytest.raises(ValueError, match=f"anchor=TreeAnchors.*{WORDS}ask for fewer trees"):
        JitterOverSampler(anchor=TreeAnchors(2**40)).fit_resample(X, Y)
    with pytest.raises(
        ValueError, match=f"anchor=NeighborAnchors.*{WORDS}ask for fewer neighbours"
    ):
        JitterOverSampler(anchor=NeighborAnchors(2**70)).fit_resample(X, Y)
    drawn = [
        JitterOverSampler(anchor=TreeAnchors(min_samples_leaf=n), random_state=0).fit_resample(X, Y)
        for n in (20, 2**70)
    ]
    np.testing.assert_array_equal(drawn[0][0], drawn[1][0])


def test_the_bound_is_what_the_machine_has(machine):
    # 3 copies of (5 + 1) * 4 + (4 + 1) * 3 and (3 + 1) * 4 + (4 + 1) * 1 weights, and a batch of 8
    # in layers of 5, 4, 3 and 3, 4, 1.
    numbers = 3 * (24 + 15 + 16 + 5) + 8 * (12 + 8)
    gan = ConditionalGAN(**TINY, latent_dim=5)
    machine(4 * numbers - 1)
    with pytest.raises(ValueError, match="rows that are 3 numbers wide"):
        gan.fit(X)
    machine(4 * numbers)
    assert len(gan.fit(X).sample(numbers // 3)) == numbers // 3
    with pytest.raises(ValueError, match="sample: 114 new rows of 3 columns"):
        gan.sample(numbers // 3 + 1)


def test_a_container_has_what_it_is_allowed(monkeypatch, tmp_path):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(sizes, "CONTAINER", limit)
    whole = sizes.memory_in_all()
    assert 2**27 < whole <= sizes.UNKNOWN
    for content, allowed in (("1048576\n", 2**20), ("max\n", whole), ("", whole)):
        limit.write_text(content)
        assert sizes.memory_in_all() == allowed


@pytest.mark.parametrize("fails", [AttributeError, OSError, ValueError])
def test_a_machine_that_does_not_tell_is_deemed_large(monkeypatch, tmp_path, fails):
    def refuse(name):
        raise fails

    monkeypatch.setattr(sizes.os, "sysconf", refuse, raising=False)
    monkeypatch.setattr(sizes, "CONTAINER", tmp_path / "none")
    assert sizes.memory_in_all() == sizes.UNKNOWN
    monkeypatch.setattr(sizes.os, "sysconf", lambda name: -1 if "PHYS" in name else 4096)
    assert sizes.memory_in_all() == sizes.UNKNOWN
