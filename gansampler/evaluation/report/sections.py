"""The sections of a report about one panel: tables and figures, the most asked-for first."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..axes.metrics import METRICS
from ..axes.strategies import STRATEGIES
from ..statistics.confusion import confusion_matrices, rates_by_class
from ..statistics.long_table import dataset_names, metric_names, strategy_names
from .figures import MAX_NUMBERED_CLASSES
from .gallery import (
    confusion_group,
    detail_groups,
    effort_groups,
    own_details,
    score_groups,
)
from .tables import (
    BASELINES,
    NOTES_TITLE,
    WITH_CHANCES,
    baseline_of,
    datasets_tables,
    effort_table,
    gains_table,
    means_table,
    notes_table,
    plus_is_better,
    ranks_table,
)

# What a cell says of a gain, in lines.
ENDS = "{gain}\n{low}\n{high}"
WINS = "{wins} of {n}\np {p_holm}"
GAIN_MEANS = (
    "The mean, and below it the ends of its 95 % interval. \u25b2 is clearly better, \u25bc "
    "clearly worse: the interval leaves out zero."
)
WINS_MEAN = (
    "p is that of Wilcoxon's signed-rank test over data sets, or of the corrected t-test over "
    "folds, after Holm's correction for all comparisons of the table."
)
CHANCES_TITLE = (
    "Probability in % of being worse than {} by more than 0.01 / within 0.01 / better by more"
)
TUNED_MATRIX = (
    "A tuned threshold is that for balanced accuracy here; for each score it is another, so that "
    "recall and precision, which have that for F1, are not those of these counts."
)
BEST_MEANS = "Bold on blue is the best of its column, by however little."
Section = dict[str, Any]


def panel_sections(panel: pd.DataFrame, details: Mapping[str, pd.DataFrame]) -> list[Section]:
    """List tables and figures of a panel.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.
    details : mapping of str to DataFrame
        What is kept beside the scores, see `gansampler.evaluation.report.gallery.own_details`.

    Returns
    -------
    list of dict
        See `section`; ``images`` have ``alt`` and ``src``.
    """
    made = [
        _means(panel),
        *_all_gains(panel),
        _confusion(panel, details),
        *detail_groups(panel, details),
        _ranks(panel),
        *score_groups(panel),
        *_effort(panel),
        _notes(panel),
        *_by_dataset(panel),
    ]
    return [each for each in map(as_section, made) if each["tables"] or each["images"]]


def section(title: str, about: str = "", *tables: dict[str, Any], **more: Any) -> Section:
    """Make a section of a page.

    Parameters
    ----------
    title, about : str
        Its heading, and what a reader has to know.
    *tables : dict
        As of `cells`.
    **more
        ``images``, ``terms`` of the glossary that it uses, whether it is ``folded`` away at first,
        whether its figure goes ``beside`` its table, and whether its figures are ``wide``.

    Returns
    -------
    dict
    """
    return as_section({"title": title, "about": about, "tables": list(tables), **more})


def as_section(group: Mapping[str, Any]) -> Section:
    """Add to a group of figures what a section may have besides.

    Parameters
    ----------
    group : mapping
        As of `gansampler.evaluation.report.gallery`.

    Returns
    -------
    dict
    """
    flags = {"folded": False, "beside": False, "wide": False}
    return {"tables": [], "images": [], "terms": [], **flags, **group}


def cells(table: pd.DataFrame, kinds: pd.DataFrame | None = None) -> dict[str, Any]:
    """Write a table for the page.

    Parameters
    ----------
    table : DataFrame
        Its index becomes the first column.
    kinds : DataFrame of str, optional
        Laid out alike: "best", "better" or "worse" marks a cell.

    Returns
    -------
    dict
        ``header``, a list of str; and ``rows``, lists of (text, kind).
    """
    shown = table.reset_index().astype(str)
    marks = pd.DataFrame("", table.index, table.columns) if kinds is None else kinds
    rows = [
        [(cells[0], ""), *zip(cells[1:], kinds, strict=True)]
        for cells, kinds in zip(shown.to_numpy().tolist(), marks.to_numpy().tolist(), strict=True)
    ]
    return {"header": [str(name) for name in shown.columns], "rows": rows}


def best_cells(table: pd.DataFrame, lower_is_better: Container[str] = ()) -> pd.DataFrame:
    """Mark the best of each column; nothing where all are alike.

    Parameters
    ----------
    table : DataFrame of str
        Numbers, as they are shown; what is none is left out.
    lower_is_better : container of str
        Columns in which the smallest is best.

    Returns
    -------
    DataFrame of str
        "best" or "".
    """
    numbers = table.apply(pd.to_numeric, errors="coerce")
    turned = numbers.mul([-1 if name in lower_is_better else 1 for name in table])
    is_best = turned.eq(turned.max()) & (turned.max() > turned.min())
    return pd.DataFrame(np.where(is_best, "best", ""), table.index, table.columns)


def _means(panel: pd.DataFrame) -> Section:
    table, metrics = means_table(panel), metric_names(panel)
    losses = {METRICS[name].title for name in metrics if not METRICS[name].greater_is_better}
    best = best_cells(table, losses)
    best.loc[:, best.columns.isin(["data sets"])] = ""
    renamed = table.rename(columns={name: f"{name} (less is better)" for name in losses})
    tables = [] if table.empty else [cells(renamed, best)]
    title = "Mean of each metric over the data sets" if _several(panel) else "Mean of each metric"
    terms = [*metrics, *panel["readout"].unique()]
    return section(title, BEST_MEANS, *tables, terms=terms)


def _all_gains(panel: pd.DataFrame) -> Iterator[Section]:
    """Show gains over the first baseline, and closed below it all that goes further."""
    for name in (each for each in BASELINES if each in strategy_names(panel)):
        table = gains_table(panel, name, ENDS) if metric_names(panel) else pd.DataFrame()
        if table.empty:
            continue
        first = name == baseline_of(panel)
        marked = cells(table, gains_table(panel, name, "{clearly}").replace("-", ""))
        about = f"{plus_is_better(panel)}. {GAIN_MEANS}"
        terms = ["gain", "95 % interval", "clearly"]
        yield section(f"Gain over {name}", about, marked, folded=not first, terms=terms)
        title = f"On how many {_units(panel)} better than {name}, and p"
        wins = cells(gains_table(panel, name, WINS))
        yield section(title, WINS_MEAN, wins, folded=True, terms=["p"])
        if first:
            chances = cells(gains_table(panel, name, WITH_CHANCES))
            terms = ["probability of a practical difference"]
            yield section(CHANCES_TITLE.format(name), "", chances, folded=True, terms=terms)


def _confusion(panel: pd.DataFrame, details: Mapping[str, pd.DataFrame]) -> Section:
    confusion = own_details(panel, details).get("confusion")
    if confusion is None or _several(panel):
        return section("")
    matrices = confusion_matrices(confusion)
    group = confusion_group(matrices)
    repeats = confusion["repeat"].nunique()
    if repeats > 1:
        group["about"] += f" A row counts once in each of the {repeats} repeats."
    if any(_is_tuned(name) for name in matrices) or "tuned" in set(panel["readout"]):
        group["about"] += f" {TUNED_MATRIX}"
    n_classes = len(next(iter(matrices.values())))
    if n_classes == 2:
        return as_section({**group, "tables": [_decisions(matrices)], "beside": True})
    wide = n_classes > MAX_NUMBERED_CLASSES
    return as_section({**group, "tables": _rates(matrices), "wide": wide})


def _is_tuned(strategy: str) -> bool:
    return strategy in STRATEGIES and STRATEGIES[strategy].tune_decision


def _decisions(matrices: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Write confusion matrices of two classes as one table."""
    columns = {
        "rare class, found": (1, 1),
        "rare class, missed": (1, 0),
        "others, false alarms": (0, 1),
        "others, left alone": (0, 0),
    }
    table = pd.DataFrame(
        {
            title: {name: f"{int(matrix.to_numpy()[place]):,}" for name, matrix in matrices.items()}
            for title, place in columns.items()
        }
    )
    return cells(table.rename_axis("strategy"))


def _rates(matrices: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Write recall and precision of each class, a row a class, a column a strategy."""
    rates = {name: rates_by_class(matrix) for name, matrix in matrices.items()}
    rows = max((each["rows"] for each in rates.values()), key=lambda rows: rows.sum())
    made = []
    for rate in ("recall", "precision"):
        table = pd.DataFrame({name: each[rate] for name, each in rates.items()})
        shown = table.map(lambda value: f"{value:.3f}").replace("nan", "-")
        best = best_cells(shown.T).T
        shown.insert(0, "rows", rows.map("{:,}".format))
        best.insert(0, "rows", "")
        made.append(cells(shown.rename_axis(f"{rate} of class"), best))
    return made


def _ranks(panel: pd.DataFrame) -> Section:
    table = ranks_table(panel) if _several(panel) else pd.DataFrame()
    if table.empty:
        return section("")
    best = best_cells(table.iloc[:-3], list(table.columns)).reindex(table.index, fill_value="")
    title = "Mean rank over the data sets (1 is best)"
    terms = ["mean rank", "p (Friedman)", "critical difference"]
    return section(title, BEST_MEANS, cells(table, best), terms=terms)


def _effort(panel: pd.DataFrame) -> Iterator[Section]:
    """Put the table of effort beside the figure of class ratios, if there are both."""
    table = effort_table(panel)
    groups = effort_groups(panel)
    title = "Effort on one fold, and class ratio"
    if not table.empty:
        ratios = groups.pop() if groups and "class ratio" in groups[-1]["terms"] else {}
        about, images = ratios.get("about", ""), ratios.get("images", [])
        terms = ["class ratio"]
        yield section(title, about, cells(table), images=images, beside=True, terms=terms)
    yield from groups


def _notes(panel: pd.DataFrame) -> Section:
    table = pd.DataFrame() if _several(panel) else notes_table(panel)
    return section(NOTES_TITLE, "", *([] if table.empty else [cells(table)]), folded=True)


def _by_dataset(panel: pd.DataFrame) -> Iterator[Section]:
    about = "Bold on blue is the best of its row, by however little."
    for title, table in datasets_tables(panel).items():
        yield section(title, about, cells(table, best_cells(table.T).T), folded=True)


def _several(panel: pd.DataFrame) -> bool:
    return len(dataset_names(panel)) > 1


def _units(panel: pd.DataFrame) -> str:
    return "data sets" if _several(panel) else "folds"
