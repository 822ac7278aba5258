"""Rows as points in two dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA

from ..columns import Floats
from ..encoding import TableEncoder
from .rows import alike, drawn, label_of, named_frame, of_class, sets_alike, some
from .style import BLUE, GREY, add_legend, look_of_place, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Thin marks, between which the real rows are seen.
OVER_REAL = ("x", "1", "+", "2")

Ends = tuple[Floats, Floats]


class RowMapDisplay:
    """Real rows of a class, generated ones, and the rows of other classes, in two dimensions.

    Use `from_sampler` or `from_rows`. Arrays of two numeric columns are drawn as they are; other
    rows are encoded, and drawn along the two directions in which real rows of all classes differ
    most (principal components). Axes end where the real rows end; what lies beyond is drawn at the
    edge.

    Parameters
    ----------
    points : mapping of str to ndarray of shape (n, 2)
        Sets of rows: "real", then the generated ones by name.

    other : ndarray of shape (n, 2) or None
        Real rows of other classes.

    ends : pair of ndarray of shape (2,)
        Lower and upper ends of the axes.

    Attributes
    ----------
    axes_ : list of Axes
        One for each set, or one for all.

    figure_ : Figure
        What they lie in.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.plotting import RowMapDisplay
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> display = RowMapDisplay.from_rows(rows, rows + 0.1)
    >>> display.points["generated"].shape
    (50, 2)
    """

    def __init__(self, *, points: Mapping[str, Floats], other: Floats | None, ends: Ends) -> None:
        self.points, self.other, self.ends = dict(points), other, ends

    @classmethod
    def from_rows(
        cls, real: Any, generated: Any, *, other: Any = None, max_points: int = 1000
    ) -> RowMapDisplay:
        """Place rows in two dimensions.

        Parameters
        ----------
        real : dataframe or array-like of shape (n_real, n_features)
            Rows of the class that the generated ones are of.

        generated : dataframe or array-like of shape (n, n_features), or mapping to such
            Generated rows, or several sets of them by name.

        other : dataframe or array-like of shape (n_other, n_features) or None, default=None
            Rows of other classes.

        max_points : int, default=1000
            Of more rows of a set so many are drawn, taken at random, always the same ones.

        Returns
        -------
        display : RowMapDisplay

        Raises
        ------
        ValueError
            If there are no generated rows, or fewer than two real ones, or a set has other columns,
            or a column of another kind.
        """
        if max_points < 1:
            raise ValueError(f"max_points={max_points!r} must be one or more.")
        is_plane = _is_plane(real)
        real = named_frame(real, "The real rows")
        sets = {"real": real} | sets_alike(real, generated)
        others = None if other is None or len(other) == 0 else alike(real, other, "other")
        every = real if others is None else pd.concat([real, others], ignore_index=True)
        if len(every) < 2:
            raise ValueError("One real row has no directions: give two or more.")
        project = Plane(every) if is_plane else Projection(every)
        return cls(
            points={name: project(some(rows, max_points)) for name, rows in sets.items()},
            other=None if others is None else project(some(others, max_points)),
            ends=project.ends,
        )

    @classmethod
    def from_sampler(
        cls,
        sampler: Any,
        X: Any,
        y: Any,
        *,
        label: Any = None,
        n: int | None = None,
        max_points: int = 1000,
    ) -> RowMapDisplay:
        """Place rows that a sampler draws of a class beside the real ones.

        What the sampler draws next stays the same.

        Parameters
        ----------
        sampler : sampler with ``sample``
            After `fit_resample`.

        X : dataframe or array-like of shape (n_samples, n_features)
            The rows that it was fitted on, or held-out ones.

        y : array-like of shape (n_samples,)
            Their classes.

        label : object, default=None
            The class; None is the one that got rows, if it was one alone.

        n : int or None, default=None
            How many rows to draw; None is as many as the class has, so that clouds compare.

        max_points : int, default=1000
            As in `from_rows`.

        Returns
        -------
        display : RowMapDisplay

        Raises
        ------
        NotFittedError
            Before `fit_resample`.
        ValueError
            If ``label`` is no class, or left out where it must be said; and as in `from_rows`.
        TypeError
            If the sampler cannot draw rows.
        """
        label = label_of(sampler, label)
        real, other = of_class(X, y, label)
        rows = drawn(sampler, min(len(real), max_points) if n is None else n, label)
        return cls.from_rows(real, rows, other=other, max_points=max_points)

    def plot(self, ax: Any = None, *, overlaid: bool = False) -> RowMapDisplay:
        """Draw a panel for each set of rows, with the other rows behind each.

        Parameters
        ----------
        ax : Axes, list of Axes or None, default=None
            One for each panel, or one that is divided; None makes a figure.

        overlaid : bool, default=False
            Whether all sets are drawn over each other in one panel.

        Returns
        -------
        self : RowMapDisplay
        """
        looks = [_look(i) for i in range(len(self.points))]
        with styled():
            n, size = (1, (5.2, 4.4)) if overlaid else (len(self.points), (3.4, 3.3))
            self.axes_ = panels(ax, n, size=size)
            for i, (name, points) in enumerate(self.points.items()):
                each = self.axes_[0 if overlaid else i]
                first = i == 0 or not overlaid
                draw_points(each, points, self.other if first else None, self.ends, looks[i], name)
                if not overlaid:
                    each.set_title(f"{name} rows" if name in ("real", "generated") else name)
            add_legend(self.axes_, outside=ax is None)
        self.figure_ = self.axes_[0].figure
        return self


def _look(place: int) -> dict[str, Any]:
    if place == 0:
        edge = {"markeredgecolor": "white", "markeredgewidth": 0.4}
        return {"color": BLUE, "marker": "o", "linestyle": "", **edge}
    marker = OVER_REAL[(place - 1) % len(OVER_REAL)]
    return {**look_of_place(place - 1), "marker": marker, "linestyle": ""}


def _is_plane(real: Any) -> bool:
    """Tell an array of two numbers a row, all finite, from all else."""
    if isinstance(real, pd.DataFrame):
        return False
    values = np.asarray(real)
    is_flat = values.ndim == 2 and values.shape[1] == 2 and values.dtype.kind in "iuf"
    return is_flat and bool(np.isfinite(values).all())


class Plane:
    """Two dimensions that rows lie in as they are; see `Projection`."""

    def __init__(self, X: pd.DataFrame) -> None:
        self.ends = _ends(self(X))

    def __call__(self, X: pd.DataFrame) -> Floats:
        """Give rows (m, 2) as they are."""
        return X.to_numpy(dtype=float)


class Projection:
    """Two dimensions in which real rows differ most: PCA on encoded real rows of all classes.

    ``ends`` are the lower and the upper ends of these rows in both dimensions, a little beyond.
    """

    def __init__(self, X: pd.DataFrame) -> None:
        self.encoder = TableEncoder().fit(X)
        with np.errstate(invalid="ignore"):  # rows that are all alike have no variance to share
            self.pca = PCA(2, random_state=0).fit(_widened(self.encoder.transform(X)))
        self.ends = _ends(self(X))

    def __call__(self, X: pd.DataFrame) -> Floats:
        """Place rows (m, columns), real or generated, as (m, 2)."""
        return self.pca.transform(_widened(self.encoder.transform(X)))


def _ends(places: Floats) -> Ends:
    margin = 0.05 * np.ptp(places, axis=0) + 1e-6
    return places.min(axis=0) - margin, places.max(axis=0) + margin


def _widened(Z: Any) -> Any:
    """Add a column of zeros, so that a table of one column has two dimensions as well."""
    return np.pad(Z, ((0, 0), (0, 1)))


def draw_points(
    ax: Axes,
    points: Floats,
    other: Floats | None,
    ends: Ends,
    look: Mapping[str, Any],
    name: str | None = None,
) -> None:
    """Draw points (n, 2) of a set, and grey ones behind them, both at the edge if beyond the ends.

    The name is for a legend, in which the grey ones are "other classes".
    """
    small: dict[str, Any] = {"alpha": 0.6, "rasterized": True}
    if other is not None:
        label = None if name is None else "other classes"
        ax.plot(*other.T, ".", color=GREY, markersize=3, label=label, **small)
    label = None if name is None else name
    ax.plot(*np.clip(points, *ends).T, **{**look, "markersize": 4, "label": label, **small})
    (left, low), (right, high) = ends
    ax.set(xlim=(left, right), ylim=(low, high), xticks=[], yticks=[])
