"""The report: one HTML file with everything in it, for a browser, a phone or paper."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from ...files import write_whole
from ..axes.strategies import STRATEGIES
from ..labels import classes_by_frequency, code_labels
from ..statistics.confusion import rows_by_class
from ..statistics.long_table import dataset_names, strategy_names
from ..store import surroundings
from ..trial import Trial
from .gallery import curve_groups, look_groups
from .glossary import glossary
from .sections import Section, as_section, cells, panel_sections, section
from .tables import failures_table, headed_panels, rarest_in_words
from .words import clearly_means, recommendation, verdict

# Longer tables of columns are closed at first.
MAX_OPEN_ROWS = 15


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
    write_whole(path, render_report(results, **extras))


def render_report(
    results: pd.DataFrame,
    X: pd.DataFrame | None = None,
    y: pd.Series | None = None,
    examples: Mapping[str, Trial] | None = None,
    *,
    details: Mapping[str, pd.DataFrame] | None = None,
    columns: pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
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
    details : mapping of str to DataFrame, optional
        The field `details` of all trials, see `axes.details.gather`. Of what is
        missing, the sections are left out.
    columns : DataFrame or mapping of str to DataFrame, optional
        How the columns were read, of the table or of each data set by its name: one row for each
        column, whatever there is to say of it in the columns.
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
        loader=PackageLoader("gansampler.evaluation.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    errors = failures_table(results)
    details = details or {}
    classes = _classes(details, y)
    parts = [_part(heading, panel, details) for heading, panel in headed_panels(results)]
    curves = [as_section(group) for group in curve_groups(results)]
    groups = [] if X is None or y is None else look_groups(X, y, examples or {})
    looks = [as_section(group) for group in groups]
    described = [name for name in strategy_names(results) if name in STRATEGIES]
    return environment.get_template("report.html").render(
        subject=_subject(results),
        facts=_facts(results, classes),
        parts=parts,
        curves=curves,
        errors=None if errors.empty else cells(errors),
        looks=looks,
        tables=[*_rare_classes(classes), *_column_sections(columns)],
        glossary=glossary(
            _terms([*(each for part in parts for each in part["sections"]), *curves])
        ),
        strategies={name: STRATEGIES[name].description for name in described},
        settings={**(settings or {}), **_surroundings(), **(settings or {})},
        command=command,
    )


def _subject(results: pd.DataFrame) -> str:
    names = list(dict.fromkeys(str(name).partition("@")[0] for name in dataset_names(results)))
    return names[0] if len(names) == 1 else f"{len(names)} data sets"


def _classes(details: Mapping[str, pd.DataFrame], y: pd.Series | None) -> pd.DataFrame:
    """Count the rows of each class, of the table itself or else of the rows that were held out."""
    if y is not None:
        classes = classes_by_frequency(y)
        rows = np.bincount(code_labels(y, classes))
        return pd.DataFrame({"dataset": "", "label": classes.map(str), "rows": rows})
    confusion = details.get("confusion", pd.DataFrame())
    return confusion if confusion.empty else rows_by_class(confusion)


def _facts(results: pd.DataFrame, classes: pd.DataFrame) -> dict[str, str]:
    """Say what was compared, for the first screen."""
    repeats = results.groupby("dataset")["repeat"].nunique().max()
    folds = results.groupby("dataset")["fold"].nunique().max()
    sets = dataset_names(results)
    facts = {
        "Rare class": rarest_in_words(classes),
        "Data sets": ", ".join(map(str, sets)) if 1 < len(sets) <= MAX_OPEN_ROWS else "",
        "Learner": ", ".join(map(str, results["learner"].unique())),
        "Folds": f"{folds}, the same for every strategy"
        + (f"; {repeats} repeats" if repeats > 1 else "")
        + ". Only training rows are resampled.",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _rare_classes(classes: pd.DataFrame) -> list[Section]:
    """Name the rarest class of each of several data sets."""
    if classes.empty or classes["dataset"].nunique() == 1:
        return []
    by_set = classes.groupby("dataset", sort=False)
    rare, rows = by_set.last(), by_set["rows"].sum()
    table = pd.DataFrame(
        {
            "classes": by_set.size(),
            "rarest class": rare["label"],
            "rows of it": rare["rows"].map("{:,}".format),
            "rows of all": rows.map("{:,}".format),
            "share": (rare["rows"] / rows).map("{:.1%}".format),
        }
    )
    shown = cells(table.rename_axis("data set"))
    return [section("The rarest class of each data set", "", shown, folded=True)]


def _column_sections(
    columns: pd.DataFrame | Mapping[str, pd.DataFrame] | None,
) -> list[Section]:
    """Show how columns were read; closed where there is much to show."""
    if columns is None:
        return []
    named = {"": columns} if isinstance(columns, pd.DataFrame) else columns
    n_rows = sum(map(len, named.values()))
    return [
        section(
            "How the columns were read" + (f": {name}" if len(named) > 1 else ""),
            "",
            cells(table.rename_axis("column")),
            folded=n_rows > MAX_OPEN_ROWS,
        )
        for name, table in named.items()
    ]


def _terms(sections: Iterable[Section]) -> set[str]:
    return {term for each in sections for term in each["terms"]}


def _part(heading: str, panel: pd.DataFrame, details: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Give all there is to show of one panel."""
    sentences = [said for said in (recommendation(panel), *verdict(panel)) if said]
    return {
        "heading": heading,
        "verdict": sentences,
        "clearly": clearly_means(panel, sentences),
        "sections": panel_sections(panel, details),
    }


def _surroundings() -> dict[str, str]:
    now = surroundings()
    versions = ", ".join(f"{name} {number}" for name, number in now["versions"].items())
    return {"versions": versions, "machine": now["machine"]}
