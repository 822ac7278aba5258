"""Generated rows beside the training rows that they are nearest to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from ..columns import Floats
from ..encoding import TableEncoder
from .picture_grid import checked, draw_pictures
from .rows import alike, drawn, label_of, named_frame, of_class, some
from .style import DARK, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = ("generated", "nearest")
MAX_CELL = 16
# Of more training rows a part says how far apart they lie.
MAX_SCALE_ROWS = 2000
SHADED = "#DCDCDC"


class NearestRowsDisplay:
    """Generated rows, each beside the training row nearest to it.

    Use `from_sampler` or `from_rows`. Pictures stand above each other; rows of tables stand in a
    drawn table, in which what differs from the generated row is bold and shaded. Distances are
    Euclidean: between pictures of their values, between rows of tables as `TableEncoder` encodes
    them. The distance that half of the training rows have to their own nearest neighbour is the
    scale: a generated row much nearer than that is next to a copy.

    Parameters
    ----------
    generated, nearest : DataFrame or ndarray, alike in shape
        Generated rows, and the training row nearest to each.

    distances : ndarray of shape (n,)
        How far apart they are.

    typical_distance : float
        The median distance of a training row to the nearest other one; NaN where there is no other.

    Attributes
    ----------
    ax_ : Axes
        What all lie in.

    figure_ : Figure
        The figure of ``ax_``.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.plotting import NearestRowsDisplay
    >>> training = pd.DataFrame({"size": [1.0, 2.0, 9.0], "kind": ["a", "b", "a"]})
    >>> display = NearestRowsDisplay.from_rows(training.iloc[[2]], training)
    >>> display.nearest["size"].tolist(), display.distances.tolist()
    ([9.0], [0.0])
    """

    def __init__(
        self, *, generated: Any, nearest: Any, distances: Floats, typical_distance: float
    ) -> None:
        self.generated, self.nearest = generated, nearest
        self.distances, self.typical_distance = distances, typical_distance

    @classmethod
    def from_rows(
        cls,
        generated: Any,
        training: Any,
        *,
        n: int = 6,
        columns: Sequence[Any] | None = None,
    ) -> NearestRowsDisplay:
        """Find the training row nearest to each of the first generated rows.

        Parameters
        ----------
        generated : dataframe or array-like of shape (n_generated, n_features), or pictures
            Generated rows; pictures have the shape (n_generated, height, width).

        training : dataframe or array-like of shape (n_training, n_features), or pictures
            What the generator was trained on.

        n : int, default=6
            How many generated rows to show: the first ones.

        columns : list or None, default=None
            Which columns of a table to show, by name; those of an array are ``x0``, ``x1``, ...
            None takes the first eight. Distances go by all columns.

        Returns
        -------
        display : NearestRowsDisplay

        Raises
        ------
        ValueError
            If there are no rows, or the two have other columns, or pictures other sizes.
        """
        if n < 1:
            raise ValueError(f"n={n!r} must be one or more.")
        if not isinstance(training, pd.DataFrame) and np.ndim(training) == 3:
            return cls._of_pictures(generated, training, n)
        training = named_frame(training, "The training rows")
        shown = alike(training, generated, "generated").head(n)
        if columns is not None and (unknown := [c for c in columns if c not in training.columns]):
            raise ValueError(f"There are no columns {unknown}; there are {list(training.columns)}.")
        encoder = TableEncoder().fit(training)
        places, distances, typical = _nearest(encoder.transform(shown), encoder.transform(training))
        seen = list(training.columns[:8] if columns is None else columns)
        nearest = training.iloc[places].reset_index(drop=True)
        return cls(
            generated=shown[seen],
            nearest=nearest[seen],
            distances=distances,
            typical_distance=typical,
        )

    @classmethod
    def _of_pictures(cls, generated: Any, training: Any, n: int) -> NearestRowsDisplay:
        training = checked(training, "The training pictures")
        shown = checked(generated, "The generated pictures")[:n]
        if shown.shape[1:] != training.shape[1:]:
            raise ValueError(
                f"Generated pictures of the size {shown.shape[1:]} cannot be held against training "
                f"ones of {training.shape[1:]}."
            )
        flat = [pictures.reshape(len(pictures), -1) for pictures in (shown, training)]
        places, distances, typical = _nearest(*flat)
        return cls(
            generated=shown,
            nearest=training[places],
            distances=distances,
            typical_distance=typical,
        )

    @classmethod
    def from_sampler(
        cls,
        sampler: Any,
        X: Any,
        y: Any,
        *,
        label: Any = None,
        n: int = 6,
        columns: Sequence[Any] | None = None,
    ) -> NearestRowsDisplay:
        """Draw rows of a class, and find the real one of that class nearest to each.

        What the sampler draws next stays the same.

        Parameters
        ----------
        sampler : sampler with ``sample``
            After `fit_resample`, or a GAN after `fit`.

        X : dataframe or array-like of shape (n_samples, n_features), or pictures
            The rows that it was fitted on.

        y : array-like of shape (n_samples,)
            Their classes.

        label : object, default=None
            The class; None is the one that got rows, if it was one alone.

        n, columns
            As in `from_rows`.

        Returns
        -------
        display : NearestRowsDisplay

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
        training, _ = of_class(X, y, label)
        return cls.from_rows(drawn(sampler, n, label), training, n=n, columns=columns)

    def plot(self, ax: Any = None) -> NearestRowsDisplay:
        """Draw the pairs.

        Parameters
        ----------
        ax : Axes or None, default=None
            Where; None makes a figure.

        Returns
        -------
        self : NearestRowsDisplay
        """
        draw = _draw_table if isinstance(self.generated, pd.DataFrame) else _draw_pairs
        with styled():
            (self.ax_,) = panels(ax, 1, size=_size(self))
            draw(self.ax_, self)
            if np.isfinite(self.typical_distance):
                scale = (
                    f"Half of the training rows lie within {self.typical_distance:.3g} of another"
                )
                is_table = isinstance(self.generated, pd.DataFrame)
                self.ax_.set_title(scale + ", by all columns" * is_table, fontsize=10)
        self.figure_ = self.ax_.figure
        return self


def _nearest(Z: Any, training: Any) -> tuple[Any, Floats, float]:
    """Give place and distance (n,) of the training row nearest to each, and the scale of both."""
    index = NearestNeighbors().fit(training)
    distances, places = index.kneighbors(Z, n_neighbors=1)
    typical = np.nan
    if len(training) > 1:
        own, _ = index.kneighbors(some(training, MAX_SCALE_ROWS), n_neighbors=2)
        typical = float(np.median(own[:, 1]))
    return places[:, 0], distances[:, 0], typical


def _draw_pairs(ax: Axes, display: NearestRowsDisplay) -> None:
    rows = {"generated": display.generated, "nearest training": display.nearest}
    middles = draw_pictures(ax, rows)
    ax.set_xticks(middles, [f"{distance:.3g}" for distance in display.distances])
    ax.set_xlabel("distance")


def _cells(display: NearestRowsDisplay) -> list[list[str]]:
    """Give the rows of the table as text: each generated row, and its nearest one below it."""
    rows = []
    for i, distance in enumerate(display.distances):
        pair = display.generated.iloc[i], display.nearest.iloc[i]
        for name, row, far in zip(NAMES, pair, ("", f"{distance:.3g}"), strict=True):
            rows.append([name, *map(_cell, row), far])
    return rows


def _cell(value: Any) -> str:
    if pd.isna(value):
        return "missing"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    text = f"{value:.4g}" if isinstance(value, (float, np.floating)) else str(value)
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def _table(display: NearestRowsDisplay) -> tuple[list[str], list[list[str]], Floats]:
    """Give the header, the cells, and how wide each column is, in letters."""
    header = ["", *map(_cell, display.generated.columns), "distance"]
    cells = _cells(display)
    wide = [max(len(row[j]) for row in [header, *cells]) for j in range(len(header))]
    return header, cells, np.array(wide) + 2.0


def _size(display: NearestRowsDisplay) -> tuple[float, float]:
    if not isinstance(display.generated, pd.DataFrame):
        n, height, width = display.generated.shape
        return 0.8 * n + 1.4, 1.6 * height / width + 0.6
    return 0.085 * float(_table(display)[2].sum()), 0.24 * (2 * len(display.distances) + 2)


def _draw_table(ax: Axes, display: NearestRowsDisplay) -> None:
    from matplotlib.transforms import Bbox

    header, cells, widths = _table(display)
    ax.set_axis_off()
    table = ax.table(
        cells,
        colLabels=header,
        colWidths=list(widths / widths.sum()),
        bbox=Bbox.unit(),
        cellLoc="right",
        colLoc="right",
    )
    table.auto_set_font_size(False)
    table.set_fontsize(9)
    for (i, j), cell in table.get_celld().items():
        cell.set_linewidth(0)
        cell.get_text().set_parse_math(False)
        if i and i % 2 == 0 and 0 < j < len(header) - 1 and cells[i - 1][j] != cells[i - 2][j]:
            cell.set_facecolor(SHADED)
            cell.get_text().set_fontweight("bold")
    borders = 1 - np.arange(1, len(cells) + 2, 2) / (len(cells) + 1)
    ax.hlines(borders, 0, 1, color=DARK, linewidth=0.8, transform=ax.transAxes, zorder=3)
