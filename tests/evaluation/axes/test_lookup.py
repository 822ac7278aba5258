"""A user's own objects: found, copied, or refused in words."""

import sys

import pytest
from imblearn.over_sampling import SMOTE
from joblib import Parallel, delayed

from gansampler.evaluation.axes.lookup import import_object, load_from_file

SAMPLER = """
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.base import BaseEstimator


class Mine(BaseEstimator):
    def __init__(self, size=7):
        self.size = size

    def fit_resample(self, X, y):
        return X, y
"""


def resamples(value):
    return hasattr(value, "fit_resample")


def test_classes_are_made_with_their_arguments_and_objects_are_taken():
    assert import_object("imblearn.over_sampling.SMOTE", "strategy").k_neighbors == 5
    made = import_object("imblearn.over_sampling.SMOTE(k_neighbors=3, random_state=1)", "strategy")
    assert isinstance(made, SMOTE)
    assert (made.k_neighbors, made.random_state) == (3, 1)
    assert import_object("sys.version", "thing") == sys.version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("imblearn.over_sampling.SMOT", "no imblearn.over_sampling name 'SMOT'. Did you mean 'SMO"),
        ("imblearm.SMOTE", "'imblearm.SMOTE' cannot be imported: No module named 'imblearm'"),
        ("imblearn.over_sampling.SMOTE(neighbours=3)", "cannot be made: .*'neighbours'"),
        ("imblearn.over_sampling.SMOTE(3)", "arguments are given by their names"),
        ("imblearn.over_sampling.SMOTE(k_neighbors=3", "cannot be read"),
        ("imblearn.over_sampling.SMOTE(k_neighbors=len('a'))", "cannot be read"),
        ("sklearn.ensemble.VotingClassifier", "cannot be made: .*'estimators'"),
    ],
)
def test_what_cannot_be_imported_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        import_object(text, "strategy")


def test_a_file_gives_its_own_class_and_not_what_it_imports(tmp_path):
    path = tmp_path / "random.py"  # a name that a module of Python has
    path.write_text(SAMPLER)
    found = load_from_file(str(path), resamples, "strategy")
    assert type(found).__name__ == "Mine"
    assert "choice" in dir(sys.modules["random"])
    # Another process, which has not seen the file, gets the whole class.
    (size,) = Parallel(2)([delayed(getattr)(found, "size")])
    assert size == 7


def test_a_file_may_give_an_object(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from imblearn.over_sampling import SMOTE\nmine = SMOTE(k_neighbors=2)\n")
    assert load_from_file(str(path), resamples, "strategy").k_neighbors == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "must define one strategy, but of such objects it has: none"),
        (SAMPLER + "\nother = Mine()", "it has: Mine, other"),
        ("import nothing_like_it", "fails: ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("class A(", "fails: SyntaxError"),
        (SAMPLER.replace("size=7", "size"), "cannot be made: .*'size'"),
    ],
)
def test_what_a_file_does_not_give_is_refused(tmp_path, text, message):
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_from_file(str(path), resamples, "strategy")


def test_a_missing_file_is_named():
    with pytest.raises(ValueError, match=r"no file 'none.py' with a strategy"):
        load_from_file("none.py", resamples, "strategy")
