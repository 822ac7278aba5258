"""Over-samplers of the package smote-variants behind imbalanced-learn's interface."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler


class VariantOverSampler(BaseOverSampler):
    """One of the over-samplers of smote-variants, class by class.

    They know of two classes alone. So each class that wants rows is told from all others together.
    Some of them generate more or fewer rows than they are asked for, or none at all from a class of
    a few rows.

    Parameters
    ----------
    variant : str, default="ProWSyn"
        The name of its class in ``smote_variants``.
    params : dict, optional
        Its parameters, beside ``proportion`` and ``random_state``.
    sampling_strategy : float, str, dict or callable, default="auto"
        As in imbalanced-learn.
    random_state : int or None, default=None
        Seed.
    """

    _parameter_constraints = {
        **BaseOverSampler._parameter_constraints,
        "variant": [str],
        "params": [dict, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        variant: str = "ProWSyn",
        params: dict[str, Any] | None = None,
        *,
        sampling_strategy: Any = "auto",
        random_state: int | None = None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.variant = variant
        self.params = params
        self.random_state = random_state

    def _fit_resample(self, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import smote_variants

        variant = getattr(smote_variants, self.variant)
        rows, labels = [X], [y]
        with _quiet(logging.getLogger("smote_variants")):
            for label, wanted in self.sampling_strategy_.items():
                inside = y == label
                # Of what is missing to the size of all others together; one half for rounding down.
                proportion = (wanted + 0.5) / (len(y) - 2 * inside.sum())
                sampler = variant(
                    proportion=proportion, random_state=self.random_state, **(self.params or {})
                )
                values, _ = sampler.sample(X, inside.astype(int))
                rows.append(values[len(X) :])
                labels.append(np.full(len(values) - len(X), label, dtype=y.dtype))
        return np.vstack(rows), np.concatenate(labels)


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keep a logger from speaking of every call, and put it back."""
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
