"""The comparison: every strategy on the same folds, of one table or many, as a long table."""

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from ..columns import describe_columns
from ..containers import as_pandas
from ..readings import readings_in_lines, warn_of_doubts
from .axes.learners import pick_learners
from .axes.metrics import pick_metrics
from .axes.readouts import pick_readouts
from .axes.strategies import STRATEGIES, Strategy, pick_strategies
from .identity import file_identity, plain
from .jobs import Job, Table, Wanted, fold_of, splits_of, table_of
from .splits import PROTOCOLS, Split
from .store import Store
from .tables import DataSet, stratified_sample
from .trial import Key
from .workers import run_jobs

# A table of so many rows is folded three times over unless told otherwise, a larger one once.
SMALL, REPEATS_OF_SMALL = 5000, 3
# So many rows of a table are kept, for generated ones to be held against.
MAX_LOOK = 2000


def compare(
    data: Any,
    y: Any = None,
    strategies: Iterable[str] | Mapping[str, Any] | None = None,
    *,
    learners: Iterable[str] | Mapping[str, Any] = ("xgboost_tuned",),
    readouts: Iterable[str] = ("as_is",),
    folds: int = 5,
    repeats: int | None = None,
    protocol: Mapping[str, Any] | None = None,
    metrics: Iterable[str] | None = None,
    params: Mapping[str, Any] | None = None,
    dataset: str = "data",
    max_rows: int | None = None,
    random_state: int = 0,
    store: str | Path | Store | None = None,
    n_jobs: int = 1,
    scheduler: str | None = None,
    verbose: int = 0,
) -> pd.DataFrame:
    """Score strategies against imbalance by stratified cross-validation with learners behind them.

    Only rows of the training part reach a sampler, an encoder or early stopping. For a learner that
    stops early, 15 % of the training part are set aside before resampling (by the protocols
    "group" and "time" whole groups, or the latest rows); others get all of it.
    All strategies see the same folds and the same rows set aside. A strategy resamples once for all
    learners that are given the same rows.

    With a store each trial, which is one strategy on one fold, is kept as soon as it is finished.
    What the store holds already is not run again, so a run that was interrupted, by whatever, goes
    on by the same call; so does one that is asked for more data sets, strategies or repeats. Only
    trials in which something failed are run again, and their rows replaced. Every trial has seeds
    of its own, so that its scores depend neither on `n_jobs` nor on what ran before. All data sets
    have their first repeat before any has its second; within a repeat the largest come first, and
    the small ones fill the gaps at the end. A process holds one table at a time.

    Parameters
    ----------
    data : DataFrame or array of shape (n, columns), DataSet, or iterable of DataSet
        With `y`, the features: numbers, dates, text and categories, holes allowed; no infinities.
        Without it one data set or several, of different names; a tuple ``(name, path, target)`` is
        one as well.
    y : array-like of shape (n,), (n, 1), or one-hot of shape (n, classes), optional
        Classes, each of at least `folds` rows. Samplers and learners get plain numbers, booleans or
        text, whatever the container.
    strategies : iterable of str, or mapping, or None
        Names out of `gansampler.evaluation.STRATEGIES`, or a mapping from a name of your own to an
        object with ``fit_resample``, to a `Strategy`, or to such a name. None means those that
        are compared by default; of the others some need one more package.
    learners : iterable of str, or mapping, default=("xgboost_tuned",)
        Names out of `gansampler.evaluation.LEARNERS`, or import paths of classifiers such as
        "sklearn.linear_model.LogisticRegression"; or a mapping from a name of your own to one of
        these, or to a classifier. Classifiers get categories as columns of 0 and 1, and quantities
        without holes and scaled.
    readouts : iterable of str, default=("as_is",)
        Names out of `gansampler.evaluation.READOUTS`: "as_is", "tuned" (the decision is tuned by
        inner cross-validation, which resamples and fits five times more), "prior_corrected"
        (the probabilities are taken back to the class shares before resampling).
    folds : int, default=5
        Number of folds.
    repeats : int, optional
        How often the rows are shuffled and folded anew. None means 3 for one table of up to 5,000
        rows that is not held out by time, and 1 for all else: one repeat of a small table can
        rarely tell strategies apart.
    protocol : mapping, optional
        How the table is cut or thinned instead of plain stratified folds, see
        `gansampler.evaluation.PROTOCOLS`: ``{"group": column}`` holds out groups as a whole,
        ``{"time": column}`` later rows; in both the column is no feature.
        ``{"imbalance_ratio": r}`` and ``{"minority_sizes": [20, 50]}`` take rows of the smallest
        class out of the training parts alone; these go with each of the others.
    metrics : iterable of str or None
        Names out of `gansampler.evaluation.METRICS`; None means those that are taken by default.
    params : mapping, optional
        Parameters of the learners, beside or instead of their own: ``name`` for all of them, or
        ``learner__name`` for one.
    dataset : str, default="data"
        The name that goes into the table, with `y`.
    max_rows : int, optional
        Cut each data set to a stratified sample of about so many rows, drawn by `random_state`.
    random_state : int, default=0
        Seed of everything.
    store : str, Path or Store, optional
        The file that keeps the results, made if it is not there. None keeps nothing. For the report
        it holds some generated rows as well, and up to 2,000 real ones of each table.
    n_jobs : int, default=1
        How many trials run at the same time, in processes of their own; -1 means one for each core.
        1 runs them in this process. With a store, or more jobs than one, each has one thread.
    scheduler : str, optional
        The address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``. Trials then run on its
        workers, and `n_jobs` does not count. The workers have gansampler installed, and see the
        data files by the same paths; one thread a worker is best.
    verbose : int, default=0
        1 shows how the columns are read, and a progress bar with the time left.

    Returns
    -------
    DataFrame
        All that the store holds, or else the results of this call: one row for each data set,
        protocol, strategy, learner, readout, repeat (from 1), fold (from 1) and metric.
        `protocol` is what was done beside plain stratified folds, such as "time=year", and
        `minority_rows` how many rows of the smallest class `minority_sizes` has left. `seconds` is
        what they took on that fold from resampling to the labels, with the resampling that a
        strategy does once for several learners; `status` is "ok", or the error that stopped the
        strategy with this learner on this fold, in one row without a metric. Beside the metrics
        that were asked for there are, once for each learner with the readout "as_is",

        - ``seconds_resample``, ``seconds_fit``;
        - ``rows_before``, ``rows_after``: rows to be fitted, before and after resampling;
        - ``ratio_before``, ``ratio_after``: smallest class divided by largest class in them;
        - ``rows_train``, ``rows_test``: all rows of the training part, and those that are scored;
        - ``trees``: how many trees XGBoost predicts with.

    Raises
    ------
    ValueError, OSError
        For anything that cannot be benchmarked, on any data set, and for a store that was made with
        other settings; before the first training.
    ImportError
        If a strategy needs a package that is not installed; before the first training, too.
    ChildProcessError
        If a process is ended from outside in the middle of a trial.

    Examples
    --------
    >>> from gansampler.datasets import load_winequality_red4
    >>> from gansampler.evaluation import compare
    >>> X, y = load_winequality_red4()
    >>> params = {"n_estimators": 20}
    >>> table = compare(X, y, ["none", "smote"], folds=3, repeats=1, params=params)
    >>> sorted(table["strategy"].unique())
    ['none', 'smote']
    """
    _check_numbers(n_jobs, repeats, random_state)
    chosen = pick_strategies(strategies)
    wanted = Wanted(pick_learners(learners, params), pick_readouts(readouts), pick_metrics(metrics))
    apart = n_jobs != 1 or scheduler is not None or _is_file_of_results(store)
    how = {"max_rows": max_rows, "folds": folds, "random_state": random_state}
    tables = [
        table_of(
            each, "" if y is not None else f"{each.name}: ", protocol=dict(protocol or {}), **how
        )
        for each in _as_data_sets(data, y, dataset)
    ]
    repeats = _enough_repeats(tables) if repeats is None else repeats
    plans = [_plan(table, chosen, wanted, repeats, apart) for table in tables]
    jobs = [job for plan in plans for job in plan.jobs]
    settings = {
        "datasets": {table.data.name: table.identity for table in tables},
        "strategies": _named(strategies, chosen),
        "protocols": list(dict.fromkeys(job.variant for job in jobs)),
        **{"learners": learners, "readouts": readouts, "repeats": repeats, "metrics": metrics},
        **{"params": params, **how},
    }
    with _opened(store, plain(settings)) as kept:
        kept.describe(*_descriptions(plans, wanted))
        done = kept.done()
        todo = sorted((job for job in jobs if job.key not in done), key=Job.turn)
        if verbose:
            _say_columns(plans, todo)
        files = [table.data.path for table in tables if table.data.path is not None]
        run = run_jobs(Job.run, todo, n_jobs=n_jobs, scheduler=scheduler, files=files)
        with _progress(jobs, todo, kept.path, verbose) as advance, closing(run) as finished:
            for trial in finished:
                kept.add(trial)
                advance(trial.key)
        return kept.frame()


def _check_numbers(n_jobs: int, repeats: int | None, random_state: Any) -> None:
    if n_jobs == 0:
        raise ValueError("n_jobs=0 runs nothing: give 1 or more, or -1 for one for each core.")
    if repeats is not None and repeats < 1:
        raise ValueError(f"repeats={repeats} leaves nothing to do: give 1 or more.")
    if not (isinstance(random_state, (int, np.integer)) and random_state >= 0):
        raise ValueError(f"The seed must be a whole number from 0, but is {random_state!r}.")


def _is_file_of_results(store: str | Path | Store | None) -> bool:
    """Tell a run that may go on elsewhere, so that its scores must not depend on the threads."""
    path = store.path if isinstance(store, Store) else store
    return path is not None and str(path) != ":memory:"


def _as_data_sets(data: Any, y: Any, name: str) -> list[DataSet]:
    if y is not None:
        return [DataSet(name, data, y=y)]
    if isinstance(as_pandas(data), (pd.DataFrame, np.ndarray)):
        raise ValueError("y is missing: give the classes, or a DataSet that names their column.")
    given = [data] if isinstance(data, DataSet) else list(data)
    sets = [each if isinstance(each, DataSet) else DataSet(*each) for each in given]
    if not sets:
        raise ValueError("There is no data set: give one (name, path, target) or more.")
    names = [each.name for each in sets]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"More than one data set is named {', '.join(twice)}: rename one.")
    return sets


def _enough_repeats(tables: list[Table]) -> int:
    if len(tables) > 1:
        return 1
    with tables[0].naming_errors():
        splits = splits_of(tables[0])
    return REPEATS_OF_SMALL if len(splits.X) <= SMALL and not splits.hold_out.ordered else 1


class Plan(NamedTuple):
    """What is to be done on one data set, and what there is to say of it."""

    table: Table
    jobs: list[Job]
    columns: pd.DataFrame
    look: tuple[pd.DataFrame, pd.Series]
    facts: dict[str, str]


def _plan(
    table: Table, strategies: Mapping[str, Strategy], wanted: Wanted, repeats: int, apart: bool
) -> Plan:
    """List the trials of a data set; whatever cannot be followed is refused here."""
    with table.naming_errors():
        splits = splits_of(table)
        keys = splits.keys(repeats)
    name, read = table.data.name, dict(table.data.read)
    if table.data.path is not None:
        held_out_by = {table.protocol.get(each) for each in PROTOCOLS if PROTOCOLS[each].hold_out}
        warn_of_doubts(splits.whole, {*read, *held_out_by}, name)
    if wanted.stops_early:
        _say_if_unstopped(splits.make(*key) for key in keys)
    jobs = [
        Job(
            table,
            Key(name, *variant, strategy, repeat, fold),
            strategies[strategy],
            wanted,
            splits.whole.size,
            apart,
        )
        for repeat, fold, variant in keys
        for strategy in strategies
    ]
    kept = stratified_sample(splits.y, MAX_LOOK, random_state=0)
    look = splits.X.iloc[kept], splits.y.iloc[kept]
    return Plan(table, jobs, describe_columns(splits.whole), look, _facts(splits.whole, splits.y))


def _say_if_unstopped(splits: Iterable[Split]) -> None:
    if any(len(split.validation) == 0 for split in splits):
        warnings.warn(
            "No early stopping: in some fold no rows of two classes or more can be set aside, so "
            "XGBoost grows all its trees.",
            stacklevel=5,
        )


def _facts(X: pd.DataFrame, y: pd.Series) -> dict[str, str]:
    counts = y.value_counts()
    target = "" if y.name is None else f" beside the target {y.name!r}"
    return {
        "rows and columns": f"{len(X):,} rows, {X.shape[1]} columns{target}",
        "classes": ", ".join(f"{label} ({count:,})" for label, count in counts.items()),
    }


def _descriptions(plans: list[Plan], wanted: Wanted) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what there is to say of tables and learners, and some rows of each table."""
    facts = {
        "columns": {plan.table.data.name: plan.columns for plan in plans},
        "tables": {plan.table.data.name: plan.facts for plan in plans},
        "learners": {name: plain(each.params) for name, each in wanted.learners.items()},
    }
    return facts, {plan.table.data.name: plan.look for plan in plans}


def _say_columns(plans: list[Plan], todo: list[Job]) -> None:
    """Say how the columns are read of those data sets that are not done."""
    names = {job.key.dataset for job in todo}
    for plan in plans:
        if plan.table.data.name in names:
            said = readings_in_lines(plan.columns, plan.table.data.name)
            tqdm.write(said, file=sys.stderr)


def _named(wanted: Any, chosen: Mapping[str, Strategy]) -> dict[str, Any]:
    """Say what each strategy is: its own name, or what a user put behind a name."""
    given = wanted if isinstance(wanted, Mapping) else {}
    meant = {name: given.get(name, name) for name in chosen}
    return {
        name: file_identity(value) if _is_file(value) else value for name, value in meant.items()
    }


def _is_file(strategy: Any) -> bool:
    return isinstance(strategy, str) and strategy.endswith(".py") and strategy not in STRATEGIES


@contextmanager
def _opened(store: str | Path | Store | None, settings: Mapping[str, Any]) -> Iterator[Store]:
    """Open a store, unless it is open; tables are kept in memory no longer than the run goes on."""
    try:
        if isinstance(store, Store):
            store.go_on(settings)
            yield store
        else:
            with Store(":memory:" if store is None else store, settings) as kept:
                yield kept
    finally:
        fold_of.cache_clear()
        splits_of.cache_clear()


@contextmanager
def _progress(
    jobs: list[Job], todo: list[Job], path: Path, verbose: int
) -> Iterator[Callable[[Key], None]]:
    """Show how far a run is, and the time left, for which a trial counts by its data set's size."""
    cells = {job.key: job.cells for job in jobs}
    finished = len(jobs) - len(todo)
    if verbose and finished:
        tqdm.write(f"{finished:,} of {len(jobs):,} trials are in {path} already.", file=sys.stderr)
    with tqdm(
        total=sum(cells.values()),
        initial=sum(cells.values()) - sum(job.cells for job in todo),
        bar_format="{percentage:3.0f}%|{bar}| {desc} [{elapsed} passed, {remaining} left]",
        smoothing=0,
        disable=not verbose,
    ) as bar:

        def advance(key: Key) -> None:
            nonlocal finished
            finished += 1
            bar.set_description_str(
                f"{finished:,}/{len(jobs):,} trials, {key.dataset}", refresh=False
            )
            bar.update(cells[key])

        yield advance
