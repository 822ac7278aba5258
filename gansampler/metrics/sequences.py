"""How near generated sequences come to real ones."""

from typing import Any

import numpy as np

from ..columns import Floats
from ._distances import nearest_distances
from ._rows import check_count, check_enough, plain_rows

# So many pairs of sequences are compared before their distances are let go.
PAIRS_A_CHUNK = 2**20


def dynamic_time_warping(real: Any, generated: Any, *, window: int | None = None) -> float:
    r"""Mean distance of a generated sequence to the nearest real one, time bent to fit.

    .. math:: \frac{1}{m} \sum_j \min_i \min_\pi
        \sqrt{\sum_{(s, t) \in \pi} \lVert x_{i,s} - \tilde x_{j,t} \rVert^2}

    over all warping paths :math:`\pi`, which lead from the beginnings to the ends of both and never
    back. It stands on the package dtaidistance, which comes with ``gansampler[sequences]``.

    Parameters
    ----------
    real : array-like of shape (n, steps) or (n, steps, features)
        Real sequences.
    generated : array-like of shape (m, steps) or (m, steps, features)
        Generated sequences; of another number of steps if you like.
    window : int or None, default=None
        Steps that a path may lead away from equal times; None is as many as it likes.

    Returns
    -------
    float
        0 or more, and 0 for copies. Compare the distance to sequences that the generator was
        trained on with that to others.

    Raises
    ------
    ValueError
        If the arrays are no sequences of as many features, or one is empty or not finite.
    ImportError
        If dtaidistance is not installed.

    References
    ----------
    H. Sakoe, S. Chiba (1978). Dynamic programming algorithm optimization for spoken word
    recognition. IEEE Transactions on Acoustics, Speech, and Signal Processing 26, 43-49.

    Examples
    --------
    >>> dynamic_time_warping([[0.0, 0.0, 1.0], [5.0, 5.0, 5.0]], [[0.0, 1.0, 1.0]])
    0.0
    """
    first, second = _sequences("real", real), _sequences("generated", generated)
    if first.shape[2] != second.shape[2]:
        raise ValueError(
            f"generated has {second.shape[2]} features, real has {first.shape[2]}: they must be "
            "alike."
        )
    if window is not None:
        window = check_count("window", window)
    size = max(1, PAIRS_A_CHUNK // len(first))
    parts = [second[start : start + size] for start in range(0, len(second), size)]
    return float(np.concatenate([_nearest_warped(first, part, window) for part in parts]).mean())


def _sequences(name: str, given: Any) -> Floats:
    """Give sequences of numbers as an array (n, steps, features)."""
    shape = np.shape(given)
    if len(shape) not in (2, 3):
        raise ValueError(
            f"{name} must have the shape (n, steps) or (n, steps, features), but it is {shape}."
        )
    rows = plain_rows(name, given)
    check_enough(name, rows, 1)
    if rows.shape[1] == 0:
        raise ValueError(f"{name} has sequences without a step.")
    return rows.reshape(*shape[:2], -1)


def _nearest_warped(first: Floats, second: Floats, window: int | None) -> Floats:
    """Give for each of the second sequences (m,) the distance to the nearest of the first."""
    try:
        from dtaidistance import dtw, dtw_ndim
    except ImportError as error:
        raise ImportError(
            "dynamic_time_warping needs the package dtaidistance: "
            "pip install 'gansampler[sequences]'."
        ) from error
    n, m = len(first), len(second)
    distances = dtw_ndim.distance_matrix(
        [np.ascontiguousarray(each) for each in (*first, *second)],
        first.shape[2],
        block=((0, n), (n, n + m)),
        compact=True,
        window=window,
        use_c=dtw.dtw_cc is not None,  # without a compiler it is slower, and the same
    )
    return np.asarray(distances).reshape(n, m).min(axis=0)


def mean_squared_error(real: Any, generated: Any) -> float:
    r"""Mean squared error of a generated sequence against the nearest real one.

    .. math:: \frac{1}{m} \sum_j \min_i \frac{1}{T d} \sum_{t=1}^{T}
        \lVert x_{i,t} - \tilde x_{j,t} \rVert^2

    Parameters
    ----------
    real : array-like of shape (n, steps) or (n, steps, features)
        Real sequences of :math:`T` steps and :math:`d` features.
    generated : array-like of the shape (m, steps) or (m, steps, features)
        Generated sequences.

    Returns
    -------
    float
        0 or more, and 0 for copies. Compare the error against sequences that the generator was
        trained on with that against others.

    Raises
    ------
    ValueError
        If the arrays are no sequences of one shape, or one is empty or not finite.

    Examples
    --------
    >>> mean_squared_error([[0.0, 0.0, 1.0], [5.0, 5.0, 5.0]], [[0.0, 1.0, 1.0]])
    0.3333333333333333
    """
    first, second = _sequences("real", real), _sequences("generated", generated)
    if first.shape[1:] != second.shape[1:]:
        raise ValueError(
            f"generated has sequences of the shape {second.shape[1:]}, real of {first.shape[1:]}: "
            "they must be alike."
        )
    flat = [each.reshape(len(each), -1) for each in (first, second)]
    distances = nearest_distances(flat[1], flat[0])
    return float(np.square(distances).mean() / flat[0].shape[1])
