"""The tables of a report, with their titles and words; as text for a page or a terminal."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..axes.metrics import METRICS
from ..statistics.details import rates_by_class
from ..statistics.gains import REFERENCES, paired_gains
from ..statistics.long_table import (
    FALLBACK,
    FOLD,
    PanelKey,
    dataset_names,
    failed_folds,
    metric_names,
    scores_by_dataset,
    scores_by_fold,
    strategy_names,
    values_by_fold,
)
from .sections import Details, MakeSections, Section, Table
from .words import signed

BEST_MEANS = "Bold on blue is the best of its {}, by however little."
# Longer tables of columns are closed at first.
MAX_OPEN_ROWS = 15


def is_of_several(panel: pd.DataFrame) -> bool:
    """Tell whether a panel has more than one data set."""
    return len(dataset_names(panel)) > 1


def _units(panel: pd.DataFrame) -> str:
    return "data sets" if is_of_several(panel) else "folds"


def notes(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Show accuracy and class ratios of one data set, fold by fold."""
    if not is_of_several(panel):
        title = "Mean accuracy, and class ratio (smallest / largest) before and after, fold by fold"
        yield Section(title, tables=[Table(notes_table(panel))], folded=True, in_brief=True)


def notes_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Show mean accuracy, and class ratios "before to after" resampling: strategies by folds."""
    before, after = (values_by_fold(panel, f"ratio_{moment}") for moment in ("before", "after"))
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


def means(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Average each metric over all folds, or over the data sets."""
    table, metrics, losses = means_table(panel), metric_names(panel), _losses(panel)
    best = best_cells(table, losses)
    best.loc[:, best.columns.isin(["data sets", "failed folds"])] = ""
    renamed = table.rename(columns={name: f"{name} (less is better)" for name in losses})
    title = "Mean of each metric" + (" over the data sets" if is_of_several(panel) else "")
    terms = [*metrics, *panel["readout"].unique()]
    shown = [Table(renamed, best)]
    yield Section(title, BEST_MEANS.format("column"), shown, terms=terms, in_brief=True)


def means_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Average each metric: strategies by metrics, after the data sets finished and folds failed."""
    metrics, several = metric_names(panel), is_of_several(panel)
    layout = scores_by_dataset if several else scores_by_fold
    scores = {metric: layout(panel, metric) for metric in metrics}
    table = pd.DataFrame(
        {METRICS[metric].title: scores[metric].mean(axis=1).map(_three) for metric in metrics}
    )
    if metrics and not (failed := failed_folds(panel).sum(axis=1)).empty:
        counts = failed.reindex(table.index, fill_value=0).astype(int)
        table.insert(0, "failed folds", counts.astype(str))
    if metrics and several:
        table.insert(0, "data sets", scores[metrics[0]].count(axis=1).astype(str))
    return table


def failures_in_words(panel: pd.DataFrame) -> list[str]:
    """Say on how many folds each strategy failed, and what they count as."""
    n_folds = len(panel[FOLD].drop_duplicates())
    counts_as = "; they count as no resampling there" if FALLBACK in strategy_names(panel) else ""
    return [
        f"On {count} of {n_folds} folds {name} failed{'' if name == FALLBACK else counts_as}."
        for name, count in failed_folds(panel).sum(axis=1).items()
    ]


def gains_over_references(
    panel: pd.DataFrame, gains: pd.DataFrame, details: Details
) -> Iterator[Section]:
    """Show gains over the first reference, and closed below it all that goes further."""
    for place, (name, own) in enumerate(gains.groupby("reference", sort=False)):
        plus, units = plus_is_better(panel), _units(panel)
        yield Section(
            f"Gain over {name}",
            f"{plus}. {_estimate_means(panel)} {_marks_mean(gains)}",
            [Table(gains_cells(own, ENDS), gains_cells(own, "{clearly}").replace("-", ""))],
            terms=["gain", "95 % interval", "clearly"],
            folded=place > 0,
            in_summary=False,
        )
        title = f"Gain over {name} ({plus}), and on how many {units} better"
        shown = [Table(gains_cells(own))]
        yield Section(title, tables=shown, on_page=False, in_brief=place == 0)
        yield Section(
            f"Mean gain over {name}, on how many {units} better, and p",
            _p_means(panel),
            [Table(gains_cells(own, FURTHER))],
            terms=["gain", "p"],
            folded=True,
            in_summary=False,
        )
        if place == 0:
            yield Section(
                f"Probability in % of being worse than {name} / practically alike / better",
                _borders(panel),
                [Table(gains_cells(own, CHANCES))],
                terms=["probability of a practical difference"],
                folded=True,
                in_summary=False,
            )


def _estimate_means(panel: pd.DataFrame) -> str:
    if is_of_several(panel):
        return (
            "Hodges and Lehmann's estimate over the data sets, which a few of them cannot move "
            "far, and below it the ends of its 95 % interval."
        )
    return "The mean over the folds, and below it the ends of its 95 % interval."


def _marks_mean(gains: pd.DataFrame) -> str:
    """Say in which cells a mark may stand."""
    tested = gains[gains["p_holm"].notna()]
    if tested.empty:
        return "Too few were run to test any of it; all of it describes."
    metrics = " and ".join(METRICS[name].title for name in tested["metric"].unique())
    return (
        f"\u25b2 is clearly better, \u25bc clearly worse. Only {metrics} against "
        f"{' and '.join(tested['reference'].unique())} are tested; all else describes."
    )


def _p_means(panel: pd.DataFrame) -> str:
    test = "Wilcoxon's signed-rank test" if is_of_several(panel) else "the corrected t-test"
    return (
        f"The plain mean; p is that of {test} over {_units(panel)}, for one comparison alone. "
        "Where Holm's p stands below it, it allows for all that are tested of a strategy."
    )


def _borders(panel: pd.DataFrame) -> str:
    """Say for each metric how small a difference is none in practice."""
    ropes = pd.Series({METRICS[m].title: METRICS[m].rope for m in metric_names(panel)})
    parts = [
        f"{rope:g} of {' and '.join(own.index) if place else 'a metric'}"
        for place, (rope, own) in enumerate(ropes.groupby(ropes, sort=False))
    ]
    return f"Practically alike are differences of up to {', but '.join(parts)}."


def _of(column: str, write: Callable[[Any], str]) -> Callable[[dict[Any, Any]], str]:
    return lambda row: write(row[column])


def _signed(value: float) -> str:
    return "-" if np.isnan(value) else signed(value)


def _three(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"


def _share(value: float) -> str:
    return "-" if np.isnan(value) else f"{100 * value:.0f}"


def _p(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}" if value >= 0.001 else "<0.001"


# What a cell may say of a row of `paired_gains`.
FIGURES: dict[str, Callable[[dict[Any, Any]], str]] = {
    **{name: _of(name, _signed) for name in ("gain", "low", "high", "mean", "median")},
    **{name: _of(name, str) for name in ("n", "wins", "ties", "losses", "failed", "clearly")},
    **{name: _of(name, _p) for name in ("p", "p_holm")},
    **{name: _of(name, _share) for name in ("chance_worse", "chance_equal", "chance_better")},
    "star": lambda row: "*" if row["clearly"] else "",
    "holm": lambda row: "" if np.isnan(row["p_holm"]) else f"\nHolm {_p(row['p_holm'])}",
}
BRIEF = "{gain} ({wins}/{n})"
WITH_INTERVAL = "{gain}{star}\n{low}, {high}\n{wins} of {n}\np {p}"
ENDS = "{gain}\n{low}\n{high}"
FURTHER = "{mean}\n{wins} of {n}\np {p}{holm}"
CHANCES = "{chance_worse} / {chance_equal} / {chance_better}"


def gains_cells(gains: pd.DataFrame, cell: str = BRIEF) -> pd.DataFrame:
    """Write gains, strategies (and panels, of several) by metrics; `cell` names `FIGURES`."""
    written = [
        cell.format(**{name: write(row) for name, write in FIGURES.items()}) if row["n"] else "-"
        for row in gains.to_dict("records")
    ]
    titles = gains["metric"].map(lambda name: METRICS[name].title)
    gains = gains.assign(cell=written, metric=titles)
    rows = [name for name in PanelKey._fields if gains[name].nunique() > 1] + ["strategy"]
    table = gains.set_index([*rows, "metric"])["cell"].unstack()
    table = table.reindex(gains.set_index(rows).index.unique())
    return table[list(gains["metric"].unique())].rename_axis(columns=None)


def gains_table(
    results: pd.DataFrame, reference: str, cell: str = BRIEF, **chosen: Iterable[str] | None
) -> pd.DataFrame:
    """Write `paired_gains` of the strategies and metrics that are chosen, see `gains_cells`."""
    return gains_cells(paired_gains(results, reference, **chosen), cell)


def ranks_table(panel: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """Write `mean_ranks` of a panel, strategies by metrics, with p and the number of data sets."""
    table = ranks.pivot(index="strategy", columns="metric", values="mean_rank")
    table = table.reindex([name for name in strategy_names(panel) if name in table.index])
    shown = table.map(lambda rank: "-" if np.isnan(rank) else f"{rank:.2f}")
    shared = ranks.groupby("metric").first()
    shown.loc["p (Iman and Davenport)"] = shared["p_friedman"].map(_p)
    shown.loc["data sets"] = shared["sets"].astype(str)
    ordered = [name for name in metric_names(panel) if name in shown]
    return shown[ordered].rename(columns=lambda name: METRICS[name].title).rename_axis(columns=None)


def by_dataset(panel: pd.DataFrame, gains: pd.DataFrame, details: Details) -> Iterator[Section]:
    """Show the mean of the metrics that no threshold moves on each of several data sets."""
    confirming = [name for name in metric_names(panel) if METRICS[name].confirms]
    for metric in confirming if is_of_several(panel) else []:
        table = scores_by_dataset(panel, metric).T.map(_three)
        shown = Table(table.rename_axis(index="data set", columns=None), best_cells(table.T).T)
        title, about = f"{METRICS[metric].title} on each data set", BEST_MEANS.format("row")
        yield Section(title, about, [shown], folded=True, in_summary=False)


def effort_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Average seconds, rows, class ratio and trees over all folds, a row for each strategy."""
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
        name.replace("_", " "): values_by_fold(panel, name).mean(axis=1).map(form.format)
        for name, form in formats.items()
        if name in set(panel["metric"])
    }
    return pd.DataFrame(columns).replace("nan", "-")


def decisions_table(matrices: Mapping[str, pd.DataFrame]) -> Table:
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
    return Table(table.rename_axis("strategy"))


def rates_tables(matrices: Mapping[str, pd.DataFrame]) -> list[Table]:
    """Write recall and precision of each class, a row a class, a column a strategy."""
    rates = {name: rates_by_class(matrix) for name, matrix in matrices.items()}
    rows = max((each["rows"] for each in rates.values()), key=lambda rows: rows.sum())
    made = []
    for rate in ("recall", "precision"):
        shown = pd.DataFrame({name: each[rate].map(_three) for name, each in rates.items()})
        best = best_cells(shown.T).T
        shown.insert(0, "rows", rows.map("{:,}".format))
        best.insert(0, "rows", "")
        made.append(Table(shown.rename_axis(f"{rate} of class"), best))
    return made


def failures_table(results: pd.DataFrame) -> pd.DataFrame:
    """Count the failed folds of each strategy (data set, learner) by message."""
    failed = results[results["status"] != "ok"]
    where = [name for name in ("dataset", "learner") if results[name].nunique() > 1]
    counts = failed.groupby(["strategy", *where, "status"], sort=False).size()
    table = counts.rename("failed folds").reset_index([*where, "status"])
    return table.rename(columns={"status": "error"})


def rarest_in_words(classes: pd.DataFrame) -> str:
    """Say which class is the rarest, and how rare it is; `classes` is of `rows_by_class`."""
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
    rarity, role = (
        ("rare", "it is the positive class of every score that has one")
        if len(classes) == 2
        else (
            "rarest",
            f"of the {len(classes)} classes, recall, precision and curves speak of this one",
        )
    )
    label, rows, total, share = (*rare[["label", "rows"]].iloc[0], totals.iloc[0], shares.iloc[0])
    return (
        f"The {rarity} class is '{label}', with {rows:,} of {total:,} rows ({share:.1%}); {role}."
    )


def rarest_classes(classes: pd.DataFrame) -> Iterator[Section]:
    """Name the rarest class of each of several data sets."""
    if classes.empty or classes["dataset"].nunique() == 1:
        return
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
    shown = Table(table.rename_axis("data set"))
    yield Section("The rarest class of each data set", tables=[shown], folded=True)


def columns_read(columns: Mapping[str, pd.DataFrame]) -> Iterator[Section]:
    """Show how the columns of each data set were read; closed where there is much to show."""
    n_rows = sum(map(len, columns.values()))
    for name, table in columns.items():
        title = "How the columns were read" + (f": {name}" if len(columns) > 1 else "")
        shown = Table(table.rename_axis("column"))
        yield Section(title, tables=[shown], folded=n_rows > MAX_OPEN_ROWS)


def best_cells(table: pd.DataFrame, lower_is_better: Container[str] = ()) -> pd.DataFrame:
    """Mark the best of each column with "best"; nothing where all are alike."""
    numbers = table.apply(pd.to_numeric, errors="coerce")
    turned = numbers.mul([-1 if name in lower_is_better else 1 for name in table])
    is_best = turned.eq(turned.max()) & (turned.max() > turned.min())
    return pd.DataFrame(np.where(is_best, "best", ""), table.index, table.columns)


def first_reference(panel: pd.DataFrame) -> str | None:
    """Choose what gains are drawn against, if there is anything to hold against it."""
    names = strategy_names(panel)
    return next((name for name in REFERENCES if name in names and len(names) > 1), None)


def plus_is_better(panel: pd.DataFrame) -> str:
    """Say how a gain is to be read."""
    losses = " and ".join(_losses(panel))
    return f"+ is better; of {losses} it is how much lower" if losses else "+ is better"


def _losses(panel: pd.DataFrame) -> list[str]:
    return [METRICS[m].title for m in metric_names(panel) if not METRICS[m].greater_is_better]


def to_markdown(table: pd.DataFrame) -> str:
    """Write a table as Markdown, with columns aligned for a terminal."""
    cells = table.reset_index().astype(str).map(lambda cell: cell.replace("|", "\\|"))
    rows = [list(map(str, cells.columns)), *cells.to_numpy().tolist()]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


SECTIONS: list[MakeSections] = [notes, means, gains_over_references, by_dataset]
