"""A table and back: frame or array <-> float32 matrix in rank space.

Numbers become the normal scores of their mid-ranks, categories become one-hot blocks, and the holes
of a numeric column become a block of their own beside it. Whatever comes back was seen in the
table.

A compact row has one number a span: a score stays as it is, a block is the place of its one. Rows
are kept so, for a thousand categories make a wide row a thousand numbers long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._indexing import _get_column_indices
from sklearn.utils.validation import check_is_fitted

from .columns import kind_of, plain, to_numbers
from .containers import as_pandas

Matrix = NDArray[np.float32]

# Beyond this many categories the rarest share one slot; decoding draws among them by frequency.
MAX_SLOTS = 256


class Span(NamedTuple):
    """Columns ``start`` to ``stop`` (left out) of an encoded row: "number", "category", "missing".

    A number is one column in rank space, a category a one-hot block. A missing block has the two
    slots (present, missing) and speaks of the number right before it.
    """

    start: int
    stop: int
    kind: str


class TableEncoder(TransformerMixin, BaseEstimator):
    r"""Encode the rows of a table as float32 vectors in rank space, and decode them again.

    A value :math:`v` of a numeric column with :math:`n` present values becomes the normal score of
    its mid-rank [1]_,

    .. math:: z(v) = \Phi^{-1}\left(\frac{\#\{x < v\} + \frac{1}{2} \#\{x = v\}}{n}\right),

    and decoding takes the observed value whose share of ranks holds :math:`\Phi(z)`. Ordered
    categories, dates and time differences are numbers here; nominal categories are one-hot. Which
    columns are nominal is said by `categorical_features`, as it is to the samplers; ``spans_`` says
    what the columns of the encoded matrix mean.

    References
    ----------
    .. [1] T. M. Beasley, S. Erickson, D. B. Allison (2009). Rank-based inverse normal
       transformations are increasingly used, but are they merited? Behavior Genetics 39, 580-595.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.encoding import TableEncoder
    >>> table = pd.DataFrame({"size": [1.0, 2.0, None], "kind": ["a", "b", "a"]})
    >>> encoder = TableEncoder().fit(table)
    >>> [span.kind for span in encoder.spans_]
    ['number', 'missing', 'category']
    >>> encoder.inverse_transform(encoder.transform(table)).equals(table)
    True
    """

    def __init__(self, categorical_features: Any = "auto") -> None:
        self.categorical_features = categorical_features

    def fit(self, X: Any, y: Any = None) -> TableEncoder:
        """Learn the values of each column of a table, missing ones among them."""
        frame = as_frame(X)
        nominal = set(nominal_columns(X, frame, self.categorical_features))
        self._dtype_ = None if isinstance(X, pd.DataFrame) else np.asarray(X).dtype
        self._like_ = frame.iloc[:0]
        self.n_features_in_ = frame.shape[1]
        self._encoders_ = [
            _column_encoder(frame.iloc[:, i], i in nominal) for i in range(frame.shape[1])
        ]
        blocks = [block for encoder in self._encoders_ for block in encoder.blocks]
        stops = accumulate(width for _, width in blocks)
        self.spans_ = [Span(b - n, b, kind) for (kind, n), b in zip(blocks, stops, strict=True)]
        return self

    @property
    def width_(self) -> int:
        """Number of columns of the encoded matrix."""
        check_is_fitted(self, "spans_")
        return self.spans_[-1].stop if self.spans_ else 0

    def transform(self, X: Any) -> Matrix:
        """Encode rows as one finite, C-contiguous matrix ``(n, width_)``.

        A number that was not seen lies between its neighbours, such a category has an empty block.
        """
        return widen(self.spans_, self.compact(X))

    def compact(self, X: Any) -> Matrix:
        """Encode rows as one compact matrix (n, spans); a category that was not seen is -1."""
        check_is_fitted(self, "spans_")
        frame = as_frame(X)
        n = frame.shape[1]
        if n != self.n_features_in_:
            raise ValueError(
                f"X has {n} columns, but the encoder was fitted on {self.n_features_in_}."
            )
        C = np.empty((len(frame), len(self.spans_)), dtype=np.float32)
        for i, (encoder, part) in enumerate(self._parts(C)):
            encoder.encode(frame.iloc[:, i], out=part)
        return C

    def snap(self, Z: Matrix) -> Matrix:
        """Move rows ``(n, width_)`` to where ``transform`` puts the rows that they decode to."""
        return widen(self.spans_, self.snap_compact(matrix_columns(self.spans_, Z)))

    def snap_compact(self, C: Matrix) -> Matrix:
        """Move the scores of compact rows (n, spans) to observed ones."""
        snapped = C.copy()
        for encoder, part in self._parts(snapped):
            encoder.snap(part)
        return snapped

    def inverse_transform(self, Z: Matrix, rng: np.random.Generator | None = None) -> Any:
        """Decode rows ``(n, width_)`` into the container, columns and dtypes of the table.

        Among the categories that share a slot, ``rng`` draws; None takes the most frequent.
        """
        check_is_fitted(self, "spans_")
        return self.restore(matrix_columns(self.spans_, Z), rng)

    def restore(self, C: Matrix, rng: np.random.Generator | None = None) -> Any:
        """Decode compact rows (n, spans); see `inverse_transform`."""
        columns = (encoder.decode(part, rng) for encoder, part in self._parts(C))
        if self._dtype_ is not None:
            X = np.empty((len(C), self.n_features_in_), dtype=self._dtype_)
            for i, column in enumerate(columns):
                X[:, i] = column
            return X
        # Of objects that are dates, say, pandas would make another dtype unless it is named.
        like, index = zip(columns, self._like_.dtypes, strict=True), pd.RangeIndex(len(C))
        series = (pd.Series(values, index, dtype) for values, dtype in like)
        return pd.DataFrame(dict(enumerate(series)), index).set_axis(self._like_.columns, axis=1)

    def _parts(self, C: Matrix) -> Iterator[tuple[Any, Matrix]]:
        """Pair the encoder of each column of the table with its part of compact rows."""
        stop = 0
        for encoder in self._encoders_:
            start, stop = stop, stop + len(encoder.blocks)
            yield encoder, C[:, start:stop]


def as_frame(X: Any) -> pd.DataFrame:
    """Give any table as a frame, without changing ``X``."""
    X = as_pandas(X)
    if isinstance(X, pd.DataFrame):
        return X
    X = np.asarray(X)
    if X.dtype.kind == "O":  # of which pandas 3 would make text and dates
        return pd.DataFrame(X, dtype=object)
    # pandas takes numbers in the byte order of the machine only.
    return pd.DataFrame(X.astype(X.dtype.newbyteorder("="), copy=False))


def nominal_columns(X: Any, frame: pd.DataFrame, categorical_features: Any) -> list[int]:
    """List the places of the columns to treat as nominal categories, in their order.

    ``X`` is the table as the user gave it, for only a frame knows names; `as_frame` made ``frame``.
    """
    inferred = [i for i in range(frame.shape[1]) if kind_of(frame.iloc[:, i]) == "category"]
    must = [i for i in inferred if plain(frame.iloc[:, i]).dtype.kind != "b"]
    if categorical_features is None:
        return must
    if isinstance(categorical_features, str) and categorical_features == "auto":
        return inferred
    try:
        wanted = np.asarray(categorical_features).tolist()
        named = _get_column_indices(X if isinstance(X, pd.DataFrame) else frame, wanted)
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise ValueError(
            f"categorical_features={categorical_features!r} does not fit a table of "
            f"{frame.shape[1]} columns: {error}. Give names of columns, indices from 0 to "
            f"{frame.shape[1] - 1}, a boolean mask with one entry a column, 'auto' or None."
        ) from error
    return sorted({*must, *(int(i) % frame.shape[1] for i in named)})


def _column_encoder(column: pd.Series, nominal: bool) -> NumberEncoder | CategoryEncoder:
    if nominal or plain(column).isna().all():
        return CategoryEncoder(column)
    return NumberEncoder(column)


class NumberEncoder:
    """One ordered column, some value of it present: numbers, dates, ordered categories."""

    def __init__(self, column: pd.Series) -> None:
        keys = to_numbers(plain(column))
        present = ~np.isnan(keys)
        unique, first, counts = np.unique(keys[present], return_index=True, return_counts=True)
        rows = np.flatnonzero(present)[first]
        self.values = column.iloc[rows].array.copy()
        self.keys = unique
        share = np.cumsum(counts) / counts.sum()
        self.scores = ndtri(share - counts / counts.sum() / 2).astype(np.float32)
        # A score belongs to the value whose interval of ranks holds it.
        self.edges = ndtri(share[:-1]).astype(np.float32)
        self.missing = None if present.all() else column[~present].iloc[0]
        self.has_missing = not bool(present.all())
        self.blocks = [("number", 1)] + ([("missing", 2)] if self.has_missing else [])

    def encode(self, column: pd.Series, out: Matrix) -> None:
        """Write the scores of a column, and whether it is missing, into ``out``."""
        keys = to_numbers(plain(column))
        missing = np.isnan(keys)
        out[:, 0] = np.where(missing, 0, np.interp(keys, self.keys, self.scores))
        if self.has_missing:
            out[:, 1] = missing

    def snap(self, part: Matrix) -> None:
        """Put the nearest observed scores in the place of others."""
        part[:, 0] = self.scores[np.searchsorted(self.edges, part[:, 0])]
        if self.has_missing:
            part[part[:, 1] == 1, 0] = 0

    def decode(self, part: Matrix, rng: np.random.Generator | None) -> Any:
        """Give the values that the scores stand for, as a pandas array."""
        codes = np.searchsorted(self.edges, part[:, 0])
        if self.has_missing:
            codes[part[:, 1] == 1] = -1
        return _take(self.values, codes, self.missing)


class CategoryEncoder:
    """One nominal column of hashable values, missing ones being a category of their own."""

    def __init__(self, column: pd.Series) -> None:
        labels = _labels(column)
        codes, _ = pd.factorize(labels)  # -1 is missing
        present = np.flatnonzero(codes >= 0)
        _, first, counts = np.unique(codes[present], return_index=True, return_counts=True)
        by_frequency = np.argsort(-counts, kind="stable")
        rows = present[first[by_frequency]]
        self.values = column.iloc[rows].array.copy()
        self.counts = counts[by_frequency]
        self.index = pd.Index(labels.iloc[rows].astype(object), dtype=object)
        self.n_slots = min(len(self.values), MAX_SLOTS)
        self.has_missing = bool((codes < 0).any())
        self.missing = column[codes < 0].iloc[0] if self.has_missing else None
        self.blocks = [("category", self.n_slots + self.has_missing)]

    def encode(self, column: pd.Series, out: Matrix) -> None:
        """Write the slots of a column into ``out``."""
        labels = _labels(column)
        codes = self.index.get_indexer(pd.Index(labels.astype(object), dtype=object))
        slots = np.minimum(codes, self.n_slots - 1)
        out[:, 0] = np.where(labels.notna(), slots, self.n_slots if self.has_missing else -1)

    def snap(self, part: Matrix) -> None:
        """Leave slots as they are: all were observed."""

    def decode(self, part: Matrix, rng: np.random.Generator | None) -> Any:
        """Give the categories of slots, as a pandas array."""
        codes = np.maximum(part[:, 0], 0).astype(np.intp)
        missing = np.flatnonzero(codes == self.n_slots)
        shared = np.flatnonzero(codes == self.n_slots - 1)
        if rng is not None and len(self.values) > self.n_slots and len(shared):
            rare = self.counts[self.n_slots - 1 :]
            codes[shared] += rng.choice(len(rare), size=len(shared), p=rare / rare.sum())
        codes[missing] = -1
        return _take(self.values, codes, self.missing)


def _labels(column: pd.Series) -> pd.Series:
    """Give the values of a nominal column by which its categories are told apart."""
    # Some of the objects, dates among text say, could look like a quantity for themselves.
    return column if pd.api.types.is_object_dtype(column.dtype) else plain(column)


def _take(values: Any, codes: NDArray[np.intp], missing: Any) -> Any:
    """Pick values by code, -1 being the column's own missing value."""
    hole = codes < 0
    if not hole.any():
        return values.take(codes)
    if not pd.api.types.is_object_dtype(values.dtype):
        return values.take(codes, allow_fill=True)
    taken = np.full(len(codes), missing, dtype=object)  # None stays None, NaT stays NaT
    taken[~hole] = values.to_numpy()[codes[~hole]]
    return taken


def matrix_columns(spans: Sequence[Span], Z: Matrix) -> Matrix:
    """Make rows (n, width) compact, (n, n_spans): blocks become the place of their strongest slot.

    Learners that split on single columns see more in such rows. Numbers alone are not copied.
    """
    if all(kind == "number" for _, _, kind in spans):
        return np.asarray(Z, dtype=np.float32)
    columns = np.empty((len(Z), len(spans)), dtype=np.float32)
    for i, (start, stop, kind) in enumerate(spans):
        columns[:, i] = Z[:, start] if kind == "number" else Z[:, start:stop].argmax(axis=1)
    return columns


def widen(spans: Sequence[Span], C: Matrix) -> Matrix:
    """Undo `matrix_columns`: make compact rows (n, n_spans) wide, (n, width).

    Numbers alone are not copied, and where there is -1 a block stays empty.
    """
    if all(kind == "number" for _, _, kind in spans):
        return C
    Z = np.zeros((len(C), spans[-1].stop), dtype=np.float32)
    for (start, _, kind), column in zip(spans, C.T, strict=True):
        if kind == "number":
            Z[:, start] = column
        else:
            known = np.flatnonzero(column >= 0)
            Z[known, start + column[known].astype(np.intp)] = 1
    return Z


def missing_mask(spans: Sequence[Span], C: Matrix) -> NDArray[np.bool_]:
    """Tell where compact rows have holes, a column for each number that had some in the table."""
    return C[:, [span.kind == "missing" for span in spans]] == 1
