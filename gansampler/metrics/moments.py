"""Figures of means and covariances."""

from typing import Any

import numpy as np

from ..columns import Floats
from ._rows import encoded

TWO_EACH = {"real": 2, "generated": 2}


def correlation_difference(real: Any, generated: Any, *, encoder: Any = "rank") -> float:
    r"""Mean absolute difference of the correlations of any two encoded columns.

    .. math:: \frac{2}{d (d - 1)} \sum_{i < j} \lvert r_{ij} - \tilde r_{ij} \rvert

    A column of one value is correlated with none.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows, of :math:`d` columns; see `gansampler.metrics`.

    Returns
    -------
    float
        Between 0 and 2; 0 is perfect.

    Raises
    ------
    ValueError
        If the tables do not fit together, one has fewer than 2 rows, or an encoded row is a single
        number.

    Examples
    --------
    >>> round(correlation_difference([[0, 0], [1, 1]], [[0, 1], [1, 0]], encoder=None), 9)
    2.0
    """
    rows = encoded({"real": real, "generated": generated}, encoder, least=TWO_EACH)
    width = rows["real"].shape[1]
    if width < 2:
        raise ValueError("One column alone is correlated with no other: give 2 or more.")
    first, second = (_correlations(each) for each in rows.values())
    return float(np.abs(first - second)[np.triu_indices(width, k=1)].mean())


def _correlations(rows: Floats) -> Floats:
    """Give the correlations (width, width) of the columns of rows, 0 where there is none."""
    centred = rows - rows.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    constant = np.ptp(rows, axis=0) == 0
    scaled = np.where(constant, 0.0, centred / np.where(constant | (length == 0), 1.0, length))
    return scaled.T @ scaled


def frechet_distance(real: Any, generated: Any, *, encoder: Any = "rank") -> float:
    r"""Fréchet distance, squared, of the two Gaussians with the means and covariances of the rows.

    .. math::
        \lVert \mu - \tilde\mu \rVert^2
        + \operatorname{tr}\left(C + \tilde C - 2 (C \tilde C)^{1/2}\right)

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.

    Returns
    -------
    float
        0 or more; 0 is perfect. It has the unit of a squared distance, is the larger the fewer
        rows there are, and so is compared at one number of rows alone.

    Raises
    ------
    ValueError
        If the tables do not fit together, or one has fewer than 2 rows.

    References
    ----------
    D. Dowson, B. Landau (1982). The Fréchet distance between multivariate normal distributions.
    Journal of Multivariate Analysis 12, 450-455; M. Heusel et al. (2017). GANs trained by a two
    time-scale update rule converge to a local Nash equilibrium. NeurIPS 30.

    Examples
    --------
    >>> frechet_distance([[0.0], [2.0]], [[3.0], [5.0]], encoder=None)
    9.0
    """
    rows = encoded({"real": real, "generated": generated}, encoder, least=TWO_EACH)
    means = [each.mean(axis=0) for each in rows.values()]
    first, second = (np.atleast_2d(np.cov(each, rowvar=False)) for each in rows.values())
    # The eigenvalues of a product of covariances, taken from a matrix that is symmetric.
    root = _symmetric_root(first)
    eigenvalues = np.linalg.eigvalsh(root @ second @ root).clip(0)
    spread = np.trace(first) + np.trace(second) - 2 * np.sqrt(eigenvalues).sum()
    return float(np.square(means[0] - means[1]).sum() + max(0.0, spread))


def _symmetric_root(covariance: Floats) -> Floats:
    """Give the square root (width, width) of a covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T
