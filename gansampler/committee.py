"""A committee of unlike classifiers: nobody would deploy it, one fast model can learn from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from .encoding import Span, matrix_columns

# What one member learns from, at most; trees differ in which rows these are.
MAX_ROWS = 10_000
# Small tables gain from many trees, large ones cannot wait for them.
FEWEST_TREES, MOST_TREES, ROWS_TIMES_TREES = 25, 100, 250_000


def make_committee(spans: Sequence[Span], n: int) -> VotingClassifier:
    """Make one for n encoded rows: two forests and a logistic regression, by their mean."""
    trees = {
        "n_estimators": int(np.clip(ROWS_TIMES_TREES // n, FEWEST_TREES, MOST_TREES)),
        "min_samples_leaf": 2,
        "bootstrap": True,
        "max_samples": min(n, MAX_ROWS),
    }
    members = {
        "forest": _on_columns(spans, RandomForestClassifier(**trees)),
        "extra_trees": _on_columns(spans, ExtraTreesClassifier(**trees)),
        "logistic": _linear(n),
    }
    return VotingClassifier(list(members.items()), voting="soft")


def _on_columns(spans: Sequence[Span], trees: object) -> Pipeline:
    """Let trees split on a column a span: of single slots of a category they would see little."""
    return make_pipeline(FunctionTransformer(partial(matrix_columns, list(spans))), trees)


def _linear(n: int) -> Pipeline:
    """Make a regression on the encoded rows, on a part of them where there are many."""
    regression = LogisticRegression(C=0.1, tol=1e-3, max_iter=300)
    part = BaggingClassifier(regression, 1, max_samples=min(n, MAX_ROWS), bootstrap=False)
    return make_pipeline(StandardScaler(), part)
