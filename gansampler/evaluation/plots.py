"""The figures of the report: dark on white, told apart by shape as well as by colour."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from pandas.api import types
from sklearn.decomposition import PCA

from ..columns import kind_of, to_numbers
from ..encoding import TableEncoder
from .gains import gains_by_unit, paired_gains
from .metrics import METRICS
from .ranking import groups_alike
from .scores import scores_by_dataset, scores_by_fold

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
# Of the two strategies whose rows are held against the real ones.
LINES: list[Any] = [{"color": RED, "linestyle": "-"}, {"color": DARK, "linestyle": "--"}]
MARKS: list[Any] = [
    {"color": RED, "marker": "o"},
    {"color": DARK, "marker": "^", "fillstyle": "none"},
]
# Of the strategies in a learning curve.
CURVES: list[Any] = [
    {"color": RED, "marker": "o", "linestyle": "-"},
    {"color": BLUE, "marker": "s", "linestyle": "-"},
    {"color": DARK, "marker": "^", "linestyle": "--", "fillstyle": "none"},
    {"color": BLUE, "marker": "v", "linestyle": ":", "fillstyle": "none"},
    {"color": DARK, "marker": "x", "linestyle": "-."},
    {"color": RED, "marker": "D", "linestyle": "--", "fillstyle": "none"},
    {"color": GREY, "marker": "P", "linestyle": "-"},
]
# What the protocol "minority_sizes" writes into the name of a data set.
MINORITY = r"(?:^|@)minority=(\d+)(?=@|$)"
MAX_POINTS = 600
MAX_CATEGORIES = 8


def render_svg(figure: Figure) -> bytes:
    """Write a figure as SVG, with the same bytes whenever it is drawn.

    Parameters
    ----------
    figure : Figure
        One of this module.

    Returns
    -------
    bytes
    """
    picture = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(picture, format="svg", dpi=170, metadata={"Date": None})
    return picture.getvalue()


@contextmanager
def _axes(title: str, height: float, *, panels: int = 1) -> Iterator[tuple[Figure, Any]]:
    """Give a figure and its axes under our style, which is put back afterwards."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.6, height), layout=ConstrainedLayoutEngine(w_pad=0.1))
        axes = figure.subplots(1, panels, sharex=True, sharey=True, squeeze=False)[0]
        axes[0].set_title(title)
        yield figure, axes[0] if panels == 1 else axes


def plot_scores(panel: pd.DataFrame, metric: str) -> Figure:
    """Draw the score of each strategy on each fold as a dot, and the mean as a bar.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.scores.panels`.
    metric : str
        One of its metrics.

    Returns
    -------
    Figure
    """
    scores = scores_by_fold(panel, metric)
    means = scores.mean(axis=1)
    entry = METRICS[metric]
    title = entry.title + ("" if entry.greater_is_better else " (less is better)")
    with _axes(title, 0.7 + 0.26 * len(scores)) as (figure, ax):
        if "none" in means:
            ax.axvline(means["none"], color=DARK, linewidth=0.8, linestyle=":")
        for place, (_, values) in enumerate(scores.iterrows()):
            _dots(ax, values, place)
        ax.plot(means, range(len(means)), "|", color=DARK, markersize=14, markeredgewidth=2)
        _list_strategies(ax, scores.index)
    return figure


def plot_gains(panel: pd.DataFrame, metric: str, reference: str) -> Figure:
    """Draw what each strategy gains on each data set as a dot, and the mean with its interval.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, with several data sets.
    metric : str
        One of its metrics.
    reference : str
        One of its strategies.

    Returns
    -------
    Figure
        More is better, losses are turned. The outermost hundredth of the dots is drawn at the edge.
    """
    gains = paired_gains(panel, reference, metrics=[metric]).set_index("strategy")
    values = gains_by_unit(panel, metric, reference, scores_by_dataset).loc[gains.index]
    places = np.arange(len(gains))
    with _axes(f"{METRICS[metric].title}: gain over {reference}", 0.7 + 0.32 * len(gains)) as (
        figure,
        ax,
    ):
        ax.axvline(0, color=DARK, linewidth=0.8, linestyle=":")
        ends = _limits(values.to_numpy())
        for place, (_, row) in enumerate(values.iterrows()):
            _dots(ax, row.clip(*ends), place - 0.18)
        known = np.isfinite(gains["low"].to_numpy(dtype=float))
        ax.hlines(places[known] + 0.18, gains["low"][known], gains["high"][known], color=DARK)
        ax.plot(gains["gain"], places + 0.18, "D", color=DARK, markersize=4)
        ax.set_xlim(*ends)
        _list_strategies(ax, gains.index)
    return figure


def plot_learning_curve(results: pd.DataFrame, metric: str, reference: str) -> Figure:
    """Draw what each strategy gains, against the rows that the smallest class was cut to.

    Parameters
    ----------
    results : DataFrame
        A result of one learner and readout, under the protocol ``minority_sizes``: its data sets
        are named like "wine@minority=20".
    metric : str
        One of its metrics.
    reference : str
        One of its strategies.

    Returns
    -------
    Figure
        Mean gain at each size, of several data sets over these, else over the folds, with its 95 %
        interval as far as it fits. More is better, losses are turned. Sizes lie on a logarithmic
        axis, with the strategies a little apart. Only what `with_all_sizes` leaves is drawn, so
        that every point of a line is the mean over the same data sets.
    """
    paired = paired_gains(with_all_sizes(results), reference, metrics=[metric]).dropna(
        subset="gain"
    )
    sizes = minority_sizes(paired["protocol"]).astype(float)
    gains = paired.assign(size=sizes).sort_values("size", kind="stable")
    curves = list(gains.groupby("strategy", sort=False))
    shifts = np.exp(0.03 * (np.arange(len(curves)) - (len(curves) - 1) / 2))
    title = f"{METRICS[metric].title}: gain over {reference}"
    with _axes(title, 3.4) as (figure, ax):
        ax.axhline(0, color=DARK, linewidth=0.8, linestyle=":")
        for (name, rows), shift, style in zip(curves, shifts, cycle(CURVES)):
            ax.plot(rows["size"] * shift, rows["gain"], label=str(name), markersize=5, **style)
            known = rows[np.isfinite(rows["low"].to_numpy(dtype=float))]
            ax.vlines(known["size"] * shift, known["low"], known["high"], style["color"], alpha=0.4)
        ax.set_ylim(*_room_around(gains["gain"]))
        ax.set_xscale("log")
        ticks = gains["size"].unique()
        ax.set_xticks(ticks, [f"{size:,.0f}" for size in ticks])
        ax.minorticks_off()
        ax.set_xlabel("training rows of the smallest class")
        ax.grid(axis="y", color="#EEEEEE")
        ax.set_axisbelow(True)
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def with_all_sizes(results: pd.DataFrame) -> pd.DataFrame:
    """Keep the data sets that were cut to every size; if there is none, the sizes all of them have.

    Parameters
    ----------
    results : DataFrame
        As in `plot_learning_curve`.

    Returns
    -------
    DataFrame
        Some of its rows.
    """
    names = results["dataset"].astype(str)
    sizes, uncut = minority_sizes(names), names.str.replace(MINORITY, "", regex=True)
    n_sizes = sizes.groupby(uncut).transform("nunique")
    if (n_sizes == sizes.nunique()).any():
        return results[n_sizes == sizes.nunique()]
    return results[uncut.groupby(sizes).transform("nunique") == uncut.nunique()]


def minority_sizes(names: pd.Series) -> pd.Series:
    """Read the rows that the smallest class was cut to out of names of data sets or protocols.

    Parameters
    ----------
    names : Series of str
        Such as "wine@minority=20".

    Returns
    -------
    Series of str
        The numbers; missing where a name tells none.
    """
    return names.astype(str).str.extract(MINORITY)[0]


def _room_around(values: pd.Series) -> tuple[float, float]:
    """End an axis well beyond the values, with zero inside."""
    with_zero = np.append(values, 0.0)
    low, high = float(with_zero.min()), float(with_zero.max())
    margin = 0.4 * (high - low) + 1e-3
    return low - margin, high + margin


def plot_mean_ranks(ranks: pd.DataFrame) -> Figure:
    """Draw a critical-difference diagram, turned upright so that it fits a narrow page.

    Parameters
    ----------
    ranks : DataFrame
        Rows of `gansampler.evaluation.ranking.mean_ranks` for one learner, readout and metric.

    Returns
    -------
    Figure
        Strategies from the best mean rank down; upright bars join those whose mean ranks are closer
        than the critical difference, which is drawn to scale above them.
    """
    rank = ranks.set_index("strategy")["mean_rank"]
    difference = ranks["critical_difference"].iloc[0]
    groups = groups_alike(rank, difference)
    title = f"{METRICS[ranks['metric'].iloc[0]].title}: mean rank"
    with _axes(title, 1.0 + 0.26 * len(rank)) as (figure, ax):
        _list_strategies(ax, rank.index)
        ax.hlines(range(len(rank)), 1, rank, color=GREY, linewidth=1)
        ax.plot(rank, range(len(rank)), "o", color=BLUE)
        edge = max(len(rank), 1 + difference)
        for step, (first, last) in enumerate(groups, start=1):
            ax.vlines(edge + 0.25 * step, first - 0.2, last + 0.2, color=DARK, linewidth=3)
        ax.plot([1, 1 + difference], [-1, -1], "|-", color=RED, markersize=7)
        ax.text(1 + difference, -1, f"  critical difference {difference:.2f}", va="center")
        ax.set_ylim(len(rank) - 0.4, -1.6)
        ax.set_xlim(0.8, edge + 0.25 * (len(groups) + 1))
        ax.set_xticks(range(1, len(rank) + 1))
    return figure


def plot_effort(panel: pd.DataFrame, metric: str) -> Figure:
    """Draw the mean score of each strategy against the seconds that it takes on one fold.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, that holds the seconds.
    metric : str
        One of its metrics.

    Returns
    -------
    Figure
        Seconds of resampling and fitting on a logarithmic axis.
    """
    seconds = scores_by_fold(panel, "seconds_resample") + scores_by_fold(panel, "seconds_fit")
    points = pd.DataFrame(
        {"seconds": seconds.mean(axis=1), "score": scores_by_dataset(panel, metric).mean(axis=1)}
    ).dropna()
    with _axes(f"{METRICS[metric].title} against seconds", 3.2) as (figure, ax):
        ax.plot(points["seconds"], points["score"], "o", color=BLUE)
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel("seconds on one fold, resampling and fitting")
        ax.grid(color="#EEEEEE")
        ax.set_axisbelow(True)
        _label_points(ax, points.sort_values("score"))
    return figure


def _label_points(ax: Axes, points: pd.DataFrame) -> None:
    """Write the names of points in a column at the right, evenly spaced, with a line to each."""
    for place, (name, seconds, score) in enumerate(points.itertuples()):
        ax.annotate(
            str(name),
            (seconds, score),
            (1.06, (place + 0.5) / len(points)),
            textcoords="axes fraction",
            va="center",
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.8, "shrinkB": 3},
        )


def plot_reliability(bins: pd.DataFrame, name: str) -> Figure:
    """Draw how often the rarest class is found where a probability was given for it.

    Parameters
    ----------
    bins : DataFrame
        Rows of `gansampler.evaluation.reliability.pool` for one strategy and learner.
    name : str
        Of the strategy.

    Returns
    -------
    Figure
        One line for each readout; on the diagonal the probabilities are right. The area of a mark
        grows with the rows behind it.
    """
    with _axes(name, 3.2) as (figure, ax):
        ax.plot([0, 1], [0, 1], color=DARK, linewidth=0.8, linestyle=":")
        for (readout, part), line, mark in zip(
            bins.groupby("readout", sort=False), ("-", "--", "-."), "o^s", strict=False
        ):
            color = {"o": BLUE, "^": RED, "s": DARK}[mark]
            ax.plot(part["predicted"], part["observed"], line, color=color, linewidth=1)
            sizes = 12 + 120 * part["count"] / bins["count"].max()
            ax.scatter(
                part["predicted"],
                part["observed"],
                sizes,
                color=color,
                marker=mark,
                alpha=0.8,
                label=str(readout),
            )
        ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        ax.set_xlabel("mean predicted probability")
        ax.set_ylabel("share found")
        if bins["readout"].nunique() > 1:
            figure.legend(loc="outside lower center", ncols=3)
    return figure


def plot_ratios(panel: pd.DataFrame) -> Figure:
    """Draw the class ratio of the training rows before and after each strategy.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.scores.panels`.

    Returns
    -------
    Figure
        Mean over the folds of smallest class divided by largest.
    """
    before = scores_by_fold(panel, "ratio_before").mean(axis=1)
    after = scores_by_fold(panel, "ratio_after").mean(axis=1)
    places = np.arange(len(before))
    with _axes("Smallest class / largest class", 1 + 0.26 * len(before)) as (figure, ax):
        ax.hlines(places, before, after, color=GREY, linewidth=2)
        ax.plot(before, places, "o", color=DARK, markerfacecolor="white", label="before")
        ax.plot(after, places, "D", color=RED, markersize=5, label="after")
        ax.set_xlim(-0.03, 1.06)
        figure.legend(loc="outside lower center", ncols=2)
        _list_strategies(ax, before.index)
    return figure


def _dots(ax: Axes, values: pd.Series, place: float) -> None:
    ax.plot(
        values,
        np.full(len(values), place),
        "o",
        color=BLUE,
        alpha=0.45,
        markersize=5,
        clip_on=False,
    )


def _limits(values: np.ndarray) -> tuple[float, float]:
    """End an axis where the outermost hundredth of the values begins, with zero inside."""
    low, high = np.nanquantile(np.append(values, 0.0), [0.01, 0.99])
    margin = 0.08 * (high - low) + 1e-3
    return float(low - margin), float(high + margin)


def _list_strategies(ax: Axes, names: pd.Index) -> None:
    ax.set_yticks(range(len(names)), list(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="#EEEEEE")
    ax.set_axisbelow(True)


class Projection:
    """Two dimensions in which real rows differ most: PCA on encoded real rows.

    Parameters
    ----------
    X : DataFrame of shape (n, columns)
        Real rows of all classes; a few thousand do, for the encoder and PCA learn from all.
    """

    def __init__(self, X: pd.DataFrame) -> None:
        self.encoder = TableEncoder().fit(X)
        self.pca = PCA(2, random_state=0).fit(_widened(self.encoder.transform(X)))

    def __call__(self, X: pd.DataFrame) -> np.ndarray:
        """Place rows.

        Parameters
        ----------
        X : DataFrame of shape (m, columns)
            Rows, real or generated.

        Returns
        -------
        ndarray of float, shape (m, 2)
        """
        return self.pca.transform(_widened(self.encoder.transform(X)))


def _widened(Z: np.ndarray) -> np.ndarray:
    """Add a column of zeros, so that a table of one column has two dimensions as well."""
    return np.pad(Z, ((0, 0), (0, 1)))


def plot_side_by_side(
    project: Projection, other: pd.DataFrame, real: pd.DataFrame, generated: pd.DataFrame, name: str
) -> Figure:
    """Draw real rows of a class beside generated ones, all other rows behind both.

    Parameters
    ----------
    project : Projection
        Gives the two dimensions.
    other, real, generated : DataFrame
        Rows of other classes, of the class, and the generated ones. At most 600 of each are drawn.
    name : str
        The strategy that generated them.

    Returns
    -------
    Figure
    """
    behind = project(_some(other))
    with _axes("real rows", 2.5, panels=2) as (figure, axes):
        for ax, rows, mark, color in zip(axes, (real, generated), "ox", (BLUE, RED), strict=True):
            ax.plot(*behind.T, ".", color=GREY, markersize=3, alpha=0.6, rasterized=True)
            points = project(_some(rows)).T
            ax.plot(*points, mark, color=color, markersize=4, alpha=0.7, rasterized=True)
            ax.set_xticks([])
            ax.set_yticks([])
        axes[1].set_title(f"rows of {name}")
    return figure


def _some(X: pd.DataFrame) -> pd.DataFrame:
    return X if len(X) <= MAX_POINTS else X.sample(MAX_POINTS, random_state=0)


def plot_column(real: pd.Series, generated: Mapping[str, pd.Series]) -> Figure:
    """Draw how the values of one column are spread, in real and in generated rows.

    Parameters
    ----------
    real : Series
        Values in the real rows of a class.
    generated : mapping of str to Series
        Values in generated rows, by strategy; two strategies at most.

    Returns
    -------
    Figure
        A histogram of numbers; shares of the eight most frequent categories.
    """
    draw = _draw_categories if kind_of(real) in ("category", "ordered") else _draw_numbers
    with _axes(str(real.name), 2.3) as (figure, ax):
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
    edges = np.histogram_bin_edges(every, bins=20)
    ax.stairs(_shares(values(real), edges), edges, fill=True, color="#BFD9EA", label="real")
    for (name, column), line in zip(generated.items(), LINES, strict=False):
        ax.stairs(
            _shares(values(column), edges), edges, label=name, linewidth=1.6, baseline=None, **line
        )
    ax.set_ylabel("share of rows")


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.histogram(values, edges)[0] / max(len(values), 1)


def _draw_categories(ax: Axes, real: pd.Series, generated: Mapping[str, pd.Series]) -> None:
    shares = pd.DataFrame(
        {
            name: column.astype(object).value_counts(normalize=True)
            for name, column in {"real": real, **generated}.items()
        }
    ).fillna(0)
    shares = shares.sort_values("real", ascending=False).head(MAX_CATEGORIES)
    places = np.arange(len(shares))
    ax.barh(places, shares["real"], color="#BFD9EA", label="real")
    for name, mark in zip(generated, MARKS, strict=False):
        ax.plot(shares[name], places, linestyle="", label=name, **mark)
    ax.set_yticks(places, [str(value)[:24] for value in shares.index])
    ax.invert_yaxis()
    ax.set_xlim(0, None)


def plot_training(history: Sequence[Mapping[str, float]], name: str) -> Figure:
    """Draw the losses of a sampler's training.

    Parameters
    ----------
    history : list of dict
        Records with ``step`` and one or more keys that end in ``_loss``.
    name : str
        The strategy.

    Returns
    -------
    Figure
    """
    records = pd.DataFrame(history)
    styles = ["-", "--", ":", "-."]
    colors = [BLUE, RED, DARK, GREY]
    losses = [name for name in map(str, records) if name.endswith("_loss")]
    with _axes(name, 2.3) as (figure, ax):
        for column, style, color in zip(losses, styles, colors, strict=False):
            label = column.removesuffix("_loss")
            ax.plot(records["step"], records[column], style, color=color, label=label)
        ax.set_xlabel("training step")
        ax.set_ylabel("loss")
        figure.legend(loc="outside lower center", ncols=2)
    return figure
