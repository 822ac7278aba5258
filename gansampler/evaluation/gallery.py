"""The figures of the report, in groups of one title."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from . import plots
from .labels import classes_by_frequency
from .metrics import METRICS
from .ranking import mean_ranks
from .reliability import pool
from .scores import dataset_names, metric_names, strategy_names
from .summary import BASELINES, baseline_of
from .trial import Trial
from .verdict import RANKING_METRICS, SUBJECTS

MAX_COLUMNS = 24
MAX_REAL_ROWS = 2_000


def score_groups(panel: pd.DataFrame) -> list[dict[str, Any]]:
    """Draw the scores of one panel, and what they cost.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.scores.panels`.

    Returns
    -------
    list of dict
        Groups of figures: ``title``, ``about``, and ``images`` with ``alt`` and ``src`` each. A
        group without a figure is left out.
    """
    several = len(dataset_names(panel)) > 1
    scores = [_gain_group(panel), _rank_group(panel)] if several else [_fold_group(panel)]
    return _with_figures([*scores, _effort_group(panel), _ratio_group(panel)])


def _fold_group(panel: pd.DataFrame) -> dict[str, Any]:
    line = ", the dotted line the mean without new rows" if "none" in strategy_names(panel) else ""
    return _group(
        "Scores on each fold",
        f"A dot is one fold, the bar their mean{line}.",
        {
            f"{METRICS[name].title} of each strategy": plots.plot_scores(panel, name)
            for name in metric_names(panel)
        },
    )


def _gain_group(panel: pd.DataFrame) -> dict[str, Any]:
    baseline = baseline_of(panel)
    return _group(
        "Gain on each data set",
        "A dot is the mean over the folds of one data set, the diamond the mean over all with its "
        "95 % interval. More is better, losses are turned.",
        {
            f"{METRICS[name].title}: gain over {baseline}": plots.plot_gains(panel, name, baseline)
            for name in metric_names(panel)
            if baseline is not None
        },
    )


def _rank_group(panel: pd.DataFrame) -> dict[str, Any]:
    return _group(
        "Critical-difference diagrams",
        "Strategies by their mean rank over the data sets that all have finished; 1 is best. Those "
        "that an upright bar joins are not told apart by the Nemenyi test at 5 %.",
        {
            f"{METRICS[str(name)].title}: mean rank": plots.plot_mean_ranks(ranks)
            for name, ranks in mean_ranks(panel).groupby("metric", sort=False)
        },
    )


def _effort_group(panel: pd.DataFrame) -> dict[str, Any]:
    timed = "seconds_fit" in set(panel["metric"])
    return _group(
        "Time against quality",
        "Means over all folds; the upper left corner is best.",
        {
            f"{METRICS[name].title} against seconds": plots.plot_effort(panel, name)
            for name in _leading_metrics(panel)
            if timed
        },
    )


def _leading_metrics(panel: pd.DataFrame) -> list[str]:
    """Choose the metrics that no threshold moves, or else the first."""
    names = metric_names(panel)
    return [name for name in RANKING_METRICS if name in names] or names[:1]


def _ratio_group(panel: pd.DataFrame) -> dict[str, Any]:
    known = "ratio_before" in set(panel["metric"])
    figures = {"class ratio before and after": plots.plot_ratios(panel)} if known else {}
    return _group("Class ratio of the training rows", "Mean over the folds.", figures)


def curve_groups(results: pd.DataFrame) -> list[dict[str, Any]]:
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


def _curve_group(words: str, part: pd.DataFrame) -> dict[str, Any]:
    baseline = baseline_of(part)
    return _group(
        f"Gain by the rows of the smallest class ({words})",
        "What strategies gain where the training parts keep so many rows of the smallest class; "
        "the rows that are scored stay the same. Means with 95 % intervals, over the same data "
        "sets at each size. More is better, losses are turned.",
        {
            f"{METRICS[name].title}: gain over {baseline} at each size ({words})": (
                plots.plot_learning_curve(part, name, baseline)
            )
            for name in _leading_metrics(part)
            if baseline is not None
        },
    )


def reliability_groups(
    panel: pd.DataFrame, reliability: pd.DataFrame | None
) -> list[dict[str, Any]]:
    """Draw whether probabilities are right, for all readouts of a learner in its first panel.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result; the first of a learner is the one with the effort.
    reliability : DataFrame or None
        The field `reliability` of all trials.

    Returns
    -------
    list of dict
        As in `score_groups`.
    """
    if reliability is None or reliability.empty or "seconds_fit" not in set(panel["metric"]):
        return []
    of_panel = reliability["learner"].isin(panel["learner"])
    own = pool(reliability[of_panel & reliability["dataset"].isin(panel["dataset"])])
    figures = {
        f"reliability of {name}": plots.plot_reliability(own[own["strategy"] == name], name)
        for name in strategy_names(panel)
        if (own["strategy"] == name).any()
    }
    about = (
        "How often the rarest class is found where a probability was given for it, in ten bins of "
        "all held-out rows. On the dotted line the probabilities are right; below it they are too "
        "high. A larger mark stands for more rows."
    )
    return _with_figures([_group("Reliability of the probabilities", about, figures)])


def look_groups(
    X: pd.DataFrame, y: pd.Series, examples: Mapping[str, Trial]
) -> list[dict[str, Any]]:
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
            _side_by_side_group(label, real, other, generated),
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


def _side_by_side_group(
    label: Any, real: pd.DataFrame, other: pd.DataFrame, generated: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    title = f"Real and generated rows of class '{label}', in two dimensions"
    about = (
        "The two directions in which real rows differ most (principal components of the encoded "
        "rows). Grey: rows of the other classes. Generated rows are those of one fold."
    )
    if not generated:
        return _group(title, about, {})
    project = plots.Projection(pd.concat([_at_most(real), _at_most(other)]))
    figures = {
        f"real rows beside rows of {name}": plots.plot_side_by_side(
            project, other, real, rows, name
        )
        for name, rows in generated.items()
    }
    return _group(title, about, figures)


def _column_group(
    label: Any, real: pd.DataFrame, generated: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    shown = {name: generated[name] for name in _two_to_show(generated)}
    columns = list(real.columns[:MAX_COLUMNS]) if shown else []
    return _group(
        f"Real and generated rows of class '{label}', column by column",
        f"How the values are spread in {len(columns)} of {real.shape[1]} columns.",
        {
            f"values of {name}": plots.plot_column(
                real[name], {strategy: rows[name] for strategy, rows in shown.items()}
            )
            for name in columns
        },
    )


def _training_group(examples: Mapping[str, Trial]) -> dict[str, Any]:
    return _group(
        "Training curves",
        "Losses on one fold.",
        {
            f"training of {name}": plots.plot_training(trial.history, name)
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


def _with_figures(groups: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [group for group in groups if group["images"]]


def _group(title: str, about: str, figures: Mapping[str, Figure]) -> dict[str, Any]:
    images = [{"alt": alt, "src": _data_uri(figure)} for alt, figure in figures.items()]
    return {"title": title, "about": about, "images": images}


def _data_uri(figure: Figure) -> str:
    picture = plots.render_svg(figure)
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode("ascii")
