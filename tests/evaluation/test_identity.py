"""What tells settings apart: all that makes a difference, and nothing that does not."""

import json
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from imblearn.over_sampling import ADASYN, SMOTE
from sklearn.base import BaseEstimator
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression

from gansampler.evaluation import STRATEGIES, Strategy
from gansampler.evaluation.identity import file_identity, plain


class Mine(BaseEstimator):
    def __init__(self, values=None):
        self.values = values


class Bare:
    def __init__(self, size):
        self.size = size


def long(end):
    return np.append(np.zeros(5000), end)


def closing_on(k):
    return lambda seed: SMOTE(k_neighbors=k, random_state=seed)


def voting(C):
    members = [(f"m{place}", LogisticRegression(C=0.5, max_iter=500)) for place in range(40)]
    return VotingClassifier([*members, ("last", LogisticRegression(C=C))])


@pytest.mark.parametrize(
    ("make", "one", "other"),
    [
        (lambda end: Mine(long(end)), 1, 2),
        (lambda end: Mine(list(long(end))), 1, 2),
        (lambda dtype: Mine(np.zeros(8, dtype)), "int64", "float64"),
        (lambda shape: Mine(np.zeros(shape)), (2, 3), (3, 2)),
        (lambda text: Mine(np.array([text], dtype=object)), "a", "b"),
        (voting, 1, 2),
        (Bare, 1, 2),
        (lambda seed: Mine(np.random.RandomState(seed)), 1, 2),
        (closing_on, 3, 5),
        (lambda k: eval(f"lambda seed, k={k}: SMOTE(k_neighbors=k)"), 3, 5),
        (lambda k: eval(f"lambda seed: SMOTE(k_neighbors={k})"), 3, 5),
        (
            lambda name: eval(f"lambda seed: {name}(random_state=seed)", globals()),
            "SMOTE",
            "ADASYN",
        ),
        (lambda k: partial(SMOTE, k_neighbors=k), 3, 5),
        (lambda k: Strategy("own", closing_on(k)), 3, 5),
        (lambda kind: type("Same", (Mine,), {"__module__": kind})(), "one", "other"),
        (lambda name: STRATEGIES[name], "jitter", "cgan"),
    ],
)
def test_what_differs_is_told_apart(make, one, other):
    same, again, different = plain(make(one)), plain(make(one)), plain(make(other))
    assert same == again != different
    assert json.loads(json.dumps(same)) == same
    assert " at 0x" not in str(same)


def test_what_is_short_reads_like_its_repr():
    assert plain(LogisticRegression(C=2.0, max_iter=50)) == "LogisticRegression(C=2.0, max_iter=50)"
    assert plain({"a": [ADASYN(), None, np.int64(3), "none", float("nan")]}) == {
        "a": ["ADASYN()", None, 3, "none", "nan"]
    }


def test_sets_have_one_order_and_what_holds_itself_an_end():
    names = [f"name{place}" for place in range(50)]
    assert plain(set(names)) == plain(set(reversed(names))) == plain(frozenset(names))
    endless = Bare(1)
    endless.size = endless
    assert "Bare" in plain(endless)


def test_a_file_is_what_it_holds(tmp_path):
    found = []
    for text in ("a = 1", "a = 2", "a = 1"):
        (tmp_path / "mine.py").write_text(text)
        found.append(file_identity(str(tmp_path / "mine.py")))
    assert found[0] == found[2] != found[1]


def test_functions_without_a_file_are_told_apart_in_a_command():
    # Python 3.13 takes the text of the command for that of whatever is evaluated in it.
    code = """
from gansampler.evaluation.identity import plain
one, other = (eval(f"lambda seed: {kind}(seed)") for kind in ("int", "str"))
print(plain(one) != plain(other))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
