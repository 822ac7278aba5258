"""The report: one HTML file with everything in it, for a browser, a phone or paper."""

import base64
import io
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

from .. import __version__
from . import plots
from .labels import classes_by_frequency
from .metrics import METRICS
from .statistics import metric_names, strategy_names
from .strategies import STRATEGIES
from .summary import BASELINES, tables
from .trial import Trial
from .verdict import CLEARLY_MEANS, SUBJECTS, verdict

PACKAGES = ("imbalanced-learn", "numpy", "pandas", "scikit-learn", "torch", "xgboost")
MAX_COLUMNS = 24
MAX_REAL_ROWS = 2_000


def render_report(
    results: pd.DataFrame,
    X: pd.DataFrame,
    y: pd.Series,
    examples: Mapping[str, Trial],
    *,
    settings: Mapping[str, Any],
    command: str,
) -> str:
    """Write the report as one page of HTML that loads nothing from elsewhere.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    X : DataFrame of shape (n, columns)
        The rows that were benchmarked.
    y : Series of n rows
        Their classes.
    examples : mapping of str to Trial
        For each strategy that generates rows, a trial whose rows are to be shown.
    settings : mapping
        What was asked for, in words, for the list at the end.
    command : str
        The command that gives this report again.

    Returns
    -------
    str
    """
    made = tables(results)
    errors = made.pop("Errors", None)
    names = strategy_names(results)
    environment = Environment(
        loader=PackageLoader("gansampler.evaluation"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("report.html").render(
        dataset=results["dataset"].iloc[0],
        verdict=verdict(results),
        clearly=CLEARLY_MEANS,
        errors=None if errors is None else _cells(errors),
        tables={title: _cells(table) for title, table in made.items()},
        groups=_figure_groups(results, X, y, examples),
        strategies={name: STRATEGIES[name].description for name in names if name in STRATEGIES},
        settings={**settings, **_surroundings()},
        command=command,
    )


def _cells(table: pd.DataFrame) -> dict[str, Any]:
    shown = table.reset_index()
    return {"header": list(shown.columns), "rows": shown.astype(str).to_numpy().tolist()}


def _figure_groups(
    results: pd.DataFrame, X: pd.DataFrame, y: pd.Series, examples: Mapping[str, Trial]
) -> list[dict[str, Any]]:
    """Draw all figures, in groups of one title; a group without a figure is left out."""
    label = classes_by_frequency(y)[-1]
    of_class = (y == label).to_numpy()
    real, other = X[of_class], X[~of_class]
    generated = _generated_rows(examples, label)
    groups = [
        _score_group(results),
        _ratio_group(results),
        _side_by_side_group(label, real, other, generated),
        _column_group(label, real, generated),
        _training_group(examples),
    ]
    return [group for group in groups if group["images"]]


def _generated_rows(examples: Mapping[str, Trial], label: Any) -> dict[str, pd.DataFrame]:
    """Give the generated rows of one class by strategy, where there are any."""
    rows = {
        name: trial.new_rows[(trial.new_labels == label).to_numpy()]
        for name, trial in examples.items()
        if trial.new_rows is not None and trial.new_labels is not None
    }
    return {name: drawn for name, drawn in rows.items() if len(drawn)}


def _score_group(results: pd.DataFrame) -> dict[str, Any]:
    return _group(
        "Scores on each fold",
        "A dot is one fold, the bar their mean, the dotted line the mean without new rows.",
        {
            f"{METRICS[name].title} of each strategy": plots.plot_scores(results, name)
            for name in metric_names(results)
        },
    )


def _ratio_group(results: pd.DataFrame) -> dict[str, Any]:
    done = (results["status"] == "ok").any()
    figures = {"class ratio before and after": plots.plot_ratios(results)} if done else {}
    return _group("Class ratio of the training rows", "Mean over the folds.", figures)


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


def _group(title: str, about: str, figures: Mapping[str, Figure]) -> dict[str, Any]:
    images = [{"alt": alt, "src": _data_uri(figure)} for alt, figure in figures.items()]
    return {"title": title, "about": about, "images": images}


def _data_uri(figure: Figure) -> str:
    picture = io.BytesIO()
    figure.savefig(picture, format="svg", dpi=170, metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode("ascii")


def _surroundings() -> dict[str, str]:
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return {
        "versions": f"gansampler {__version__}, Python {platform.python_version()}, {versions}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
    }
