"""Figures of nearest neighbours: whether rows lie where real ones lie, and whether too near."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from ..columns import Floats
from ..seeding import numpy_generator
from ._distances import nearest_distances, radii, slack, squared_distances
from ._rows import check_count, encoded, thinned

CONFIDENCE = 0.95


def precision(real: Any, generated: Any, *, k: int = 5, encoder: Any = "rank") -> float:
    r"""Share of generated rows that lie inside a ball around some real row.

    .. math:: \frac{1}{m} \sum_j 1\left[\tilde x_j \in \bigcup_i B(x_i)\right]

    The ball :math:`B` around a row reaches to its `k`-th neighbour of its own kind. One real row
    far from all others makes a ball that lets much pass: `density` is less deceived.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    k : int, default=5
        Neighbours that a ball takes in.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.

    Returns
    -------
    float
        Between 0 and 1; 1 is best.

    Raises
    ------
    ValueError
        If the tables do not fit together, there is no generated row, or no more than `k` real ones.

    References
    ----------
    T. Kynkäänniemi et al. (2019). Improved precision and recall metric for assessing generative
    models. NeurIPS 32.

    Examples
    --------
    >>> precision([0.0, 1.0, 2.0], [0.5, 9.0], k=1, encoder=None)
    0.5
    """
    rows = _rows_with_balls(real, generated, k, encoder, around=("real",))
    return float((_balls_around(rows["generated"], rows["real"], k) > 0).mean())


def recall(real: Any, generated: Any, *, k: int = 5, encoder: Any = "rank") -> float:
    r"""Share of real rows that lie inside a ball around some generated row.

    .. math:: \frac{1}{n} \sum_i 1\left[x_i \in \bigcup_j B(\tilde x_j)\right]

    The ball :math:`B` around a row reaches to its `k`-th neighbour of its own kind. Generated rows
    that are spread too far have large balls: `coverage` is less deceived.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    k : int, default=5
        Neighbours that a ball takes in.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.

    Returns
    -------
    float
        Between 0 and 1; 1 is best.

    Raises
    ------
    ValueError
        If the tables do not fit together, there is no real row, or no more than `k` generated ones.

    References
    ----------
    T. Kynkäänniemi et al. (2019). Improved precision and recall metric for assessing generative
    models. NeurIPS 32.

    Examples
    --------
    >>> recall([0.5, 9.0], [0.0, 1.0, 2.0], k=1, encoder=None)
    0.5
    """
    rows = _rows_with_balls(real, generated, k, encoder, around=("generated",))
    return float((_balls_around(rows["real"], rows["generated"], k) > 0).mean())


def density(real: Any, generated: Any, *, k: int = 5, encoder: Any = "rank") -> float:
    r"""Mean number of balls around real rows in which a generated row lies, over `k`.

    .. math:: \frac{1}{k m} \sum_j \sum_i 1\left[\tilde x_j \in B(x_i)\right]

    The ball :math:`B` around a real row reaches to its `k`-th neighbour among the real ones.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    k : int, default=5
        Neighbours that a ball takes in.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.

    Returns
    -------
    float
        0 or more; real rows have about 1. More than that have rows that keep to where the real
        ones lie closest.

    Raises
    ------
    ValueError
        If the tables do not fit together, there is no generated row, or no more than `k` real ones.

    References
    ----------
    M. F. Naeem et al. (2020). Reliable fidelity and diversity metrics for generative models. ICML.

    Examples
    --------
    >>> density([0.0, 1.0, 2.0], [0.5, 9.0], k=1, encoder=None)
    1.0
    """
    rows = _rows_with_balls(real, generated, k, encoder, around=("real",))
    return float(_balls_around(rows["generated"], rows["real"], k).mean() / k)


def coverage(real: Any, generated: Any, *, k: int = 5, encoder: Any = "rank") -> float:
    r"""Share of real rows that have a generated one within reach of their neighbours.

    .. math:: \frac{1}{n} \sum_i 1\left[\exists j: \tilde x_j \in B(x_i)\right]

    The ball :math:`B` around a real row reaches to its `k`-th neighbour among the real ones.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    k : int, default=5
        Neighbours that a ball takes in.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.

    Returns
    -------
    float
        Between 0 and 1; 1 is best. As many rows of the same distribution have about
        :math:`1 - 2^{-k}`, .97 for `k` = 5.

    Raises
    ------
    ValueError
        If the tables do not fit together, there is no generated row, or no more than `k` real ones.

    References
    ----------
    M. F. Naeem et al. (2020). Reliable fidelity and diversity metrics for generative models. ICML.

    Examples
    --------
    >>> coverage([0.0, 1.0, 5.0, 6.0], [0.5, 0.6], k=1, encoder=None)
    0.5
    """
    rows = _rows_with_balls(real, generated, k, encoder, around=("real",))
    reach = radii(rows["real"], k) + slack(rows["real"])
    return float((nearest_distances(rows["real"], rows["generated"])[:, 0] <= reach).mean())


def _rows_with_balls(
    real: Any, generated: Any, k: int, encoder: Any, around: tuple[str, ...]
) -> dict[str, Floats]:
    least = dict.fromkeys(around, check_count("k", k) + 1)
    return encoded({"real": real, "generated": generated}, encoder, least=least)


def _balls_around(rows: Floats, centres: Floats, k: int) -> NDArray[np.intp]:
    """Count for each row (n,) the centres in whose ball it lies."""
    squared_radii = np.square(radii(centres, k) + slack(centres))
    chunks = squared_distances(rows, centres)
    return np.concatenate([(chunk <= squared_radii).sum(axis=1) for chunk in chunks])


class NearestTrainingShare(NamedTuple):
    """A share, and the ends of its interval at 95 %."""

    share: float
    low: float
    high: float


def nearest_training_share(
    real: Any,
    generated: Any,
    held_out: Any,
    *,
    encoder: Any = "rank",
    random_state: Any = None,
) -> NearestTrainingShare:
    r"""Share of generated rows nearer to a training row than to any held-out row.

    .. math:: P\left(\min_i \lVert \tilde x - x_i \rVert
        < \min_i \lVert \tilde x - x^\text{held out}_i \rVert\right)

    Of both kinds as many are taken, at random. A row as near to one as to the other counts half.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows that the generator was trained on.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    held_out : dataframe or array-like of shape (n_held_out, n_features)
        Real rows of the same distribution that it was not trained on.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.
    random_state : int, Generator or None, default=None
        Seed of the rows taken.

    Returns
    -------
    share, low, high : float
        Between 0 and 1; .5 is perfect, 1 are copies. `low` and `high` are the ends of Wilson's
        interval at 95 %, which knows of the number of generated rows, not of the real ones.

    Raises
    ------
    ValueError
        If the tables do not fit together, or one has no rows.

    References
    ----------
    E. B. Wilson (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> nearest_training_share([0.0], [0.1, 0.2, 0.9], [1.0], encoder=None).share
    0.6666666666666666
    """
    if held_out is None:
        raise ValueError("held_out is None: give real rows that the generator was not trained on.")
    rows = encoded({"real": real, "generated": generated, "held_out": held_out}, encoder)
    rng = numpy_generator(random_state)
    n = min(len(rows["real"]), len(rows["held_out"]))
    near, far = (
        nearest_distances(rows["generated"], thinned(rows[name], n, rng))[:, 0]
        for name in ("real", "held_out")
    )
    tied = np.abs(near - far) <= slack(rows["real"])
    share = float(np.where(tied, 0.5, near < far).mean())
    test = binomtest(round(share * len(near)), len(near))
    low, high = test.proportion_ci(CONFIDENCE, method="wilson")
    return NearestTrainingShare(share, float(low), float(high))


def nearest_neighbour_distance_ratio(real: Any, generated: Any, *, encoder: Any = "rank") -> float:
    r"""Mean ratio of the distances of a generated row to its nearest two real rows.

    .. math:: \frac{1}{m} \sum_j \frac{\lVert \tilde x_j - x_{(1)} \rVert}
        {\lVert \tilde x_j - x_{(2)} \rVert}

    A row that two real ones equal has the ratio 1: it is a copy of neither.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows that the generator was trained on.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.

    Returns
    -------
    float
        Between 0 and 1; 0 are copies. Compare it with the ratio of real rows held out.

    Raises
    ------
    ValueError
        If the tables do not fit together, there is no generated row, or fewer than 2 real ones.

    References
    ----------
    Z. Zhao et al. (2021). CTAB-GAN: effective table data synthesizing. ACML.

    Examples
    --------
    >>> nearest_neighbour_distance_ratio([0.0, 3.0], [1.0], encoder=None)
    0.5
    """
    rows = encoded({"real": real, "generated": generated}, encoder, least={"real": 2})
    first, second = nearest_distances(rows["generated"], rows["real"], 2).T
    blur = slack(rows["real"])
    first = np.where(first <= blur, 0.0, first)
    return float(np.where(second <= blur, 1.0, first / np.maximum(second, blur or 1.0)).mean())
