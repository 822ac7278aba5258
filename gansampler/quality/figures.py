"""The figures of a report, what they mean, and the rows that they are of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from .. import metrics
from ..columns import Floats
from ..encoding import TableEncoder
from ..metrics._rows import encoded

NEIGHBOURS = 5
# Fewer rows of a kind have no figures that need neighbours.
MIN_ROWS = NEIGHBOURS + 1


class Figure(NamedTuple):
    """How a figure is called, what it means, and its value for a perfect generator."""

    title: str
    meaning: str
    perfect: str


FIGURES = {
    "two_sample_auc": Figure(
        "told apart",
        "how surely a classifier tells the rows from real ones (area under the ROC curve); 1 is "
        "always, and far below .5 are copies of the rows they are told from",
        ".5",
    ),
    "kolmogorov_smirnov": Figure(
        "quantities: largest gap",
        "largest difference between the distribution functions of a quantity (Kolmogorov-Smirnov), "
        "mean over the quantities",
        "0",
    ),
    "cramer_von_mises": Figure(
        "quantities: squared gap",
        "mean squared difference between the same functions (Cramér-von Mises)",
        "0",
    ),
    "total_variation": Figure(
        "categories",
        "share of rows that would have to change their category (total variation), mean over the "
        "nominal columns",
        "0",
    ),
    "correlation_difference": Figure(
        "correlations", "mean absolute difference of the correlations of two columns", "0"
    ),
    "frechet_distance": Figure(
        "Fréchet distance", "of Gaussians with the means and covariances of the rows", "0"
    ),
    "precision": Figure(
        "precision", "share of the rows that lie among real rows (5 neighbours)", "1"
    ),
    "recall": Figure("recall", "share of the real rows that lie among the rows", "1"),
    "density": Figure(
        "density", "how many real rows are near, over how many are near a real row", "1"
    ),
    "coverage": Figure(
        "coverage",
        "share of the real rows that have one of the rows near",
        ".97",
    ),
    "diversity": Figure(
        "diversity", "mean distance between two of the rows, over that of real ones", "1"
    ),
    "nearest_training_share": Figure(
        "nearer to training rows",
        "share of the rows nearer to a training row than to a held-out one; 1 are copies",
        ".5",
    ),
    "nearest_neighbour_distance_ratio": Figure(
        "distance ratio",
        "distance to the nearest training row over that to the second nearest; 0 are copies",
        "as real rows",
    ),
}


class Kinds(NamedTuple):
    """Real rows of the class, frames of (rows, columns); without held-out ones, training rows."""

    training: pd.DataFrame
    held_out: pd.DataFrame | None
    compared: pd.DataFrame


def figures_of(
    rows: pd.DataFrame, kinds: Kinds, encoder: TableEncoder, seed: int
) -> tuple[dict[str, float], pd.Series]:
    """Give every figure of rows (n, columns), NaN where there is none, and the gap by column."""
    tables = {"real": kinds.compared, "generated": rows, "training": kinds.training}
    Z = encoded(tables | {"held_out": kinds.held_out}, encoder)
    by_column = _by_column(rows, kinds.compared, encoder)
    found = {name: float(each.mean()) for name, each in by_column.items()}
    found |= _of_two(Z["real"], Z["generated"], seed)
    found |= _of_copying(Z, seed)
    return {name: found.get(name, np.nan) for name in FIGURES}, _gaps(
        by_column, kinds.compared.columns
    )


def _by_column(
    rows: pd.DataFrame, real: pd.DataFrame, encoder: TableEncoder
) -> dict[str, pd.Series]:
    which = {"categorical_features": encoder.categorical_features}
    names = ["kolmogorov_smirnov", "cramer_von_mises", "total_variation"]
    return {name: getattr(metrics, name)(real, rows, **which) for name in names}


def _gaps(by_column: dict[str, pd.Series], columns: pd.Index) -> pd.Series:
    """Give the gap of each column: Kolmogorov-Smirnov of quantities, else total variation."""
    kinds = [by_column["kolmogorov_smirnov"], by_column["total_variation"]]
    known = pd.Index([name for each in kinds for name in each.index], tupleize_cols=False)
    gaps = np.concatenate([each.to_numpy() for each in kinds])[known.get_indexer(columns)]
    return pd.Series(gaps, index=pd.Index(columns, name="column", tupleize_cols=False))


def _of_two(real: Floats, rows: Floats, seed: int) -> dict[str, float]:
    """Give the figures of encoded rows that ask for two kinds of them alone."""
    names = ["frechet_distance", "precision", "recall", "density", "coverage"]
    found = {name: getattr(metrics, name)(real, rows, encoder=None) for name in names}
    found["two_sample_auc"] = metrics.two_sample_auc(real, rows, encoder=None, random_state=seed)
    if real.shape[1] > 1:
        found["correlation_difference"] = metrics.correlation_difference(real, rows, encoder=None)
    if np.ptp(real, axis=0).any():  # or there is no spread to compare with
        found["diversity"] = metrics.diversity(real, rows, encoder=None, random_state=seed)
    return found


def _of_copying(Z: dict[str, Floats], seed: int) -> dict[str, float]:
    """Give the figures that ask how near encoded rows lie to those that were learnt from."""
    training, rows = Z["training"], Z["generated"]
    ratio = metrics.nearest_neighbour_distance_ratio(training, rows, encoder=None)
    found = {"nearest_neighbour_distance_ratio": ratio}
    if "held_out" in Z:
        found["nearest_training_share"] = metrics.nearest_training_share(
            training, rows, Z["held_out"], encoder=None, random_state=seed
        ).share
    return found
