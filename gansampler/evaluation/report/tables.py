"""From the long table of scores to small tables, as text for a page or a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..axes.metrics import METRICS
from ..statistics.confusion import rows_by_class
from ..statistics.gains import paired_gains
from ..statistics.long_table import (
    PanelKey,
    dataset_names,
    metric_names,
    panels,
    scores_by_dataset,
    scores_by_fold,
    strategy_names,
)
from ..statistics.ranks import mean_ranks
from .words import RANKING_METRICS, clearly_means, recommendation, signed, verdict

BASELINES = ("none", "smote")
NOTES_TITLE = "Mean accuracy, and class ratio (smallest / largest) before and after, fold by fold"
# How a cell of `gains_table` may be written.
BRIEF = "{gain} ({wins}/{n})"
WITH_P = "{gain} ({wins}/{n}), p {p_holm}"
WITH_INTERVAL = "{gain}{star}\n{low}, {high}\n{wins} of {n}\np {p_holm}"
WITH_CHANCES = "{chance_worse} / {chance_equal} / {chance_better}"


def notes_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Show mean accuracy, and the class ratio of each training fold before and after resampling.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, with one data set.

    Returns
    -------
    DataFrame of str
        One row for each strategy; a column for each fold says "before to after", each the smallest
        class divided by the largest. Empty where there are no ratios.
    """
    before, after = (scores_by_fold(panel, f"ratio_{moment}") for moment in ("before", "after"))
    repeats, folds = (before.columns.get_level_values(level) for level in ("repeat", "fold"))
    names = [
        f"fold {repeat}.{fold}" if repeats.nunique() > 1 else f"fold {fold}"
        for repeat, fold in zip(repeats, folds, strict=True)
    ]
    cells = before.map(_three) + " to " + after.map(_three)
    table = cells.set_axis(names, axis="columns")
    if names and "accuracy" in metric_names(panel):
        means = scores_by_fold(panel, "accuracy").mean(axis=1).map(_three)
        table.insert(0, "mean accuracy", means)
    return table


def means_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Average each metric over all folds, or over the data sets that a strategy has finished.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    DataFrame of str
        One row for each strategy, one column for each metric, and, of several data sets, one for
        their number.
    """
    metrics = metric_names(panel)
    several = len(dataset_names(panel)) > 1
    layout = scores_by_dataset if several else scores_by_fold
    scores = {metric: layout(panel, metric) for metric in metrics}
    table = pd.DataFrame(
        {METRICS[metric].title: scores[metric].mean(axis=1).map(_three) for metric in metrics}
    )
    if several and metrics:
        table.insert(0, "data sets", scores[metrics[0]].count(axis=1).astype(str))
    return table


def gains_table(
    results: pd.DataFrame,
    reference: str,
    cell: str = BRIEF,
    *,
    strategies: Iterable[str] | None = None,
    metrics: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Show `paired_gains` as text, strategies by metrics.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    reference : str
        A strategy that was run.
    cell : str
        What a cell says, with columns of `paired_gains` in braces, and ``star``, which is "*" where
        the interval leaves out zero. By default "+0.012 (4/5)": 0.012
        better in the mean, and better on 4 of 5 folds or data sets. `WITH_P` adds p after Holm's
        correction.
    strategies, metrics : iterable of str, optional
        As in `paired_gains`.

    Returns
    -------
    DataFrame of str
        One row for each other strategy (and panel, of several),
        one column for each metric; "-" where nothing could be paired.
    """
    gains = paired_gains(results, reference, strategies=strategies, metrics=metrics)
    return gains_cells(gains, cell)


def gains_cells(gains: pd.DataFrame, cell: str = BRIEF) -> pd.DataFrame:
    """Show gains as text, strategies by metrics.

    Parameters
    ----------
    gains : DataFrame
        What `paired_gains` returns.
    cell : str
        As in `gains_table`.

    Returns
    -------
    DataFrame of str
        As that of `gains_table`.
    """
    written = [
        cell.format(**_written(row)) if row["n"] else "-" for row in gains.to_dict("records")
    ]
    titles = gains["metric"].map(lambda name: METRICS[name].title)
    gains = gains.assign(cell=written, metric=titles)
    rows = [name for name in PanelKey._fields if gains[name].nunique() > 1] + ["strategy"]
    table = gains.set_index([*rows, "metric"])["cell"].unstack()
    table = table.reindex(gains.set_index(rows).index.unique())
    return table[list(gains["metric"].unique())].rename_axis(columns=None)


def ranks_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Show `mean_ranks` as text, strategies by metrics.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    DataFrame of str
        One row for each strategy, then Friedman's p, the critical difference and the data sets they
        are taken over. Empty where there is too little to rank.
    """
    ranks = mean_ranks(panel)
    if ranks.empty:
        return pd.DataFrame()
    table = ranks.pivot(index="strategy", columns="metric", values="mean_rank")
    table = table.reindex([name for name in strategy_names(panel) if name in table.index])
    shown = table.map(lambda rank: "-" if np.isnan(rank) else f"{rank:.2f}")
    shared = ranks.groupby("metric").first()
    shown.loc["p (Friedman)"] = shared["p_friedman"].map(_p)
    shown.loc["critical difference"] = shared["critical_difference"].map("{:.2f}".format)
    shown.loc["data sets"] = shared["sets"].astype(str)
    ordered = [name for name in metric_names(panel) if name in shown]
    return shown[ordered].rename(columns=lambda name: METRICS[name].title).rename_axis(columns=None)


def datasets_tables(panel: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Show the mean of the metrics that no threshold moves on each of several data sets.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    dict of str to DataFrame of str
        By title: one row for each data set, one column for each strategy. Empty of one data set.
    """
    if len(dataset_names(panel)) == 1:
        return {}
    return {
        f"{METRICS[metric].title} on each data set": scores_by_dataset(panel, metric)
        .T.map(_three)
        .rename_axis(index="data set", columns=None)
        for metric in metric_names(panel)
        if metric in RANKING_METRICS
    }


def effort_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Average seconds, rows and trees over all folds, and the class ratio with them.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    DataFrame of str
        One row for each strategy.
    """
    formats = {
        "seconds_resample": "{:.2f}",
        "seconds_fit": "{:.2f}",
        "rows_before": "{:,.0f}",
        "rows_after": "{:,.0f}",
        "ratio_before": "{:.3f}",
        "ratio_after": "{:.3f}",
        "trees": "{:.0f}",
    }
    columns = {
        name.replace("_", " "): scores_by_fold(panel, name).mean(axis=1).map(form.format)
        for name, form in formats.items()
        if name in set(panel["metric"])
    }
    return pd.DataFrame(columns).replace("nan", "-")


def failures_table(results: pd.DataFrame) -> pd.DataFrame:
    """Count the folds on which a strategy failed, by message.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    DataFrame
        One row for each strategy and message (of several data sets or learners, for each of them,
        too); no row if nothing failed.
    """
    failed = results[results["status"] != "ok"]
    where = [name for name in ("dataset", "learner") if results[name].nunique() > 1]
    counts = failed.groupby(["strategy", *where, "status"], sort=False).size()
    table = counts.rename("failed folds").reset_index([*where, "status"])
    return table.rename(columns={"status": "error"})


def panel_tables(panel: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make the tables of one panel, by their titles, the most asked-for first.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    dict of str to DataFrame
        Without those that would be empty.
    """
    several = len(dataset_names(panel)) > 1
    metrics = metric_names(panel)
    unit = "data sets" if several else "folds"
    baselines = [name for name in BASELINES if name in strategy_names(panel) and metrics]
    made = {} if several else {NOTES_TITLE: notes_table(panel)}
    losses = _losses(panel)
    made["Mean of each metric" + (f" (of {losses}, less is better)" if losses else "")] = (
        means_table(panel)
    )
    made |= {
        f"Gain over {name} ({plus_is_better(panel)}), and on how many {unit} better": (
            gains_table(panel, name)
        )
        for name in baselines
    }
    if several:
        made["Mean rank over the data sets (1 is best)"] = ranks_table(panel)
    made["Effort on one fold, and class ratio"] = effort_table(panel)
    return {title: table for title, table in made.items() if not table.empty}


def baseline_of(panel: pd.DataFrame) -> str | None:
    """Choose what gains are shown against.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    str or None
        The first of `BASELINES` that was run, if there is anything to hold against it.
    """
    names = strategy_names(panel) if metric_names(panel) else []
    return next((name for name in BASELINES if name in names and len(names) > 1), None)


def tables(results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make all tables of a result, by their titles.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    dict of str to DataFrame
        Panel by panel, and the errors at the end, if there are any.
    """
    made = {
        (f"{heading}: {title}" if heading else title): table
        for heading, panel in headed_panels(results)
        for title, table in panel_tables(panel).items()
    }
    errors = failures_table(results)
    return made if errors.empty else {**made, "Errors": errors}


def headed_panels(results: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Give the panels of a result with their headings; a single one needs none.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    list of tuple of str and DataFrame
    """
    parts = list(panels(results))
    if len(parts) == 1:
        return [("", parts[0][1])]
    return [(", ".join(filter(None, key)), panel) for key, panel in parts]


def summary(results: pd.DataFrame, details: Mapping[str, pd.DataFrame] | None = None) -> str:
    """Write tables and verdict as one page of Markdown.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    details : mapping of str to DataFrame, optional
        What is kept beside the scores, see `gansampler.evaluation.axes.details.gather`.

    Returns
    -------
    str
    """
    parts = [f"## {title}\n\n{to_markdown(table)}" for title, table in tables(results).items()]
    words = [
        (f"### {heading}\n\n" if heading else "")
        + "\n".join(f"- {each}" for each in (*sentences, clearly_means(panel, sentences)) if each)
        for heading, panel in headed_panels(results)
        if (sentences := [said for said in (recommendation(panel), *verdict(panel)) if said])
    ]
    confusion = (details or {}).get("confusion", pd.DataFrame())
    rarest = "" if confusion.empty else rarest_in_words(rows_by_class(confusion))
    if words:
        parts += ["## In words", *filter(None, [rarest]), *words]
    return "\n\n".join(parts) + "\n"


def to_markdown(table: pd.DataFrame) -> str:
    """Write a table as Markdown, with columns aligned for a terminal.

    Parameters
    ----------
    table : DataFrame
        Its index becomes the first column.

    Returns
    -------
    str
        One line for the header, one for the rule, one for each row.
    """
    cells = table.reset_index().astype(str).map(lambda cell: cell.replace("|", "\\|"))
    rows = [list(map(str, cells.columns)), *cells.to_numpy().tolist()]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def plus_is_better(panel: pd.DataFrame) -> str:
    """Say how a gain is to be read.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    str
    """
    losses = _losses(panel)
    return f"+ is better; of {losses} it is how much lower" if losses else "+ is better"


def rarest_in_words(classes: pd.DataFrame) -> str:
    """Say which class is the rarest, and how rare it is.

    Parameters
    ----------
    classes : DataFrame
        ``dataset``, ``label`` and ``rows`` of the classes, from the most frequent to the rarest, as
        `gansampler.evaluation.statistics.confusion.rows_by_class` gives them.

    Returns
    -------
    str
        Empty where no class is known.
    """
    if classes.empty:
        return ""
    by_set = classes.groupby("dataset", sort=False)
    rare, totals = by_set.last(), by_set["rows"].sum()
    shares = rare["rows"] / totals
    if len(rare) > 1:
        return (
            f"The rarest class of a data set has {rare['rows'].min():,} to {rare['rows'].max():,} "
            f"rows, {shares.min():.1%} to {shares.max():.1%} of all."
        )
    role = (
        "it is the positive class of every score that has one"
        if len(classes) == 2
        else f"of the {len(classes)} classes, recall, precision and curves speak of this one"
    )
    rarity = "rare" if len(classes) == 2 else "rarest"
    label, rows, total = rare["label"].iloc[0], rare["rows"].iloc[0], totals.iloc[0]
    share = shares.iloc[0]
    return (
        f"The {rarity} class is '{label}', with {rows:,} of {total:,} rows ({share:.1%}); {role}."
    )


def _losses(panel: pd.DataFrame) -> str:
    losses = [METRICS[m].title for m in metric_names(panel) if not METRICS[m].greater_is_better]
    return " and ".join(losses)


def _written(row: dict[Any, Any]) -> dict[str, str]:
    """Write the numbers of a row of `paired_gains`."""
    styles = {
        **dict.fromkeys(("gain", "low", "high", "median"), signed),
        **dict.fromkeys(("p", "p_holm"), _p),
        **dict.fromkeys(("chance_worse", "chance_equal", "chance_better"), _share),
    }
    written = {name: styles.get(name, str)(value) for name, value in row.items()}
    return {**written, "star": "*" if row["clearly"] else ""}


def _three(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"


def _share(value: float) -> str:
    return "-" if np.isnan(value) else f"{100 * value:.0f}"


def _p(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}" if value >= 0.001 else "<0.001"
