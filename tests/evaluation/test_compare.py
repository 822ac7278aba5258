"""The comparison: fair, leak-free, repeatable, and not stopped by a strategy that fails."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.base import BaseEstimator, ClassifierMixin
from trials import run_trials

from gansampler import evaluation
from gansampler.evaluation import READOUTS, DataSet, Strategy
from gansampler.evaluation import trial as trial_module
from gansampler.evaluation.axes.metrics import pick_metrics
from gansampler.evaluation.axes.strategies import pick_strategies
from gansampler.evaluation.statistics.long_table import COLUMNS

compare = partial(evaluation.compare, repeats=1)
METRICS = pick_metrics(None)
FEW_TREES = {"n_estimators": 8, "n_jobs": 1}
LOGISTIC = "sklearn.linear_model.LogisticRegression"
FEW_FOR_EACH = {
    "xgboost__n_estimators": 8,
    "xgboost_default__n_estimators": 8,
    "xgboost__n_jobs": 1,
    "xgboost_default__n_jobs": 1,
}
BESIDE = {
    *("seconds_resample", "seconds_fit", "trees", "rows_train", "rows_test"),
    *("rows_before", "rows_after", "ratio_before", "ratio_after"),
}


@pytest.fixture
def table():
    """300 rows of two classes, a tenth of them in the minority; `id` tells rows apart."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat(["common", "rare"], [270, 30]), name="class")
    signal = (y == "rare") + rng.normal(scale=0.7, size=300)
    return pd.DataFrame({"id": np.arange(300.0), "signal": signal, "noise": rng.random(300)}), y


class Lucky(ClassifierMixin, BaseEstimator):
    """Says anything, by its seed."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        p = np.random.default_rng(self.random_state).random(len(X))
        return np.column_stack([1 - p, p])


class Broken(BaseEstimator):
    def fit_resample(self, X, y):
        raise RuntimeError("out of luck\nwith details below")


def test_table_has_a_row_for_each_strategy_fold_repeat_and_metric(table):
    names = ["none", "smote"]
    results = compare(
        *table, names, folds=3, repeats=2, params=FEW_TREES, dataset="mine", random_state=1
    )
    assert list(results.columns) == COLUMNS
    assert set(results["metric"]) == {*METRICS, *BESIDE}
    keys = results[["strategy", "learner", "readout", "fold", "repeat", "metric"]]
    assert len(keys.drop_duplicates()) == len(results) == 2 * 3 * 2 * len({*METRICS, *BESIDE})
    assert set(results["dataset"]) == {"mine"}
    assert set(results["learner"]) == {"xgboost_tuned"}
    assert set(results["readout"]) == {"as_is"}
    assert set(results["status"]) == {"ok"}
    assert results["value"].notna().all()
    assert (results["seconds"] > 0).all()


def test_every_learner_and_readout_has_its_rows(table):
    learners = ["xgboost_default", LOGISTIC]
    X, y = table
    results = compare(
        X.drop(columns="id"),  # by which the classes could be told apart
        y,
        ["none", "random", "tuned_threshold", "class_weight"],
        learners=learners,
        readouts=list(READOUTS),
        folds=2,
        params={"xgboost_default__n_estimators": 8, "xgboost_default__n_jobs": 1},
    )
    assert set(results["status"]) == {"ok"}
    assert list(results["learner"].unique()) == learners
    beside = results[results["metric"].isin(BESIDE)]
    assert set(beside["readout"]) == {"as_is"}
    assert set(beside.loc[beside["metric"] == "trees", "learner"]) == {"xgboost_default"}
    scores = results[results["metric"].isin(METRICS)]
    of_labels = [name for name, metric in METRICS.items() if not metric.needs_probabilities]
    corrected = scores.loc[scores["readout"] == "prior_corrected", "metric"]
    assert set(corrected) == METRICS.keys() - of_labels, "the labels stay, and are scored once"
    assert len(scores) == 4 * 2 * 2 * (3 * len(METRICS) - len(of_labels))
    wide = scores.pivot(
        index=["strategy", "learner", "fold"], columns=["metric", "readout"], values="value"
    )
    # Ranks and tuned labels are one thing, probabilities another.
    np.testing.assert_array_equal(wide["brier", "as_is"], wide["brier", "tuned"])
    np.testing.assert_allclose(wide["roc_auc", "as_is"], wide["roc_auc", "prior_corrected"])
    balanced = wide.loc[(["random", "class_weight"], LOGISTIC), :]
    assert (balanced["brier", "prior_corrected"] < balanced["brier", "as_is"]).all()
    unchanged = wide.loc[["none", "tuned_threshold"]]
    np.testing.assert_allclose(unchanged["brier", "prior_corrected"], unchanged["brier", "as_is"])
    own = wide.loc["tuned_threshold"]
    np.testing.assert_array_equal(own["mcc", "as_is"], own["mcc", "tuned"])
    assert not np.array_equal(wide.loc["none"]["mcc", "as_is"], wide.loc["none"]["mcc", "tuned"])


@pytest.mark.parametrize("readouts", [["as_is"], ["as_is", "tuned"]])
def test_a_strategy_resamples_once_for_learners_of_the_same_rows(table, readouts):
    sizes = []

    class Counting(RandomOverSampler):
        def fit_resample(self, X, y):
            sizes.append(len(X))
            return super().fit_resample(X, y)

    learners = ["xgboost", "xgboost_default", LOGISTIC]
    trials = run_trials(
        *table,
        {"counting": Counting()},
        learners=learners,
        readouts=readouts,
        folds=3,
        params=FEW_FOR_EACH,
    )
    rows = pd.DataFrame(next(trials).rows)
    fitted = {170, 200}  # of 200 training rows, 15 % are set aside for one of the three
    assert set(sizes) >= fitted
    assert len(sizes) == (2 if readouts == ["as_is"] else 2 + 2 * 5)
    before = rows[rows["metric"] == "rows_before"].set_index("learner")["value"]
    assert before.tolist() == [170, 200, 200]


def test_a_learner_scores_alike_alone_and_beside_others(table):
    def scores(learners):
        results = compare(*table, ["smote"], learners=learners, folds=3, params={"n_jobs": 1})
        results = results[results["metric"].isin(METRICS)]
        return results.loc[results["learner"] == "xgboost_default", "value"].to_numpy()

    together = scores(["xgboost", "xgboost_tuned", "xgboost_default"])
    np.testing.assert_array_equal(together, scores(["xgboost_default"]))


def test_a_trial_scores_alike_alone_and_among_all(table):
    def scores(**only):
        trials = run_trials(*table, ["none", "smote"], folds=3, params=FEW_TREES, **only)
        return {
            trial.key: [row["value"] for row in trial.rows if row["metric"] in METRICS]
            for trial in trials
        }

    some = scores(only={("data", "smote", 1, 2), ("data", "none", 1, 3)})
    assert [key[3:] for key in some] == [("smote", 1, 2), ("none", 1, 3)]
    assert some.items() <= scores().items()


def test_a_small_table_is_folded_three_times_unless_told_otherwise(table):
    X, y = table
    how = {"folds": 2, "params": FEW_TREES, "metrics": ["mcc"], "learners": ["xgboost_default"]}

    def repeats(*args, **more):
        return evaluation.compare(*args, strategies=["none"], **{**how, **more})["repeat"].max()

    assert repeats(X, y) == 3
    assert repeats(X, y, repeats=2) == 2
    assert repeats(X, y, protocol={"time": "noise"}) == 1
    sets = [DataSet(name, X, y=y) for name in ("one", "other")]
    assert repeats(sets[0]) == 3
    assert repeats(sets) == 1
    assert (
        repeats(DataSet("large", X.iloc[np.arange(5001) % 300], y=y.iloc[np.arange(5001) % 300]))
        == 1
    )


def test_a_metric_may_compare_two_fits(table):
    X, y = table[0].drop(columns="id"), table[1]  # by which the classes could be told apart
    how = {"folds": 2, "metrics": ["instability"], "readouts": ["as_is", "prior_corrected"]}
    learners = {"trees": "xgboost_default", "free": Lucky(), "fixed": Lucky(random_state=3)}
    params = {f"trees__{name}": value for name, value in FEW_TREES.items()}
    results = compare(X, y, ["none", "smote"], learners=learners, params=params, **how)
    assert set(results["status"]) == {"ok"}
    found = results[results["metric"] == "instability"]
    assert set(found["readout"]) == {"as_is"}, "the labels stay, and are scored once"
    means = found.groupby(["strategy", "learner"])["value"].mean()
    assert means["none", "trees"] == 0, "nothing is random in it"
    assert 0 < means["smote", "trees"] < 0.3
    assert means["none", "fixed"] == 0
    assert 0.3 < means["none", "free"] < 0.7


def test_a_metric_of_two_fits_moves_no_other(table):
    one, two = (
        compare(*table, ["smote"], folds=2, params=FEW_TREES, metrics=metrics)
        for metrics in (["mcc"], ["instability", "mcc"])
    )
    scores = [each.loc[each["metric"] == "mcc", "value"].tolist() for each in (one, two)]
    assert scores[0] == scores[1]


def test_metrics_can_be_chosen(table):
    results = compare(*table, ["none"], folds=2, params=FEW_TREES, metrics=["mcc"])
    assert set(results["metric"]) == {"mcc", *BESIDE}


def test_class_ratio_is_reported_before_and_after(table):
    results = compare(*table, ["none", "random"], folds=3, params=FEW_TREES)
    mean = results.groupby(["strategy", "metric"])["value"].mean()
    assert mean["none", "ratio_before"] == mean["none", "ratio_after"] == pytest.approx(1 / 9, 0.1)
    assert mean["random", "ratio_after"] == 1
    assert mean["random", "rows_after"] > mean["random", "rows_before"] * 1.5
    assert mean["none", "rows_after"] == mean["none", "rows_before"]


@pytest.mark.parametrize("name", pick_strategies(None))
def test_every_strategy_takes_every_kind_of_column(mixed, name, monkeypatch):
    from gansampler import CGANOverSampler, LSGANOverSampler

    # A few steps do to see that the rows come through.
    for sampler in (CGANOverSampler, LSGANOverSampler):
        full = sampler.__init__
        monkeypatch.setitem(full.__kwdefaults__, "steps", min(full.__kwdefaults__["steps"], 5))
    results = compare(*mixed, [name], folds=3, params=FEW_TREES, metrics=["accuracy"])
    assert set(results["status"]) == {"ok"}


def test_same_seed_same_scores_and_other_strategies_do_not_matter(table):
    def scores(strategies, seed):
        results = compare(*table, strategies, folds=3, params=FEW_TREES, random_state=seed)
        results = results[results["metric"].isin(METRICS) & (results["strategy"] == "smote")]
        return results["value"].to_numpy()

    first = scores(["smote"], 0)
    np.testing.assert_array_equal(first, scores(["random", "smote", "none"], 0))
    assert not np.array_equal(first, scores(["smote"], 1))


def test_index_and_container_do_not_matter(table):
    X, y = table
    expected = compare(X, y, ["smote"], folds=3, params=FEW_TREES)["value"]
    shifted = compare(X.set_index(X.index + 7), y, ["smote"], folds=3, params=FEW_TREES)["value"]
    array = compare(X.to_numpy(), y.to_numpy(), ["smote"], folds=3, params=FEW_TREES)["value"]
    timeless = ~compare(X, y, ["smote"], folds=3, params=FEW_TREES)["metric"].str.contains("second")
    np.testing.assert_array_equal(expected[timeless], shifted[timeless])
    np.testing.assert_array_equal(expected[timeless], array[timeless])


@pytest.mark.parametrize(
    "contain",
    [
        lambda y: y.to_frame(),
        lambda y: y.to_numpy()[:, None],
        lambda y: pd.get_dummies(y),
        lambda y: y.astype("category"),
        lambda y: y.astype("string[pyarrow]"),
        lambda y: y.eq("rare").astype("boolean").astype("category"),
        lambda y: pd.cut(y.eq("rare") + 0.5, 2),
    ],
)
def test_classes_come_in_any_container(table, contain):
    X, y = table
    plain, other = (
        compare(X, each, ["none", "smote", "jitter"], folds=3, metrics=["mcc"], params=FEW_TREES)
        for each in (y, contain(y))
    )
    assert set(other["status"]) == {"ok"}
    scores = plain["metric"].eq("mcc")
    pd.testing.assert_series_equal(other["value"][scores], plain["value"][scores])


def test_all_strategies_see_the_same_rows(table):
    seen = {"a": [], "b": []}

    class Spy(BaseEstimator):
        def __init__(self, name=None):
            self.name = name

        def fit_resample(self, X, y):
            seen[self.name].append(X["id"].tolist())
            return X, y

    compare(*table, {"a": Spy("a"), "b": Spy("b")}, folds=3, params=FEW_TREES)
    assert seen["a"] == seen["b"]
    assert len(seen["a"]) == 3


def test_a_strategy_that_fails_becomes_a_row(table):
    results = compare(*table, {"broken": Broken(), "none": "none"}, folds=3, params=FEW_TREES)
    failed = results[results["strategy"] == "broken"]
    assert failed["status"].tolist() == ["RuntimeError: out of luck"] * 3
    assert failed["metric"].isna().all()
    assert failed["value"].isna().all()
    assert (results.loc[results["strategy"] == "none", "status"] == "ok").all()


def test_a_sampler_that_fails_is_not_tried_again_for_the_next_learner(table):
    calls = []

    class Failing:
        def fit_resample(self, X, y):
            calls.append(len(X))
            raise RuntimeError("out of luck")

    failing = Strategy("fails", lambda seed: Failing())
    learners = ["xgboost_default", "xgboost_tuned"]
    results = compare(*table, {"failing": failing}, learners=learners, folds=2)
    assert results["learner"].tolist() == learners * 2
    assert set(results["readout"]) == {"as_is"}
    assert set(results["status"]) == {"RuntimeError: out of luck"}
    assert calls == [150, 150]


def test_a_learner_that_fails_leaves_the_others_their_turn(table):
    learners = ["sklearn.neighbors.KNeighborsClassifier", LOGISTIC]
    results = compare(*table, ["class_weight"], learners=learners, folds=2)
    first = results[results["learner"] == learners[0]]
    assert set(first["status"]) == {"ValueError: KNeighborsClassifier takes no weights of rows."}
    assert len(first) == 2
    assert (results.loc[results["learner"] == LOGISTIC, "status"] == "ok").all()


def test_a_class_that_a_sampler_has_lost_is_named(table):
    class Losing(BaseEstimator):
        def fit_resample(self, X, y):
            return X[y == "common"], y[y == "common"]

    results = compare(*table, {"losing": Losing()}, folds=2, params=FEW_TREES)
    assert set(results["status"]) == {"ValueError: No row is left to learn class 'rare' from."}


def test_an_interrupt_is_no_failure_of_a_strategy(table):
    class Interrupted(BaseEstimator):
        def fit_resample(self, X, y):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(*table, {"interrupted": Interrupted()}, folds=3, params=FEW_TREES)


def test_the_first_fold_hands_out_generated_rows_alone(table, monkeypatch):
    X, y = table

    class Shrinking(BaseEstimator):
        def fit_resample(self, X, y):
            return X.iloc[5:], y.iloc[5:]

    def first(strategy):
        trials = run_trials(X, y, strategy, folds=3, repeats=2, params=FEW_TREES)
        first, *others = (trial.example for trial in trials)
        assert others == [None] * 5
        return first

    assert first(["none"]) is first({"shrinking": Shrinking()}) is None
    example = first(["random"])
    assert set(example["labels"]) == {"rare"}
    assert len(example["rows"]) == len(example["labels"]) > 100
    assert set(example["rows"]["id"]) <= set(X.loc[y == "rare", "id"])
    monkeypatch.setattr(trial_module, "MAX_EXAMPLE", 40)
    assert [len(first(["random"])[each]) for each in ("rows", "labels")] == [40, 40]


def test_own_samplers_get_a_seed_unless_they_have_one():
    free = pick_strategies({"mine": SMOTE(k_neighbors=3)})["mine"].make_sampler(7)
    assert free.get_params()["random_state"] == 7
    assert free.k_neighbors == 3
    fixed = pick_strategies({"mine": RandomOverSampler(random_state=3)})["mine"].make_sampler(7)
    assert fixed.random_state == 3


def test_samplers_without_parameters_are_copied(table):
    class Bare:
        calls = 0

        def fit_resample(self, X, y):
            self.calls += 1
            return X.to_numpy(), y.to_numpy()

    bare = Bare()
    results = compare(*table, {"bare": bare}, folds=2, params=FEW_TREES)
    assert set(results["status"]) == {"ok"}
    assert bare.calls == 0


def test_many_classes_and_small_ones():
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat(list("abcde"), [80, 40, 20, 9, 3]))
    X = pd.DataFrame({"x": rng.normal(size=152) + y.map(ord)})
    names = ["none", "tuned_threshold", "class_weight", "random", "smote", "jitter"]
    results = compare(X, y, names, folds=3, params=FEW_TREES)
    assert set(results["status"]) == {"ok"}
    after = results[results["metric"] == "ratio_after"].groupby("strategy")["value"].mean()
    assert (after[["random", "smote", "jitter"]] == 1).all()


def test_says_when_there_is_no_early_stopping():
    y = pd.Series([0] * 40 + [1] * 4)
    X = pd.DataFrame({"x": np.arange(44.0)})
    with pytest.warns(UserWarning, match="No early stopping"):
        results = compare(X, y, ["none"], learners=["xgboost"], folds=2, params=FEW_TREES)
    assert set(results.loc[results["metric"] == "trees", "value"]) == {8}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strategies": ["smot"]}, "no strategy 'smot'. Did you mean 'smote'"),
        ({"strategies": []}, "No strategy"),
        ({"learners": ["xgbost"]}, "no learner 'xgbost'"),
        ({"readouts": ["tune"]}, "no readout 'tune'. Did you mean 'tuned'"),
        ({"metrics": ["acuracy"]}, "no metric 'acuracy'. Did you mean 'accuracy'"),
        ({"params": {"eta_": 1}}, "no XGBoost parameter 'eta_'"),
        ({"folds": 1}, "folds=1"),
        ({"folds": 31}, "fewer rows than the 31 folds: 'rare'"),
        ({"repeats": 0}, "repeats=0"),
        ({"random_state": -1}, "seed"),
        ({"random_state": None}, "seed"),
        ({"n_jobs": 0}, "n_jobs=0 runs nothing: give 1"),
    ],
)
def test_bad_arguments_are_named_before_any_training(table, monkeypatch, arguments, message):
    def never(*_):
        raise AssertionError("trained")

    monkeypatch.setattr(trial_module, "_run_learner", never)
    with pytest.raises(ValueError, match=message):
        compare(*table, **arguments)


def test_a_frame_without_classes_is_refused(table):
    with pytest.raises(ValueError, match="y is missing: give the classes"):
        compare(table[0])


def test_what_cannot_resample_is_no_strategy(table):
    with pytest.raises(TypeError, match="fit_resample"):
        compare(*table, {"mine": 3})


def test_input_is_left_alone(table):
    X, y = table
    before = X.copy(), y.copy()
    compare(X, y, ["smote"], folds=2, params=FEW_TREES)
    pd.testing.assert_frame_equal(X, before[0])
    pd.testing.assert_series_equal(y, before[1])
