"""Whether a classifier tells generated rows from real ones."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

from ..seeding import numpy_generator, seeded_copy
from ._rows import check_count, encoded, thinned


def two_sample_auc(
    real: Any,
    generated: Any,
    held_out: Any = None,
    *,
    encoder: Any = "rank",
    classifier: Any = None,
    folds: int = 3,
    max_rows: int = 5_000,
    random_state: Any = None,
) -> float:
    r"""Area under the ROC curve of a classifier that tells generated rows from real ones.

    .. math:: P(s(\tilde x) > s(x)) + \tfrac{1}{2} P(s(\tilde x) = s(x))

    with the classifier's score :math:`s`, each row scored by a classifier that has not seen it,
    averaged over the folds. Of real and of generated rows as many are taken.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    held_out : dataframe or array-like of shape (n_held_out, n_features), default=None
        Real rows that the generator was not trained on. They are told from the generated ones, in
        place of `real`. Without them copies of `real` pass for real.
    encoder : "rank", None or fitted transformer, default="rank"
        The space of the rows; see `gansampler.metrics`.
    classifier : classifier or None, default=None
        None are boosted trees of up to 15 leaves, with 5 rows or more in each. It gets a seed
        wherever it has none.
    folds : int, default=3
        Parts, each of which is scored by a classifier trained on the others.
    max_rows : int, default=5000
        So many rows of each kind are enough.
    random_state : int, Generator or None, default=None
        Seed of the folds, of the classifier and of the rows taken.

    Returns
    -------
    float
        Between 0 and 1. .5 is perfect, 1 is told apart always. Below .5 lie rows that are copies
        of the real ones they are told from.

    Raises
    ------
    ValueError
        If the tables do not fit together, or one has fewer rows than `folds`.

    References
    ----------
    D. Lopez-Paz, M. Oquab (2017). Revisiting classifier two-sample tests. ICLR.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> two_sample_auc(rows, rows + 9, encoder=None, random_state=0) > 0.99
    True
    """
    folds, max_rows = check_count("folds", folds, 2), check_count("max_rows", max_rows, folds)
    tables = {"real": real, "generated": generated, "held_out": held_out}
    rows = encoded(tables, encoder, least=dict.fromkeys(tables, folds))
    rng = numpy_generator(random_state)
    reference = rows.get("held_out", rows["real"])
    n = min(len(reference), len(rows["generated"]), max_rows)
    both = np.vstack([thinned(each, n, rng) for each in (reference, rows["generated"])])
    seed = int(rng.integers(2**31))
    trees = HistGradientBoostingClassifier(max_leaf_nodes=15, min_samples_leaf=5)
    judge = seeded_copy(trees if classifier is None else classifier, seed)
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed)
    kinds = np.repeat([0, 1], n)
    areas = cross_val_score(judge, both, kinds, cv=parts, scoring="roc_auc", error_score="raise")
    return float(areas.mean())
