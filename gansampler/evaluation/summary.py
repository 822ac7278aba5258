"""From the long table of scores to small tables, as text for a page or a terminal."""

import numpy as np
import pandas as pd

from .metrics import METRICS
from .statistics import metric_names, paired_differences, scores_by_fold, signed, strategy_names
from .verdict import CLEARLY_MEANS, verdict

BASELINES = ("none", "smote")
NOTES_TITLE = "Mean accuracy, and class ratio (smallest / largest) before and after, fold by fold"


def notes_table(results: pd.DataFrame) -> pd.DataFrame:
    """Show mean accuracy, and the class ratio of each training fold before and after resampling.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    DataFrame of str
        One row for each strategy; a column for each fold says "before to after", each the smallest
        class divided by the largest.
    """
    table = pd.DataFrame(index=pd.Index(strategy_names(results), name="strategy"))
    if "accuracy" in metric_names(results):
        table["mean accuracy"] = scores_by_fold(results, "accuracy").mean(axis=1).map(_three)
    before, after = (scores_by_fold(results, f"ratio_{moment}") for moment in ("before", "after"))
    repeats, folds = (before.columns.get_level_values(level) for level in ("repeat", "fold"))
    names = [
        f"fold {repeat}.{fold}" if repeats.nunique() > 1 else f"fold {fold}"
        for repeat, fold in zip(repeats, folds, strict=True)
    ]
    cells = before.map(_three) + " to " + after.map(_three)
    return table.join(cells.set_axis(names, axis="columns"))


def means_table(results: pd.DataFrame) -> pd.DataFrame:
    """Average each metric over all folds.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    DataFrame of str
        One row for each strategy, one column for each metric.
    """
    means = {
        METRICS[m].title: scores_by_fold(results, m).mean(axis=1) for m in metric_names(results)
    }
    return pd.DataFrame(means).map(_three)


def differences_table(results: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Show `paired_differences` as text.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    baseline : str
        A strategy that was run.

    Returns
    -------
    DataFrame of str
        One row for each other strategy, one column for each metric: "+0.012 (4/5)" means 0.012 more
        in the mean, and better on 4 of 5 folds.
    """
    pairs = paired_differences(results, baseline)
    pairs["shown"] = [
        f"{signed(difference)} ({better}/{folds})" if folds else "-"
        for difference, better, folds in zip(
            pairs["difference"], pairs["better"], pairs["folds"], strict=True
        )
    ]
    table = pairs.pivot(index="strategy", columns="metric", values="shown")
    table = table.reindex(index=pairs["strategy"].unique(), columns=metric_names(results))
    return table.rename(columns=lambda metric: METRICS[metric].title).rename_axis(columns=None)


def effort_table(results: pd.DataFrame) -> pd.DataFrame:
    """Average seconds, rows and trees over all folds.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

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
        "trees": "{:.0f}",
    }
    columns = {
        name.replace("_", " "): scores_by_fold(results, name).mean(axis=1).map(form.format)
        for name, form in formats.items()
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
        One row for each strategy and message; no row if nothing failed.
    """
    failed = results[results["status"] != "ok"]
    counts = failed.groupby(["strategy", "status"], sort=False).size()
    return counts.rename("failed folds").reset_index("status").rename(columns={"status": "error"})


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


def tables(results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make all tables of a result, by their titles, the most asked-for first.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    dict of str to DataFrame
    """
    baselines = [name for name in BASELINES if name in strategy_names(results)]
    made = {
        NOTES_TITLE: notes_table(results),
        "Mean of each metric" + _losses(results): means_table(results),
        **{
            f"Difference to {name}, and on how many folds better": differences_table(results, name)
            for name in baselines
        },
        "Effort on one fold": effort_table(results),
        "Errors": failures_table(results),
    }
    return {title: table for title, table in made.items() if not table.empty}


def summary(results: pd.DataFrame) -> str:
    """Write verdict and tables as one page of Markdown.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    str
    """
    parts = [f"## {title}\n\n{to_markdown(table)}" for title, table in tables(results).items()]
    sentences = verdict(results)
    if sentences:
        words = "\n".join(f"- {sentence}" for sentence in [*sentences, CLEARLY_MEANS])
        parts.append(f"## In words\n\n{words}")
    return "\n\n".join(parts) + "\n"


def _losses(results: pd.DataFrame) -> str:
    losses = [METRICS[m].title for m in metric_names(results) if not METRICS[m].greater_is_better]
    return f" (of {' and '.join(losses)}, less is better)" if losses else ""


def _three(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"
