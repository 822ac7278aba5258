"""CTGAN and TVAE of the package ctgan as over-samplers."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import pandas as pd

from ..tables import classes_by_frequency, code_labels
from .filled import FilledTable

CLASS = "class"
ROWS_A_DRAW = 1000
# A class that comes this seldom is taken for one that the model does not generate.
MOST_DRAWS_A_ROW = 100


class TableSynthesizer(ABC):
    """A synthesizer as an over-sampler, up to the size of the largest class.

    It works on a copy in which holes are filled (see `FilledTable`); the new rows are stacked under
    the original ones, which keep their holes.

    Parameters
    ----------
    random_state : int
        Seed.
    **params
        Parameters of the synthesizer.
    """

    def __init__(self, random_state: int, **params: Any) -> None:
        self.random_state = random_state
        self.params = params

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Add rows until all classes are as large as the largest.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Numbers, dates, categories and text, with or without holes.
        y : Series of n rows
            The class of each row.

        Returns
        -------
        X_resampled : DataFrame of shape (n + new, columns)
            The rows of `X`, then the new ones.
        y_resampled : Series of n + new rows

        Raises
        ------
        RuntimeError
            If the synthesizer hardly ever generates a class that wants rows.
        """
        X, y = X.reset_index(drop=True), y.reset_index(drop=True)
        classes = classes_by_frequency(y)
        codes = code_labels(y, classes)
        missing = np.bincount(codes).max() - np.bincount(codes)
        if not missing.any():
            return X, y
        table = FilledTable(X)
        values = self._generate(table, codes, {c: n for c, n in enumerate(missing) if n})
        labels = pd.Series(classes.repeat(missing), name=y.name).astype(y.dtype)
        return (
            pd.concat([X, table.decode(values)], ignore_index=True),
            pd.concat([y, labels], ignore_index=True),
        )

    @abstractmethod
    def _generate(
        self, table: FilledTable, codes: np.ndarray, wanted: dict[int, int]
    ) -> np.ndarray:
        """Give so many new rows (all of them, width) of each class, class by class."""

    def _fit(self, model: Any, table: pd.DataFrame, discrete: list[str]) -> Any:
        model = model(**self.params)
        model.set_random_state(self.random_state)
        model.fit(table, discrete)
        return model


class TableCTGAN(TableSynthesizer):
    """CTGAN, trained on all rows with their class as one more column.

    It is asked for a class, follows that in part of the rows, and is asked until there are enough.
    """

    def _generate(
        self, table: FilledTable, codes: np.ndarray, wanted: dict[int, int]
    ) -> np.ndarray:
        from ctgan import CTGAN

        frame, discrete = _as_frame(table)
        model = self._fit(CTGAN, frame.assign(**{CLASS: codes}), [*discrete, CLASS])
        return np.vstack([_draw_class(model, code, n) for code, n in wanted.items()])


class TableTVAE(TableSynthesizer):
    """TVAE, trained on the rows of each class apart.

    It cannot be asked for a class, and if it is trained on all rows it hardly ever generates a
    small one. A class of one row is duplicated.
    """

    def _generate(
        self, table: FilledTable, codes: np.ndarray, wanted: dict[int, int]
    ) -> np.ndarray:
        from ctgan import TVAE

        frame, discrete = _as_frame(table)
        new_rows = []
        for code, n in wanted.items():
            own = frame[codes == code]
            if len(own) > 1:
                new_rows.append(self._fit(TVAE, own.reset_index(drop=True), discrete).sample(n))
            else:
                new_rows.append(own.loc[own.index.repeat(n)])
        return np.vstack(new_rows).astype(np.float64)


def _as_frame(table: FilledTable) -> tuple[pd.DataFrame, list[str]]:
    """Name the columns of a filled table, and say which are discrete."""
    names = np.array([f"x{place}" for place in range(table.values.shape[1])], dtype=object)
    return pd.DataFrame(table.values, columns=names), names[table.is_code].tolist()


def _draw_class(model: Any, code: int, n: int) -> np.ndarray:
    """Draw until there are n rows (n, width) of a class."""
    found: list[np.ndarray] = []
    n_found = n_drawn = 0
    while n_found < n:
        if n_drawn >= max(n * MOST_DRAWS_A_ROW, 10 * ROWS_A_DRAW):
            raise RuntimeError(
                f"CTGAN generated {n_found} of {n} rows of a class in {n_drawn} draws: it has not "
                "learnt that class."
            )
        rows = model.sample(ROWS_A_DRAW, CLASS, code)
        rows = rows[rows[CLASS] == code].drop(columns=CLASS)
        found.append(rows.to_numpy(dtype=np.float64))
        n_found, n_drawn = n_found + len(rows), n_drawn + ROWS_A_DRAW
    return np.vstack(found)[:n]
