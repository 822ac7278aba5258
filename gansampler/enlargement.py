"""How many rows: more than balance asks for, as imbalanced-learn's samplers understand it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, validate_parameter_constraints

from .targets import check_classes


@dataclass(frozen=True)
class Enlarge:
    r"""Over-sample every class, the largest too, to so many times the rows of the largest.

    A ``sampling_strategy`` for the over-samplers of this package and of imbalanced-learn. Every
    class gets as many rows as the others; where the largest of :math:`C` classes has :math:`n`,
    that is

    .. math:: \max(n, \min(t n, \lfloor N / C \rfloor)),

    rounded.

    Rows that are accepted by a classifier hand on what it knows also where the classes are as large
    already. Duplicates and SMOTE have nothing more to tell, and gain nothing by it.

    Parameters
    ----------
    times : float, default=3
        :math:`t`, 1 or more. With 1 the classes are balanced as by ``"auto"``.
    max_rows : int or None, default=50_000
        :math:`N`, the cap on the rows of all classes together, given and new: the gain belongs to
        small tables, see ``benchmarks/enlargement.md``. Where balance alone takes more, the classes
        are balanced all the same, as by ``"auto"``. None is no cap.

    Raises
    ------
    ValueError
        If ``times`` or ``max_rows`` is no such number; when called, if ``y`` does not hold two
        classes or more.

    Notes
    -----
    Two of them with the same parameters are equal. They cannot be changed: in a search, give
    several, ``{"sampler__sampling_strategy": ["auto", Enlarge(2), Enlarge(3)]}``.

    Probabilities are the further from right the more rows there are; see
    :class:`PriorCorrectedClassifier`.

    Examples
    --------
    >>> from gansampler import Enlarge
    >>> Enlarge(3)
    Enlarge(times=3, max_rows=50000)
    >>> y = ["ham"] * 100 + ["spam"] * 10
    >>> Enlarge(3)(y)
    {'ham': 300, 'spam': 300}
    >>> Enlarge(3, max_rows=400)(y), Enlarge(3, max_rows=20)(y)
    ({'ham': 200, 'spam': 200}, {'ham': 100, 'spam': 100})
    """

    times: float = 3
    max_rows: int | None = field(default=50_000, kw_only=True)

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "times": [Interval(Real, 1, np.inf, closed="left")],
        "max_rows": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __post_init__(self) -> None:
        given = {"times": self.times, "max_rows": self.max_rows}
        validate_parameter_constraints(self._parameter_constraints, given, "Enlarge")

    def __call__(self, y: Any) -> dict[Any, int]:
        """Tell how many rows each class is to have, given and new together.

        Parameters
        ----------
        y : array-like of shape (n_samples,), (n_samples, 1), or one-hot (n_samples, n_classes)
            The classes of the given rows.

        Returns
        -------
        dict
            From each class to its rows.
        """
        target = check_classes(y)
        classes = target.classes.tolist()
        largest = int(np.bincount(target.codes).max())
        size = min(float(self.times) * largest, sys.maxsize)
        if self.max_rows is not None:
            size = max(largest, min(size, int(self.max_rows) // len(classes)))
        return dict.fromkeys(classes, round(size))
