"""Trials one by one, for tests that look at what `compare` sums up."""

from gansampler.columns import check_features
from gansampler.evaluation.axes.learners import pick_learners
from gansampler.evaluation.axes.metrics import pick_metrics
from gansampler.evaluation.axes.readouts import pick_readouts
from gansampler.evaluation.axes.strategies import pick_strategies
from gansampler.evaluation.splits import Splits
from gansampler.evaluation.trial import Fold, Trial, run_trial
from gansampler.targets import check_target


class Shown(Trial):
    """A trial whose generated rows have names."""

    @property
    def new_rows(self):
        return None if self.example is None else self.example["rows"]

    @property
    def new_labels(self):
        return None if self.example is None else self.example["labels"]

    @property
    def history(self):
        return [] if self.example is None else self.example["history"]


def run_trials(
    X,
    y,
    strategies,
    *,
    learners=("xgboost_tuned",),
    readouts=("as_is",),
    folds=5,
    repeats=1,
    protocol=None,
    metrics=None,
    params=None,
    dataset="data",
    random_state=0,
    only=None,
):
    """Yield each trial, or `only` those of ``(dataset, strategy, repeat, fold)``."""
    X = check_features(X)
    y = check_target(y, n_rows=len(X), folds=folds)
    splits = Splits(X, y, protocol or {}, folds=folds, random_state=random_state)
    how = pick_learners(learners, params), pick_readouts(readouts), pick_metrics(metrics)
    for key in splits.keys(repeats):
        fold = Fold(splits.X, y, splits.classes, splits.make(*key), random_state)
        for name, strategy in pick_strategies(strategies).items():
            if only is None or (dataset, name, *key[:2]) in only:
                yield Shown(**vars(run_trial(name, strategy, fold, *how, dataset)))
