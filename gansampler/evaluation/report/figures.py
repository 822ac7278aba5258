"""The figures of the report: dark on white, told apart by shape as well as by colour."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter
from pandas.api import types
from sklearn.decomposition import PCA

from ...columns import kind_of, to_numbers
from ...encoding import TableEncoder
from ..axes.metrics import METRICS
from ..axes.strategies import STRATEGIES
from ..statistics.gains import gains_by_unit, paired_gains
from ..statistics.long_table import scores_by_dataset, scores_by_fold
from ..statistics.ranks import groups_alike

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
# A strategy looks the same in every figure and in every report: colour, mark, line.
LOOKS = {
    "none": ("#222222", "o", "-"),
    "tuned_threshold": ("#7A7A7A", "s", ":"),
    "class_weight": ("#3DA2DC", "v", "--"),
    "random": ("#C99700", "P", "-."),
    "smote": ("#B0468C", "D", "--"),
    "jitter": ("#009E73", "^", "-."),
    "cgan": ("#0072B2", "X", "-"),
    "lsgan": ("#D55E00", "*", "-"),
}
# Of the others that are known, by their place; of all else, by their names.
OTHERS = tuple(name for name in STRATEGIES if name not in LOOKS)
COLORS = ("#8C510A", "#5E3C99", "#01665E", "#C51B7D", "#4D4D4D", "#2166AC", "#B2182B")
MARKERS = ("<", ">", "p", "h", "d", "8")
LINES = ("--", "-.", ":", "-")
# What the protocol "minority_sizes" writes into the name of a data set.
MINORITY = r"(?:^|@)minority=(\d+)(?=@|$)"
MAX_POINTS = 600
MAX_CATEGORIES = 8
N_BINS = 20
# The least that an axis of scores or gains spans, so that nothing is made of a thousandth.
LEAST_SPAN = 0.02
# Of more classes a confusion matrix is drawn without numbers.
MAX_NUMBERED_CLASSES = 10


def look(name: str) -> dict[str, Any]:
    """Give colour, mark and line of a strategy, the same wherever it is drawn.

    Parameters
    ----------
    name : str
        One of those with a look of their own, or any other.

    Returns
    -------
    dict
        Arguments for `Axes.plot`.
    """
    # 7 colours, 6 marks and 4 lines make 84 looks, of which the first are taken.
    by_name = len(OTHERS) + crc32(name.encode()) % (84 - len(OTHERS))
    place = OTHERS.index(name) if name in OTHERS else by_name
    other = COLORS[place % 7], MARKERS[place % 6], LINES[place % 4]
    color, marker, line = LOOKS.get(name, other)
    size = 8 if marker == "*" else 5
    return {"color": color, "marker": marker, "linestyle": line, "markersize": size}


def _mark(name: str) -> dict[str, Any]:
    return {**look(name), "linestyle": ""}


def _line(name: str) -> dict[str, Any]:
    return {key: value for key, value in look(name).items() if not key.startswith("marker")}


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
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.
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
        for place, (name, values) in enumerate(scores.iterrows()):
            _dots(ax, values, place, str(name))
        ax.plot(means, range(len(means)), "|", color=DARK, markersize=14, markeredgewidth=2)
        ax.set_xlim(_widened_to_least(*ax.get_xlim()))
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
        More is better; of a loss it is how much lower it is. The outermost hundredth of the dots
        is drawn at the edge.
    """
    gains = paired_gains(panel, reference, metrics=[metric]).set_index("strategy")
    values = gains_by_unit(panel, metric, reference, scores_by_dataset).loc[gains.index]
    places = np.arange(len(gains))
    with _axes(gain_title(metric, reference), 0.7 + 0.32 * len(gains)) as (figure, ax):
        ax.axvline(0, color=DARK, linewidth=0.8, linestyle=":")
        ends = _limits(values.to_numpy())
        for place, (name, row) in enumerate(values.iterrows()):
            _dots(ax, row.clip(*ends), place - 0.18, str(name))
        known = np.isfinite(gains["low"].to_numpy(dtype=float))
        ax.hlines(places[known] + 0.18, gains["low"][known], gains["high"][known], color=DARK)
        ax.plot(gains["gain"], places + 0.18, "|", color=DARK, markersize=9, markeredgewidth=2)
        ax.set_xlim(*ends)
        _list_strategies(ax, gains.index)
    return figure


def gain_title(metric: str, reference: str) -> str:
    """Say what a gain is: more of a score, less of a loss.

    Parameters
    ----------
    metric : str
        A key of `METRICS`.
    reference : str
        What is gained over.

    Returns
    -------
    str
    """
    entry = METRICS[metric]
    if entry.greater_is_better:
        return f"{entry.title}: gain over {reference}"
    return f"{entry.title}: how much lower than {reference}"


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
        interval as far as it fits. More is better; of a loss it is how much lower it is. Sizes lie
        on a logarithmic axis, with the strategies a little apart. Only what `with_all_sizes` leaves
        is drawn, so that every point of a line is the mean over the same data sets.
    """
    paired = paired_gains(with_all_sizes(results), reference, metrics=[metric]).dropna(
        subset="gain"
    )
    sizes = minority_sizes(paired["protocol"]).astype(float)
    gains = paired.assign(size=sizes).sort_values("size", kind="stable")
    curves = list(gains.groupby("strategy", sort=False))
    shifts = np.exp(0.03 * (np.arange(len(curves)) - (len(curves) - 1) / 2))
    with _axes(gain_title(metric, reference), 3.4) as (figure, ax):
        ax.axhline(0, color=DARK, linewidth=0.8, linestyle=":")
        for (name, rows), shift in zip(curves, shifts, strict=True):
            style = look(str(name))
            ax.plot(rows["size"] * shift, rows["gain"], label=str(name), **style)
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
    margin = 0.4 * (high - low)
    return _widened_to_least(low - margin, high + margin)


def _widened_to_least(low: float, high: float) -> tuple[float, float]:
    """Move the ends of an axis apart to the least that it spans."""
    margin = max(LEAST_SPAN - (high - low), 0) / 2
    return low - margin, high + margin


def plot_mean_ranks(ranks: pd.DataFrame) -> Figure:
    """Draw a critical-difference diagram, turned upright so that it fits a narrow page.

    Parameters
    ----------
    ranks : DataFrame
        Rows of `mean_ranks` for one learner, readout and metric.

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
        for place, (name, mean) in enumerate(rank.items()):
            ax.plot([mean], [place], **_mark(str(name)))
        edge = max(len(rank), 1 + difference)
        for step, (first, last) in enumerate(groups, start=1):
            ax.vlines(edge + 0.25 * step, first - 0.2, last + 0.2, color=DARK, linewidth=3)
        ax.plot([1, 1 + difference], [-1, -1], "|-", color=DARK, markersize=7)
        ax.text(1, -1.35, f"critical difference {difference:.2f}", va="bottom")
        ax.set_ylim(len(rank) - 0.4, -2.2)
        ax.set_xlim(0.8, edge + 0.25 * (len(groups) + 1))
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
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
        for name, seconds_of, score in points.sort_values("score", ascending=False).itertuples():
            ax.plot([seconds_of], [score], label=str(name), **_mark(str(name)))
        ax.set_xscale("log")
        spread = points["seconds"].max() / max(points["seconds"].min(), 1e-6)
        ax.xaxis.set_major_locator(LogLocator(subs=(1,) if spread > 100 else (1, 3)))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_ylim(_widened_to_least(*ax.get_ylim()))
        ax.set_xlabel("seconds on one fold")
        ax.grid(color="#EEEEEE")
        ax.set_axisbelow(True)
        figure.legend(loc="outside right center")
    return figure


def plot_curve(heights: pd.DataFrame, kind: str) -> Figure:
    """Draw the ROC or the precision-recall curve of the rarest class for each strategy.

    Parameters
    ----------
    heights : DataFrame of float, shape (strategies, points)
        Rows of `gansampler.evaluation.statistics.curves.mean_curves` of one kind, by strategy.
    kind : str
        "roc" or "precision_recall".

    Returns
    -------
    Figure
    """
    is_roc = kind == "roc"
    with _axes("ROC curve" if is_roc else "Precision-recall curve", 4.4) as (figure, ax):
        if is_roc:
            ax.plot([0, 1], [0, 1], color=DARK, linewidth=0.8, linestyle=":")
        for place, (name, row) in enumerate(heights.iterrows()):
            x, y = (np.append(0, row.index), np.append(0, row)) if is_roc else (row.index, row)
            # Marks at other places for each, so that curves that coincide show both.
            marks = (5 * place % 20 + 3, 20)
            ax.plot(x, y, label=str(name), markevery=marks, linewidth=1.2, **look(str(name)))
        ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        ax.set_xlabel("share of other rows that are taken for it" if is_roc else "recall")
        ax.set_ylabel("recall" if is_roc else "precision")
        ax.grid(color="#EEEEEE")
        ax.set_axisbelow(True)
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def plot_confusion(matrix: pd.DataFrame, name: str) -> Figure:
    """Draw which class was taken for which.

    Parameters
    ----------
    matrix : DataFrame of int, shape (classes, classes)
        One of `gansampler.evaluation.statistics.confusion.confusion_matrices`.
    name : str
        The strategy.

    Returns
    -------
    Figure
        The darker a cell, the larger its share of the rows of the true class; of up to ten classes
        with the numbers of rows.
    """
    shares = matrix.div(matrix.sum(axis=1).clip(lower=1), axis=0).to_numpy()
    few = len(matrix) <= MAX_NUMBERED_CLASSES
    names = [str(label)[:12] for label in matrix.index]
    with _axes(name, 3.6 if few else 5.2) as (figure, ax):
        ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        small = {} if few else {"fontsize": 6.5}
        ax.set_xticks(
            range(len(names)), names, rotation=90 if max(map(len, names)) > 3 else 0, **small
        )
        ax.set_yticks(range(len(names)), names, **small)
        ax.tick_params(length=0)
        ax.set(xlabel="predicted class", ylabel="true class")
        for (row, column), count in np.ndenumerate(matrix.to_numpy() if few else np.empty((0, 0))):
            color = "white" if shares[row, column] > 0.5 else DARK
            ax.text(column, row, f"{count:,}", ha="center", va="center", color=color)
    return figure


def plot_decisions(matrices: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw how many rows of the rare of two classes are found and missed, and the false alarms.

    Parameters
    ----------
    matrices : mapping of str to DataFrame of shape (2, 2)
        What `gansampler.evaluation.statistics.confusion.confusion_matrices` returns.

    Returns
    -------
    Figure
        A bar for each strategy; false alarms go to the left.
    """
    counts = np.array([matrix.to_numpy() for matrix in matrices.values()])
    found, missed, alarms = counts[:, 1, 1], counts[:, 1, 0], counts[:, 0, 1]
    places = np.arange(len(counts))
    with _axes("Rows of the rare class", 1 + 0.26 * len(counts)) as (figure, ax):
        style = {"height": 0.6, "edgecolor": DARK, "linewidth": 0.8}
        ax.barh(places, -alarms, color="#F0C9A8", hatch="////", label="false alarms", **style)
        ax.barh(places, found, color=BLUE, label="found", **style)
        ax.barh(places, missed, left=found, color="white", label="missed", **style)
        _list_strategies(ax, pd.Index(matrices))
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def plot_reliability(bins: pd.DataFrame, name: str) -> Figure:
    """Draw how often the rarest class is found where a probability was given for it.

    Parameters
    ----------
    bins : DataFrame
        Rows of `gansampler.evaluation.statistics.reliability.pool` for one strategy and learner.
    name : str
        Of the strategy.

    Returns
    -------
    Figure
        One line for each readout, in the colour of the strategy; on the diagonal the probabilities
        are right. The area of a mark grows with the rows behind it.
    """
    with _axes(name, 3.2) as (figure, ax):
        ax.plot([0, 1], [0, 1], color=DARK, linewidth=0.8, linestyle=":")
        color, marker = (look(name)[part] for part in ("color", "marker"))
        faces = zip(("-", "--", ":"), (color, "white", GREY), strict=True)
        for (readouts, part), (line, face) in zip(_told_apart(bins).items(), faces, strict=False):
            sizes = 16 + 120 * part["count"] / bins["count"].max()
            places = part["predicted"], part["observed"]
            ax.plot(*places, color=color, linestyle=line, linewidth=1)
            style = {"marker": marker, "color": face, "edgecolors": color, "zorder": 3}
            ax.scatter(*places, sizes, label=readouts, **style)
        ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
        ax.set_xlabel("mean predicted probability")
        ax.set_ylabel("share of the class")
        if bins["readout"].nunique() > 1:
            figure.legend(loc="outside lower center", ncols=3)
    return figure


def _told_apart(bins: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the bins of each readout, those that have the same under their names together."""
    found: list[tuple[str, pd.DataFrame]] = []
    for readout, part in bins.groupby("readout", sort=False):
        points = part.drop(columns="readout").reset_index(drop=True)
        if found and found[-1][1].equals(points):
            found[-1] = f"{found[-1][0]}, {readout}", points
        else:
            found.append((str(readout), points))
    return dict(found)


def plot_ratios(panel: pd.DataFrame) -> Figure:
    """Draw the class ratio of the training rows before and after each strategy.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

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
        ax.plot(after, places, "D", color=DARK, markersize=5, label="after")
        ax.set_xlim(-0.03, 1.06)
        figure.legend(loc="outside lower center", ncols=2)
        _list_strategies(ax, before.index)
    return figure


def _dots(ax: Axes, values: pd.Series, place: float, name: str) -> None:
    places = np.full(len(values), place)
    ax.plot(values, places, alpha=0.6, clip_on=False, markeredgewidth=0, **_mark(name))


def _limits(values: np.ndarray) -> tuple[float, float]:
    """End an axis where the outermost hundredth of the values begins, with zero inside."""
    low, high = np.nanquantile(np.append(values, 0.0), [0.01, 0.99])
    margin = 0.08 * float(high - low)
    return _widened_to_least(float(low) - margin, float(high) + margin)


def _list_strategies(ax: Axes, names: pd.Index) -> None:
    ax.set_yticks(range(len(names)), list(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.grid(axis="x", color="#EEEEEE")
    ax.set_axisbelow(True)


class Projection:
    """Two dimensions in which real rows differ most: PCA on encoded real rows.

    Parameters
    ----------
    X : DataFrame of shape (n, columns)
        Real rows of all classes; a few thousand do, for the encoder and PCA learn from all.

    Attributes
    ----------
    ends : tuple of two ndarray of float, shape (2,)
        The lower and the upper ends of the real rows in both dimensions, and a little beyond.
    """

    def __init__(self, X: pd.DataFrame) -> None:
        self.encoder = TableEncoder().fit(X)
        self.pca = PCA(2, random_state=0).fit(_widened(self.encoder.transform(X)))
        places = self(X)
        margin = 0.05 * np.ptp(places, axis=0) + 1e-6
        self.ends = places.min(axis=0) - margin, places.max(axis=0) + margin

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


def plot_rows(
    project: Projection,
    other: pd.DataFrame,
    rows: pd.DataFrame,
    title: str,
    style: Mapping[str, Any],
) -> Figure:
    """Draw rows of a class, real or generated, before the rows of all others.

    Parameters
    ----------
    project : Projection
        Gives the two dimensions.
    other, rows : DataFrame
        Real rows of other classes, and those to show. At most 600 of each are drawn.
    title : str
        What the rows are.
    style : mapping
        Their colour and mark.

    Returns
    -------
    Figure
        Its axes end where the real rows end, so that all figures of a projection compare; what lies
        beyond is drawn at the edge.
    """
    with _axes(title, 3.0) as (figure, ax):
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

    Parameters
    ----------
    real : Series
        Values in the real rows of a class.
    generated : mapping of str to Series
        Values in generated rows, by strategy; two strategies at most.

    Returns
    -------
    Figure
        A histogram of numbers; shares of the eight most frequent categories, or of numbers that
        lie too close together for bins.
    """
    quantity = kind_of(real) not in ("category", "ordered") and _has_room_for_bins(real)
    draw = _draw_numbers if quantity else _draw_categories
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
        ax.stairs(shares, edges, label=name, linewidth=1.6, baseline=None, **_line(name))
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
        ax.plot(shares[name], places, label=name, **_mark(name))
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
