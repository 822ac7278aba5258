"""Seeds that a user gives, handed down to all that is random."""

from copy import deepcopy
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
    copy = clone(thing)
    seeds = {
        name: seed
        for name, value in copy.get_params().items()
        if value is None and name.rpartition("__")[2] == "random_state"
    }
    return copy.set_params(**seeds)
