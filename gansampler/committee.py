"""A committee of unlike classifiers: nobody would deploy it, one fast model can learn from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from .encoding import Span, matrix_columns

# What one tree learns from, at most, and beyond which there are trees alone.
MAX_ROWS = 10_000
# Small tables gain from many trees, large ones cannot wait for them.
FEWEST_TREES, MOST_TREES, ROWS_TIMES_TREES = 25, 100, 250_000


def make_committee(spans: Sequence[Span], n: int) -> VotingClassifier:
    """Make one for n encoded rows: two forests and, of few rows, a logistic regression; by mean."""
    trees = {
        "n_estimators": int(np.clip(ROWS_TIMES_TREES // n, FEWEST_TREES, MOST_TREES)),
        "min_samples_leaf": 2,
        "bootstrap": True,
        "max_samples": min(n, MAX_ROWS),
    }
    members = {
        "forest": _on_columns(spans, RandomForestClassifier(**trees)),
        "extra_trees": _on_columns(spans, ExtraTreesClassifier(**trees)),
    }
    if n <= MAX_ROWS:  # with more, trees learn all that it could add
        regression = LogisticRegression(C=0.1, tol=1e-3, max_iter=300)
        members["logistic"] = make_pipeline(_plain(StandardScaler()), regression)
    return VotingClassifier(list(members.items()), voting="soft")


def _on_columns(spans: Sequence[Span], trees: Any) -> Pipeline:
    """Let trees split on a column a span: of single slots of a category they would see little."""
    columns = FunctionTransformer(partial(matrix_columns, list(spans)))
    return make_pipeline(_plain(columns), trees)


def _plain(transformer: Any) -> Any:
    """Let it give arrays, whatever the user has told scikit-learn to give."""
    return transformer.set_output(transform="default")
