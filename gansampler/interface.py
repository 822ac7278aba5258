"""What all samplers do at their door: take words, tables and targets, and give back their like."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import Signature, signature
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from imblearn.base import BaseSampler
from imblearn.utils import check_sampling_strategy
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted, validate_data

from .columns import check_columns, check_unique
from .containers import as_pandas, emptied, of_other_library, put_below
from .encoding import as_frame
from .sizes import check_new_rows
from .targets import Target
from .warm_start import goes_on
from .words import instead_of, refuse_unknown_words


class TableSampler(BaseSampler):
    """The door of a sampler.

    Warning: this class should not be used directly. A sampler overrides ``_fit_resample(X,
    target)``, from a frame or an array and a `Target` to rows and their labels, an array.
    """

    def __init_subclass__(cls, **words: Any) -> None:
        """Show the signature of the constructor; that of ``__new__`` would hide it from help."""
        super().__init_subclass__(**words)
        _, *others = signature(cls.__init__).parameters.values()
        cls.__signature__ = Signature(others)

    def __new__(cls, *args: Any, **words: Any) -> Any:
        """Look at the words that the constructor is given; its signature stays as it is written."""
        refuse_unknown_words(cls, words)
        return super().__new__(cls)

    def set_params(self, **params: Any) -> Any:
        """Set parameters, and those of objects in them as ``<parameter>__<its parameter>``.

        Parameters
        ----------
        **params : dict
            New values by name.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If there is no such parameter; the message says what comes near.
        """
        known = self._get_param_names()
        for word in params:
            name, _, inner = word.partition("__")
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}.{instead_of(name, known)} "
                    f"Valid parameters are: {known}."
                )
            owner = params.get(name, getattr(self, name))
            if inner and not hasattr(owner, "set_params"):
                raise ValueError(
                    f"{word!r} cannot be set, for {name}={owner!r} has no parameters: set {name} "
                    f"to an object that has {inner!r}."
                )
        return super().set_params(**params)

    def fit(self, X: Any, y: Any) -> Any:
        """Check rows, classes and parameters. Nothing is learnt: that is up to `fit_resample`.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,), (n_samples, 1), or one-hot (n_samples, n_classes)
            Their classes.

        Returns
        -------
        self : estimator
        """
        with whole_fit(self):
            self._check(X, y)
        return self

    def fit_resample(self, X: Any, y: Any, **params: Any) -> tuple[Any, Any]:
        """Learn from the rows, and put new ones under them.

        Parameters
        ----------
        X : dataframe or array-like of shape (n_samples, n_features)
            The rows: numbers, categories, text, dates, booleans, with or without missing values.
            Dataframes are those of pandas, of polars or Arrow (with pyarrow), and others that
            narwhals knows.
        y : array-like of shape (n_samples,), (n_samples, 1), or one-hot (n_samples, n_classes)
            Their classes: numbers, text, booleans, categories, or anything that can be sorted.
        **params : dict
            Nothing: other samplers take metadata here, and these refuse it. Of a pipeline, give
            weights to the learner behind the sampler.

        Returns
        -------
        X_resampled : dataframe or ndarray of shape (n_samples_new, n_features)
            The rows of ``X``, untouched, then the new ones class by class.
        y_resampled : array-like of n_samples_new rows
            Their classes, in the container, with the name and the dtype of ``y``.

        Raises
        ------
        ValueError
            If the rows, the classes or a parameter cannot be used; before any training starts.
        TypeError
            If the rows are a sparse matrix, a network of your own is no ``torch.nn.Module``, a
            callback cannot be called, or a keyword is given; as early.
        FloatingPointError
            If training diverged.
        """
        if params:
            raise TypeError(
                f"{type(self).__name__}.fit_resample takes X and y alone, not {sorted(params)}: "
                "all rows count alike here. Give weights to the learner that is fitted on what "
                "comes back, where new rows have none of their own but `sample_weight_`."
            )
        with whole_fit(self):
            rows, target = self._check(X, y)
            X_new, labels = self._fit_resample(rows, target)
            return like(X, X_new), target.restore(labels)

    def _in_container(self, rows: Any) -> Any:
        """Give new rows (n, columns) in the container of those that were fitted."""
        return rows if self._container_ is None else put_below(self._container_, rows)

    def _check(self, X: Any, y: Any) -> tuple[Any, Target]:
        """Check all that comes in; give a frame or an array, and the target."""
        self._validate_params()
        target = Target(y)
        self._container_ = emptied(X)
        X = _checked_rows(self, as_pandas(X))
        check_consistent_length(X, target.labels)
        self.sampling_strategy_ = self._rows_wanted(target)
        return X, target

    def _rows_wanted(self, target: Target) -> dict[Any, int]:
        """Tell how many new rows of each class are wanted."""
        return rows_wanted(self.sampling_strategy, target, self.n_features_in_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags

    def _check_resampled(self, attribute: str) -> None:
        words = "has learnt nothing yet: call fit_resample first. fit only checks its input."
        check_is_fitted(self, attribute, msg=f"This %(name)s {words}")


def _checked_rows(estimator: Any, X: Any) -> Any:
    if isinstance(X, pd.DataFrame):
        check_unique(X.columns, "X")
        for n, name in zip(X.shape, ("sample", "feature"), strict=True):
            if n == 0:
                raise ValueError(
                    f"Found array with 0 {name}(s) (shape={X.shape}) while a minimum of 1 is "
                    "required."
                )
        validate_data(estimator, X=X, reset=True, skip_check_array=True)
    else:
        X = validate_data(estimator, X=X, reset=True, dtype=None, ensure_all_finite="allow-nan")
    check_columns(as_frame(X))
    return X


def rows_wanted(strategy: Any, target: Target, width: int = 1) -> dict[Any, int]:
    """Read a sampling strategy: how many new rows of each class it names, by label.

    More rows of so many columns than there is memory for are refused.
    """
    wanted = _rows_named(strategy, target)
    asked = f"sampling_strategy={strategy!r}"
    way_out = "ask for fewer rows, or cap them: Enlarge(..., max_rows=50_000)"
    check_new_rows(sum(wanted.values()), width, asked, way_out)
    return wanted


def _rows_named(strategy: Any, target: Target) -> dict[Any, int]:
    if isinstance(strategy, (str, Real)):  # it names no class, and any kind of label will do
        wanted = check_sampling_strategy(strategy, target.codes, "over-sampling")
        return {target.classes[code]: int(n) for code, n in wanted.items()}
    if len(target.classes) > 1:
        strategy = _asked_for(strategy, target)
    wanted = check_sampling_strategy(strategy, target.labels, "over-sampling")
    return {label: int(n) for label, n in wanted.items()}


def _asked_for(strategy: Any, target: Target) -> dict[Any, Any]:
    """Give the rows that classes are to have, by a mapping or a function that makes one."""
    asked = strategy(target.labels) if callable(strategy) else strategy
    if not isinstance(asked, Mapping):
        raise TypeError(
            f"sampling_strategy={strategy!r} must give a dict from classes to numbers of rows; it "
            f"gave {asked!r}."
        )
    for label, n in asked.items():
        number = n.item() if isinstance(n, np.generic) else n
        if not isinstance(number, (int, float)) or not abs(number) <= sys.maxsize or number % 1:
            raise ValueError(
                f"sampling_strategy asks for {n!r} rows of class {label!r}: give a whole number, "
                f"of {sys.maxsize} at most."
            )
    return dict(asked)


def like(X: Any, rows: Any) -> Any:
    """Give rows (m, columns), of which the first are X, in its container, with its dtypes."""
    if of_other_library(X) is not None:
        return put_below(X, rows.iloc[len(X) :])
    if isinstance(X, list):
        return np.asarray(rows).tolist()
    if not isinstance(X, pd.DataFrame):
        return rows
    frame = pd.DataFrame(rows, columns=X.columns).reset_index(drop=True)
    return frame if frame.dtypes.equals(X.dtypes) else frame.astype(X.dtypes)


@contextmanager
def whole_fit(estimator: Any) -> Iterator[None]:
    """Drop what an earlier fit has learnt; if this one fails or is interrupted, what it has.

    With ``warm_start`` what was learnt earlier is there for the fit, and comes back if that fails.
    """
    earlier = _learnt(estimator) if goes_on(estimator) else {}
    try:
        if not earlier:
            _forget(estimator)
        yield
    except BaseException:  # an interrupted fit, too, must not look like a finished one
        _forget(estimator)
        vars(estimator).update(earlier)
        raise


def _learnt(estimator: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(estimator).items() if name.endswith("_")}


def _forget(estimator: Any) -> None:
    for name in _learnt(estimator):
        delattr(estimator, name)
