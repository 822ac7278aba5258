"""Seeds that a user gives, handed down to all that is random."""

from copy import deepcopy
from typing import Any

import numpy as np
from sklearn.base import clone


def numpy_generator(random_state: Any) -> np.random.Generator:
    """Make a generator of our own; None takes fresh entropy, not numpy's global state.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As in scikit-learn.

    Returns
    -------
    numpy.random.Generator
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    return np.random.default_rng(random_state)


def seeded_copy(thing: Any, seed: int) -> Any:
    """Copy an estimator, or any other object, unfitted; a seed that its user has set stays.

    Parameters
    ----------
    thing : object
        An estimator in the sense of scikit-learn gets the seed wherever it, or a part of it, has
        ``random_state=None``.
    seed : int

    Returns
    -------
    object
    """
    if not hasattr(thing, "get_params"):
        return deepcopy(thing)
    copy = clone(thing)
    params = copy.get_params()
    unset = [
        name
        for name, value in params.items()
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    ]
    return copy.set_params(**dict.fromkeys(unset, seed))
