"""What generated rows look like, beside the real ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from ...encoding import TableEncoder
from ...plotting.columns import ColumnsDisplay, spread_of
from ...plotting.row_map import Projection, draw_points
from ...plotting.rows import some
from ...plotting.style import DARK
from ...plotting.training_curves import draw_losses
from ...quality.figures import FIGURES, MIN_ROWS, Kinds, figures_of
from ..statistics.gains import REFERENCES
from ..tables import classes_by_frequency
from .figures import drawing, mark
from .figures import look as look_of
from .sections import Section, Table
from .words import SUBJECTS

# The rows of a data set, and by strategy what was generated for it: see `sections_of_look`.
Look = Mapping[str, Any]
MAX_COLUMNS = 24
MAX_POINTS = 600
# Those of the figures of a quality report that need no rows which nobody learnt from.
QUALITY = (
    "two_sample_auc",
    "kolmogorov_smirnov",
    "total_variation",
    "correlation_difference",
    "coverage",
    "diversity",
    "nearest_neighbour_distance_ratio",
)


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
    yield from _how_like_real(label, real, generated)
    yield from _in_two_dimensions(label, real, other, generated)
    yield from _column_by_column(label, real, generated)
    images = {
        f"training of {name}": partial(plot_training, example["history"], name)
        for name, example in look["examples"].items()
        if example["history"]
    }
    yield Section("Training curves", "Losses on one fold.", (), images)


def _how_like_real(
    label: Any, real: pd.DataFrame, generated: Mapping[str, pd.DataFrame]
) -> Iterator[Section]:
    """Hold the rows of each strategy against the real ones, a row of figures for each."""
    enough = {name: rows for name, rows in generated.items() if len(rows) >= MIN_ROWS}
    if len(real) < MIN_ROWS or not enough:
        return
    real, encoder = some(real, MAX_POINTS), TableEncoder().fit(real)
    kinds = Kinds(training=real, held_out=None, compared=real)
    found = {
        name: figures_of(some(rows, MAX_POINTS), kinds, encoder, seed=0)[0]
        for name, rows in enough.items()
    }
    shown = pd.DataFrame(found).T[list(QUALITY)].rename_axis("strategy")
    meanings = "; ".join(
        f"{FIGURES[name].title}: {FIGURES[name].meaning} (perfect: {FIGURES[name].perfect})"
        for name in QUALITY
    )
    table = shown.map(lambda figure: "-" if pd.isna(figure) else f"{figure:.3f}")
    yield Section(
        f"How like real rows of class '{label}' the generated ones are",
        "Of one fold. Among the real rows are those that were learnt from, so copies, such as "
        f"those of random, look better than they are. {meanings}.",
        [Table(table.rename(columns={name: FIGURES[name].title for name in QUALITY}))],
    )


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
    subjects = [name for name in SUBJECTS if name in generated]
    ranked = [*subjects[:1], *REFERENCES, *subjects[1:], *generated]
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
        points = project(some(rows, MAX_POINTS))
        draw_points(ax, points, project(some(other, MAX_POINTS)), project.ends, style)
    return figure


def plot_column(real: pd.Series, generated: Mapping[str, pd.Series]) -> Figure:
    """Draw how the values of one column are spread, in real and in generated rows.

    A histogram of numbers; shares of the eight most frequent categories, or of numbers that lie too
    close together for bins.
    """
    display = ColumnsDisplay(spreads=[spread_of(real, generated)])
    looks = {name: look_of(name) for name in generated}
    with drawing(str(real.name), 2.3) as (figure, ax):
        display.plot(ax, looks=looks, legend=False)
        keys = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        if keys:  # an empty column has none
            shown = ["real", *generated]
            figure.legend(
                [keys[name] for name in shown], shown, loc="outside lower center", ncols=3
            )
    return figure


def plot_training(history: Sequence[Mapping[str, float]], name: str) -> Figure:
    """Draw the losses of a sampler's training, of records with ``step`` and ``..._loss``."""
    with drawing(name, 2.3) as (figure, ax):
        draw_losses(ax, pd.DataFrame(history))
        figure.legend(loc="outside lower center", ncols=2)
    return figure
