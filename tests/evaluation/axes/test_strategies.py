"""The strategies that are compared when their names are given."""

from unittest import mock

import numpy as np
import pandas as pd
import pytest

from gansampler.cli import main
from gansampler.evaluation import STRATEGIES, Strategy, compare
from gansampler.evaluation.axes.metrics import pick_metrics
from gansampler.evaluation.axes.strategies import KINDS, PACKAGES, pick_strategies

RESAMPLING = [name for name, each in STRATEGIES.items() if each.make_sampler]
ON_REQUEST = [name for name in RESAMPLING if not STRATEGIES[name].by_default]
LEARNING = [name for name, strategy in STRATEGIES.items() if strategy.learn]


@pytest.fixture
def numbers():
    y = pd.Series(np.repeat(["common", "rare"], [255, 45]), name="y")
    return pd.DataFrame({"x": np.random.default_rng(0).normal(size=300)}), y


def test_by_default_ten_are_compared():
    names = list(pick_strategies(None))
    assert names[:4] == ["none", "tuned_threshold", "class_weight", "random"]
    assert names[4:] == ["smote", "jitter", "cgan", "lsgan", "jitter_x3", "lsgan_x3"]
    assert len(ON_REQUEST) == 17
    assert LEARNING[:4] == ["calibrated", "balanced_forest", "easy_ensemble", "with_forest"]
    assert LEARNING[4:6] == ["judge", "with_judge"]
    assert sorted(LEARNING[6:]) == ["jitter_x3_with_judge", "lsgan_x3_with_judge"]
    assert {strategy.kind for strategy in STRATEGIES.values()} == set(KINDS)


def test_a_strategy_that_learns_in_its_own_way_has_no_weights_that_would_be_passed_over():
    with pytest.raises(ValueError, match="leave out its weights"):
        Strategy("both", learn=STRATEGIES["calibrated"].learn, class_weight="balanced")


@pytest.mark.parametrize("name", ["balanced_forest", "easy_ensemble", "judge"])
def test_a_model_in_place_of_the_learner_has_no_sampler_that_would_be_passed_over(name):
    learn, sampler = STRATEGIES[name].learn, STRATEGIES["smote"].make_sampler
    with pytest.raises(ValueError, match="leave out the sampler, or learn with the learner"):
        Strategy("both", sampler, learn=learn)


@pytest.mark.parametrize("name", ["calibrated", "with_forest", "with_judge"])
def test_what_learns_with_the_learner_may_have_a_sampler(name):
    sampler = STRATEGIES["smote"].make_sampler
    both = Strategy("both", sampler, learn=STRATEGIES[name].learn)
    assert pick_strategies({"both": both}) == {"both": both}


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
        assert len(pick_strategies(None)) == 10
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
        repeats=1,
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
    assert starred == {*pick_strategies(None), *pick_metrics(None)}
    assert set(ON_REQUEST) <= listed
