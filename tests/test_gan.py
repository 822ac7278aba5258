"""The GAN on plain arrays."""

import pickle
import warnings

import numpy as np
import pytest
import torch
from interruptions import interrupted_at
from sklearn.base import clone
from torch import nn

from gansampler import ConditionalGAN, LSGANOverSampler

QUICK = {"steps": 6, "batch_size": 16, "hidden_sizes": (8,), "record_every": 2}


@pytest.fixture
def pictures():
    """Sixty pictures of 3 x 4, of two classes."""
    rows = np.random.default_rng(0).normal(size=(60, 3, 4))
    return rows, np.repeat(["cat", "dog"], 30)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 1])
def test_an_interruption_at_any_moment_leaves_an_estimator_that_was_never_fitted(pictures, share):
    gan = ConditionalGAN(**QUICK, random_state=0)
    with interrupted_at(None) as calls:
        expected = clone(gan).fit(*pictures)
    threads = torch.get_num_threads()
    moment = int(share * (calls.index("warn_if_collapsed") - 1))
    with pytest.raises(KeyboardInterrupt), interrupted_at(moment):
        gan.fit(*pictures)
    assert not [name for name in vars(gan) if name.endswith("_")]
    assert torch.get_num_threads() == threads
    np.testing.assert_array_equal(gan.fit(*pictures).sample(4, "cat"), expected.sample(4, "cat"))


def test_rows_keep_their_shape_and_classes_their_names(pictures):
    gan = ConditionalGAN(**QUICK, random_state=0).fit(*pictures)
    assert gan.sample(5, "dog").shape == (5, 3, 4)
    assert gan.sample(0, "cat").shape == (0, 3, 4)
    assert gan.classes_.tolist() == ["cat", "dog"]
    assert gan.score_rows(*pictures).shape == (60,)


def test_without_classes_the_networks_see_rows_alone(pictures):
    seen = {}

    def factory(side):
        def make(n_in, n_out):
            seen[side] = n_in, n_out
            return nn.Linear(n_in, n_out)

        return make

    networks = {side: factory(side) for side in ("generator", "discriminator")}
    gan = ConditionalGAN(**QUICK, latent_dim=5, random_state=0, **networks).fit(pictures[0])
    assert seen == {"generator": (5, 12), "discriminator": (12, 1)}
    assert gan.classes_ is None
    assert gan.sample(2).shape == (2, 3, 4)
    assert gan.score_rows(pictures[0]).shape == (60,)


def test_two_clouds_are_learnt_each_by_its_class():
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(-2, 0.3, (200, 2)), rng.normal(2, 0.3, (200, 2))])
    classes = np.repeat([0, 1], 200)
    how = {"steps": 500, "learning_rate": 2e-3, "ema_decay": 0.98}
    gan = ConditionalGAN(**how, random_state=0).fit(rows, classes)
    for label, centre in enumerate((-2, 2)):
        drawn = gan.sample(500, label)
        np.testing.assert_allclose(drawn.mean(axis=0), centre, atol=0.3)
    assert not gan.history_[-1]["collapsed"]


def test_a_logistic_discriminator_comes_near_the_share_of_real_rows():
    """Against a generator that hardly learns, from -3, real rows at 3 look real."""
    rows = np.random.default_rng(0).normal(3, 0.5, (400, 1))
    gan = ConditionalGAN(learning_rate=(1e-6, 1e-3), steps=300, random_state=0).fit(rows)
    scores = gan.score_rows(np.array([[3.0], [0.0]]))
    assert scores[0] > 1
    assert scores[1] < -1
    assert gan.history_[-1]["convergence"] > 0.9


def test_the_same_seed_gives_the_same_rows_and_leaves_the_global_state(pictures):
    state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    one, two, other = (
        ConditionalGAN(**QUICK, random_state=seed).fit(*pictures).sample(9, "cat")
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    assert torch.equal(state[0], torch.get_rng_state())
    np.testing.assert_array_equal(state[1], np.random.get_state()[1])  # noqa: NPY002


def test_of_many_rows_some_are_drawn_at_a_time(pictures, monkeypatch):
    gan = ConditionalGAN(**QUICK, random_state=0).fit(*pictures)
    monkeypatch.setattr("gansampler.gan.CHUNK", 4)
    asked, propose = [], gan.propose
    gan.propose = lambda codes, *rest: asked.append(len(codes)) or propose(codes, *rest)
    rows = gan.sample(10, "dog")
    assert asked == [4, 4, 2]
    assert rows.shape == (10, 3, 4) and len(np.unique(rows.reshape(10, -1), axis=0)) == 10
    assert gan.sample(0, "dog").shape == (0, 3, 4)


def test_every_call_draws_other_rows(pictures):
    gan = ConditionalGAN(**QUICK, random_state=0).fit(*pictures)
    assert not np.array_equal(gan.sample(3, "cat"), gan.sample(3, "cat"))


def test_callbacks_see_the_game_and_can_end_it(pictures):
    seen = []

    def watch(record, gan):
        seen.append((record["step"], gan.sample(2, "cat").shape, len(gan.history_)))
        assert gan.discriminator_.training
        gan.score_rows(pictures[0][:2], ["cat", "dog"])
        assert gan.discriminator_.training, "it was left resting"
        return record["step"] == 4

    gan = ConditionalGAN(**QUICK, callbacks=[watch], random_state=0).fit(*pictures)
    assert seen == [(2, (2, 3, 4), 1), (4, (2, 3, 4), 2)]
    assert len(gan.history_) == 2
    assert not gan.discriminator_.training


def test_watching_does_not_change_what_is_learnt(pictures):
    def watch(record, gan):
        gan.sample(7, "dog")

    watched, alone = (
        ConditionalGAN(**QUICK, callbacks=callbacks, random_state=0).fit(*pictures)
        for callbacks in ([watch], None)
    )
    for one, other in zip(
        watched.generator_.parameters(), alone.generator_.parameters(), strict=True
    ):
        assert torch.equal(one, other)


def test_a_warm_start_goes_on(pictures):
    gan = ConditionalGAN(**QUICK, warm_start=True, learning_rate=1e-9, random_state=0)
    before = gan.fit(*pictures).score_rows(*pictures)
    again = gan.fit(*pictures).score_rows(*pictures)
    np.testing.assert_allclose(before, again, atol=1e-4)
    assert [record["step"] for record in gan.history_] == [2, 4, 6, 8, 10, 12]
    cold = clone(gan).set_params(random_state=1).fit(*pictures).score_rows(*pictures)
    assert not np.allclose(before, cold, atol=1e-2)


@pytest.mark.parametrize("change", ["shape", "classes"])
def test_a_warm_start_on_other_rows_is_refused(pictures, change):
    gan = ConditionalGAN(**QUICK, warm_start=True, random_state=0).fit(*pictures)
    rows, classes = pictures
    other = (rows[:, :2], classes) if change == "shape" else (rows, np.repeat(["cat", "cow"], 30))
    with pytest.raises(ValueError, match="warm_start=True cannot go on"):
        gan.fit(*other)


def test_a_collapse_is_warned_of_where_it_can_be_mended(pictures):
    class Point(nn.Linear):
        """Gives one point, whatever comes in."""

        def forward(self, x):
            return super().forward(0 * x)

    gan = ConditionalGAN(**QUICK, generator=Point, random_state=0)
    with pytest.warns(UserWarning, match="The generator collapsed: in some class") as caught:
        gan.fit(*pictures)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert all(record["collapsed"] for record in gan.history_)
    sampler = LSGANOverSampler(generator=Point, anchor=None, acceptance=None, steps=3)
    with pytest.warns(UserWarning, match="collapsed") as caught:
        sampler.fit_resample(pictures[0][:, 0], np.repeat([0, 1], [40, 20]))
    assert [warning.filename for warning in caught] == [__file__]


def test_a_healthy_game_warns_of_nothing(pictures):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ConditionalGAN(steps=100, learning_rate=1e-3, random_state=0).fit(*pictures)


def test_it_comes_back_from_a_pickle(pictures):
    gan = ConditionalGAN(**QUICK, random_state=0).fit(*pictures)
    other = pickle.loads(pickle.dumps(gan))
    np.testing.assert_array_equal(gan.sample(4, "dog"), other.sample(4, "dog"))


def test_the_rows_of_the_user_stay_as_they_are(pictures):
    rows = pictures[0].astype(np.float32)
    rows.flags.writeable = False
    before = rows.copy()
    ConditionalGAN(**QUICK).fit(rows)
    np.testing.assert_array_equal(rows, before)


ROWS = np.ones((8, 2)) + np.eye(8, 2)


@pytest.mark.parametrize(
    ("settings", "rows", "classes", "error", "message"),
    [
        ({}, [[np.nan, 1.0]], None, ValueError, "NaN"),
        ({}, [["a", "b"]], None, ValueError, "convert"),
        ({}, np.empty((0, 2)), None, ValueError, "minimum of 1"),
        ({}, ROWS, [0, 1], ValueError, "inconsistent numbers of samples"),
        ({"loss": "r1"}, ROWS, None, ValueError, "'loss' parameter of ConditionalGAN"),
        ({"learning_rate_schedule": "step"}, ROWS, None, ValueError, "'learning_rate_schedule'"),
        ({"batch_size": 10, "pac": 4}, ROWS, None, ValueError, "multiple of pac=4"),
        ({"callbacks": [1]}, ROWS, None, TypeError, "callback 1 cannot be called"),
        ({"record_every": 0}, ROWS, None, ValueError, "'record_every' parameter"),
        ({"generator": lambda *_: nn.Linear(32, 3)}, ROWS, None, ValueError, "gave the shape"),
        ({"generator": lambda *_: 3}, ROWS, None, TypeError, "must return a torch.nn.Module"),
        ({"generator": len}, ROWS, None, TypeError, r"cannot be called with \(in_features, out"),
        ({"discriminator": lambda: 3}, ROWS, None, TypeError, "^discriminator=.* cannot be called"),
    ],
)
def test_bad_input_is_refused_before_training(settings, rows, classes, error, message, monkeypatch):
    monkeypatch.setattr("gansampler.gan.train", lambda *_, **__: pytest.fail("trained"))
    gan = ConditionalGAN(**settings)
    with pytest.raises(error, match=message):
        gan.fit(rows, classes)
    assert not hasattr(gan, "generator_")


def test_labels_must_be_those_that_were_learnt(pictures):
    gan = ConditionalGAN(**QUICK, random_state=0).fit(*pictures)
    with pytest.raises(ValueError, match="label='cow' is not a class; the classes are"):
        gan.sample(2, "cow")
    with pytest.raises(ValueError, match="give one of them"):
        gan.sample(2)
    with pytest.raises(ValueError, match="n=-1 must be"):
        gan.sample(-1, "cat")
    with pytest.raises(ValueError, match="cannot be scored"):
        gan.score_rows(pictures[0][:, :2], pictures[1])
    classless = ConditionalGAN(**QUICK).fit(pictures[0])
    with pytest.raises(ValueError, match="leave it out"):
        classless.sample(2, "cat")
