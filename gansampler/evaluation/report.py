"""The report: one HTML file with everything in it, for a browser, a phone or paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from .gallery import curve_groups, look_groups, reliability_groups, score_groups
from .scores import dataset_names, strategy_names
from .store import surroundings
from .strategies import STRATEGIES
from .summary import (
    WITH_CHANCES,
    WITH_INTERVAL,
    baseline_of,
    datasets_tables,
    failures_table,
    gains_table,
    headed_panels,
    panel_tables,
)
from .trial import Trial
from .verdict import clearly_means, verdict

CHANCES_TITLE = (
    "Probability in % of being worse than {} by more than 0.01 / within 0.01 / better by more"
)
LINES_MEAN = (
    "The mean (* where its 95 % interval leaves out zero), the ends of the interval, on how many "
    "it is better, and p after Holm's correction for all comparisons of the table (over data sets "
    "by Wilcoxon's signed-rank test, over folds by the corrected t-test)."
)


def write_report(results: pd.DataFrame, path: str | Path, **extras: Any) -> None:
    """Write the report of a result, at the end of a run or at any moment before.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    path : str or Path
        The HTML file to write.
    **extras
        As in `render_report`.
    """
    Path(path).write_text(render_report(results, **extras), encoding="utf-8")


def render_report(
    results: pd.DataFrame,
    X: pd.DataFrame | None = None,
    y: pd.Series | None = None,
    examples: Mapping[str, Trial] | None = None,
    *,
    reliability: pd.DataFrame | None = None,
    settings: Mapping[str, Any] | None = None,
    command: str | None = None,
) -> str:
    """Write the report as one page of HTML that loads nothing from elsewhere.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns; all else is beside it.
    X : DataFrame of shape (n, columns), optional
        The rows that were benchmarked, to hold generated ones against.
    y : Series of n rows, optional
        Their classes.
    examples : mapping of str to Trial, optional
        For each strategy that generates rows, a trial whose rows are to be shown.
    reliability : DataFrame, optional
        The field `reliability` of all trials, one below the other, for the reliability diagrams.
    settings : mapping, optional
        What was asked for, in words, for the list at the end.
    command : str, optional
        The command that gives this report again.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no row in the result yet.
    """
    if results.empty:
        raise ValueError("There is nothing to report yet: the result has no rows.")
    environment = Environment(
        loader=PackageLoader("gansampler.evaluation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    errors = failures_table(results)
    parts = headed_panels(results)
    described = [name for name in strategy_names(results) if name in STRATEGIES]
    return environment.get_template("report.html").render(
        subject=_subject(results),
        parts=[_part(heading, panel, reliability) for heading, panel in parts],
        curves=curve_groups(results),
        errors=None if errors.empty else _cells(errors),
        groups=[] if X is None or y is None else look_groups(X, y, examples or {}),
        strategies={name: STRATEGIES[name].description for name in described},
        settings={**(settings or {}), **_surroundings(), **(settings or {})},
        command=command,
    )


def _subject(results: pd.DataFrame) -> str:
    names = list(dict.fromkeys(str(name).partition("@")[0] for name in dataset_names(results)))
    return names[0] if len(names) == 1 else f"{len(names)} data sets"


def _part(heading: str, panel: pd.DataFrame, reliability: pd.DataFrame | None) -> dict[str, Any]:
    """Give all there is to show of one panel."""
    made = panel_tables(panel, WITH_INTERVAL) | _chances(panel)
    sentences = verdict(panel)
    return {
        "heading": heading,
        "verdict": sentences,
        "clearly": clearly_means(panel, sentences),
        "tables": {title: _cells(table) for title, table in made.items()},
        "details": {title: _cells(table) for title, table in datasets_tables(panel).items()},
        "groups": score_groups(panel) + reliability_groups(panel, reliability),
    }


def _chances(panel: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make the table of probabilities of practical equivalence."""
    baseline = baseline_of(panel)
    if baseline is None:
        return {}
    return {CHANCES_TITLE.format(baseline): gains_table(panel, baseline, WITH_CHANCES)}


def _cells(table: pd.DataFrame) -> dict[str, Any]:
    shown = table.reset_index().astype(str)
    rows = shown.to_numpy().tolist()
    in_lines = any("\n" in cell for row in rows for cell in row)
    return {"header": list(shown.columns), "rows": rows, "about": LINES_MEAN if in_lines else ""}


def _surroundings() -> dict[str, str]:
    now = surroundings()
    versions = ", ".join(f"{name} {number}" for name, number in now["versions"].items())
    return {"versions": versions, "machine": now["machine"]}
