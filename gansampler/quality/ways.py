"""Rows of one class, by a sampler and by the ways that give its figures a scale."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

from ..columns import Codes
from ..containers import as_pandas
from ..encoding import TableEncoder
from ..seeding import seeded_copy, undisturbed
from ..targets import take
from .figures import NEIGHBOURS


class Drawn(NamedTuple):
    """Generated rows, and the sampler that they are from, if it was one."""

    rows: Any
    sampler: Any = None


def is_sampler(given: Any) -> bool:
    """Tell a sampler, which has parameters, from rows, of which pandas' have ``sample``, too."""
    return hasattr(given, "get_params")


def is_fitted(sampler: Any, label: Any) -> bool:
    """Tell whether a sampler can be asked for rows of a class; it raises what it says to that."""
    if not hasattr(sampler, "sample"):
        return False
    try:
        draw(sampler, 1, label)
    except NotFittedError:
        return False
    return True


def draw(sampler: Any, n: int, label: Any) -> Drawn:
    """Draw rows (n, columns) of a fitted sampler, whose own draws go on as if nothing had been."""
    return Drawn(as_pandas(undisturbed(sampler).sample(n, label)), sampler)


def train_and_draw(sampler: Any, X: Any, labels: Any, label: Any, n: int, seed: int) -> Drawn:
    """Fit a copy of a sampler on rows and their labels (rows,), and draw `n` more of one class."""
    copy = seeded_copy(sampler, seed)
    if not hasattr(copy, "fit_resample"):
        return Drawn(copy.fit(X, labels).sample(n, label), copy)
    copy.set_params(sampling_strategy={label: int((labels == label).sum()) + n})
    rows = copy.fit_resample(X, labels)[0]
    if len(rows) <= len(labels):
        raise ValueError(f"{sampler!r} has added no row of class {label!r} that could be judged.")
    return Drawn(take(rows, np.arange(len(labels), len(rows))), copy)


def held_out_half(labels: NDArray[Any], rng: np.random.Generator) -> tuple[Codes, Codes]:
    """Part rows by their labels (n,): the places of those to learn from, and of those kept back.

    Of each class one half goes each way; an odd row is learnt from.
    """
    kept_back = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        kept_back[places[: len(places) // 2]] = True
    return np.flatnonzero(~kept_back), np.flatnonzero(kept_back)


def duplicates(rows: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw rows (n, columns) of those given, again and again."""
    return take(rows, rng.integers(len(rows), size=n))


def smote(rows: pd.DataFrame, n: int, encoder: TableEncoder, rng: np.random.Generator) -> Any:
    """Draw rows (n, columns) between neighbours in rank space; categories do not mix."""
    Z = encoder.transform(rows)
    sampler = SMOTE(
        sampling_strategy={1: len(Z) + n},
        k_neighbors=min(NEIGHBOURS, len(Z) - 1),
        random_state=int(rng.integers(2**31)),
    )
    # It asks for another class, of which it makes nothing.
    both, classes = np.vstack([Z, Z[:1]]), np.repeat([1, 0], [len(Z), 1])
    new = sampler.fit_resample(both, classes)[0][len(both) :]
    return encoder.inverse_transform(new, rng)
