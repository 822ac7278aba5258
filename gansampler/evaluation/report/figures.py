"""The figures of a report, with their titles: dark on white, told apart by shape and by colour."""

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from zlib import crc32

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter
from scipy import stats

from ...plotting.style import BLUE, DARK, GREY, STYLE, draw_grid
from ..axes.metrics import METRICS
from ..axes.strategies import STRATEGIES
from ..statistics.details import calibration_errors, confusion_matrices, mean_curves, pool
from ..statistics.gains import gains_by_unit, paired_gains
from ..statistics.long_table import (
    PanelKey,
    metric_names,
    scores_by_dataset,
    scores_by_fold,
    strategy_names,
    values_by_fold,
)
from ..statistics.ranks import groups_alike, mean_ranks
from .sections import Details, MakeSections, Section, Table
from .tables import (
    BEST_MEANS,
    best_cells,
    decisions_table,
    effort_table,
    first_reference,
    is_of_several,
    ranks_table,
    rates_tables,
)

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
    "jitter_x3": ("#00674B", "h", ":"),
    "lsgan_x3": ("#9A3F00", "p", "--"),
}
# Of the others that are known, by their place; of all else, by their names.
OTHERS = tuple(name for name in STRATEGIES if name not in LOOKS)
COLORS = ("#8C510A", "#5E3C99", "#01665E", "#C51B7D", "#4D4D4D", "#2166AC", "#B2182B")
MARKERS = ("<", ">", "p", "h", "d", "8")
LINES = ("--", "-.", ":", "-")
# The least that an axis of scores or gains spans, so that nothing is made of a thousandth.
LEAST_SPAN = 0.02
# Of more classes a confusion matrix is drawn without numbers.
MAX_NUMBERED_CLASSES = 10
TUNED_MATRIX = (
    "A tuned threshold is that for balanced accuracy here; for each score it is another, so that "
    "recall and precision, which have that for F1, are not those of these counts."
)
INTERVAL_TERMS = ("gain", "95 % interval")


def look(name: str) -> dict[str, Any]:
    """Give colour, mark and line of a strategy for `Axes.plot`, the same wherever it is drawn."""
    # 7 colours, 6 marks and 4 lines make 84 looks, of which the first are taken.
    by_name = len(OTHERS) + crc32(name.encode()) % (84 - len(OTHERS))
    place = OTHERS.index(name) if name in OTHERS else by_name
    other = COLORS[place % 7], MARKERS[place % 6], LINES[place % 4]
    color, marker, line = LOOKS.get(name, other)
    size = 8 if marker == "*" else 5
    return {"color": color, "marker": marker, "linestyle": line, "markersize": size}


def mark(name: str) -> dict[str, Any]:
    """Give the look of a strategy without its line."""
    return {**look(name), "linestyle": ""}


def render_svg(figure: Figure) -> bytes:
    """Write a figure as SVG, with the same bytes whenever it is drawn."""
    picture = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(picture, format="svg", dpi=170, metadata={"Date": None})
    return picture.getvalue()


@contextmanager
def drawing(title: str, height: float) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure and its axes under our style, which is put back afterwards."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.6, height), layout=ConstrainedLayoutEngine(w_pad=0.1))
        axes = figure.subplots()
        axes.set_title(title)
        yield figure, axes


def scores_on_folds(
    panel: pd.DataFrame, gains: pd.DataFrame, details: Details
) -> Iterator[Section]:
    """Draw the scores of one data set, fold by fold."""
    if is_of_several(panel):
        return
    line = ", the dotted line the mean without new rows" if "none" in strategy_names(panel) else ""
    images = {
        f"{METRICS[name].title} of each strategy": partial(plot_scores, panel, name)
        for name in metric_names(panel)
    }
    yield Section(
        "Scores on each fold", f"A mark is one fold, the bar their mean{line}.", (), images
    )


def plot_scores(panel: pd.DataFrame, metric: str) -> Figure:
    """Draw the score of each strategy on each fold as a dot, and the mean as a bar."""
    scores = scores_by_fold(panel, metric)
    means = scores.mean(axis=1)
    entry = METRICS[metric]
    title = entry.title + ("" if entry.greater_is_better else " (less is better)")
    with drawing(title, 0.7 + 0.26 * len(scores)) as (figure, ax):
        if "none" in means:
            ax.axvline(means["none"], color=DARK, linewidth=0.8, linestyle=":")
        for place, (name, values) in enumerate(scores.iterrows()):
            _dots(ax, values, place, str(name))
        ax.plot(means, range(len(means)), "|", color=DARK, markersize=14, markeredgewidth=2)
        ax.set_xlim(_widened_to_least(*ax.get_xlim()))
        _list_strategies(ax, scores.index)
    return figure


def gains_on_datasets(
    panel: pd.DataFrame, gains: pd.DataFrame, details: Details
) -> Iterator[Section]:
    """Draw what is gained over the first reference on each of several data sets."""
    if gains.empty or not is_of_several(panel):
        return
    own = gains[gains["reference"] == gains["reference"].iloc[0]]
    images = {
        gain_title(str(name), rows["reference"].iloc[0]): partial(plot_gains, panel, rows)
        for name, rows in own.groupby("metric", sort=False)
    }
    about = (
        "A mark is the mean over the folds of one data set, the bar the estimate over all with its "
        "95 % interval. Further right is better in every figure."
    )
    yield Section("Gain on each data set", about, (), images, INTERVAL_TERMS)


def plot_gains(panel: pd.DataFrame, gains: pd.DataFrame) -> Figure:
    """Draw gains of one metric on each data set as dots, and the estimate with its interval.

    `gains` are rows of one metric and reference. The outermost hundredth of the dots is drawn at
    the edge.
    """
    metric, reference = gains[["metric", "reference"]].iloc[0]
    gains = gains.set_index("strategy")
    values = gains_by_unit(panel, metric, reference, scores_by_dataset).loc[gains.index]
    places = np.arange(len(gains))
    with drawing(gain_title(metric, reference), 0.7 + 0.32 * len(gains)) as (figure, ax):
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
    """Say what a gain is: more of a score, less of a loss."""
    entry = METRICS[metric]
    if entry.greater_is_better:
        return f"{entry.title}: gain over {reference}"
    return f"{entry.title}: how much lower than {reference}"


def learning_curves(results: pd.DataFrame) -> Iterator[Section]:
    """Draw gains by the rows that the smallest class was cut to, where there are several sizes."""
    cut = results[results["minority_rows"].notna() & results["metric"].isin(METRICS)]
    for keys, part in cut.groupby(["learner", "readout", "protocol"], sort=False):
        words, own = ", ".join(filter(None, map(str, keys))), with_all_sizes(part)
        reference = first_reference(own)
        if own["minority_rows"].nunique() < 2 or reference is None:
            continue
        images = {
            f"{gain_title(name, reference)} at each size ({words})": partial(
                plot_learning_curve, own, name, reference
            )
            for name in leading_metrics(own)
        }
        about = (
            "What strategies gain where the training parts keep so many rows of the smallest "
            "class; the rows that are scored stay the same. With 95 % intervals, over the same "
            "data sets at each size. Higher is better in every figure."
        )
        title = f"Gain by the rows of the smallest class ({words})"
        yield Section(title, about, (), images, INTERVAL_TERMS)


def leading_metrics(panel: pd.DataFrame) -> list[str]:
    """Choose the metrics that the answer leans on, or else the first."""
    names = metric_names(panel)
    return [name for name in names if METRICS[name].confirms] or names[:1]


def with_all_sizes(results: pd.DataFrame) -> pd.DataFrame:
    """Keep the data sets cut to every size; if there is none, the sizes that all of them have."""
    names, sizes = results["dataset"], results["minority_rows"]
    n_sizes = sizes.groupby(names).transform("nunique")
    if (n_sizes == sizes.nunique()).any():
        return results[n_sizes == sizes.nunique()]
    return results[names.groupby(sizes).transform("nunique") == names.nunique()]


def plot_learning_curve(results: pd.DataFrame, metric: str, reference: str) -> Figure:
    """Draw the gain at each size with its interval as far as it fits, of `with_all_sizes` alone.

    Sizes lie on a logarithmic axis, with the strategies a little apart.
    """
    paired = paired_gains(with_all_sizes(results), reference, metrics=[metric])
    gains = paired.dropna(subset="gain").sort_values("minority_rows", kind="stable")
    curves = list(gains.groupby("strategy", sort=False))
    shifts = np.exp(0.03 * (np.arange(len(curves)) - (len(curves) - 1) / 2))
    with drawing(gain_title(metric, reference), 3.4) as (figure, ax):
        ax.axhline(0, color=DARK, linewidth=0.8, linestyle=":")
        for (name, rows), shift in zip(curves, shifts, strict=True):
            style, x = look(str(name)), rows["minority_rows"] * shift
            ax.plot(x, rows["gain"], label=str(name), **style)
            known = rows["low"].notna()
            ax.vlines(x[known], rows["low"][known], rows["high"][known], style["color"], alpha=0.4)
        ax.set_ylim(*_room_around(gains["gain"]))
        ax.set_xscale("log")
        ticks = gains["minority_rows"].unique()
        ax.set_xticks(ticks, [f"{size:,.0f}" for size in ticks])
        ax.minorticks_off()
        ax.set_xlabel("training rows of the smallest class")
        draw_grid(ax, "y")
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def ranks(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Rank the strategies over several data sets."""
    ranked = mean_ranks(panel) if is_of_several(panel) else pd.DataFrame()
    if ranked.empty:
        return
    shown = ranks_table(panel, ranked)
    best = best_cells(shown.iloc[:-2], shown.columns).reindex(shown.index, fill_value="")
    images = {
        f"{METRICS[str(name)].title}: mean rank": partial(plot_mean_ranks, panel, rows)
        for name, rows in ranked.groupby("metric", sort=False)
    }
    about = (
        "Over the data sets that all have finished. "
        f"{BEST_MEANS.format('column')} In the figures an upright bar joins neighbours that "
        "Wilcoxon's signed-rank test does not tell apart, with Holm's correction for all pairs."
    )
    terms = ["mean rank", "p (Iman and Davenport)"]
    yield Section(
        "Mean rank over the data sets (1 is best)", about, [Table(shown, best)], images, terms
    )


def plot_mean_ranks(panel: pd.DataFrame, ranks: pd.DataFrame) -> Figure:
    """Draw mean ranks, the best on top; upright bars join those that are alike.

    `ranks` are rows of `mean_ranks` of the panel, of one metric.
    """
    rank, metric = ranks.set_index("strategy")["mean_rank"], str(ranks["metric"].iloc[0])
    groups = groups_alike(panel, metric)
    with drawing(f"{METRICS[metric].title}: mean rank", 0.7 + 0.26 * len(rank)) as (figure, ax):
        _list_strategies(ax, rank.index)
        ax.hlines(range(len(rank)), 1, rank, color=GREY, linewidth=1)
        for place, (name, mean) in enumerate(rank.items()):
            ax.plot([mean], [place], **mark(str(name)))
        for step, group in enumerate(groups, start=1):
            first, last = (list(rank.index).index(name) for name in (group[0], group[-1]))
            ax.vlines(len(rank) + 0.25 * step, first - 0.2, last + 0.2, color=DARK, linewidth=3)
        ax.set_xlim(0.8, len(rank) + 0.25 * (len(groups) + 1))
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    return figure


def effort(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Show what the scores cost, with the class ratios beside it."""
    shown = effort_table(panel)
    if shown.empty:
        return
    known = "ratio_before" in set(panel["metric"])
    yield Section(
        "Effort on one fold, and class ratio",
        "Smallest class divided by largest, mean over the folds." if known else "",
        [Table(shown)],
        {"class ratio before and after": partial(plot_ratios, panel)} if known else {},
        ["class ratio"],
        beside=True,
    )


def plot_ratios(panel: pd.DataFrame) -> Figure:
    """Draw the mean class ratio of the training rows before and after each strategy."""
    before = values_by_fold(panel, "ratio_before").mean(axis=1)
    after = values_by_fold(panel, "ratio_after").mean(axis=1)
    places = np.arange(len(before))
    with drawing("Smallest class / largest class", 1 + 0.26 * len(before)) as (figure, ax):
        ax.hlines(places, before, after, color=GREY, linewidth=2)
        ax.plot(before, places, "o", color=DARK, markerfacecolor="white", label="before")
        ax.plot(after, places, "D", color=DARK, markersize=5, label="after")
        ax.set_xlim(-0.03, 1.06)
        figure.legend(loc="outside lower center", ncols=2)
        _list_strategies(ax, before.index)
    return figure


def time_against_quality(
    panel: pd.DataFrame, gains: pd.DataFrame, details: Details
) -> Iterator[Section]:
    """Draw the leading scores against the seconds that they cost."""
    if "seconds_fit" in set(panel["metric"]):
        images = {
            f"{METRICS[name].title} against seconds": partial(plot_effort, panel, name)
            for name in leading_metrics(panel)
        }
        about = "Means over all folds; the upper left corner is best."
        yield Section("Time against quality", about, (), images)


def plot_effort(panel: pd.DataFrame, metric: str) -> Figure:
    """Draw the mean score of each strategy against its seconds on one fold, on a log axis."""
    seconds = values_by_fold(panel, "seconds_resample") + values_by_fold(panel, "seconds_fit")
    points = pd.DataFrame(
        {"seconds": seconds.mean(axis=1), "score": scores_by_dataset(panel, metric).mean(axis=1)}
    ).dropna()
    with drawing(f"{METRICS[metric].title} against seconds", 3.2) as (figure, ax):
        for name, seconds_of, score in points.sort_values("score", ascending=False).itertuples():
            ax.plot([seconds_of], [score], label=str(name), **mark(str(name)))
        ax.set_xscale("log")
        spread = points["seconds"].max() / max(points["seconds"].min(), 1e-6)
        ax.xaxis.set_major_locator(LogLocator(subs=(1,) if spread > 100 else (1, 3)))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_ylim(_widened_to_least(*ax.get_ylim()))
        ax.set_xlabel("seconds on one fold")
        draw_grid(ax, "both")
        figure.legend(loc="outside right center")
    return figure


def _own(table: pd.DataFrame, panel: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Cut rows that are kept beside the scores down to those of a panel."""
    scored = panel[panel["metric"].isin(METRICS)]
    for key in keys if len(table) else ():
        table = table[table[key].isin(scored[key])]
    return table


def _details_of(panel: pd.DataFrame, details: Details, kind: str) -> pd.DataFrame:
    return _own(details.get(kind, pd.DataFrame()), panel, "dataset", *PanelKey._fields)


def _is_tuned(panel: pd.DataFrame) -> bool:
    tuned = [name for name, strategy in STRATEGIES.items() if strategy.tune_decision]
    return "tuned" in set(panel["readout"]) or bool(panel["strategy"].isin(tuned).any())


def confusion(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Show which class of one data set was taken for which; of two classes as bars."""
    counts = _details_of(panel, details, "confusion")
    if counts.empty or is_of_several(panel):
        return
    matrices = confusion_matrices(counts)
    n_classes, repeats = len(next(iter(matrices.values()))), counts["repeat"].nunique()
    once = f" A row counts once in each of the {repeats} repeats." if repeats > 1 else ""
    if _is_tuned(panel):
        once += f" {TUNED_MATRIX}"
    if n_classes == 2:
        yield Section(
            "Right and wrong decisions",
            "The confusion matrix of each strategy, over all held-out rows; a false alarm is "
            f"another row that is taken for the rare class.{once}",
            [decisions_table(matrices)],
            {"found, missed and false alarms": partial(plot_decisions, matrices)},
            ["confusion matrix"],
            beside=True,
        )
        return
    yield Section(
        "Which class is taken for which",
        "Each row of cells is a true class, each column a predicted one, over all held-out rows. "
        "The darker a cell, the larger its share of the true class; what is right lies on the "
        f"diagonal.{once}",
        rates_tables(matrices),
        {
            f"confusion matrix of {name}": partial(plot_confusion, matrix, name)
            for name, matrix in matrices.items()
        },
        ["confusion matrix"],
        wide=n_classes > MAX_NUMBERED_CLASSES,
    )


def plot_decisions(matrices: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw how many rows of the rare of two classes are found and missed; to the left alarms."""
    counts = np.array([matrix.to_numpy() for matrix in matrices.values()])
    found, missed, alarms = counts[:, 1, 1], counts[:, 1, 0], counts[:, 0, 1]
    places = np.arange(len(counts))
    with drawing("Rows of the rare class", 1 + 0.26 * len(counts)) as (figure, ax):
        style: Any = {"height": 0.6, "edgecolor": DARK, "linewidth": 0.8}
        ax.barh(places, -alarms, color="#F0C9A8", hatch="////", label="false alarms", **style)
        ax.barh(places, found, color=BLUE, label="found", **style)
        ax.barh(places, missed, left=found, color="white", label="missed", **style)
        _list_strategies(ax, pd.Index(matrices))
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def plot_confusion(matrix: pd.DataFrame, name: str) -> Figure:
    """Draw a confusion matrix of a strategy; of up to ten classes with the numbers of rows."""
    shares = matrix.div(matrix.sum(axis=1).clip(lower=1), axis=0).to_numpy()
    few = len(matrix) <= MAX_NUMBERED_CLASSES
    names = [str(label)[:12] for label in matrix.index]
    with drawing(name, 3.6 if few else 5.2) as (figure, ax):
        ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        small: Any = {} if few else {"fontsize": 6.5}
        turned = 90 if max(map(len, names)) > 3 else 0
        ax.set_xticks(range(len(names)), names, rotation=turned, **small)
        ax.set_yticks(range(len(names)), names, **small)
        ax.tick_params(length=0)
        ax.set(xlabel="predicted class", ylabel="true class")
        for (row, column), count in np.ndenumerate(matrix.to_numpy() if few else np.empty((0, 0))):
            color = "white" if shares[row, column] > 0.5 else DARK
            ax.text(column, row, f"{count:,}", ha="center", va="center", color=color)
    return figure


def curves(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Draw the ROC and the precision-recall curves of the rarest class."""
    own = _details_of(panel, details, "curves")
    if own.empty:
        return
    heights = mean_curves(own)
    kinds = heights.index.get_level_values("curve")
    names = {"roc": "ROC curves", "precision_recall": "precision-recall curves"}
    images = {
        words: partial(plot_curve, heights[kinds == kind].droplevel("curve"), kind)
        for kind, words in names.items()
    }
    about = (
        "Means over the folds; a curve that runs nearer to the upper left (ROC) or the upper right "
        "(precision-recall) ranks better. What only moves the threshold has the curve of none."
    )
    terms = ["ROC curve", "precision-recall curve"]
    yield Section("ROC and precision-recall curves of the rarest class", about, (), images, terms)


def plot_curve(heights: pd.DataFrame, kind: str) -> Figure:
    """Draw a curve for each strategy, of `mean_curves` of the kind "roc" or "precision_recall"."""
    is_roc = kind == "roc"
    with drawing("ROC curve" if is_roc else "Precision-recall curve", 4.4) as (figure, ax):
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
        draw_grid(ax, "both")
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def reliability(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Draw all readouts of a learner in its first panel, which is the one with the effort."""
    keys = ("dataset", "learner", "protocol", "minority_rows")
    own = _own(details.get("reliability", pd.DataFrame()), panel, *keys)
    if own.empty or "seconds_fit" not in set(panel["metric"]):
        return
    images = {
        f"reliability of {name}": partial(plot_reliability, own[own["strategy"] == name], str(name))
        for name in strategy_names(panel)
        if (own["strategy"] == name).any()
    }
    about = (
        "How often the rarest class is found where a probability was given for it, in bins of all "
        "held-out rows, on axes that stretch what is near zero. On the dotted line the "
        "probabilities are right; below it they are too high. Where they are right, 95 % of the "
        "marks lie in the grey band. A larger mark stands for more rows."
    )
    terms = ["calibration error"]
    yield Section("Reliability of the probabilities", about, (), images, terms)


TICKS = [0, 0.01, 0.05, 0.1, 0.2, 0.5, 1]
# Of the readouts of a strategy, told apart by their lines and by what fills their marks.
READOUT_LINES, FACES = ("-", "--", ":", "-."), ("own", "white", GREY)


def plot_reliability(bins: pd.DataFrame, name: str) -> Figure:
    """Draw how often the rarest class is found where a probability was given for it.

    `bins` are rows of the detail of one strategy and learner. Each readout has a line in the colour
    of the strategy; the area of a mark grows with the rows behind it.
    """
    lines = _told_apart(pool(bins), calibration_errors(bins).droplevel(["strategy", "learner"]))
    color, marker = (look(name)[part] for part in ("color", "marker"))
    most = max(part["count"].max() for part, _ in lines.values())
    repeats = bins["repeat"].nunique()
    title = f"{name}: calibration error"
    if len(lines) == 1:
        title += f" {next(iter(lines.values()))[1]:.3f}"
    with drawing(title, 3.4) as (figure, ax):
        ax.plot([0, 1], [0, 1], color=DARK, linewidth=0.8, linestyle=":")
        for place, (readouts, (part, error)) in enumerate(lines.items()):
            line, face = READOUT_LINES[place % 4], FACES[place % 3].replace("own", color)
            x, y, sizes = part["predicted"], part["observed"], 16 + 120 * part["count"] / most
            low, high = _band_of_right(part, repeats)
            ax.fill_between(x, low, high, color=GREY, alpha=0.35, linewidth=0)
            ax.plot(x, y, color=color, linestyle=line, linewidth=1)
            style = {"marker": marker, "color": face, "edgecolors": color, "zorder": 3}
            ax.scatter(x, y, sizes, label=f"{readouts}: {error:.3f}", **style)
        ax.set_xscale("function", functions=(_signed_root, _signed_square))
        ax.set_yscale("function", functions=(_signed_root, _signed_square))
        ax.set(xlim=(-0.002, 1.06), ylim=(-0.002, 1.06), aspect="equal")
        ax.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        ax.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
        ax.set(xlabel="mean predicted probability", ylabel="share of the class")
        if len(lines) > 1:
            figure.legend(loc="outside lower center", ncols=2)
    return figure


def _signed_root(x: np.ndarray) -> np.ndarray:
    return np.sign(x) * np.sqrt(np.abs(x))


def _signed_square(x: np.ndarray) -> np.ndarray:
    return np.sign(x) * np.square(x)


def _band_of_right(bins: pd.DataFrame, repeats: int) -> Iterable[np.ndarray]:
    """Give the ends of what the shares would be, with chance 95 %, if the probabilities were right.

    Repeats show the same rows again, and so no more of them.
    """
    n = np.maximum((bins["count"] / repeats).round(), 1)
    return [stats.binom.ppf(end, n, bins["predicted"].clip(0, 1)) / n for end in (0.025, 0.975)]


def _told_apart(bins: pd.DataFrame, errors: pd.Series) -> dict[str, tuple[pd.DataFrame, float]]:
    """Give bins and error of each readout, those that have the same under their names together."""
    found: list[tuple[str, tuple[pd.DataFrame, float]]] = []
    for readout, part in bins.groupby("readout", sort=False):
        points = part.drop(columns="readout").reset_index(drop=True)
        if found and found[-1][1][0].equals(points):
            found[-1] = f"{found[-1][0]}, {readout}", found[-1][1]
        else:
            found.append((str(readout), (points, float(errors[readout]))))
    return dict(found)


def _dots(ax: Axes, values: pd.Series, place: float, name: str) -> None:
    places = np.full(len(values), place)
    ax.plot(values, places, alpha=0.6, clip_on=False, markeredgewidth=0, **mark(name))


def _limits(values: np.ndarray) -> tuple[float, float]:
    """End an axis where the outermost hundredth of the values begins, with zero inside."""
    low, high = np.nanquantile(np.append(values, 0.0), [0.01, 0.99])
    margin = 0.08 * float(high - low)
    return _widened_to_least(float(low) - margin, float(high) + margin)


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


def _list_strategies(ax: Axes, names: pd.Index) -> None:
    ax.set_yticks(range(len(names)), list(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    draw_grid(ax, "x")


SECTIONS: list[MakeSections] = [
    confusion,
    curves,
    reliability,
    scores_on_folds,
    gains_on_datasets,
    ranks,
    effort,
    time_against_quality,
]
