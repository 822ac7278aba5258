"""Pictures side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length

from ..columns import Floats
from .rows import check_learnt, check_some, drawn
from .style import panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Pictures = NDArray[Any]
# Between two pictures, in shares of their width.
GAP = 0.08


class PictureGridDisplay:
    """Grey pictures in rows, one row a class, say, or a moment of a training.

    Use `from_gan` or `from_pictures`, or name the rows yourself. The larger a value, the darker.

    Parameters
    ----------
    pictures : mapping of str to ndarray of shape (n, height, width)
        By what a row of the grid is called.

    Attributes
    ----------
    ax_ : Axes
        What all lie in.

    figure_ : Figure
        The figure of ``ax_``.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.plotting import PictureGridDisplay
    >>> pictures = np.random.default_rng(0).random((6, 8, 8))
    >>> display = PictureGridDisplay.from_pictures(pictures, list("aabbab"), n=2)
    >>> {label: row.shape for label, row in display.pictures.items()}
    {'a': (2, 8, 8), 'b': (2, 8, 8)}
    """

    def __init__(self, *, pictures: Mapping[Any, Pictures]) -> None:
        if not pictures:
            raise ValueError("There are no pictures.")
        self.pictures = {label: checked(row, f"row {label!r}") for label, row in pictures.items()}
        shapes = {row.shape[1:] for row in self.pictures.values()}
        if len(shapes) > 1:
            raise ValueError(f"Pictures of a grid must be of one size; these are of {shapes}.")

    @classmethod
    def from_pictures(cls, pictures: Any, labels: Any, *, n: int = 10) -> PictureGridDisplay:
        """Take the first pictures of each label.

        Parameters
        ----------
        pictures : array-like of shape (n_pictures, height, width)
            Grey pictures.

        labels : array-like of shape (n_pictures,)
            What row each goes to; rows are sorted.

        n : int, default=10
            How many of each label.

        Returns
        -------
        display : PictureGridDisplay

        Raises
        ------
        ValueError
            If there are none, or they are no pictures.
        """
        pictures, labels = checked(pictures, "`pictures`"), np.asarray(labels)
        check_consistent_length(pictures, labels)
        if n < 1:
            raise ValueError(f"n={n!r} must be one or more.")
        rows = {label: pictures[labels == label][:n] for label in np.unique(labels).tolist()}
        return cls(pictures=rows)

    @classmethod
    def from_gan(
        cls, gan: Any, *, n: int = 10, shape: tuple[int, int] | None = None
    ) -> PictureGridDisplay:
        """Draw pictures from a GAN, a row for each of its classes.

        What the GAN draws next stays the same.

        Parameters
        ----------
        gan : ConditionalGAN
            Fitted on pictures; without classes there is one row.

        n : int, default=10
            How many of each class.

        shape : pair of int or None, default=None
            Height and width, where the GAN was fitted on flat rows.

        Returns
        -------
        display : PictureGridDisplay

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If what it draws are no pictures.
        """
        check_learnt(gan, "classes_")
        labels = [None] if gan.classes_ is None else np.asarray(gan.classes_).tolist()
        rows = {label: np.asarray(drawn(gan, n, label)) for label in labels}
        if shape is not None:
            rows = {label: _shaped(row, shape) for label, row in rows.items()}
        return cls(pictures={"" if label is None else label: row for label, row in rows.items()})

    def plot(self, ax: Any = None) -> PictureGridDisplay:
        """Draw the grid.

        Parameters
        ----------
        ax : Axes or None, default=None
            Where; None makes a figure.

        Returns
        -------
        self : PictureGridDisplay
        """
        n_columns = max(map(len, self.pictures.values()))
        height, width = next(iter(self.pictures.values())).shape[1:]
        with styled():
            size = 0.55 * n_columns + 0.6, 0.55 * len(self.pictures) * height / width + 0.2
            (self.ax_,) = panels(ax, 1, size=size)
            draw_pictures(self.ax_, self.pictures)
        self.figure_ = self.ax_.figure
        return self


def checked(pictures: Any, what: str) -> Pictures:
    """Give finite pictures (n, height, width), one or more."""
    pictures = np.asarray(pictures)
    if pictures.ndim != 3 or pictures.dtype.kind not in "biuf":
        raise ValueError(
            f"{what} must be grey pictures (n, height, width); the shape is {pictures.shape}, the "
            f"dtype {pictures.dtype}. Flat rows become pictures by .reshape(-1, height, width)."
        )
    check_some(pictures, what)
    if not np.isfinite(pictures).all():
        raise ValueError(f"{what} hold values that are not finite.")
    return pictures


def _shaped(rows: Pictures, shape: tuple[int, int]) -> Pictures:
    flat = rows.reshape(len(rows), -1)
    if flat.shape[1] != np.prod(shape):
        raise ValueError(f"shape={shape!r} does not fit rows of {flat.shape[1]} numbers.")
    return flat.reshape(-1, *shape)


def draw_pictures(ax: Axes, pictures: Mapping[Any, Pictures]) -> list[float]:
    """Draw rows of pictures as one, and name the rows; give the middles of the columns.

    The greys are the same in all, and end where the outermost hundredth of the values begins.
    """
    canvas, middles, places = _montage(list(pictures.values()))
    white, black = np.nanquantile(canvas, [0.01, 0.99])
    ax.imshow(canvas, cmap="Greys", interpolation="nearest", vmin=white, vmax=black)
    ax.set_yticks(middles, [str(label) for label in pictures], parse_math=False)
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return places


def _montage(rows: list[Pictures]) -> tuple[Floats, list[float], list[float]]:
    """Put rows of pictures on one canvas, NaN between them; middles of its rows and columns."""
    (height, width), n = rows[0].shape[1:], max(map(len, rows))
    gap = max(1, round(GAP * width))
    tall, wide = height + gap, width + gap
    canvas = np.full((tall * len(rows) - gap, wide * n - gap), np.nan)
    for (i, row), j in ((pair, j) for pair in enumerate(rows) for j in range(len(pair[1]))):
        canvas[i * tall : i * tall + height, j * wide : j * wide + width] = row[j]
    middles = [i * tall + (height - 1) / 2 for i in range(len(rows))]
    return canvas, middles, [j * wide + (width - 1) / 2 for j in range(n)]
