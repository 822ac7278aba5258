"""The door that all samplers share: words to their methods, fit, sample, what comes back."""

import inspect
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
import sklearn
from imblearn.over_sampling import SMOTE
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from gansampler import CGANOverSampler, GuardedOverSampler, JitterOverSampler, LSGANOverSampler
from gansampler.anchors import NeighborAnchors

X = np.random.default_rng(0).normal(size=(60, 3))
Y = np.repeat([0, 1], [45, 15])
EVERY = [
    JitterOverSampler(random_state=0),
    CGANOverSampler(steps=1, random_state=0),
    GuardedOverSampler(
        JitterOverSampler(),
        LogisticRegression(),
        standard_errors=1000,
        sampling_strategy="auto",
        random_state=0,
    ),
]
each = pytest.mark.parametrize("sampler", EVERY, ids=lambda each: type(each).__name__)


@each
def test_help_shows_the_parameters_of_the_constructor(sampler):
    shown = list(inspect.signature(type(sampler)).parameters)
    assert shown == list(inspect.signature(type(sampler).__init__).parameters)[1:]
    assert set(sampler.get_params(deep=False)) == set(shown)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("sampler", [SMOTE(), *EVERY], ids=lambda each: type(each).__name__)
def test_words_to_fit_resample_are_not_swallowed(sampler, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        for word in ("sample_weight", "categorical_feature"):
            with pytest.raises(TypeError, match=word):
                clone(sampler).fit_resample(X, Y, **{word: np.ones(60)})


@pytest.mark.parametrize("kind", [*map(type, EVERY), LSGANOverSampler])
def test_constructors_keep_what_they_are_given_under_its_name(kind):
    given = {name: object() for name in kind().get_params(deep=False)}
    assert kind(**given).get_params(deep=False) == given


@each
def test_fit_checks_and_learns_nothing(sampler):
    sampler = clone(sampler)
    assert sampler.fit(X, Y) is sampler and sampler.sampling_strategy_ == {1: 30}
    with pytest.raises(NotFittedError, match="call fit_resample first"):
        sampler.sample(3, 1)
    with pytest.raises(ValueError, match="infinity"):
        sampler.fit(np.full((60, 3), np.inf), Y)
    with pytest.raises(ValueError, match="parameter"):
        clone(sampler).set_params(sampling_strategy="everything").fit(X, Y)


@each
def test_fit_drops_what_was_learnt_from_other_rows(sampler):
    sampler = clone(sampler)
    sampler.fit_resample(X, Y)
    sampler.fit(X[:, :2], Y)
    with pytest.raises(NotFittedError, match="fit_resample"):
        sampler.sample(3)


@each
def test_the_one_class_that_got_rows_need_not_be_named(sampler):
    sampler = clone(sampler)
    sampler.fit_resample(pd.DataFrame(X, columns=list("abc")), Y)
    rows = sampler.sample(4)
    assert rows.shape == (4, 3) and list(rows.columns) == list("abc")
    assert sampler.sample(4, label=1).shape == (4, 3)


@each
def test_of_several_classes_one_must_be_named(sampler):
    sampler = clone(sampler)
    sampler.fit_resample(X, np.repeat(["a", "b", "c"], [30, 18, 12]))
    with pytest.raises(ValueError, match=r"are \['b', 'c'\]: say by `label`"):
        sampler.sample(4)
    assert sampler.sample(4, "c").shape == (4, 3)
    for label in (["b"], ["b", "c", "c"], "d", np.nan):
        with pytest.raises(ValueError, match="is not a class"):
            sampler.sample(4, label)
    with pytest.raises(ValueError, match="whole number of rows"):
        sampler.sample({"b": 3})


def test_parameters_of_parts_that_are_no_objects_are_refused():
    with pytest.raises(ValueError, match=r"anchor='neighbors' has no parameters.*'n_nei"):
        JitterOverSampler().set_params(anchor__n_neighbors=3)
    with pytest.raises(ValueError, match="sampler=None has no parameters"):
        GuardedOverSampler().set_params(sampler__steps=3)
    sampler = JitterOverSampler().set_params(anchor=NeighborAnchors(), anchor__n_neighbors=3)
    assert sampler.anchor.n_neighbors == 3


def test_nothing_is_set_where_a_word_is_refused():
    sampler = JitterOverSampler()
    with pytest.raises(ValueError, match="'epochs'"):
        sampler.set_params(candidates=3, epochs=5)
    assert sampler.candidates == 8


@each
def test_strategies_go_with_any_kind_of_label(sampler):
    bands = pd.cut(pd.Series(Y + 0.5), 2)
    for strategy, expected in [
        ("minority", 45),
        (1.0, 45),
        ({bands[59]: 20}, 20),
        (MappingProxyType({bands[59]: 20}), 20),
        (lambda y: {y[59]: 20}, 20),
    ]:
        _, y_new = clone(sampler).set_params(sampling_strategy=strategy).fit_resample(X, bands)
        assert y_new.value_counts()[bands[59]] == expected and y_new.dtype == bands.dtype


def test_parameters_of_what_is_inside_are_checked():
    with pytest.raises(ValueError, match="'candidates' parameter of JitterOverSampler"):
        GuardedOverSampler(JitterOverSampler(candidates=0)).fit_resample(X, Y)
    with pytest.raises(ValueError, match="'C' parameter of LogisticRegression"):
        GuardedOverSampler(JitterOverSampler(), LogisticRegression(C=-1)).fit_resample(X, Y)


def test_rows_come_back_in_their_container():
    as_list, labels = JitterOverSampler(random_state=0).fit_resample(X.tolist(), Y.tolist())
    expected, expected_labels = JitterOverSampler(random_state=0).fit_resample(X, Y)
    assert as_list == expected.tolist() and labels == expected_labels.tolist()
