"""Results of benchmarks that were never run, made of given scores."""

import numpy as np
import pandas as pd

from gansampler.evaluation.statistics.long_table import COLUMNS

EFFORT = {
    "seconds_resample": 1.0,
    "seconds_fit": 1.0,
    "rows_train": 100.0,
    "rows_test": 25.0,
    "rows_before": 100.0,
    "rows_after": 180.0,
    "ratio_before": 0.1,
    "ratio_after": 1.0,
    "trees": 10.0,
}


def one_set(
    scores, *, dataset="data", protocol="", minority_rows=np.nan, learner="xgboost", readout="as_is"
):
    """Build the result of one data set from {strategy: {metric: values by fold}}."""
    rows = []
    for strategy, metrics in scores.items():
        folds = len(next(iter(metrics.values())))
        effort = EFFORT | ({"ratio_after": 0.1} if strategy == "none" else {})
        beside = {name: [value] * folds for name, value in effort.items()}
        for metric, values in {**metrics, **(beside if readout == "as_is" else {})}.items():
            for fold, value in enumerate(values, start=1):
                where = (dataset, protocol, minority_rows, strategy, learner, readout, 1, fold)
                rows.append((*where, metric, value, 0.5, "ok"))
    return pd.DataFrame(rows, columns=COLUMNS)


def many_sets(scores, **kind):
    """Build a result of several data sets, two folds each, from {strategy: {metric: means}}."""
    n = len(next(iter(next(iter(scores.values())).values())))
    parts = [
        one_set(
            {
                strategy: {
                    metric: [means[place] - 0.001, means[place] + 0.001]
                    for metric, means in metrics.items()
                }
                for strategy, metrics in scores.items()
            },
            dataset=f"set {place + 1}",
            **kind,
        )
        for place in range(n)
    ]
    return pd.concat(parts, ignore_index=True)


def failure(strategy, *, dataset="data", learner="xgboost", fold=1, error="ValueError: a|b"):
    """Build the one row of a strategy that failed on a fold."""
    where = (dataset, "", np.nan, strategy, learner, "as_is", 1, fold)
    row = (*where, None, np.nan, 0.1, error)
    return pd.DataFrame([row], columns=COLUMNS)


def without(results, strategy, dataset):
    """Put a failure on the first fold of a data set where a strategy had finished it."""
    gone = results["strategy"].eq(strategy) & results["dataset"].eq(dataset) & results["fold"].eq(1)
    return pd.concat([results[~gone], failure(strategy, dataset=dataset)], ignore_index=True)
