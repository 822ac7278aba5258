"""The strategies that are compared when their names are given."""

import logging
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SVMSMOTE, BorderlineSMOTE
from sklearn.datasets import make_classification

from gansampler.cli import main
from gansampler.evaluation import STRATEGIES, Strategy, compare
from gansampler.evaluation.axes.strategies import KINDS, PACKAGES, pick_strategies
from gansampler.evaluation.axes.table_samplers import (
    NEIGHBOURS,
    FilledTable,
    TableCTGAN,
    TableSynthesizer,
)

ON_REQUEST = [
    name for name, each in STRATEGIES.items() if each.make_sampler and not each.by_default
]
LEARNING = [name for name, strategy in STRATEGIES.items() if strategy.learn]
CLEANING = ["smote_tomek", "smote_enn"]
# A guard may add nothing.
ADDING = [name for name in ON_REQUEST if name not in [*CLEANING, "guarded_lsgan"]]
# The star of polynom-fit SMOTE has no choice to make.
RANDOM = [name for name in ON_REQUEST if name not in ("polynom_fit_smote", "kmeans_smote")]


@pytest.fixture(scope="module")
def numbers():
    X, y = make_classification(300, weights=[0.85], class_sep=0.5, random_state=0)
    return pd.DataFrame(X).add_prefix("x"), pd.Series(np.array(["common", "rare"])[y], name="y")


@pytest.fixture(autouse=True)
def few_epochs():
    """Train CTGAN and TVAE as briefly as shows that rows come through."""
    full = TableSynthesizer.__init__

    def brief(self, random_state, **params):
        full(self, random_state, **{"epochs": 2, **params})

    with mock.patch.object(TableSynthesizer, "__init__", brief):
        yield


def make_sampler(name, seed=0):
    needed = STRATEGIES[name].needs
    if needed is not None:
        pytest.importorskip(needed)
    return pick_strategies([name])[name].make_sampler(seed)


def test_by_default_eight_are_compared():
    names = list(pick_strategies(None))
    assert names[:4] == ["none", "tuned_threshold", "class_weight", "random"]
    assert names[4:] == ["smote", "jitter", "cgan", "lsgan"]
    assert len(ON_REQUEST) == 13
    assert LEARNING == ["calibrated", "balanced_forest", "easy_ensemble", "with_forest"]
    assert {strategy.kind for strategy in STRATEGIES.values()} == set(KINDS)


@pytest.mark.parametrize("name", LEARNING)
def test_what_learns_otherwise_takes_every_kind_of_column_and_small_classes(mixed, name):
    X, y = mixed
    few = {"n_estimators": 5, "n_jobs": 1}
    results, again = (compare(X, y, [name], folds=3, params=few) for _ in range(2))
    assert set(results["status"]) == {"ok"}
    measured = results["metric"].str.startswith("seconds")
    pd.testing.assert_series_equal(results["value"][~measured], again["value"][~measured])


def test_a_strategy_that_learns_in_its_own_way_has_no_sampler_that_would_be_passed_over():
    learn = STRATEGIES["calibrated"].learn
    for beside in (
        {"make_sampler": STRATEGIES["smote"].make_sampler},
        {"class_weight": "balanced"},
    ):
        with pytest.raises(ValueError, match="leave out its sampler and its weights"):
            Strategy("both", learn=learn, **beside)


def test_calibrated_probabilities_are_nearer_to_the_truth_than_those_of_an_overfit_learner():
    X, y = make_classification(600, weights=[0.8], flip_y=0.3, random_state=0)
    results = compare(X, y, ["none", "calibrated"], learners=["xgboost_default"], folds=3)
    loss = results[results["metric"] == "log_loss"].groupby("strategy")["value"].mean()
    assert loss["calibrated"] < loss["none"] - 0.1


def test_scaled_smote_finds_neighbours_whatever_the_units():
    rng = np.random.default_rng(0)
    y = pd.Series([0] * 60 + [1] * 20)
    small = rng.normal(size=80)
    X = pd.DataFrame({"small": small, "twin": small + rng.normal(0, 0.01, 80)})
    X["large"] = rng.normal(0, 1e6, 80)
    for name in ("smote", "smote_scaled"):
        rows = make_sampler(name).fit_resample(X, y)[0].iloc[80:]
        assert rows["large"].abs().max() <= X["large"].abs().max()
        np.testing.assert_allclose(rows["twin"], rows["small"], atol=0.05)
    shifted = make_sampler("smote_scaled").fit_resample(X.assign(large=X["large"] / 1e6), y)[0]
    scaled = make_sampler("smote_scaled").fit_resample(X, y)[0]
    np.testing.assert_allclose(shifted["small"], scaled["small"], atol=1e-6)
    raw = [
        make_sampler("smote").fit_resample(X.assign(large=X["large"] / u), y)[0] for u in (1, 1e6)
    ]
    assert not np.allclose(raw[0]["small"], raw[1]["small"])


@pytest.mark.parametrize("name", [name for name in ADDING if name != "kmeans_smote"])
def test_new_rows_come_under_the_original_ones(mixed, name):
    X, y = mixed
    keep = y != "rare"  # six rows are too few for some of them
    X, y = X[keep].reset_index(drop=True), y[keep].reset_index(drop=True)
    X_new, y_new = make_sampler(name).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.iloc[: len(X)], X)
    pd.testing.assert_series_equal(y_new.iloc[: len(y)], y)
    assert (X_new.dtypes == X.dtypes).all()
    added = X_new.iloc[len(X) :]
    assert set(y_new.iloc[len(y) :]) == {"few"}
    assert 30 < len(added) < 90
    assert added["empty"].isna().all()
    assert added.drop(columns="empty").notna().all().all()
    for column in ["text", "string", "category", "ordered", "bool", "boolean"]:
        assert set(added[column]) <= set(X[column].dropna())


@pytest.mark.parametrize("name", CLEANING)
def test_cleaned_rows_are_as_they_were(mixed, name):
    X, y = mixed
    X = X.drop(columns=["date", "zone", "duration"])  # seconds are far apart: few rows were left
    before, _ = make_sampler("smote").fit_resample(X, y)
    X_new, y_new = make_sampler(name).fit_resample(X, y)
    assert (X_new.dtypes == X.dtypes).all()
    assert 100 < len(X_new) == len(y_new) < len(before)
    assert X_new["text"].isna().any(), "holes were filled"
    assert set(X_new["float"]) < set(before["float"])


def test_kmeans_smote_adds_where_the_class_is_frequent():
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat([0, 1], [160, 40]))
    far = np.where((y == 1) & (y.index % 4 > 0), 20, 0)  # three quarters of the class
    X = pd.DataFrame({"a": far + rng.normal(size=200), "text": rng.choice(["p", "q"], 200)})
    X_new, y_new = make_sampler("kmeans_smote").fit_resample(X, y)
    pd.testing.assert_frame_equal(X_new.iloc[:200], X)
    assert 155 < (y_new == 1).sum() < 170
    assert X_new.loc[200:, "a"].min() > 10
    assert set(X_new.loc[200:, "text"]) == {"p", "q"}


@pytest.mark.parametrize("name", RANDOM)
def test_seeds(numbers, name):
    first, again, other = (make_sampler(name, seed).fit_resample(*numbers)[0] for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("borderline_smote", BorderlineSMOTE),
        ("adasyn", ADASYN),
        ("svm_smote", SVMSMOTE),
        ("smote_tomek", SMOTETomek),
        ("smote_enn", SMOTEENN),
    ],
)
def test_of_numbers_they_are_imbalanced_learns(numbers, name, theirs):
    X, y = make_sampler(name).fit_resample(*numbers)
    X_theirs, y_theirs = theirs(random_state=0).fit_resample(*numbers)
    columns = list(X)

    def in_order(rows, labels):
        return rows.assign(y=labels).sort_values(columns, ignore_index=True)

    pd.testing.assert_frame_equal(in_order(X, y), in_order(X_theirs, y_theirs))


@pytest.mark.parametrize("n_rare", [1, 2, NEIGHBOURS])
@pytest.mark.parametrize("name", [n for n in ON_REQUEST if n != "kmeans_smote"])
def test_a_class_of_a_few_rows(name, n_rare):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40 + n_rare, 2)), columns=["a", "b"])
    y = pd.Series([0] * 40 + [1] * n_rare)
    _, y_new = make_sampler(name).fit_resample(X, y)
    assert (y_new == 1).sum() >= n_rare


def test_one_hot_columns_and_the_way_back(mixed):
    X, _ = mixed
    table = FilledTable(X[["text", "int", "boolean", "empty"]], one_hot=True)
    assert table.values.shape == (len(X), 3 + 1 + 2)
    assert not table.is_code.any()
    back = table.decode(table.values)
    for name in ("text", "boolean", "int"):
        seen = X[name].notna()
        assert (back.loc[seen, name] == X.loc[seen, name]).all()
    assert back["empty"].isna().all()
    nearest = table.decode(np.array([[0.2, 0.5, 0.3, 4.4, 0.1, 0.9]]))
    first, second = X["text"].dropna().unique()[1], X["boolean"].dropna().unique()[1]
    assert nearest.iloc[0, :3].tolist() == [first, 4, second]


def test_a_missing_package_is_named_before_anything_is_trained(numbers, tmp_path, capsys):
    find = "gansampler.evaluation.axes.strategies.find_spec"
    with mock.patch(find, return_value=None):
        for name in ON_REQUEST:
            package = PACKAGES.get(STRATEGIES[name].needs)
            if package is None:
                assert list(pick_strategies([name])) == [name]
                continue
            with pytest.raises(ImportError, match=f"{name} needs .* pip install {package}$"):
                pick_strategies(["none", name])
        with pytest.raises(ImportError, match="mine needs the package ctgan"):
            compare(*numbers, {"mine": "tvae"})
        words = ["benchmark", "--strategies", "geometric_smote", "--out", str(tmp_path / "out")]
        assert main(words) == 2
    assert "needs the package imbalanced-learn-extra: pip install" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_all_are_compared_but_those_without_their_package():
    with mock.patch("gansampler.evaluation.axes.strategies.find_spec", return_value=None):
        with pytest.warns(
            UserWarning, match=r"Left out.* geometric_smote \(pip install imbal"
        ) as seen:
            names = list(pick_strategies("all"))
        assert "tvae (pip install ctgan)" in str(seen[0].message)
        assert names == [name for name, entry in STRATEGIES.items() if entry.needs is None]
        assert len(pick_strategies(None)) == 8
    with mock.patch("gansampler.evaluation.axes.strategies.find_spec", return_value=True):
        assert list(pick_strategies(["all"])) == list(STRATEGIES)


def test_all_goes_with_other_names_and_each_comes_once():
    with mock.patch("gansampler.evaluation.axes.strategies.find_spec", return_value=True):
        own = "imblearn.over_sampling.SMOTE"
        assert list(pick_strategies(["all", "none", own])) == [*STRATEGIES, own]
        assert set(pick_strategies(["smote", "all"])) == set(STRATEGIES)
    assert list(pick_strategies({"all": "none"})) == ["all"], "a name of one's own"


def test_strategies_come_from_import_paths_and_files(numbers, tmp_path):
    path = tmp_path / "doubling.py"
    path.write_text(
        "import pandas as pd\n\n\nclass Doubling:\n    def fit_resample(self, X, y):\n"
        "        return pd.concat([X, X]), pd.concat([y, y])\n"
    )
    random = "imblearn.over_sampling.RandomOverSampler(sampling_strategy=0.5)"
    results = compare(
        *numbers,
        [random, str(path)],
        learners=["xgboost_default"],
        folds=2,
        params={"n_estimators": 3, "n_jobs": 1},
    )
    assert set(results["status"]) == {"ok"}
    wide = results.pivot(index=["strategy", "fold"], columns="metric", values="value")
    np.testing.assert_allclose(wide.loc[random, "ratio_after"], 0.5, atol=0.01)
    own = wide.loc[str(path)]
    assert (own["rows_after"] == 2 * own["rows_before"]).all()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("imblearn.over_sampling.SMOTEE", "Did you mean 'SMOTEN?'"),
        ("imblearn.metrics.geometric_mean_score", "has no fit_resample"),
        ("none.py", "no file 'none.py'"),
        ("lsgann", "Did you mean 'lsgan'"),
    ],
)
def test_what_is_no_strategy_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        pick_strategies(["none", name])


def test_help_lists_all(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["benchmark", "--help"])
    lines = capsys.readouterr().out.splitlines()
    listed = {line.split()[0] for line in lines if line.startswith("    ")}
    starred = {line.split()[1] for line in lines if line.startswith("  * ")}
    assert starred == set(pick_strategies(None))
    assert set(ON_REQUEST) <= listed


def test_a_logger_is_put_back(numbers):
    pytest.importorskip("smote_variants")
    logger = logging.getLogger("smote_variants")
    before = logger.level
    make_sampler("prowsyn").fit_resample(*numbers)
    assert logger.level == before


def test_a_class_that_is_never_generated_is_an_error(numbers):
    pytest.importorskip("ctgan")
    model = mock.Mock()
    model.sample.return_value = pd.DataFrame({"x0": [1.0], "class": [0]})
    with (
        mock.patch.object(TableCTGAN, "_fit", return_value=model),
        pytest.raises(RuntimeError, match=r"CTGAN generated 0 of \d+ rows of a class"),
    ):
        TableCTGAN(0).fit_resample(*numbers)


def test_tvae_learns_the_class_alone():
    pytest.importorskip("ctgan")
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat([0, 1, 2], [80, 30, 1]))
    X = pd.DataFrame({"a": 100.0 * y + rng.normal(size=111), "text": rng.choice(["p", "q"], 111)})
    X_new, y_new = make_sampler("tvae").fit_resample(X, y)
    assert y_new.value_counts().tolist() == [80] * 3
    added = X_new.iloc[111:]
    assert added.loc[y_new == 1, "a"].between(90, 110).all()
    assert len(added[y_new[111:] == 1].drop_duplicates()) == 50
    assert (added[y_new[111:] == 2] == X.iloc[110]).all().all()
