"""Many data sets in one run: trials in several processes or on a cluster, kept as they finish."""

import inspect
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from ..columns import describe_columns
from ..readings import readings_in_lines, warn_of_doubts
from .axes.strategies import STRATEGIES, Strategy, pick_strategies
from .compare import run_trials
from .identity import file_identity, plain
from .store import KEY_COLUMNS, Store
from .tables import Source
from .trial import COLUMNS, Key, Trial

Finished = Generator[Trial, None, None]


LOST = (
    "A worker was ended from outside, most likely for want of memory. What was finished is in the "
    "store, and the same call goes on from there; with fewer jobs at a time each has more memory."
)
# Arguments of `run_trials` that are no settings of a run; the names of data sets tell the protocol.
NO_SETTINGS = ("dataset", "protocol", "verbose", "only")


@dataclass(frozen=True)
class Job:
    """One trial to be run somewhere: all that a process needs which sees the file.

    Parameters
    ----------
    source : Source
        The data set.
    sha256 : str
        What its file held when the run began.
    max_rows : int or None
        How many of its rows count.
    options : mapping
        Keyword arguments of `gansampler.evaluation.run_trials`, `random_state` among them.
    key : tuple
        ``(dataset, strategy, repeat, fold)``.
    strategy : Strategy
        What the name in `key` stands for.
    cells : int
        Rows times columns of the data set, by which jobs are ordered.
    """

    source: Source
    sha256: str
    max_rows: int | None
    options: Mapping[str, Any]
    key: Key
    strategy: Strategy
    cells: int

    def run(self) -> Trial:
        """Run the trial on one thread.

        Returns
        -------
        Trial
            Without the generated rows, which nobody keeps.
        """
        seed = self.options["random_state"]
        X, y = _load_last(self.source, self.sha256, self.max_rows, seed)
        strategies = {self.key[1]: self.strategy}
        with threadpool_limits(1), parallel_config("sequential"):
            (trial,) = run_trials(
                X, y, strategies, **self.options, dataset=self.source.name, only={self.key}
            )
        return Trial(trial.rows, details=trial.details)


@lru_cache(maxsize=1)
def _load_last(
    source: Source, sha256: str, max_rows: int | None, random_state: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Load a table, and keep it until this process is asked for another one."""
    if source.sha256() != sha256:
        raise ValueError(f"{source.path} is not the file that it was when the run began.")
    return source.load(max_rows, random_state=random_state)


def run_tasks(
    data_sets: Iterable[Source | tuple[str, str | Path, str]],
    strategies: Iterable[str] | Mapping[str, Any] | None = None,
    *,
    store: str | Path,
    max_rows: int | None = None,
    n_jobs: int = 1,
    scheduler: str | None = None,
    earlier: pd.DataFrame | None = None,
    random_state: int = 0,
    verbose: int = 0,
    **options: Any,
) -> pd.DataFrame:
    """Benchmark strategies on many data sets, and keep each trial as soon as it is finished.

    What the store holds already is not run again, so a run that was interrupted, by whatever, goes
    on by the same call; so does one that is asked for more data sets, strategies or repeats. Only
    trials in which something failed are run again, and their rows replaced. Every trial runs on one
    thread and has seeds of its own, so that its scores depend neither on `n_jobs` nor on what ran
    before. All data sets have their first repeat before any has its second; within a repeat the
    largest come first, and the small ones fill the gaps at the end. A process holds one table at a
    time.

    Parameters
    ----------
    data_sets : iterable of Source or tuple
        ``(name, path, target)``: what the data set is called in the table, without an @; its CSV,
        parquet or Excel file; and its column of classes.
    strategies : iterable of str, or mapping, or None
        As in `gansampler.evaluation.compare`.
    store : str or Path
        The file that keeps the results, made if it is not there; see
        `gansampler.evaluation.store.Store`.
    max_rows : int, optional
        Cut each data set to a stratified sample of about so many rows, drawn by `random_state`;
        see `gansampler.evaluation.tables.stratified_sample`.
    n_jobs : int, default=1
        How many trials run at the same time, in processes of their own; -1 means one for each core.
        1 runs them in this process.
    scheduler : str, optional
        The address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``. Trials then run on its
        workers, and `n_jobs` does not count. The workers have gansampler installed, and see the
        data files by the same paths; one thread a worker is best.
    earlier : DataFrame, optional
        Results of this very run from elsewhere, such as a parquet file of them: their trials go
        into the store and, unless they failed, are not run again. What they were made with is not
        checked.
    random_state : int, default=0
        Seed of everything.
    verbose : int, default=0
        1 shows how the columns are read, and a progress bar with the time left.
    **options
        `folds`, `repeats`, `learners` and all else that `gansampler.evaluation.compare` takes.

    Returns
    -------
    DataFrame
        All that the store holds, as `gansampler.evaluation.compare` returns it.

    Raises
    ------
    ValueError, OSError, ImportError
        For anything that cannot be benchmarked, on any data set, and for a store that was made with
        other settings; before the first trial.
    ChildProcessError
        If a process is ended from outside in the middle of a trial.
    """
    options["random_state"] = random_state
    if n_jobs == 0:
        raise ValueError("n_jobs=0 runs nothing: give 1 or more, or -1 for one for each core.")
    chosen = pick_strategies(strategies)
    sources = _as_sources(data_sets)
    plans = [_plan(source, chosen, max_rows, options) for source in sources]
    jobs = [job for plan in plans for job in plan.jobs]
    settings = {
        "datasets": {job.key[0]: _identity(job) for job in jobs},
        "strategies": _named(strategies, chosen),
        "max_rows": max_rows,
        **_all_options(options),
    }
    with Store(store, settings) as kept:
        if earlier is not None:
            _take_over(earlier, kept, {job.key for job in jobs})
        kept.describe({plan.source.name: plan.columns for plan in plans})
        done = kept.done()
        todo = sorted((job for job in jobs if job.key not in done), key=_turn)
        if verbose:
            _say_columns(plans, todo)
        run = _run_here(todo, n_jobs) if scheduler is None else _run_on_cluster(todo, scheduler)
        with _progress(jobs, todo, kept.path, verbose) as advance, closing(run) as finished:
            for trial in finished:
                kept.add(trial.key, trial.rows, trial.details)
                advance(trial.key)
        return kept.table()


def _take_over(earlier: pd.DataFrame, kept: Store, keys: set[Key]) -> None:
    """Put the trials of a table into the store; what is there already stays."""
    for _, rows in earlier.groupby(KEY_COLUMNS, sort=False):
        first = rows.iloc[0]
        key = first["dataset"], first["strategy"], int(first["repeat"]), int(first["fold"])
        if key in keys:
            values = rows[COLUMNS].astype(object).where(rows[COLUMNS].notna(), None).to_numpy()
            kept.add(key, [dict(zip(COLUMNS, row, strict=True)) for row in values])


def _turn(job: Job) -> tuple[int, int]:
    _, _, repeat, _ = job.key
    return repeat, -job.cells


def _all_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Spell out what `run_trials` does where nothing was given; leave out what is no setting."""
    parameters = inspect.signature(run_trials).parameters.values()
    defaults = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    options = {**defaults, **given}
    return {name: plain(value) for name, value in options.items() if name not in NO_SETTINGS}


def _as_sources(data_sets: Iterable[Source | tuple[str, str | Path, str]]) -> list[Source]:
    sources = [each if isinstance(each, Source) else Source(*each) for each in data_sets]
    if not sources:
        raise ValueError("There is no data set: give one (name, path, target) or more.")
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"More than one data set is named {', '.join(twice)}: rename one.")
    marked = next((name for name in names if "@" in name), None)
    if marked is not None:
        raise ValueError(
            f"The data set name {marked!r} holds an @, after which results say what a protocol "
            f"did: name it {marked.replace('@', '_')!r}, for example."
        )
    # Other processes may work in other folders.
    return [replace(source, path=Path(source.path).absolute()) for source in sources]


class Plan(NamedTuple):
    """What is to be done on one data set, and what `describe_columns` says of it."""

    source: Source
    jobs: list[Job]
    columns: pd.DataFrame


def _plan(
    source: Source,
    strategies: Mapping[str, Strategy],
    max_rows: int | None,
    options: Mapping[str, Any],
) -> Plan:
    """List the trials of a data set, after it was checked like any other input."""
    try:
        X, y = source.load(max_rows, random_state=options["random_state"])
        keys = run_trials(X, y, strategies, **options, dataset=source.name).keys
    except ValueError as error:
        raise ValueError(f"{source.name}: {error}") from error
    protocol = options.get("protocol") or {}
    settled = {*dict(source.read), protocol.get("group"), protocol.get("time")}
    warn_of_doubts(X, settled, source.name)
    sha256 = source.sha256()
    jobs = [Job(source, sha256, max_rows, options, key, strategies[key[1]], X.size) for key in keys]
    return Plan(source, jobs, describe_columns(X))


def _say_columns(plans: Iterable[Plan], todo: Iterable[Job]) -> None:
    """Say how the columns are read of those data sets that are not done."""
    names = {job.source.name for job in todo}
    for plan in plans:
        if plan.source.name in names:
            tqdm.write(readings_in_lines(plan.columns, plan.source.name), file=sys.stderr)


def _identity(job: Job) -> dict[str, Any]:
    """Tell a data set from any other of its name, wherever its file lies."""
    source = job.source
    how = {"read": dict(source.read), "sep": source.sep, "encoding": source.encoding}
    given = {name: value for name, value in how.items() if value}  # older stores know none of them
    return {"sha256": job.sha256, "target": source.target, "drop": list(source.drop), **given}


def _named(wanted: Any, chosen: Mapping[str, Strategy]) -> dict[str, Any]:
    """Say what each strategy is: its own name, or what a user put behind a name."""
    given = wanted if isinstance(wanted, Mapping) else {}
    meant = {name: given.get(name, name) for name in chosen}
    return {
        name: file_identity(value) if _is_file(value) else plain(value)
        for name, value in meant.items()
    }


def _is_file(strategy: Any) -> bool:
    return isinstance(strategy, str) and strategy.endswith(".py") and strategy not in STRATEGIES


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
            bar.set_description_str(f"{finished:,}/{len(jobs):,} trials, {key[0]}", refresh=False)
            bar.update(cells[key])

        yield advance


def _run_here(jobs: list[Job], n_jobs: int) -> Finished:
    """Run jobs in processes, and hand out each trial as soon as it is there."""
    # Batches of one: what is finished is handed over at once.
    parallel = Parallel(
        n_jobs,
        return_as="generator_unordered",
        batch_size=1,
        initializer=_at_the_start(os.getpid()),
    )
    try:
        with _children_hear_no_interruption():
            finished = parallel(delayed(Job.run)(job) for job in jobs)
        yield from finished
    except BrokenProcessPool as error:
        raise ChildProcessError(LOST) from error


@contextmanager
def _children_hear_no_interruption() -> Iterator[None]:
    """Leave an interruption from the keyboard, which reaches all processes, to this one.

    Processes that are started in here would otherwise end with a traceback each.
    """
    if threading.current_thread() is not threading.main_thread():  # others may not choose
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which children inherit
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@cache
def _at_the_start(parent: int) -> Callable[[], None]:
    """Give what a worker does first: it sees to it that it ends with its parent, however that ends.

    It would otherwise finish its trial for nobody, on a core that the run which goes on needs.
    """

    # A function in a function is sent as a whole: nothing that takes seconds is imported before.
    def start() -> None:
        import os
        import threading
        import time

        def watch() -> None:
            while os.getppid() == parent:
                time.sleep(1)
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()

    return start


def _run_on_cluster(jobs: list[Job], scheduler: str) -> Finished:
    """Run jobs on the workers of a Dask scheduler; what a worker had that is lost is run again."""
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise ImportError(
            'A cluster needs distributed: install it by pip install "gansampler[cluster]".'
        ) from error
    paths = {job.source.path for job in jobs}
    with Client(scheduler, set_as_default=False) as client:
        _check_workers(client, paths)
        futures = as_completed(client.map(Job.run, jobs, pure=False), loop=client.loop)
        try:
            yield from (future.result() for future in futures)
        except KilledWorker as error:
            raise ChildProcessError(LOST) from error


def _check_workers(client: Any, paths: set[str | Path]) -> None:
    missing = client.run(_missing, paths)
    if not missing:
        raise ValueError(
            f"{client.scheduler.address} has no workers: start some by "
            f"dask worker {client.scheduler.address} --nthreads 1."
        )
    for worker, names in missing.items():
        if names:
            raise ValueError(
                f"The worker {worker} does not see {', '.join(names)}: the files must lie on a "
                "disk that all workers share, under the same paths."
            )


def _missing(paths: Iterable[str | Path]) -> list[str]:
    return sorted(str(path) for path in paths if not Path(path).exists())
