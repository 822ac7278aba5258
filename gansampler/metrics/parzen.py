"""The likelihood of real rows under a density around generated ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..columns import Floats
from ..seeding import numpy_generator
from ._distances import squared_distances
from ._rows import encoded

VALIDATION_SHARE = 0.1
# Of the spread of the generated rows.
BANDWIDTHS = np.geomspace(0.02, 2.0, 20)


class ParzenLikelihood(NamedTuple):
    """What `parzen_log_likelihood` finds."""

    mean: float
    standard_error: float
    bandwidth: float


def parzen_log_likelihood(
    real: Any,
    generated: Any,
    validation: Any = None,
    *,
    bandwidth: Any = None,
    encoder: Any = "rank",
    random_state: Any = None,
) -> ParzenLikelihood:
    r"""Mean log-likelihood of real rows under Gaussian kernels around generated ones.

    .. math:: \frac{1}{n} \sum_i \log \frac{1}{m} \sum_j
        (2 \pi h^2)^{-d/2} \exp\left(-\frac{\lVert x_i - \tilde x_j \rVert^2}{2 h^2}\right)

    It prefers rows near to real ones, copies above all, and in many dimensions it takes more
    rows than anyone has to come near the true likelihood: compare it by one protocol alone.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, ...)
        Real rows that the generator was not trained on.
    generated : dataframe or array-like of shape (m, ...)
        Generated rows.
    validation : dataframe or array-like of shape (n_validation, ...), default=None
        Real rows by which the bandwidth is chosen. None takes a tenth of `real` for that, drawn at
        random, and scores the others.
    bandwidth : float, array-like or None, default=None
        :math:`h`, or several of which the likeliest is taken. None are 20 between .02 and 2 times
        the mean standard deviation of the generated rows.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows, of :math:`d` columns; see `gansampler.metrics`. The likelihood is
        that of the encoded rows.
    random_state : int, Generator or None, default=None
        Seed of the rows by which the bandwidth is chosen.

    Returns
    -------
    mean : float
        In nats a row; the larger, the better.
    standard_error : float
        Of the mean, over the real rows.
    bandwidth : float
        What :math:`h` was.

    Raises
    ------
    ValueError
        If the tables do not fit together, there are too few rows, or a bandwidth is not above zero.

    References
    ----------
    O. Breuleux, Y. Bengio, P. Vincent (2011). Quickly generating representative samples from an
    RBM-derived process. Neural Computation 23, 2058-2073; I. Goodfellow et al. (2014). Generative
    adversarial nets. NeurIPS 27.

    Examples
    --------
    >>> found = parzen_log_likelihood([[0.0], [0.0]], [[0.0]], bandwidth=1.0, encoder=None)
    >>> round(found.mean, 4), found.standard_error
    (-0.9189, 0.0)
    """
    tables = {"real": real, "generated": generated, "validation": validation}
    rows = encoded(tables, encoder, least={"real": 2})
    bandwidths = _bandwidths(bandwidth, rows["generated"])
    test = rows["real"]
    if len(bandwidths) > 1:
        if validation is None:
            test, rows["validation"] = _parted(test, random_state)
        means = _log_densities(rows["validation"], rows["generated"], bandwidths).mean(axis=0)
        bandwidths = bandwidths[[means.argmax()]]
    found = _log_densities(test, rows["generated"], bandwidths)[:, 0]
    error = float(found.std(ddof=1) / np.sqrt(len(found)))
    return ParzenLikelihood(float(found.mean()), error, float(bandwidths[0]))


def _bandwidths(bandwidth: Any, generated: Floats) -> Floats:
    if bandwidth is None:
        spread = float(np.sqrt(generated.var(axis=0).mean()))
        if spread == 0:
            raise ValueError("All generated rows are the same: say the `bandwidth`.")
        return spread * BANDWIDTHS
    bandwidths = np.atleast_1d(np.asarray(bandwidth, dtype=np.float64)).ravel()
    if not len(bandwidths) or not (np.isfinite(bandwidths) & (bandwidths > 0)).all():
        raise ValueError(f"bandwidth={bandwidth!r} must be above zero, one number or several.")
    return bandwidths


def _parted(real: Floats, random_state: Any) -> tuple[Floats, Floats]:
    """Part real rows into those that are scored, and those by which the bandwidth is chosen."""
    if len(real) < 3:
        raise ValueError(
            f"real has {len(real)} rows: to choose a bandwidth there must be 3 or more. Say the "
            "`bandwidth`, or give rows for `validation`."
        )
    order = numpy_generator(random_state).permutation(len(real))
    n = max(1, round(VALIDATION_SHARE * len(real)))
    return real[order[n:]], real[order[:n]]


def _log_densities(rows: Floats, centres: Floats, bandwidths: Floats) -> Floats:
    """Give the log-densities (n, bandwidths) of rows under kernels around centres."""
    scales = 2 * bandwidths**2
    kernels = [
        np.stack([logsumexp(chunk / -scale, axis=1) for scale in scales], axis=1)
        for chunk in squared_distances(rows, centres)
    ]
    width = rows.shape[1]
    return np.concatenate(kernels) - np.log(len(centres)) - width / 2 * np.log(np.pi * scales)
