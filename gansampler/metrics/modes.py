"""How varied generated rows are: the modes they reach, and how far they lie from each other."""

from __future__ import annotations

from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import entropy

from ..columns import Floats
from ..seeding import numpy_generator
from ._distances import squared_distances
from ._rows import check_count, encoded, thinned


class ModesCaptured(NamedTuple):
    """What `modes_captured` finds."""

    modes: int
    high_quality: float
    reverse_kl: float


def modes_captured(
    centres: Any, generated: Any, *, deviation: float, within: float = 3.0
) -> ModesCaptured:
    r"""Count the modes of a known mixture that generated rows reach, and how evenly they do.

    A row is of high quality if it lies within so many deviations of the centre nearest to it; a
    mode is captured if it has such a row. Every row counts for its nearest centre in the shares
    :math:`\tilde p`, which the reverse Kullback-Leibler divergence compares with equal ones,

    .. math:: \sum_{c=1}^{K} \tilde p_c \log(K \tilde p_c).

    Parameters
    ----------
    centres : array-like of shape (K, ...)
        The centres of the mixture's components, all of one weight.
    generated : array-like of shape (m, ...)
        Generated rows, numbers as they are.
    deviation : float
        Standard deviation of a component in each direction.
    within : float, default=3
        Deviations that a row of high quality may lie away.

    Returns
    -------
    modes : int
        Between 0 and :math:`K`, which is best.
    high_quality : float
        Between 0 and 1. Rows of the mixture itself have .989 in two dimensions.
    reverse_kl : float
        Between 0, which is best, and :math:`\log K`, in nats.

    Raises
    ------
    ValueError
        If there is no row or no centre, they do not fit together, or a length is not above zero.

    References
    ----------
    A. Srivastava et al. (2017). VEEGAN: reducing mode collapse in GANs using implicit variational
    learning. NeurIPS 30; Z. Lin et al. (2018). PacGAN: the power of two samples in generative
    adversarial networks. NeurIPS 31.

    Examples
    --------
    >>> found = modes_captured([[0, 0], [9, 9]], [[0, 0.1], [0.1, 0], [5, 5]], deviation=0.1)
    >>> found.modes, round(found.high_quality, 2), round(found.reverse_kl, 2)
    (1, 0.67, 0.06)
    """
    for name, value in {"deviation": deviation, "within": within}.items():
        if not isinstance(value, Real) or not 0 < float(value) < np.inf:
            raise ValueError(f"{name}={value!r} must be a number above zero.")
    rows = encoded({"centres": centres, "generated": generated}, None)
    nearest, squared = _nearest_centres(rows["generated"], rows["centres"])
    is_good = squared <= (within * deviation) ** 2
    n_centres = len(rows["centres"])
    shares = np.bincount(nearest, minlength=n_centres) / len(nearest)
    divergence = float(entropy(shares, np.full(n_centres, 1 / n_centres)))
    return ModesCaptured(len(np.unique(nearest[is_good])), float(is_good.mean()), divergence)


def _nearest_centres(rows: Floats, centres: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Give the place of the centre nearest to each row, (n,), and the squared distance, (n,)."""
    chunks = [(each.argmin(axis=1), each.min(axis=1)) for each in squared_distances(rows, centres)]
    places, squared = zip(*chunks, strict=True)
    return np.concatenate(places), np.concatenate(squared)


def diversity(
    real: Any,
    generated: Any,
    *,
    real_classes: Any = None,
    generated_classes: Any = None,
    encoder: Any = "rank",
    max_rows: int = 5_000,
    random_state: Any = None,
) -> float:
    r"""Mean distance between two generated rows, over that between two real ones.

    .. math:: \frac{E \lVert \tilde x - \tilde x' \rVert}{E \lVert x - x' \rVert}

    With classes, that of the class in which it is least.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    real_classes, generated_classes : array-like of shape (n,) and (m,), default=None
        The class of each row, both or neither. Every real class must have generated rows.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.
    max_rows : int, default=5000
        So many rows of each kind are enough.
    random_state : int, Generator or None, default=None
        Seed of the rows taken.

    Returns
    -------
    float
        0 or more; 1 is perfect, and 0 a generator that gives one row alone.

    Raises
    ------
    ValueError
        If the tables do not fit together, one, or one of its classes, has fewer than 2 rows, or all
        real rows are the same.

    Examples
    --------
    >>> diversity([[0.0], [4.0]], [[1.0], [2.0]], encoder=None)
    0.25
    """
    max_rows = check_count("max_rows", max_rows, 2)
    least = {"real": 2, "generated": 2}
    rows = encoded({"real": real, "generated": generated}, encoder, least=least)
    rng = numpy_generator(random_state)
    pairs = _by_class(rows, real_classes, generated_classes)
    ratios = [
        _ratio_of_spreads(thinned(first, max_rows, rng), thinned(second, max_rows, rng), where)
        for where, (first, second) in pairs.items()
    ]
    return min(ratios)


def _by_class(
    rows: dict[str, Floats], real_classes: Any, generated_classes: Any
) -> dict[str, tuple[Floats, Floats]]:
    """Pair the real and the generated rows of each class, by words that name it."""
    if real_classes is None and generated_classes is None:
        return {"": (rows["real"], rows["generated"])}
    labels = [np.asarray(each) for each in (real_classes, generated_classes)]
    for name, each, table in zip(rows, labels, rows.values(), strict=True):
        if each.shape != (len(table),):
            raise ValueError(
                f"{name}_classes must hold one class for each of the {len(table)} rows of {name}."
            )
    pairs = {
        f" of class {label!r}": (
            rows["real"][labels[0] == label],
            rows["generated"][labels[1] == label],
        )
        for label in np.unique(labels[0]).tolist()
    }
    for where, pair in pairs.items():
        if min(map(len, pair)) < 2:
            raise ValueError(f"There are fewer than 2 real or generated rows{where}.")
    return pairs


def _ratio_of_spreads(real: Floats, fake: Floats, where: str) -> float:
    spread = _mean_pairwise_distance(real)
    if spread == 0:
        raise ValueError(f"All real rows{where} are the same: their diversity is no measure.")
    return _mean_pairwise_distance(fake) / spread


def _mean_pairwise_distance(rows: Floats) -> float:
    """Give the mean distance between two different ones of rows (n, width)."""
    if (rows == rows[0]).all():  # where rounding must not make them differ
        return 0.0
    total = sum(float(np.sqrt(chunk).sum()) for chunk in squared_distances(rows, rows))
    return total / (len(rows) * (len(rows) - 1))
