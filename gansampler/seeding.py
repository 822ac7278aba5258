"""Seeds that a user gives, handed down to all that is random."""

from copy import copy, deepcopy
from typing import Any

import numpy as np
from sklearn.base import clone


def numpy_generator(random_state: Any) -> np.random.Generator:
    """Make a generator of our own; None takes fresh entropy, not numpy's global state."""
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    return np.random.default_rng(random_state)


def seeded_copy(thing: Any, seed: int) -> Any:
    """Copy an object, unfitted; an estimator gets the seed wherever ``random_state`` is None."""
    if not hasattr(thing, "get_params"):
        return deepcopy(thing)
    fresh = clone(thing)
    seeds = {
        name: seed
        for name, value in fresh.get_params().items()
        if value is None and name.rpartition("__")[2] == "random_state"
    }
    return fresh.set_params(**seeds)


def undisturbed(sampler: Any) -> Any:
    """Copy a sampler to draw from the copy: what the sampler itself draws next stays the same.

    Of what it holds only random generators are copied, and the samplers that have some: no network.
    """
    own = copy(sampler)
    for name, value in list(vars(own).items()):
        if isinstance(value, (np.random.Generator, np.random.RandomState)):
            setattr(own, name, deepcopy(value))
        elif hasattr(value, "sample") and hasattr(value, "fit"):
            setattr(own, name, undisturbed(value))
    return own
