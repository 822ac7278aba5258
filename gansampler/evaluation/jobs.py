"""One trial as it is sent to where it runs: the table, how it is cut, and what is asked of it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd
from joblib import parallel_config
from threadpoolctl import threadpool_limits

from ..columns import check_features
from ..targets import check_target
from .axes.learners import Learner
from .axes.metrics import Metric
from .axes.readouts import Readout
from .axes.strategies import Strategy
from .splits import Splits, Variant
from .tables import DataSet
from .trial import Fold, Key, Trial, run_trial


class Wanted(NamedTuple):
    """What is asked of each trial, beside its strategy."""

    learners: Mapping[str, Learner]
    readouts: Mapping[str, Readout]
    metrics: Mapping[str, Metric]

    @property
    def stops_early(self) -> bool:
        """Whether any learner needs rows that are set aside."""
        return any(learner.stops_early for learner in self.learners.values())


@dataclass(frozen=True)
class Table:
    """A data set as any process can load and cut it again; `told` tells it from all others."""

    told: str
    data: DataSet = field(compare=False)
    prefix: str = field(compare=False)
    identity: Mapping[str, Any] = field(compare=False)
    max_rows: int | None = field(compare=False)
    protocol: Mapping[str, Any] = field(compare=False)
    folds: int = field(compare=False)
    random_state: int = field(compare=False)

    def load(self) -> tuple[pd.DataFrame, pd.Series]:
        """Read what was there when the run began, and check it like any other input."""
        if self.data.path is not None and self.data.sha256() != self.identity["sha256"]:
            raise ValueError(f"{self.data.path} is not the file that it was when the run began.")
        X, y = self.data.load(self.max_rows, random_state=self.random_state)
        X = check_features(X)
        return X, check_target(y, n_rows=len(X), folds=self.folds)

    @contextmanager
    def naming_errors(self) -> Iterator[None]:
        """Say of which data set it was that something cannot be used."""
        try:
            yield
        except ValueError as error:
            raise ValueError(f"{self.prefix}{error}") from error


def table_of(data: DataSet, prefix: str, **how: Any) -> Table:
    """Say how a data set is to be loaded and cut, and tell it from all others."""
    identity = data.identity()
    if data.path is not None:  # other processes may work in other folders
        data = replace(data, table=data.path)
    return Table(repr((identity, how)), data, prefix, identity, **how)


@lru_cache(maxsize=1)
def splits_of(table: Table) -> Splits:
    """Load and cut a table, and keep it until this process is asked for another one."""
    X, y = table.load()
    return Splits(X, y, table.protocol, folds=table.folds, random_state=table.random_state)


@lru_cache(maxsize=1)
def fold_of(table: Table, repeat: int, fold: int, variant: Variant) -> Fold:
    """Make a fold, and keep it for the next strategy."""
    splits = splits_of(table)
    split = splits.make(repeat, fold, variant)
    return Fold(splits.X, splits.y, splits.classes, split, table.random_state)


@dataclass(frozen=True)
class Job:
    """One trial to be run somewhere: all that a process needs which sees the table.

    By `cells`, rows times columns, jobs are ordered; where they run `apart` from each other, each
    has one thread.
    """

    table: Table
    key: Key
    strategy: Strategy
    wanted: Wanted
    cells: int
    apart: bool

    @property
    def variant(self) -> Variant:
        """What the protocol is to do."""
        return Variant(self.key.protocol, self.key.minority_rows)

    def turn(self) -> tuple[int, int]:
        """Repeat by repeat, the large tables first."""
        return self.key.repeat, -self.cells

    def run(self) -> Trial:
        """Run the trial."""
        with ExitStack() as limits:
            if self.apart:
                limits.enter_context(threadpool_limits(1))
                limits.enter_context(parallel_config("sequential"))
            fold = fold_of(self.table, self.key.repeat, self.key.fold, self.variant)
            name, dataset = self.key.strategy, self.key.dataset
            return run_trial(name, self.strategy, fold, *self.wanted, dataset)
