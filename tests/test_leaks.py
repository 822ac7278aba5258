"""No held-out row, nor anything learnt from one, reaches what it is to judge.

Once by watching which rows arrive, once by poison: wild values in the rows that are held out must
not change a single generated row or fitted probability. What goes wrong without such care is shown
at the end.
"""

from dataclasses import replace
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from trials import run_trials

from gansampler.evaluation import LEARNERS, READOUTS, STRATEGIES, Learner, compare
from gansampler.evaluation.axes.ensembles import Judge
from gansampler.evaluation.axes.learners import ClassifierModel, XGBoostModel, pick_learners
from gansampler.evaluation.axes.strategies import Strategy
from gansampler.evaluation.axes.table_samplers import TableSynthesizer
from gansampler.evaluation.splits import make_splits

LOGISTIC = "sklearn.linear_model.LogisticRegression"
TREES = {"n_estimators": 6, "n_jobs": 1}
FEW_TREES = {f"{name}__{key}": value for name in LEARNERS for key, value in TREES.items()}
ALL_LEARNERS = pick_learners([*LEARNERS, LOGISTIC], FEW_TREES)
FIRST_FOLD = 1


@pytest.fixture(scope="module", autouse=True)
def brief_training():
    """Train networks as briefly as shows what reaches them."""
    from gansampler import CGANOverSampler, LSGANOverSampler

    full = TableSynthesizer.__init__

    def brief(self, random_state, **params):
        full(self, random_state, **{"epochs": 1, **params})

    with mock.patch.object(TableSynthesizer, "__init__", brief):
        steps = [
            mock.patch.dict(sampler.__init__.__kwdefaults__, {"steps": 5})
            for sampler in (CGANOverSampler, LSGANOverSampler)
        ]
        with steps[0], steps[1]:
            yield


@pytest.fixture
def numbered():
    """300 rows of two classes, a tenth of them in the minority; `id` tells rows apart."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat(["common", "rare"], [270, 30]), name="class")
    signal = (y == "rare") + rng.normal(size=300)
    return pd.DataFrame({"id": np.arange(300.0), "signal": signal}), y


@pytest.fixture
def every_kind():
    """240 rows of two classes with numbers, holes, whole numbers, text, categories and dates."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat(["common", "rare"], [200, 40]), name="class")
    signal = 2.0 * (y == "rare") + rng.normal(size=240)
    # Most rare rows are of late days, where KMeansSMOTE finds a cluster of them.
    late = rng.random(240) < np.where(y == "rare", 0.8, 0.05)
    days = rng.integers(0, 400, 240) + 2000 * late
    X = pd.DataFrame(
        {
            "signal": signal,
            "hole": np.where(rng.random(240) < 0.1, np.nan, signal + rng.normal(size=240)),
            "whole": rng.integers(0, 9, 240),
            "text": rng.choice(["x", "y", "z"], 240).astype(object),
            "category": pd.Categorical(rng.choice(["u", "v"], 240), categories=["u", "v", "wild"]),
            "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D"),
        }
    )
    return X, y


def poisoned(X, rows):
    """Put values into some rows that occur nowhere else, of each column's dtype, and a hole."""
    rng = np.random.default_rng(1)
    X = X.copy()
    n = len(rows)
    X.loc[rows, "signal"] = rng.normal(scale=1e6, size=n)
    X.loc[rows, "hole"] = np.nan
    X.loc[rows, "whole"] = rng.integers(10**6, 10**7, n)
    X.loc[rows, "text"] = [f"wild {k}" for k in range(n)]
    X.loc[rows, "category"] = "wild"
    X.loc[rows, "date"] = pd.Timestamp("2199-01-01")
    return X


def watched(learners, probe, seen):
    """Let learners write down, after each fit, what they know and what they think of the probe."""

    def watch(learner):
        def make(params, seed):
            model = learner.make(params, seed)
            fit = model.fit

            def fit_and_tell(*args, **kwargs):
                fit(*args, **kwargs)
                known = {name: list(values) for name, values in model.features_.categories_.items()}
                seen.append((known, model.predict_proba(probe)))
                return model

            model.fit = fit_and_tell
            return model

        return replace(learner, make=make)

    return {name: watch(learner) for name, learner in learners.items()}


def learnt(X, y, strategy, probe, *, learners=ALL_LEARNERS, readouts=("as_is",)):
    """Run the first fold; give the generated rows, and all that learners and decisions say."""
    seen = []
    decisions = []
    grid = np.column_stack([1 - np.linspace(0, 1, 101), np.linspace(0, 1, 101)])

    def told(probabilities, fitted):
        decisions.append([fitted.tune()(grid, name) for name in ("f1", "balanced_accuracy")])
        return probabilities, fitted.decide

    class Telling(ClassifierModel):
        """What some strategies fit in place of the learner."""

        def fit(self, *args, **kwargs):
            super().fit(*args, **kwargs)
            known = {name: list(values) for name, values in self.features_.categories_.items()}
            seen.append((known, self.predict_proba(probe)))
            return self

    class TellingJudge(Judge):
        """The judge of the samplers, which knows no categories but those that it has slots for."""

        def fit(self, *args, **kwargs):
            super().fit(*args, **kwargs)
            seen.append((self.features_.spans_, self.predict_proba(probe)))
            return self

    with (
        mock.patch.dict(READOUTS, {"tuned": told}),
        mock.patch("gansampler.evaluation.axes.ensembles.ClassifierModel", Telling),
        mock.patch("gansampler.evaluation.axes.ensembles.Judge", TellingJudge),
    ):
        (trial,) = run_trials(
            X,
            y,
            [strategy],
            learners=watched(learners, probe, seen),
            readouts=readouts,
            folds=3,
            metrics=["accuracy"],
            only={("data", strategy, 1, FIRST_FOLD)},
        )
    assert {row["status"] for row in trial.rows} == {"ok"}
    return trial.new_rows, seen, decisions


def assert_equally_learnt(one, other):
    (rows, seen, decisions), (other_rows, other_seen, other_decisions) = one, other
    if rows is None:
        assert other_rows is None
    else:
        pd.testing.assert_frame_equal(rows, other_rows)
    assert len(seen) == len(other_seen) > 0
    for (known, probabilities), (other_known, other_probabilities) in zip(
        seen, other_seen, strict=True
    ):
        assert known == other_known
        np.testing.assert_array_equal(probabilities, other_probabilities)
    np.testing.assert_array_equal(decisions, other_decisions)


def first_split(X, y):
    return make_splits(X, y, {}, folds=3, repeats=1, random_state=0)[1][FIRST_FOLD - 1]


def require(strategy):
    if STRATEGIES[strategy].needs is not None:
        pytest.importorskip(STRATEGIES[strategy].needs)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_poison_in_the_held_out_rows_changes_nothing_that_is_learnt(every_kind, strategy):
    require(strategy)
    X, y = every_kind
    test = first_split(X, y).test
    poison = poisoned(X, test)
    probe = pd.concat([X, poison.iloc[test]])
    assert_equally_learnt(learnt(X, y, strategy, probe), learnt(poison, y, strategy, probe))


@pytest.mark.parametrize("strategy", ["none", "class_weight", "smote"])
def test_poison_in_the_held_out_rows_changes_no_tuned_decision(every_kind, strategy):
    X, y = every_kind
    test = first_split(X, y).test
    probe, poison = X.iloc[:50], poisoned(X, test)
    how = {"learners": {name: ALL_LEARNERS[name] for name in ("xgboost", LOGISTIC)}}
    how["readouts"] = ["tuned"]
    clean = learnt(X, y, strategy, probe, **how)
    assert len(clean[2]) == 2
    assert len(clean[1]) == 2 * (1 + 5), "each was fitted on five inner folds as well"
    assert_equally_learnt(clean, learnt(poison, y, strategy, probe, **how))


def test_poison_in_a_training_row_is_seen(every_kind):
    """What the tests above say would mean nothing if they could not see this."""
    X, y = every_kind
    poison = poisoned(X, first_split(X, y).fit[:3])
    with pytest.raises(AssertionError):
        assert_equally_learnt(learnt(X, y, "random", X), learnt(poison, y, "random", X))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_rows_set_aside_for_early_stopping_reach_no_sampler_and_no_encoder(every_kind, strategy):
    require(strategy)
    X, y = every_kind
    poison = poisoned(X, first_split(X, y).validation)
    stopping = {"learners": {"xgboost": ALL_LEARNERS["xgboost"]}}
    rows, fits, _ = learnt(X, y, strategy, X, **stopping)
    other_rows, other_fits, _ = learnt(poison, y, strategy, X, **stopping)
    pd.testing.assert_frame_equal(pd.DataFrame(rows), pd.DataFrame(other_rows))
    assert [known for known, _ in fits] == [known for known, _ in other_fits]


class Watch:
    """Write down the rows that arrive at a sampler, a fit, an early stop, or a judgement."""

    def __init__(self):
        self.resampled, self.fitted, self.stopping, self.judged = [], [], [], []

    def strategy(self, tune_decision):
        watch = self

        class Sampler:
            def fit_resample(self, X, y):
                watch.resampled.append(set(X["id"]))
                return X, y

        return Strategy("watched", lambda seed: Sampler(), tune_decision=tune_decision)

    def learner(self, **params):
        watch = self

        class Model(XGBoostModel):
            def fit(self, X, codes, *, validation, sample_weight=None):
                watch.fitted.append(set(X["id"]))
                watch.stopping.append(set(validation[0]["id"]))
                return super().fit(X, codes, validation=validation, sample_weight=sample_weight)

            def predict_proba(self, X):
                watch.judged.append(set(X["id"]))
                return super().predict_proba(X)

        return Learner("watched", Model, {"n_estimators": 8, "n_jobs": 1, **params})


@pytest.mark.parametrize("tuned", [False, True])
def test_held_out_rows_reach_nothing_but_the_score(numbered, tuned):
    for split in make_splits(*numbered, {}, folds=3, repeats=1, random_state=0)[1]:
        watch = Watch()
        (_,) = run_trials(
            *numbered,
            {"watched": watch.strategy(tuned)},
            learners={"watched": watch.learner(early_stopping_rounds=3)},
            folds=3,
            only={("data", "watched", 1, split.fold)},
        )
        fit, validation, test = set(split.fit), set(split.validation), set(split.test)
        assert (len(fit), len(validation), len(test)) == (170, 30, 100)
        # The sampler is called once for the fit and once for each inner fold, and each time the
        # learner gets what it made.
        assert watch.resampled == watch.fitted
        assert watch.resampled[0] == fit
        assert all(rows == validation for rows in watch.stopping)
        assert watch.judged[-1] == test
        inner = list(zip(watch.fitted[1:], watch.judged[:-1], strict=True))
        assert len(inner) == (5 if tuned else 0)
        for learnt_from, left_out in inner:
            assert not learnt_from & left_out
            assert learnt_from | left_out == fit


def test_a_learner_that_does_not_stop_early_gets_all_training_rows_and_no_other(numbered):
    split = first_split(*numbered)
    watch = Watch()
    (_,) = run_trials(
        *numbered,
        {"watched": watch.strategy(False)},
        learners={"watched": watch.learner()},
        folds=3,
        only={("data", "watched", 1, 1)},
    )
    assert watch.resampled == watch.fitted == [set(split.fit) | set(split.validation)]


@pytest.mark.parametrize(("sampler", "strategy"), [(RandomOverSampler, "random"), (SMOTE, "smote")])
@pytest.mark.parametrize("learner", ["xgboost_default", "sklearn.neighbors.KNeighborsClassifier"])
def test_resampling_before_the_split_flatters(sampler, strategy, learner):
    """Rows and what was made of them lie on both sides of the split: a known pitfall."""
    y = pd.Series(np.repeat(["common", "rare"], [270, 30]))
    X = pd.DataFrame(np.random.default_rng(1).normal(size=(300, 8))).add_prefix("noise")

    def balanced_accuracy(X, y, strategy):
        params = {"n_estimators": 50, "n_jobs": 1} if learner in LEARNERS else {}
        how = {"learners": [learner], "params": params, "metrics": ["balanced_accuracy"]}
        table = compare(X, y, [strategy], folds=3, **how)
        return table.loc[table["metric"] == "balanced_accuracy", "value"].mean()

    honest = balanced_accuracy(X, y, strategy)
    flattered = balanced_accuracy(*sampler(random_state=0).fit_resample(X, y), "none")
    assert 0.4 < honest < 0.6, "there is nothing to be learnt from noise"
    assert flattered > honest + 0.15
