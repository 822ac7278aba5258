"""What generated rows look like, beside the real ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas.api import types
from sklearn.decomposition import PCA

from ...columns import kind_of, to_numbers
from ...encoding import TableEncoder
from ..statistics.gains import REFERENCES
from ..tables import classes_by_frequency
from .figures import BLUE, DARK, GREY, RED, drawing, mark
from .figures import look as look_of
from .sections import Section
from .words import SUBJECTS

# The rows of a data set, and by strategy what was generated for it: see `sections_of_look`.
Look = Mapping[str, Any]
MAX_COLUMNS = 24
MAX_POINTS = 600
MAX_CATEGORIES = 8
N_BINS = 20


def sections_of_look(look: Look) -> Iterator[Section]:
    """Draw rows in two dimensions, column by column, and how the training went.

    A look has ``X`` and ``y``, some thousand real rows at most, and ``examples`` by strategy: each
    with generated ``rows``, their ``labels``, and the ``history`` of the training.
    """
    label = classes_by_frequency(look["y"])[-1]
    of_class = (look["y"] == label).to_numpy()
    real, other = look["X"][of_class], look["X"][~of_class]
    generated = {
        name: rows
        for name, example in look["examples"].items()
        if len(rows := example["rows"][(example["labels"] == label).to_numpy()])
    }
    yield from _in_two_dimensions(label, real, other, generated)
    yield from _column_by_column(label, real, generated)
    images = {
        f"training of {name}": partial(plot_training, example["history"], name)
        for name, example in look["examples"].items()
        if example["history"]
    }
    yield Section("Training curves", "Losses on one fold.", (), images)


def _in_two_dimensions(
    label: Any, real: pd.DataFrame, other: pd.DataFrame, generated: Mapping[str, pd.DataFrame]
) -> Iterator[Section]:
    if not generated:
        return
    project = cache(lambda: Projection(pd.concat([real, other])))
    dots = {"color": DARK, "marker": "o", "linestyle": ""}

    def draw(rows: pd.DataFrame, title: str, style: dict[str, Any]) -> Callable[[], Figure]:
        return lambda: plot_rows(project(), other, rows, title, style)

    images = {f"real rows of {label}": draw(real, "real rows", dots)} | {
        f"rows of {name}": draw(rows, name, mark(name)) for name, rows in generated.items()
    }
    about = (
        "The two directions in which real rows differ most (principal components of the encoded "
        "rows). Grey: rows of the other classes. Generated rows are those of one fold."
    )
    title = f"Real and generated rows of class '{label}', in two dimensions"
    yield Section(title, about, (), images)


def _column_by_column(
    label: Any, real: pd.DataFrame, generated: Mapping[str, pd.DataFrame]
) -> Iterator[Section]:
    """Show the strategy that the verdict speaks of, and the first reference beside it."""
    ranked = [*SUBJECTS[:1], *REFERENCES, *SUBJECTS[1:], *generated]
    shown = list(dict.fromkeys(name for name in ranked if name in generated))[:2]
    columns = list(real.columns[:MAX_COLUMNS]) if shown else []
    images = {
        f"values of {name}": partial(
            plot_column, real[name], {strategy: generated[strategy][name] for strategy in shown}
        )
        for name in columns
    }
    title = f"Real and generated rows of class '{label}', column by column"
    about = f"How the values are spread in {len(columns)} of {real.shape[1]} columns."
    yield Section(title, about, (), images)


class Projection:
    """Two dimensions in which real rows differ most: PCA on encoded real rows of all classes.

    ``ends`` are the lower and the upper ends of these rows in both dimensions, a little beyond.
    """

    def __init__(self, X: pd.DataFrame) -> None:
        self.encoder = TableEncoder().fit(X)
        self.pca = PCA(2, random_state=0).fit(_widened(self.encoder.transform(X)))
        places = self(X)
        margin = 0.05 * np.ptp(places, axis=0) + 1e-6
        self.ends = places.min(axis=0) - margin, places.max(axis=0) + margin

    def __call__(self, X: pd.DataFrame) -> np.ndarray:
        """Place rows (m, columns), real or generated, as (m, 2)."""
        return self.pca.transform(_widened(self.encoder.transform(X)))


def _widened(Z: np.ndarray) -> np.ndarray:
    """Add a column of zeros, so that a table of one column has two dimensions as well."""
    return np.pad(Z, ((0, 0), (0, 1)))


def plot_rows(
    project: Projection,
    other: pd.DataFrame,
    rows: pd.DataFrame,
    title: str,
    style: Mapping[str, Any],
) -> Figure:
    """Draw rows of a class, real or generated, before the rows of all others.

    Axes end where the real rows end, so that all figures of a projection compare; what lies beyond
    is drawn at the edge.
    """
    with drawing(title, 3.0) as (figure, ax):
        ax.plot(*project(_some(other)).T, ".", color=GREY, markersize=3, alpha=0.6, rasterized=True)
        points = np.clip(project(_some(rows)), *project.ends).T
        ax.plot(*points, **{**style, "markersize": 4, "alpha": 0.6, "rasterized": True})
        (left, low), (right, high) = project.ends
        ax.set(xlim=(left, right), ylim=(low, high), xticks=[], yticks=[])
    return figure


def _some(X: pd.DataFrame) -> pd.DataFrame:
    return X if len(X) <= MAX_POINTS else X.sample(MAX_POINTS, random_state=0)


def plot_column(real: pd.Series, generated: Mapping[str, pd.Series]) -> Figure:
    """Draw how the values of one column are spread, in real and in generated rows.

    A histogram of numbers; shares of the eight most frequent categories, or of numbers that lie too
    close together for bins.
    """
    quantity = kind_of(real) not in ("category", "ordered") and _has_room_for_bins(real)
    draw = _draw_numbers if quantity else _draw_categories
    with drawing(str(real.name), 2.3) as (figure, ax):
        draw(ax, real, generated)
        keys = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        if keys:  # an empty column has none
            shown = ["real", *generated]
            figure.legend(
                [keys[name] for name in shown], shown, loc="outside lower center", ncols=3
            )
        columns = {"real": real, **generated}
        missing = {name: column.isna().mean() for name, column in columns.items()}
        if any(missing.values()):
            shares = ", ".join(f"{name} {share:.0%}" for name, share in missing.items())
            ax.set_xlabel(f"missing: {shares}")
    return figure


def _has_room_for_bins(column: pd.Series) -> bool:
    """Tell whether floats are fine enough for a histogram, which they are not for long ids."""
    values = to_numbers(column.dropna())
    if len(values) == 0:
        return True
    spread = np.ptp(values) or 1.0  # a single value stands in the middle of a bin
    return bool(spread / N_BINS > np.spacing(np.abs(values).max()))


def _draw_numbers(ax: Axes, real: pd.Series, generated: Mapping[str, pd.Series]) -> None:
    def values(column: pd.Series) -> np.ndarray:
        numbers = to_numbers(column.dropna())
        return numbers / 86_400 if types.is_datetime64_any_dtype(column.dtype) else numbers

    if types.is_datetime64_any_dtype(real.dtype):
        ax.xaxis_date()
    every = np.concatenate([values(real), *map(values, generated.values())])
    if len(every) == 0:  # an empty column stays an empty frame
        ax.set(xticks=[], yticks=[])
        return
    edges = np.histogram_bin_edges(every, bins=N_BINS)
    ax.stairs(_shares(values(real), edges), edges, fill=True, color="#D3D3D3", label="real")
    for name, column in generated.items():
        shares = _shares(values(column), edges)
        line = {key: look_of(name)[key] for key in ("color", "linestyle")}
        ax.stairs(shares, edges, label=name, linewidth=1.6, baseline=None, **line)
    ax.set_ylabel("share of rows")


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.histogram(values, edges)[0] / max(len(values), 1)


def _draw_categories(ax: Axes, real: pd.Series, generated: Mapping[str, pd.Series]) -> None:
    shares = pd.DataFrame(
        {
            name: column.dropna().astype(object).map(str).value_counts(normalize=True)
            for name, column in {"real": real, **generated}.items()
        }
    ).fillna(0)
    shares = shares.sort_values("real", ascending=False).head(MAX_CATEGORIES)
    places = np.arange(len(shares))
    ax.barh(places, shares["real"], color="#D3D3D3", label="real")
    for name in generated:
        ax.plot(shares[name], places, label=name, **mark(name))
    ax.set_yticks(places, [str(value)[:24] for value in shares.index])
    ax.invert_yaxis()
    ax.set_xlim(0, None)


def plot_training(history: Sequence[Mapping[str, float]], name: str) -> Figure:
    """Draw the losses of a sampler's training, of records with ``step`` and ``..._loss``."""
    records = pd.DataFrame(history)
    styles = ["-", "--", ":", "-."]
    colors = [BLUE, RED, DARK, GREY]
    losses = [name for name in map(str, records) if name.endswith("_loss")]
    with drawing(name, 2.3) as (figure, ax):
        for column, style, color in zip(losses, styles, colors, strict=False):
            label = column.removesuffix("_loss")
            ax.plot(records["step"], records[column], style, color=color, label=label)
        ax.set_xlabel("training step")
        ax.set_ylabel("loss")
        figure.legend(loc="outside lower center", ncols=2)
    return figure
