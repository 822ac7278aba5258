"""The figures of the report, in groups of one title."""

import base64
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from ..axes.metrics import METRICS
from ..labels import classes_by_frequency
from ..statistics.curves import mean_curves
from ..statistics.long_table import dataset_names, metric_names, strategy_names
from ..statistics.ranks import mean_ranks
from ..statistics.reliability import pool
from ..trial import Trial
from . import figures as plots
from .tables import BASELINES, baseline_of
from .words import RANKING_METRICS, SUBJECTS

MAX_COLUMNS = 24
MAX_REAL_ROWS = 2_000


Group = dict[str, Any]
Draw = Callable[[], Figure]
Details = Mapping[str, pd.DataFrame]


def score_groups(panel: pd.DataFrame) -> list[Group]:
    """Draw the scores of one panel.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    list of dict
        Groups of figures: ``title``, ``about``, ``images`` with ``alt`` and ``src`` each, and the
        ``terms`` of the glossary that they use. A group without a figure is left out.
    """
    several = len(dataset_names(panel)) > 1
    return _with_figures(
        [_gain_group(panel), _rank_group(panel)] if several else [_fold_group(panel)]
    )


def effort_groups(panel: pd.DataFrame) -> list[Group]:
    """Draw what the scores of one panel cost, and the class ratios behind them.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result.

    Returns
    -------
    list of dict
        As in `score_groups`.
    """
    return _with_figures([_effort_group(panel), _ratio_group(panel)])


def _fold_group(panel: pd.DataFrame) -> Group:
    line = ", the dotted line the mean without new rows" if "none" in strategy_names(panel) else ""
    return _group(
        "Scores on each fold",
        f"A mark is one fold, the bar their mean{line}.",
        {
            f"{METRICS[name].title} of each strategy": partial(plots.plot_scores, panel, name)
            for name in metric_names(panel)
        },
    )


def _gain_group(panel: pd.DataFrame) -> Group:
    baseline = baseline_of(panel)
    return _group(
        "Gain on each data set",
        "A mark is the mean over the folds of one data set, the bar the mean over all with its "
        "95 % interval. Further right is better in every figure.",
        {
            plots.gain_title(name, baseline): partial(plots.plot_gains, panel, name, baseline)
            for name in metric_names(panel)
            if baseline is not None
        },
        ["gain", "95 % interval"],
    )


def _rank_group(panel: pd.DataFrame) -> Group:
    return _group(
        "Critical-difference diagrams",
        "Strategies by their mean rank over the data sets that all have finished; 1 is best. Those "
        "that an upright bar joins are not told apart by the Nemenyi test at 5 %.",
        {
            f"{METRICS[str(name)].title}: mean rank": partial(plots.plot_mean_ranks, ranks)
            for name, ranks in mean_ranks(panel).groupby("metric", sort=False)
        },
        ["mean rank", "critical difference"],
    )


def _effort_group(panel: pd.DataFrame) -> Group:
    timed = "seconds_fit" in set(panel["metric"])
    return _group(
        "Time against quality",
        "Means over all folds; the upper left corner is best.",
        {
            f"{METRICS[name].title} against seconds": partial(plots.plot_effort, panel, name)
            for name in _leading_metrics(panel)
            if timed
        },
    )


def _leading_metrics(panel: pd.DataFrame) -> list[str]:
    """Choose the metrics that no threshold moves, or else the first."""
    names = metric_names(panel)
    return [name for name in RANKING_METRICS if name in names] or names[:1]


def _ratio_group(panel: pd.DataFrame) -> Group:
    known = "ratio_before" in set(panel["metric"])
    figures = {"class ratio before and after": partial(plots.plot_ratios, panel)} if known else {}
    about = "Smallest class divided by largest, mean over the folds."
    return _group("Class ratio of the training rows", about, figures, ["class ratio"])


def curve_groups(results: pd.DataFrame) -> list[Group]:
    """Draw learning curves, where data sets differ by the rows of their smallest class.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns, all panels of it.

    Returns
    -------
    list of dict
        As in `score_groups`; empty where there are less than two sizes.
    """
    return _with_figures(_curve_group(words, part) for words, part in _by_size(results))


def _by_size(results: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Cut a result into parts that differ by the rows of the smallest class alone."""
    names = results["dataset"].astype(str)
    other = names.str.partition("@")[2].str.replace(plots.MINORITY, "", regex=True).str.strip("@")
    marked = results.assign(size=plots.minority_sizes(names), other=other)
    cut = marked[marked["size"].notna() & marked["metric"].isin(METRICS)]
    for keys, part in cut.groupby(["learner", "readout", "other"], sort=False):
        drawn = plots.with_all_sizes(part)
        if drawn["size"].nunique() > 1:
            yield ", ".join(filter(None, map(str, keys))), drawn


def _curve_group(words: str, part: pd.DataFrame) -> Group:
    baseline = baseline_of(part)
    return _group(
        f"Gain by the rows of the smallest class ({words})",
        "What strategies gain where the training parts keep so many rows of the smallest class; "
        "the rows that are scored stay the same. Means with 95 % intervals, over the same data "
        "sets at each size. Higher is better in every figure.",
        {
            f"{plots.gain_title(name, baseline)} at each size ({words})": (
                partial(plots.plot_learning_curve, part, name, baseline)
            )
            for name in _leading_metrics(part)
            if baseline is not None
        },
        ["gain", "95 % interval"],
    )


def detail_groups(panel: pd.DataFrame, details: Details) -> list[Group]:
    """Draw what the probabilities are worth: curves, and whether they are right.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result.
    details : mapping of str to DataFrame
        What is kept beside the scores, see `own_details`.

    Returns
    -------
    list of dict
        As in `score_groups`.
    """
    own = own_details(panel, details)
    return _with_figures([_curves_group(own), _reliability_group(panel, details)])


def own_details(panel: pd.DataFrame, details: Details) -> dict[str, pd.DataFrame]:
    """Cut what is kept beside the scores down to one panel.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result.
    details : mapping of str to DataFrame
        With keys of `axes.details.DETAILS`: the field `details` of all trials, one
        below the other; any of them may be missing or empty.

    Returns
    -------
    dict of str to DataFrame
        Of the learner, the readout and the data sets of the panel; empty tables are left out.
    """
    scored = panel[panel["metric"].isin(METRICS)]
    return {name: own for name, table in details.items() if len(own := _matching(table, scored))}


def _matching(table: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        return table
    same = [table[name].isin(panel[name]) for name in ("dataset", "learner", "readout")]
    return table[same[0] & same[1] & same[2]]


def confusion_group(matrices: Mapping[str, pd.DataFrame]) -> Group:
    """Draw confusion matrices; of two classes as one figure of bars.

    Parameters
    ----------
    matrices : mapping of str to DataFrame
        What `gansampler.evaluation.statistics.confusion.confusion_matrices` returns.

    Returns
    -------
    dict
        As those of `score_groups`.
    """
    if all(len(matrix) == 2 for matrix in matrices.values()):
        return _group(
            "Right and wrong decisions",
            "The confusion matrix of each strategy, over all held-out rows; a false alarm is "
            "another row that is taken for the rare class.",
            {"found, missed and false alarms": partial(plots.plot_decisions, matrices)},
            ["confusion matrix"],
        )
    return _group(
        "Which class is taken for which",
        "Each row of cells is a true class, each column a predicted one, over all held-out rows. "
        "The darker a cell, the larger its share of the true class; what is right lies on the "
        "diagonal.",
        {
            f"confusion matrix of {name}": partial(plots.plot_confusion, matrix, name)
            for name, matrix in matrices.items()
        },
        ["confusion matrix"],
    )


def _curves_group(own: Details) -> Group:
    title = "ROC and precision-recall curves of the rarest class"
    if "curves" not in own:
        return _group(title, "", {})
    heights = mean_curves(own["curves"])
    kinds = heights.index.get_level_values("curve")
    names = {"roc": "ROC curves", "precision_recall": "precision-recall curves"}
    return _group(
        title,
        "Means over the folds; a curve that runs nearer to the upper left (ROC) or the upper right "
        "(precision-recall) ranks better. What only moves the threshold has the curve of none.",
        {
            words: partial(plots.plot_curve, heights[kinds == kind].droplevel("curve"), kind)
            for kind, words in names.items()
        },
        ["ROC curve", "precision-recall curve"],
    )


def _reliability_group(panel: pd.DataFrame, details: Details) -> Group:
    """Draw all readouts of a learner in its first panel, which is the one with the effort."""
    title = "Reliability of the probabilities"
    bins = details.get("reliability", pd.DataFrame())
    if bins.empty or "seconds_fit" not in set(panel["metric"]):
        return _group(title, "", {})
    of_panel = bins["learner"].isin(panel["learner"]) & bins["dataset"].isin(panel["dataset"])
    own = pool(bins[of_panel])
    about = (
        "How often the rarest class is found where a probability was given for it, in ten bins of "
        "all held-out rows. On the dotted line the probabilities are right; below it they are too "
        "high. A larger mark stands for more rows."
    )
    figures = {
        f"reliability of {name}": partial(
            plots.plot_reliability, own[own["strategy"] == name], name
        )
        for name in strategy_names(panel)
        if (own["strategy"] == name).any()
    }
    return _group(title, about, figures)


def look_groups(X: pd.DataFrame, y: pd.Series, examples: Mapping[str, Trial]) -> list[Group]:
    """Draw what the generated rows look like.

    Parameters
    ----------
    X : DataFrame of shape (n, columns)
        The rows that were benchmarked.
    y : Series of n rows
        Their classes.
    examples : mapping of str to Trial
        For each strategy that generates rows, a trial whose rows are to be shown.

    Returns
    -------
    list of dict
        As in `score_groups`.
    """
    label = classes_by_frequency(y)[-1]
    of_class = (y == label).to_numpy()
    real, other = X[of_class], X[~of_class]
    generated = _generated_rows(examples, label)
    return _with_figures(
        [
            _rows_group(label, real, other, generated),
            _column_group(label, real, generated),
            _training_group(examples),
        ]
    )


def _generated_rows(examples: Mapping[str, Trial], label: Any) -> dict[str, pd.DataFrame]:
    """Give the generated rows of one class by strategy, where there are any."""
    rows = {
        name: trial.new_rows[(trial.new_labels == label).to_numpy()]
        for name, trial in examples.items()
        if trial.new_rows is not None and trial.new_labels is not None
    }
    return {name: drawn for name, drawn in rows.items() if len(drawn)}


def _rows_group(
    label: Any, real: pd.DataFrame, other: pd.DataFrame, generated: Mapping[str, pd.DataFrame]
) -> Group:
    title = f"Real and generated rows of class '{label}', in two dimensions"
    about = (
        "The two directions in which real rows differ most (principal components of the encoded "
        "rows). Grey: rows of the other classes. Generated rows are those of one fold."
    )
    if not generated:
        return _group(title, about, {})

    @cache
    def projection() -> plots.Projection:
        return plots.Projection(pd.concat([_at_most(real), _at_most(other)]))

    def draw(rows: pd.DataFrame, name: str, style: dict[str, Any]) -> Figure:
        return plots.plot_rows(projection(), other, rows, name, style)

    dots = {"color": plots.DARK, "marker": "o", "linestyle": ""}
    figures = {f"real rows of {label}": partial(draw, real, "real rows", dots)}
    for name, rows in generated.items():
        style = {**plots.look(name), "linestyle": ""}
        figures[f"rows of {name}"] = partial(draw, rows, name, style)
    return _group(title, about, figures)


def _column_group(label: Any, real: pd.DataFrame, generated: Mapping[str, pd.DataFrame]) -> Group:
    shown = {name: generated[name] for name in _two_to_show(generated)}
    columns = list(real.columns[:MAX_COLUMNS]) if shown else []
    return _group(
        f"Real and generated rows of class '{label}', column by column",
        f"How the values are spread in {len(columns)} of {real.shape[1]} columns.",
        {
            f"values of {name}": partial(
                plots.plot_column,
                real[name],
                {strategy: rows[name] for strategy, rows in shown.items()},
            )
            for name in columns
        },
    )


def _training_group(examples: Mapping[str, Trial]) -> Group:
    return _group(
        "Training curves",
        "Losses on one fold.",
        {
            f"training of {name}": partial(plots.plot_training, trial.history, name)
            for name, trial in examples.items()
            if trial.history
        },
    )


def _two_to_show(generated: Mapping[str, pd.DataFrame]) -> list[str]:
    """Choose the strategy that the verdict speaks of, and the baseline beside it."""
    ranked = [*SUBJECTS[:1], *BASELINES, *SUBJECTS[1:], *generated]
    return list(dict.fromkeys(name for name in ranked if name in generated))[:2]


def _at_most(X: pd.DataFrame) -> pd.DataFrame:
    return X if len(X) <= MAX_REAL_ROWS else X.sample(MAX_REAL_ROWS, random_state=0)


def _with_figures(groups: Iterable[Group]) -> list[Group]:
    return [group for group in groups if group["images"]]


def _group(title: str, about: str, figures: Mapping[str, Draw], terms: Iterable[str] = ()) -> Group:
    sources = {alt: _data_uri(alt, draw) for alt, draw in figures.items()}
    images = [{"alt": alt, "src": source} for alt, source in sources.items() if source]
    return {"title": title, "about": about, "images": images, "terms": list(terms)}


def _data_uri(alt: str, draw: Draw) -> str:
    """Draw a figure; nothing, with a warning, where that fails: the rest is worth having."""
    try:
        picture = plots.render_svg(draw())
    except Exception as error:
        warnings.warn(
            f"The figure {alt!r} is left out of the report: it could not be drawn "
            f"({type(error).__name__}: {error}).",
            stacklevel=2,
        )
        return ""
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode("ascii")
