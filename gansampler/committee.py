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
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from .encoding import Span, widen

# What one tree learns from, at most, and beyond which there are trees alone.
MAX_ROWS = 10_000
# Small tables gain from many trees, large ones cannot wait for them.
FEWEST_TREES, MOST_TREES, ROWS_TIMES_TREES = 25, 100, 250_000


def make_committee(spans: Sequence[Span], n: int) -> VotingClassifier:
    """Make one for n compact rows: two forests and, of few rows, a logistic regression; by mean."""
    members, weights = [("trees", _trees(n))], [2]
    if n <= MAX_ROWS:  # of more, trees learn all that a regression could add
        regression = LogisticRegression(C=0.1, tol=1e-3, max_iter=300)
        wide = FunctionTransformer(partial(widen, list(spans)))
        members.append(
            ("linear", make_pipeline(_plain(wide), _plain(StandardScaler()), regression))
        )
        weights.append(1)
    return VotingClassifier(members, voting="soft", weights=weights)


def _trees(n: int) -> VotingClassifier:
    """Let forests split on a column a span: of single slots of a category they would see little."""
    how = {
        "n_estimators": int(np.clip(ROWS_TIMES_TREES // n, FEWEST_TREES, MOST_TREES)),
        "min_samples_leaf": 2,
        "bootstrap": True,
        "max_samples": min(n, MAX_ROWS),
    }
    forests = [("forest", RandomForestClassifier(**how)), ("extra", ExtraTreesClassifier(**how))]
    return VotingClassifier(forests, voting="soft")


def _plain(transformer: Any) -> Any:
    """Let it give arrays, whatever the user has told scikit-learn to give."""
    return transformer.set_output(transform="default")
