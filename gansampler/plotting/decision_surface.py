"""What the discriminator makes of rows in one or two dimensions, beside the best it could do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from ..columns import Floats
from ..naming import check_name
from .rows import check_learnt, check_some, drawn, some
from .style import BLUE, DARK, GREY, LIGHT, RED, add_legend, draw_grid, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rule = Callable[[Floats], Any]

# How many places each axis of a grid has, by the number of dimensions.
RESOLUTION = {1: 400, 2: 80}
RESPONSES = ("probability", "score")
MAX_POINTS = 300
N_BINS = 40


class DecisionSurfaceDisplay:
    r"""The verdict of a GAN's discriminator where its rows lie, in one or two dimensions.

    Use `from_gan`. For a generator that is held fixed the best verdict is known [1]_,

    .. math:: D^*(x) = \frac{p_{data}(x)}{p_{data}(x) + p_{generated}(x)},

    one half everywhere once both are the same. It is drawn over the learnt one, or beside it.

    Parameters
    ----------
    grid : tuple of ndarray of shape (m,)
        The places along each of one or two axes.

    verdict : ndarray of shape (m,) or (m, m)
        What the discriminator says there; rows of it go along the second axis.

    optimal : ndarray like ``verdict`` or None
        The best that it could say; NaN where nothing lies.

    real, generated : ndarray of shape (n, dimensions)
        Rows to show.

    response : {{"probability", "score"}}
        What a verdict is.

    Attributes
    ----------
    axes_ : list of Axes
        Of one dimension: the rows, and the verdict below. Of two: the learnt verdict, and beside it
        the optimal one, if it is known.

    figure_ : Figure
        What they lie in.

    References
    ----------
    .. [1] I. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS 27, proposition 1.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler.plotting import DecisionSurfaceDisplay
    >>> grid = np.linspace(-1, 1, 5)
    >>> display = DecisionSurfaceDisplay(
    ...     grid=(grid,), verdict=np.full(5, 0.6), optimal=np.full(5, 0.5),
    ...     real=grid[:, None], generated=grid[:, None],
    ... )
    >>> round(display.difference, 3)
    0.1
    """

    def __init__(
        self,
        *,
        grid: tuple[Floats, ...],
        verdict: Floats,
        real: Floats,
        generated: Floats,
        optimal: Floats | None = None,
        response: str = "probability",
    ) -> None:
        self.grid, self.verdict, self.optimal = grid, verdict, optimal
        self.real, self.generated, self.response = real, generated, response

    @classmethod
    def from_gan(
        cls,
        gan: Any,
        real: Any,
        *,
        label: Any = None,
        optimal: Rule | tuple[Rule, Rule] | None = None,
        response: str = "probability",
        n: int = 1000,
    ) -> DecisionSurfaceDisplay:
        r"""Ask the discriminator of a GAN on a grid around real and generated rows.

        What the GAN draws next stays the same.

        Parameters
        ----------
        gan : ConditionalGAN
            Fitted on rows of one or two numbers.

        real : array-like of shape (n_real,), (n_real, 1) or (n_real, 2)
            Real rows, of the class.

        label : object, default=None
            The class to ask for; None for a GAN without classes.

        optimal : callable, pair of callables or None, default=None
            The best verdict, as a function of rows (m, dimensions), or the densities of real and of
            generated rows, of which :math:`p / (p + q)` is taken.

        response : {"probability", "score"}, default="probability"
            "probability" is the logistic function of the score, for losses whose scores are logits
            ("minimax", "non_saturating"); "score" is as it is, which with "least_squares" is drawn
            towards the same optimum.

        n : int, default=1000
            How many rows to draw.

        Returns
        -------
        display : DecisionSurfaceDisplay

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If the rows have more than two dimensions, there are none, or ``label`` is no class.
        """
        check_name(response, RESPONSES, "response")
        check_learnt(gan, "classes_")
        _check_label(gan.classes_, label)
        real = np.asarray(real, dtype=float)
        rows = _flat(real, "The real rows")
        generated = _flat(np.asarray(drawn(gan, n, label), dtype=float), "The generated rows")
        if rows.shape[1] != generated.shape[1]:
            raise ValueError(
                f"The real rows have {rows.shape[1]} numbers each, the generated ones "
                f"{generated.shape[1]}."
            )
        grid = _grid(np.concatenate([rows, generated]))
        places = _places(grid)
        classes = None if label is None else np.repeat(label, len(places))
        scores = gan.score_rows(places.reshape(-1, *real.shape[1:]), classes)
        shape = tuple(len(axis) for axis in reversed(grid))
        verdict = np.reshape(expit(scores) if response == "probability" else scores, shape)
        best = None if optimal is None else np.reshape(_best(optimal, places), shape)
        return cls(
            grid=grid,
            verdict=verdict,
            real=rows,
            generated=generated,
            optimal=best,
            response=response,
        )

    @property
    def difference(self) -> float:
        """Mean absolute difference of learnt and optimal verdict over the grid; NaN if unknown."""
        if self.optimal is None:
            return float("nan")
        return float(np.nanmean(np.abs(self.verdict - self.optimal)))

    def plot(self, ax: Any = None) -> DecisionSurfaceDisplay:
        """Draw the verdict with the rows.

        Parameters
        ----------
        ax : Axes, list of Axes or None, default=None
            One for each panel, or one that is divided; None makes a figure.

        Returns
        -------
        self : DecisionSurfaceDisplay
        """
        with styled():
            if len(self.grid) == 1:
                self.axes_ = panels(ax, 2, n_columns=1, size=(5.2, 2.2))
                _draw_line(self.axes_[0], self.axes_[1], self)
            else:
                self.axes_ = panels(ax, 1 if self.optimal is None else 2, size=(4.2, 3.8))
                _draw_planes(self.axes_, self)
            add_legend(self.axes_, outside=ax is None, ncols=2)
        self.figure_ = self.axes_[0].figure
        return self


def _check_label(classes: Any, label: Any) -> None:
    if classes is None:
        if label is not None:
            raise ValueError(f"label={label!r} says a class, but the GAN knows none: leave it out.")
        return
    known = np.asarray(classes).tolist()
    if label is None or label not in known:
        raise ValueError(f"label={label!r} is not a class of the GAN: {known}.")


def _flat(rows: Floats, what: str) -> Floats:
    """Give rows (n, dimensions) of one or two numbers."""
    check_some(rows, what)
    rows = rows.reshape(len(rows), -1)
    if rows.shape[1] not in RESOLUTION:
        raise ValueError(
            f"{what} have {rows.shape[1]} numbers each: a surface can be drawn of one or two."
        )
    if not np.isfinite(rows).all():
        raise ValueError(f"{what} hold values that are not finite.")
    return rows


def _grid(rows: Floats) -> tuple[Floats, ...]:
    """Give places along each axis, from a little before the rows to a little beyond them."""
    low, high = rows.min(axis=0), rows.max(axis=0)
    margin = 0.1 * (high - low) + 1e-6
    n = RESOLUTION[rows.shape[1]]
    return tuple(np.linspace(a, b, n) for a, b in zip(low - margin, high + margin, strict=True))


def _places(grid: tuple[Floats, ...]) -> Floats:
    """Give all places of a grid as rows (m, dimensions)."""
    return np.stack([axis.ravel() for axis in np.meshgrid(*grid)], axis=1)


def _best(optimal: Rule | tuple[Rule, Rule], places: Floats) -> Floats:
    """Give the best verdict at places (m, dimensions), as (m,); NaN where nothing lies."""
    rules = (optimal,) if callable(optimal) else tuple(optimal)
    found = [np.asarray(rule(places), dtype=float) for rule in rules]
    for values in found:
        if values.size != len(places):
            raise ValueError(
                f"`optimal` must give a number for each of {len(places)} rows; its shape was "
                f"{values.shape}."
            )
    if len(found) == 1:
        return found[0].ravel()
    p, q = (values.ravel() for values in found)
    return np.divide(p, p + q, out=np.full(len(places), np.nan), where=p + q > 0)


def _draw_line(upper: Axes, lower: Axes, display: DecisionSurfaceDisplay) -> None:
    """Draw the spread of the rows, and below it the verdict."""
    (x,) = display.grid
    edges = np.linspace(x[0], x[-1], N_BINS + 1)
    real, generated = (
        np.histogram(rows, edges, density=True)[0] for rows in (display.real, display.generated)
    )
    upper.stairs(real, edges, fill=True, color=LIGHT, label="real rows")
    upper.stairs(generated, edges, color=RED, linewidth=1.6, label="generated rows")
    upper.set(ylabel="density", xlim=(x[0], x[-1]), xticklabels=[])
    if display.optimal is not None:
        lower.plot(x, display.optimal, color=DARK, linewidth=3, alpha=0.35, label="optimal verdict")
    lower.plot(x, display.verdict, "--", color=BLUE, linewidth=1.6, label="learnt verdict")
    if display.response == "probability":
        lower.axhline(0.5, color=GREY, linewidth=0.8, zorder=0)
        lower.set_ylim(-0.03, 1.03)
    lower.set(xlim=(x[0], x[-1]), ylabel=_verdict_name(display))
    draw_grid(lower, "y")


def _verdict_name(display: DecisionSurfaceDisplay) -> str:
    return "probability of real" if display.response == "probability" else "score"


def _draw_planes(axes: list[Axes], display: DecisionSurfaceDisplay) -> None:
    """Draw the verdict as greys, the darker the more real, with rows on them."""
    surfaces = [display.verdict] if display.optimal is None else [display.verdict, display.optimal]
    levels = _levels(surfaces, display.response)
    for ax, surface, title in zip(axes, surfaces, ("Learnt", "Optimal"), strict=False):
        filled = ax.contourf(*display.grid, surface, levels, cmap=_greys())
        if display.response == "probability":
            ax.contour(*display.grid, surface, [0.5], colors=DARK, linewidths=1)
        _draw_rows(ax, display)
        ax.set_title(title)
    axes[0].figure.colorbar(filled, ax=axes, label=_verdict_name(display), shrink=0.9)


def _levels(surfaces: list[Floats], response: str) -> Floats:
    from matplotlib.ticker import MaxNLocator

    if response == "probability":
        return np.linspace(0, 1, 11)
    low = min(float(np.nanmin(surface)) for surface in surfaces)
    high = max(float(np.nanmax(surface)) for surface in surfaces)
    return np.asarray(MaxNLocator(10).tick_values(low, max(high, low + 1e-6)))


def _greys() -> Any:
    """Give light greys alone, on which rows stand out."""
    import matplotlib
    from matplotlib.colors import ListedColormap

    return ListedColormap(matplotlib.colormaps["Greys"](np.linspace(0, 0.55, 256)))


def _draw_rows(ax: Axes, display: DecisionSurfaceDisplay) -> None:
    style: dict[str, Any] = {"linestyle": "", "markersize": 4.5, "alpha": 0.8, "rasterized": True}
    real, generated = (some(rows, MAX_POINTS).T for rows in (display.real, display.generated))
    ax.plot(*real, marker="o", color=BLUE, markeredgecolor="white", label="real rows", **style)
    ax.plot(*generated, marker="x", color=RED, label="generated rows", **style)
