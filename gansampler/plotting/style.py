"""How pictures look, here and in the benchmark's report, and the axes that they are drawn on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLE: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "font.size": 10,
    "legend.frameon": False,
    "svg.hashsalt": "gansampler",
    # A column or a category may hold a dollar sign.
    "text.parse_math": False,
}
# Blue and vermilion of Okabe and Ito: apart for every kind of sight, and in grey.
BLUE, RED, GREY, DARK = "#0072B2", "#D55E00", "#B8B8B8", "#222222"
LIGHT = "#D3D3D3"
COLORS, LINES, MARKERS = (RED, BLUE, DARK, "#7A7A7A"), ("-", "--", ":", "-."), ("X", "^", "s", "D")


def look_of_place(place: int) -> dict[str, Any]:
    """Give colour, mark and line for `Axes.plot` of so many sets of generated rows, from 0."""
    look = {"color": COLORS[place % 4], "linestyle": LINES[place % 4]}
    return {**look, "marker": MARKERS[place % 4], "markersize": 5}


def pyplot() -> Any:
    """Import `matplotlib.pyplot`, or say how to get it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Plots need matplotlib: install it by pip install 'gansampler[benchmark]'."
        ) from error
    return plt


@contextmanager
def styled() -> Iterator[None]:
    """Draw under our style, which is put back afterwards."""
    with pyplot().rc_context(STYLE):
        yield


def panels(
    ax: Any, n: int, *, n_columns: int = 3, size: tuple[float, float] = (3.6, 2.7)
) -> list[Axes]:
    """Give axes for n panels: those of a new figure, the user's own, or parts of the user's one."""
    from matplotlib.axes import Axes

    if ax is None:
        return _new_panels(n, min(n, n_columns), size)
    if isinstance(ax, Axes):
        return [ax] if n == 1 else _parts_of(ax, n, min(n, n_columns))
    given = list(np.ravel(np.asarray(ax, dtype=object)))
    if len(given) != n or not all(isinstance(each, Axes) for each in given):
        raise ValueError(
            f"There are {n} panels to draw: give `ax` as many axes, or one that is divided, or "
            f"None for a figure of its own. Got {len(given)}."
        )
    return given


def _new_panels(n: int, n_columns: int, size: tuple[float, float]) -> list[Axes]:
    n_rows = -(-n // n_columns)
    figure = pyplot().figure(
        figsize=(size[0] * n_columns, size[1] * n_rows + 0.2), layout="constrained"
    )
    return [figure.add_subplot(n_rows, n_columns, place + 1) for place in range(n)]


def _parts_of(ax: Axes, n: int, n_columns: int) -> list[Axes]:
    """Divide axes of a grid; they stay as an empty frame."""
    spec = ax.get_subplotspec()
    if spec is None:
        raise ValueError(
            f"There are {n} panels to draw, and axes made by `add_axes` cannot be divided: give "
            f"{n} axes, or one that `subplots` made."
        )
    ax.set_axis_off()
    grid = spec.subgridspec(-(-n // n_columns), n_columns)
    return [ax.figure.add_subplot(grid[divmod(place, n_columns)]) for place in range(n)]


def add_legend(
    axes: Sequence[Axes], *, outside: bool, ncols: int = 4, keys: Mapping[str, Any] | None = None
) -> None:
    """Name what is drawn once for all panels: below a figure of ours, or inside the first axes.

    ``keys`` are handles by label; None takes those of all axes.
    """
    if keys is None:
        pairs = [zip(*reversed(ax.get_legend_handles_labels()), strict=True) for ax in axes]
        keys = {label: handle for each in pairs for label, handle in each}
    if outside:
        figure = axes[0].figure
        figure.legend(keys.values(), keys.keys(), loc="outside lower center", ncols=ncols)
    else:
        axes[0].legend(keys.values(), keys.keys())


def legend_below(ax: Axes, *, ncols: int) -> None:
    """Name what is drawn below the axes and the label of their x-axis, where it hides nothing."""
    from matplotlib.transforms import ScaledTranslation

    down = ScaledTranslation(-0.5, -0.5, ax.figure.dpi_scale_trans)
    place: Any = {"bbox_to_anchor": (0, 0), "bbox_transform": ax.transAxes + down}
    ax.legend(loc="upper left", fontsize="small", ncols=ncols, borderaxespad=0, **place)


def draw_grid(ax: Axes, axis: Any) -> None:
    """Draw a faint grid behind all else, along "x", "y" or "both"."""
    ax.grid(axis=axis, color="#EEEEEE")
    ax.set_axisbelow(True)
