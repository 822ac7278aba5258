"""The samplers keep imbalanced-learn's and scikit-learn's contracts."""

import io
import os
import pickle
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.utils.estimator_checks import parametrize_with_checks
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits
from torch import nn

from gansampler import (
    CGANOverSampler,
    GuardedOverSampler,
    JitterOverSampler,
    LSGANOverSampler,
)
from gansampler.callbacks import Checkpoint, EarlyStopping
from gansampler.losses import LOSSES, PENALTIES

# The suites train some twenty times, and ask for the contract, not for good rows.
FAST = {"random_state": 0, "steps": 2, "batch_size": 32, "hidden_sizes": (8,), "latent_dim": 4}
PLAIN = {**FAST, "anchor": None, "acceptance": None}

SAMPLERS = [
    JitterOverSampler(random_state=0),
    LSGANOverSampler(**FAST),
    LSGANOverSampler(**PLAIN),
    LSGANOverSampler(loss="relativistic_least_squares", **FAST),
    CGANOverSampler(**FAST),
    LSGANOverSampler(callbacks=[EarlyStopping("convergence"), Checkpoint(1)], **FAST),
    CGANOverSampler(train_on="minority", batch_norm="both", dropout=0.2, pac=2, **PLAIN),
    *(CGANOverSampler(loss=loss, **PLAIN) for loss in sorted(LOSSES)),
    *(CGANOverSampler(penalty=penalty, optimizer="adam", **FAST) for penalty in sorted(PENALTIES)),
    GuardedOverSampler(RandomOverSampler(), DecisionTreeClassifier(max_depth=3), random_state=0),
]
ONE_OF_EACH = [
    JitterOverSampler(random_state=0),
    LSGANOverSampler(**FAST),
    CGANOverSampler(**PLAIN),
]
each_sampler = pytest.mark.parametrize("sampler", ONE_OF_EACH, ids=lambda s: type(s).__name__)


@parametrize_with_checks(SAMPLERS)
def test_imbalanced_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture
def data():
    return make_classification(n_samples=200, weights=[0.85], random_state=0)


@each_sampler
def test_in_a_pipeline(sampler, data):
    model = make_pipeline(clone(sampler), LogisticRegression())
    assert cross_val_score(model, *data, cv=3, error_score="raise").min() > 0.5


@each_sampler
def test_in_a_grid_search_over_processes(sampler, data):
    model = make_pipeline(clone(sampler), LogisticRegression())
    name = type(sampler).__name__.lower()
    grid = {f"{name}__candidates": [1, 4], f"{name}__anchor__jitter": [0.1, 0.5]}
    if sampler.anchor is None:
        grid.pop(f"{name}__anchor__jitter")
    else:
        from gansampler.anchors import NeighborAnchors

        model.set_params(**{f"{name}__anchor": NeighborAnchors()})
    search = GridSearchCV(model, grid, cv=2, n_jobs=2, error_score="raise").fit(*data)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def _through_pickle(sampler):
    return pickle.loads(pickle.dumps(sampler))


def _through_joblib(sampler):
    file = io.BytesIO()
    joblib.dump(sampler, file)
    file.seek(0)
    return joblib.load(file)


@each_sampler
@pytest.mark.parametrize("through", [_through_pickle, _through_joblib])
def test_a_restored_sampler_draws_the_same_rows(sampler, through, data):
    fitted = clone(sampler)
    fitted.fit_resample(*data)
    restored = through(fitted)
    first, second = fitted.sample(20, 1), fitted.sample(20, 1)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(restored.sample(20, 1), first)
    np.testing.assert_array_equal(restored.sample(20, 1), second)


@each_sampler
def test_the_same_seed_gives_the_same_rows_from_any_container(sampler, data):
    X, y = data
    expected, _ = clone(sampler).fit_resample(X, y)
    for same in (pd.DataFrame(X), np.asfortranarray(X), X.tolist(), X.astype(object)):
        got, _ = clone(sampler).fit_resample(same, y)
        np.testing.assert_array_equal(np.asarray(got, dtype=float), expected)
    other, _ = clone(sampler).set_params(random_state=1).fit_resample(X, y)
    assert not np.array_equal(other, expected)


@each_sampler
def test_global_state_stays_as_it_was(sampler, data):
    numpy_state = np.random.mtrand._rand.get_state
    before = numpy_state()[1].copy(), torch.get_rng_state(), torch.get_num_threads()
    clone(sampler).set_params(random_state=None).fit_resample(*data)
    np.testing.assert_array_equal(numpy_state()[1], before[0])
    assert torch.equal(torch.get_rng_state(), before[1])
    assert torch.get_num_threads() == before[2]


TASKS = Path("/proc/self/task")  # on Linux: a folder for each thread of this process


def own_network(n_in, n_out):
    return nn.Sequential(nn.Linear(n_in, 64), nn.BatchNorm1d(64), nn.Linear(64, n_out))


# What other packages take of their own as late as this, in milliseconds: imbalanced-learn 0.14.0,
# and torch 2.15 in its first step backward.
TAKEN_LATE = {
    "imblearn.utils._tags",
    "torch.fx.experimental._constant_symnode",
    "torch.nested._internal",
    "torch.nested._internal.nested_int",
    "torch.nested._internal.nested_tensor",
}


def fit_for_the_first_time(sampler, data, writer):
    """Fit with two threads of each kind at hand; tell what the process has more than before."""
    torch.set_num_threads(2)
    with threadpool_limits(2):
        modules, threads = set(sys.modules), len(os.listdir(TASKS))
        sampler.fit_resample(*data)
        writer.send((set(sys.modules) - modules, len(os.listdir(TASKS)) - threads))


@pytest.mark.skipif(not TASKS.exists(), reason="asks Linux for the threads")
@pytest.mark.parametrize("own", [{}, {"generator": own_network}], ids=["defaults", "own_network"])
def test_the_first_fit_starts_no_lasting_thread_and_imports_nothing(own, forkserver):
    # A process that is forked later would wait for such threads for ever.
    data = make_classification(3000, weights=[0.8], random_state=0)
    sampler = LSGANOverSampler(acceptance=None, steps=1, batch_size=4096, random_state=0, **own)
    reader, writer = forkserver.Pipe(duplex=False)
    process = forkserver.Process(target=fit_for_the_first_time, args=(sampler, data, writer))
    process.start()
    writer.close()
    modules, threads = reader.recv()
    process.join()
    assert threads == 0
    assert modules <= TAKEN_LATE


@each_sampler
def test_metadata_routing(sampler, data):
    with sklearn.config_context(enable_metadata_routing=True):
        model = make_pipeline(
            clone(sampler), LogisticRegression().set_fit_request(sample_weight=False)
        )
        model.fit(*data)
        assert model.get_metadata_routing() is not None
        assert clone(sampler).get_metadata_routing() is not None


@each_sampler
def test_frames_come_in_and_go_out(sampler, data):
    X = pd.DataFrame(data[0]).add_prefix("x")
    y = pd.Series(data[1], name="y")
    with sklearn.config_context(transform_output="pandas"):
        X_resampled, y_resampled = clone(sampler).fit_resample(X, y)
    pd.testing.assert_frame_equal(X_resampled[: len(X)], X)
    pd.testing.assert_series_equal(y_resampled[: len(y)], y)
    assert list(X_resampled.index) == list(range(len(X_resampled)))
