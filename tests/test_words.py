"""What is said of a word that a sampler does not know."""

import copy
import inspect
import pickle

import pytest
from sklearn.base import clone

from gansampler import CGANOverSampler, GuardedOverSampler, JitterOverSampler, LSGANOverSampler
from gansampler.words import WORDS

EVERY = [CGANOverSampler, LSGANOverSampler, JitterOverSampler, GuardedOverSampler]
HINTS = [
    (LSGANOverSampler, "epochs", "Here that is `steps`"),
    (CGANOverSampler, "k_neighbors", r"anchor=gansampler\.anchors\.NeighborAnchors\(n_neighbors="),
    (JitterOverSampler, "k_neighbors", r"NeighborAnchors\(n_neighbors="),
    (LSGANOverSampler, "lr", "Here that is `learning_rate`"),
    (LSGANOverSampler, "n_jobs", "cross_val_score"),
    (LSGANOverSampler, "batchsize", "Did you mean 'batch_size'"),
    (JitterOverSampler, "categorical_feature", "Did you mean 'categorical_features'"),
    (JitterOverSampler, "epochs", "LSGANOverSampler has `steps`"),
    (JitterOverSampler, "steps", "LSGANOverSampler has `steps`"),
    (GuardedOverSampler, "epochs", r"sampler=LSGANOverSampler\(steps="),
    (GuardedOverSampler, "train_on", r"sampler=LSGANOverSampler\(train_on="),
    (GuardedOverSampler, "seed", "Here that is `random_state`"),
]


@pytest.mark.parametrize(("kind", "word", "hint"), HINTS)
def test_constructors_say_what_the_word_is_here(kind, word, hint):
    with pytest.raises(TypeError, match=f"{kind.__name__}.. got an unexpected keyword.*{hint}"):
        kind(**{word: 1})


@pytest.mark.parametrize(("kind", "word", "hint"), HINTS)
def test_set_params_says_it_as_well(kind, word, hint):
    with pytest.raises(ValueError, match=f"Invalid parameter '{word}'.*{hint}"):
        kind().set_params(**{word: 1})


def test_a_word_that_is_like_none_gets_pythons_error_alone():
    with pytest.raises(TypeError, match=r"an unexpected keyword argument 'nonsense'\.$"):
        LSGANOverSampler(nonsense=1)


def test_every_word_of_others_leads_to_a_parameter_of_ours():
    ours = LSGANOverSampler().get_params()
    assert not set(WORDS) & set(ours)
    assert {way.partition("=")[0] for way in WORDS.values()} <= set(ours)


@pytest.mark.parametrize("kind", EVERY)
def test_signature_copies_and_pickles_stay_as_they_are(kind):
    names = list(inspect.signature(kind.__init__).parameters)[1:]
    assert list(inspect.signature(kind).parameters) == names
    assert sorted(kind().get_params(deep=False)) == sorted(names)
    sampler = kind(sampling_strategy="minority", random_state=3)
    for same in (clone(sampler), copy.deepcopy(sampler), pickle.loads(pickle.dumps(sampler))):
        assert same.get_params() == sampler.get_params()


def test_classes_of_users_have_words_of_their_own():
    class Short(JitterOverSampler):
        def __init__(self, k_neighbors=5):
            super().__init__()
            self.k_neighbors = k_neighbors

    class Loose(JitterOverSampler):
        def __init__(self, **words):
            super().__init__(**words)

    assert Short(k_neighbors=3).k_neighbors == 3
    assert Loose(candidates=3).candidates == 3
    with pytest.raises(TypeError, match="'candidates'"):
        Short(candidates=3)
