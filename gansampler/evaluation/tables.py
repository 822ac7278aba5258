"""The data sets of a run: where each lies, what is to be told by it, and how many rows of it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..tables import parse_table, split_target

# Of each class at least so many rows are kept, or all that it has.
FEWEST_ROWS = 20


@dataclass(frozen=True)
class Source:
    """A table in a file, which any process that sees the file can load.

    Parameters
    ----------
    name : str
        What the table is called in results.
    path : str or Path
        CSV, parquet or Excel file, see `gansampler.tables.read_table`.
    target : str
        The column of classes.
    drop : tuple of str, default=()
        Columns to leave out.
    read : tuple of (str, str), default=()
        Columns and what their values are, "number", "date" or "category", if not what they look
        like.
    sep, encoding : str, optional
        Those of a CSV, if they are not what `gansampler.tables.read_table` takes them for.
    """

    name: str
    path: str | Path
    target: str
    drop: tuple[str, ...] = ()
    read: tuple[tuple[str, str], ...] = ()
    sep: str | None = None
    encoding: str | None = None

    def load(
        self, max_rows: int | None = None, *, random_state: int = 0
    ) -> tuple[pd.DataFrame, pd.Series]:
        """Read the file, or a stratified sample of its rows, without a word about its columns.

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
        table = parse_table(self.path, sep=self.sep, encoding=self.encoding)
        X, y = split_target(table, self.target, self.drop, dict(self.read))
        if max_rows is None:
            return X, y
        kept = stratified_sample(y, max_rows, random_state=random_state)
        return X.iloc[kept], y.iloc[kept]

    def sha256(self) -> str:
        """Compute the SHA-256 of the file, by which its content is told from any other.

        Returns
        -------
        str
            64 hexadecimal digits.
        """
        digest = hashlib.sha256()
        with open(self.path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def stratified_sample(y: pd.Series, max_rows: int, *, random_state: int) -> np.ndarray:
    """Draw rows so that each class keeps its share, but at least 20 rows or all that it has.

    Parameters
    ----------
    y : Series of n rows
        Classes.
    max_rows : int
        How many rows to draw; a few more or less by rounding, and more where small classes keep
        their 20. All rows stay if there are no more than that.
    random_state : int
        Seed.

    Returns
    -------
    ndarray of int
        Sorted row positions.

    Raises
    ------
    ValueError
        If `max_rows` is less than 1.
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
