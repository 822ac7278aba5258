"""The data sets of a run: where each lies, what is to be told by it, and how many rows of it."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from ..columns import check_features
from ..containers import as_pandas
from ..tables import parse_table, split_target
from ..targets import check_classes

# Of each class at least so many rows are kept, or all that it has.
FEWEST_ROWS = 20


@dataclass(frozen=True, eq=False)
class DataSet:
    """A table whose rows belong to classes, in a file or in memory.

    Parameters
    ----------
    name : str
        What the table is called in results.
    table : str, Path, DataFrame or array
        A CSV, parquet or Excel file, see `gansampler.tables.read_table`, which any process that
        sees it can load; or a frame with the column of classes; or, with `y`, the features.
    target : str, optional
        The column of classes, unless `y` is given.
    drop : tuple of str, default=()
        Columns to leave out, beside a target.
    read : tuple of (str, str), default=()
        Columns and what their values are, "number", "date" or "category", if not what they look
        like; beside a target.
    sep, encoding : str, optional
        Those of a CSV, if they are not what `gansampler.tables.read_table` takes them for.
    y : array-like, optional
        The classes, where the table does not hold them.

    Raises
    ------
    ValueError
        If it has neither a target nor `y`.
    """

    name: str
    table: Any
    target: str | None = None
    drop: tuple[str, ...] = ()
    read: tuple[tuple[str, str], ...] = ()
    sep: str | None = None
    encoding: str | None = None
    y: Any = None

    def __post_init__(self) -> None:
        if self.target is None and self.y is None:
            raise ValueError(
                f"The data set {self.name!r} has no classes: give y, or the name of their column."
            )

    @property
    def path(self) -> Path | None:
        """Where the file is, from the root."""
        return Path(self.table).absolute() if isinstance(self.table, (str, Path)) else None

    def load(
        self, max_rows: int | None = None, *, random_state: int = 0
    ) -> tuple[pd.DataFrame, pd.Series]:
        """Read the table, or a stratified sample of its rows, without a word about its columns.

        Parameters
        ----------
        max_rows : int, optional
            Keep about so many rows, see `stratified_sample`. None keeps all.
        random_state : int, default=0
            Seed of the sample.

        Returns
        -------
        X : DataFrame of shape (n, columns)
            The features.
        y : Series of n rows
            The classes.

        Raises
        ------
        ValueError, OSError
            As `gansampler.tables.read_table` and `gansampler.tables.split_target` do.
        """
        X, y = self._whole()
        if max_rows is None:
            return X, y
        kept = stratified_sample(y, max_rows, random_state=random_state)
        return X.iloc[kept], y.iloc[kept]

    def _whole(self) -> tuple[pd.DataFrame, pd.Series]:
        if self.y is not None:
            target = check_classes(self.y)
            return check_features(self.table), pd.Series(target.labels, name=target.name)
        table = as_pandas(self.table)
        if self.path is not None:
            table = parse_table(self.table, sep=self.sep, encoding=self.encoding)
        return split_target(table, self.target, self.drop, dict(self.read))

    def identity(self) -> dict[str, Any]:
        """Tell it from any other of its name, wherever its file lies, in plain data."""
        how = {"read": dict(self.read), "sep": self.sep, "encoding": self.encoding}
        given = {name: value for name, value in how.items() if value}
        return {"sha256": self.sha256(), "target": self.target, "drop": list(self.drop), **given}

    def sha256(self) -> str:
        """Hash the bytes of the file, or what is in memory: text by which the content is told."""
        if self.path is None:
            return joblib.hash((as_pandas(self.table), as_pandas(self.y)))
        if not self.path.exists():
            raise FileNotFoundError(
                f"There is no file {str(self.table)!r} (looked in {Path.cwd()})."
            )
        digest = hashlib.sha256()
        with open(self.table, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def stratified_sample(y: pd.Series, max_rows: int, *, random_state: int) -> np.ndarray:
    """Draw rows, as sorted positions, so that each class keeps its share.

    It keeps 20 at least, or all that it has. All rows stay if there are no more than `max_rows`.
    """
    if max_rows < 1:
        raise ValueError(f"max_rows={max_rows} leaves no row: give 1 or more.")
    share = max_rows / len(y)
    if share >= 1:
        return np.arange(len(y))
    rng = np.random.default_rng(random_state)
    codes, _ = pd.factorize(y)
    kept = []
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        wanted = max(FEWEST_ROWS, round(share * len(rows)))
        kept.append(rng.permutation(rows)[:wanted])
    return np.sort(np.concatenate(kept))


def classes_by_frequency(y: pd.Series) -> pd.Index:
    """List the classes, the most frequent first; equals come in the order of their names.

    The code of a class is its place, and so 1 of two classes is the minority.
    """
    counts = Counter(y.tolist())
    ordered = sorted(counts, key=lambda label: (-counts[label], str(label)))
    return pd.Index(ordered, dtype=object)


def code_labels(y: pd.Series, classes: pd.Index) -> np.ndarray:
    """Give the code (n,) of each row's class; -1 for a class that is not among `classes`."""
    return classes.get_indexer(pd.Index(y, dtype=object))
