"""Judging the rows that a sampler generates of a class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length
from threadpoolctl import threadpool_limits

from ..containers import as_pandas
from ..encoding import TableEncoder, as_frame
from ..metrics._rows import alike_frames, check_count, check_enough
from ..seeding import numpy_generator
from ..targets import Target, take
from .figures import MIN_ROWS, Kinds, figures_of
from .report import QualityReport
from .ways import (
    Drawn,
    draw,
    duplicates,
    held_out_half,
    is_fitted,
    is_sampler,
    smote,
    train_and_draw,
)

# More rows of a kind cost time, and tell little more.
MAX_ROWS = 1_000
DUPLICATES, SMOTE, REAL = "duplicates", "SMOTE", "real held-out rows"


def quality_report(
    sampler: Any,
    X: Any,
    y: Any,
    *,
    label: Any = None,
    held_out: Any = None,
    n: int | None = None,
    random_state: Any = 0,
) -> QualityReport:
    """Say how good the rows are that a sampler generates of a class, beside those of other ways.

    A sampler that is not fitted is fitted here, a copy of it, on one half of the rows of each
    class. The other half of the class is held out: generated rows are compared with a part of it,
    and so is the rest of it, which shows what a perfect generator would reach. Duplicates and SMOTE
    have the same rows to start from.

    A fitted sampler, or rows, may have learnt from all of `X`. They are compared with the rows of
    `held_out`, if you give any that were never seen. Without them they are compared with the rows
    that they were learnt from, and copies look better than they are; the figures of the duplicates
    show how much.

    Parameters
    ----------
    sampler : sampler, or dataframe or array-like of shape (m, n_features)
        With ``fit_resample`` and ``sampling_strategy``, as those of this package and of
        imbalanced-learn, or with ``fit`` and ``sample``; or else generated rows of the class.
    X : dataframe or array-like of shape (n_samples, n_features)
        The rows; those that `sampler` was fitted on, if it is.
    y : array-like of shape (n_samples,)
        Their classes.
    label : object, default=None
        The class; None is the smallest.
    held_out : dataframe or array-like of shape (n_held_out, n_features), default=None
        Rows of the class that are not in `X`, 12 or more.
    n : int, default=None
        How many rows to generate; None is as many as they are compared with, and 1,000 at most.
    random_state : int, Generator or None, default=0
        Seed of all that is drawn, and of the sampler where that has none.

    Returns
    -------
    QualityReport

    Raises
    ------
    ValueError
        If the class is not there or has too few rows (24, of which half are held out), or the
        tables do not fit together; what the sampler raises, too.

    Examples
    --------
    >>> from gansampler import JitterOverSampler, quality_report
    >>> from gansampler.datasets import load_winequality_red4
    >>> X, y = load_winequality_red4()
    >>> report = quality_report(JitterOverSampler(), X, y)
    >>> list(report.frame.index)
    ['JitterOverSampler', 'duplicates', 'SMOTE', 'real held-out rows']
    """
    sampler, X, held_out = as_pandas(sampler), as_pandas(X), as_pandas(held_out)
    X, labels, label = _checked(sampler, X, y, label, held_out, n)
    rng = numpy_generator(random_state)
    seed = int(rng.integers(2**31))
    needs_fit = is_sampler(sampler) and not is_fitted(sampler, label)
    if needs_fit and held_out is None:
        X, labels, held_out = _parted(X, labels, label, rng)
    training = take(X, np.flatnonzero(labels == label))
    size = n or min(MAX_ROWS, len(training) if held_out is None else len(held_out) // 2)
    if needs_fit:
        drawn = train_and_draw(sampler, X, labels, label, size, seed)
    else:
        drawn = draw(sampler, size, label) if is_sampler(sampler) else Drawn(sampler)
    real, fresh = _real_rows(training, held_out, rng)
    encoder = _encoder(sampler, real)
    ways = _ways(drawn, real.training, n or MAX_ROWS, encoder, rng)
    # Of so few rows more threads take longer, above all where the cores are busy.
    with threadpool_limits(1, user_api="openmp"):
        found = {name: figures_of(rows, real, encoder, seed) for name, rows in ways.items()}
        if fresh is not None:
            # They are one half of the held-out rows: the other is what they are compared with.
            real_to_them = real._replace(held_out=real.compared)
            found[REAL] = figures_of(_some(fresh, size, rng), real_to_them, encoder, seed)
    return _reported(found, label, real, len(ways[_name(drawn)]), drawn.sampler)


def _checked(
    sampler: Any, X: Any, y: Any, label: Any, held_out: Any, n: int | None
) -> tuple[Any, NDArray[Any], Any]:
    """Check all that comes in; give the rows, their labels, and that of the class to look at."""
    if n is not None:
        check_count("n", n, MIN_ROWS)
    X, target = X if isinstance(X, pd.DataFrame) else np.asarray(X), Target(y)
    check_consistent_length(X, target.labels)
    label = _class_called(label, target)
    _check_class(target.labels == label, label, MIN_ROWS)
    rows = None if is_sampler(sampler) else sampler
    tables = {"X": X, "generated": rows, "held_out": held_out}
    frames = alike_frames({name: each for name, each in tables.items() if each is not None})
    least = {"generated": MIN_ROWS, "held_out": 2 * MIN_ROWS}
    for name, frame in frames.items():
        check_enough(name, frame, least.get(name, 1))
    return X, target.labels, label


def _class_called(label: Any, target: Target) -> Any:
    """Find the class; None is the smallest."""
    classes = target.classes.tolist()
    if label is None:
        return classes[np.bincount(target.codes).argmin()]
    if label not in classes:
        raise ValueError(f"label={label!r} is not a class; the classes are {classes}.")
    return label


def _check_class(own: NDArray[np.bool_], label: Any, least: int, why: str = "to be judged") -> None:
    if own.sum() < least:
        raise ValueError(
            f"Class {label!r} has {own.sum()} rows, and a report needs {least} of them, {why}. "
            "Choose another `label`."
        )


def _parted(
    X: Any, labels: NDArray[Any], label: Any, rng: np.random.Generator
) -> tuple[Any, NDArray[Any], Any]:
    """Give rows to learn from, their labels, and the held-out rows of one class."""
    own = labels == label
    _check_class(own, label, 4 * MIN_ROWS, "of which half are held out")
    learnt, kept_back = held_out_half(labels, rng)
    return take(X, learnt), labels[learnt], take(X, kept_back[own[kept_back]])


def _real_rows(
    training: Any, held_out: Any, rng: np.random.Generator
) -> tuple[Kinds, pd.DataFrame | None]:
    """Part held-out rows: one half to compare with, the other to stand for a perfect generator."""
    learnt = as_frame(training)
    if held_out is None:
        return Kinds(learnt, None, _some(learnt, MAX_ROWS, rng)), None
    kept = as_frame(held_out)
    halves = np.array_split(rng.permutation(len(kept)), 2)
    compared, fresh = (take(kept, half[:MAX_ROWS]) for half in halves)
    return Kinds(learnt, kept, compared), fresh


def _some(rows: pd.DataFrame, most: int, rng: np.random.Generator) -> pd.DataFrame:
    return take(rows, rng.permutation(len(rows))[:most])


def _encoder(sampler: Any, real: Kinds) -> TableEncoder:
    """Fit an encoder on all real rows, the columns read as the sampler reads them."""
    which = getattr(sampler, "categorical_features", "auto")
    seen = [rows for rows in (real.training, real.held_out) if rows is not None]
    return TableEncoder(which).fit(pd.concat(seen, ignore_index=True))


def _ways(
    drawn: Drawn,
    training: pd.DataFrame,
    most: int,
    encoder: TableEncoder,
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Give as many rows of every way, by its name, as there are generated ones, `most` at most."""
    rows = _some(as_frame(drawn.rows), most, rng)
    return {
        _name(drawn): rows,
        DUPLICATES: duplicates(training, len(rows), rng),
        SMOTE: smote(training, len(rows), encoder, rng),
    }


def _name(drawn: Drawn) -> str:
    name = "generated rows" if drawn.sampler is None else type(drawn.sampler).__name__
    return f"{name}, yours" if name == SMOTE else name


def _reported(
    found: dict[str, tuple[dict[str, float], pd.Series]],
    label: Any,
    real: Kinds,
    n_rows: int,
    sampler: Any,
) -> QualityReport:
    """Put together what was found of each way."""
    history = getattr(sampler, "history_", None)
    return QualityReport(
        frame=pd.DataFrame({name: figures for name, (figures, _) in found.items()}).T,
        by_column=pd.DataFrame({name: gaps for name, (_, gaps) in found.items()}),
        label=label,
        n_training=len(real.training),
        n_held_out=0 if real.held_out is None else len(real.held_out),
        n_rows=n_rows,
        collapsed=history[-1].get("collapsed") if history else None,
    )
