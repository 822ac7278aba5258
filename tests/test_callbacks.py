"""What watches a training, and may end it."""

import copy
import pickle
import warnings

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import make_classification

from gansampler import ConditionalGAN, LSGANOverSampler
from gansampler import gan as gan_module
from gansampler.acceptance import ClassifierAcceptance
from gansampler.anchors import NeighborAnchors
from gansampler.callbacks import FIGURES, Callback, Checkpoint, EarlyStopping, ProgressBar
from gansampler.held_out import HeldOut, set_aside
from gansampler.seeding import undisturbed

X, Y = make_classification(200, weights=[0.6], random_state=0)
FAST = {"steps": 100, "batch_size": 16, "hidden_sizes": (8,), "acceptance": None, "random_state": 0}
GAN = {"steps": 8, "record_every": 2, "batch_size": 16, "hidden_sizes": (8,), "random_state": 0}


def sampler_with(callbacks, **changes):
    return LSGANOverSampler(**{**FAST, **changes}, callbacks=callbacks)


def weights_of(network):
    return torch.cat([each.detach().flatten() for each in network.parameters()])


class Scripted:
    """Gives figures one after another, and keeps the weights that each was given of."""

    def __init__(self, *figures):
        self.figures, self.seen = list(figures), []

    def __call__(self, record, estimator):
        sides = estimator.generator_, estimator.discriminator_
        self.seen.append([weights_of(side).clone() for side in sides])
        return self.figures[len(self.seen) - 1]


def test_a_function_gets_each_record_and_the_sampler_that_is_trained():
    seen = []

    def watch(record, sampler):
        seen.append((record["step"], sampler.sample(3, label=1).shape))
        assert sampler.history_[-1] is record
        np.testing.assert_array_equal(*(undisturbed(sampler).sample(3, c) for c in (1, None)))

    sampler = sampler_with(watch)
    sampler.fit_resample(X, Y)
    assert seen == [(step, (3, 20)) for step in (25, 50, 75, 100)]
    assert sampler.callbacks_ == [watch]


def test_of_several_classes_a_callback_must_say_which_to_draw():
    def watch(record, sampler):
        with pytest.raises(ValueError, match=r"are \[0, 1\]: say by `label`"):
            sampler.sample(3)

    sampler_with(watch, sampling_strategy={0: 200, 1: 200}, steps=2).fit_resample(X, Y)


@pytest.mark.parametrize(
    ("answer", "records"), [(True, 1), (np.True_, 1), (False, 4), (None, 4), ("yes", 4), (1, 4)]
)
def test_true_alone_ends_the_training(answer, records):
    gan = ConditionalGAN(**GAN, callbacks=lambda record, gan: answer).fit(X)
    assert len(gan.history_) == records


def test_all_are_asked_even_if_the_first_ends_the_training():
    seen = []
    callbacks = [lambda record, gan: True, lambda record, gan: seen.append(record["step"])]
    ConditionalGAN(**GAN, callbacks=callbacks).fit(X)
    assert seen == [2]


@pytest.mark.parametrize(
    "callback",
    [
        Callback(),
        lambda record, sampler: sampler.sample(5, label=1),
        Checkpoint(50),
        EarlyStopping("convergence", patience=99, restore_best=False),
    ],
    ids=["nothing", "draws", "checkpoint", "never stops"],
)
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_callback_that_does_nothing_changes_no_row(callback, dropout):
    alone, watched = (sampler_with(each, dropout=dropout) for each in (None, [callback]))
    np.testing.assert_array_equal(alone.fit_resample(X, Y)[0], watched.fit_resample(X, Y)[0])
    np.testing.assert_array_equal(alone.sample(5), watched.sample(5))


def test_drawing_while_a_gan_trains_changes_nothing_that_is_drawn_later():
    alone, watched = (
        ConditionalGAN(**GAN, callbacks=callbacks).fit(X)
        for callbacks in (None, lambda record, gan: gan.sample(7))
    )
    np.testing.assert_array_equal(alone.sample(5), watched.sample(5))


def no_training(monkeypatch):
    monkeypatch.setattr(gan_module, "train", lambda *_, **__: pytest.fail("trained"))
    for part in (NeighborAnchors, ClassifierAcceptance):
        monkeypatch.setattr(part, "fit", lambda *_: pytest.fail("fitted"))


@pytest.mark.parametrize(
    ("callbacks", "error", "message"),
    [
        ([3], TypeError, "callback 3 cannot be called with"),
        ("stop", ValueError, "'callbacks' parameter"),
        (len, TypeError, r"callback <built-in function len> cannot be called with \(record"),
        ([lambda record: False], TypeError, r"cannot be called with \(record, estimator\)"),
        ([EarlyStopping], TypeError, r"Give an object: EarlyStopping\(\)"),
        (EarlyStopping, TypeError, r"Give an object: EarlyStopping\(\)"),
        ([EarlyStopping("loss")], ValueError, "'monitor' parameter .*'convergence'"),
        ([EarlyStopping(patience=0)], ValueError, "'patience' parameter of EarlyStopping"),
        ([EarlyStopping(mode="low")], ValueError, "'mode' parameter of EarlyStopping"),
        ([EarlyStopping(validation_fraction=1.0)], ValueError, "'validation_fraction'"),
        ([EarlyStopping(validation_fraction=0.05)], ValueError, "raise `validation_fraction`"),
        ([Checkpoint(every=0)], ValueError, "'every' parameter of Checkpoint"),
    ],
)
@pytest.mark.parametrize("of_tables", [True, False])
def test_what_cannot_work_is_refused_before_training(
    callbacks, error, message, of_tables, monkeypatch
):
    no_training(monkeypatch)
    with pytest.raises(error, match=message):
        if of_tables:
            LSGANOverSampler(callbacks=callbacks).fit_resample(X, Y)
        else:
            ConditionalGAN(callbacks=callbacks).fit(X, Y)


def test_every_known_figure_stands_in_a_record():
    gan = ConditionalGAN(**GAN, callbacks=EarlyStopping()).fit(X, Y)
    assert set(FIGURES) <= set(gan.history_[0])


@pytest.mark.parametrize(
    ("figures", "settings", "best", "records"),
    [
        ([3, 1, 2, 2], {"patience": 2}, 2, 4),
        ([3, 1, 2, 0.5], {"patience": 2}, 4, 4),
        ([1, 1, 1, 1], {"patience": 3}, 1, 4),
        ([3, 2.5, 2.2, 2], {"patience": 3, "min_delta": 1}, 1, 4),
        ([3, 2.5, 1.9, 1.5], {"patience": 3, "min_delta": 1}, 3, 4),
        ([1, 2, 1, 1], {"patience": 2, "mode": "max"}, 2, 4),
        ([1, 2], {"patience": 1}, 1, 2),
        ([np.nan, 2, np.nan, 1], {"patience": 9}, 4, 4),
    ],
)
def test_early_stopping_comes_back_to_the_best_record(figures, settings, best, records):
    stop = EarlyStopping(Scripted(*figures), **settings)
    gan = ConditionalGAN(**GAN, callbacks=stop).fit(X, Y)
    stop = gan.callbacks_[0]
    seen = stop.monitor.seen
    assert len(gan.history_) == records
    assert (stop.best_step_, stop.best_score_) == (2 * best, figures[best - 1])
    assert stop.stopped_ == (records < 4 or best + settings["patience"] == 4)
    for side, then in zip((gan.generator_, gan.discriminator_), seen[best - 1], strict=True):
        assert torch.equal(weights_of(side), then)
    assert not gan.discriminator_.training


def test_the_last_networks_stay_where_so_asked_and_where_no_figure_was_one():
    for figures, settings in (([1, 2, 3, 4], {"restore_best": False}), ([np.nan] * 4, {})):
        stop = EarlyStopping(Scripted(*figures), patience=9, **settings)
        gan = ConditionalGAN(**GAN, callbacks=stop).fit(X)
        last = gan.callbacks_[0].monitor.seen[-1]
        assert torch.equal(weights_of(gan.generator_), last[0])


def test_of_a_collapse_that_was_undone_nobody_is_warned():
    def spoil(record, gan):
        if record["step"] == 8:
            for weight in gan.generator_.parameters():
                weight.data.zero_()

    stop = EarlyStopping(Scripted(1, 2, 3, 4), patience=9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ConditionalGAN(**GAN, learning_rate=1e-4, callbacks=[stop, spoil]).fit(X)
    with pytest.warns(UserWarning, match="collapsed"):
        ConditionalGAN(**GAN, learning_rate=1e-4, callbacks=spoil).fit(X)


def test_names_know_which_way_they_get_better():
    for name, better in FIGURES.items():
        stop = EarlyStopping(name, patience=9)
        stop.on_train_begin(None)
        stop._best = []
        stop.restore_best = False
        for step, figure in enumerate([2.0, 1.0, 3.0]):
            stop({name: figure, "step": step}, None)
        assert stop.best_score_ == {"min": 1.0, "max": 3.0}[better]


def test_rows_are_kept_aside_by_class_where_there_are_enough():
    codes = np.repeat([0, 1, 2, -1], [100, 60, 59, 500])
    rng = np.random.default_rng(0)
    aside = set_aside(codes, 0.2, rng)
    assert [aside[codes == code].sum() for code in (0, 1, 2, -1)] == [20, 12, 0, 0]
    assert set_aside(np.zeros(9000, dtype=int), 0.5, rng).sum() == 1000
    before = copy.deepcopy(rng.bit_generator.state)
    assert not set_aside(codes, 0.0, rng).any()
    assert rng.bit_generator.state == before
    with pytest.raises(ValueError, match=r"No class has so many rows that a share of 0\.1"):
        set_aside(np.zeros(100, dtype=int), 0.1, rng)


def test_rows_kept_aside_are_seen_by_the_judge_alone(monkeypatch):
    shown = {}

    def watch(kind, place):
        fit = kind.fit_compact

        def spy(self, C, codes, *others):
            shown[place] = C
            return fit(self, C, codes, *others)

        monkeypatch.setattr(kind, "fit_compact", spy)

    watch(NeighborAnchors, "anchors")
    watch(ClassifierAcceptance, "judge")
    batches = gan_module.ClassBatches

    def spy(rows, codes, **settings):
        shown["game"] = rows.numpy()
        return batches(rows, codes, **settings)

    monkeypatch.setattr(gan_module, "ClassBatches", spy)
    sampler = sampler_with(EarlyStopping(), acceptance="classifier", steps=1)
    sampler.fit_resample(X, Y)
    n = sum(int(0.2 * count) for count in np.bincount(Y))
    assert len(shown["judge"]) == len(X)
    np.testing.assert_array_equal(shown["anchors"], shown["game"])
    assert len(shown["game"]) == len(X) - n
    assert "two_sample_auc" in sampler.history_[0]
    sampler.set_params(callbacks=EarlyStopping("convergence")).fit_resample(X, Y)
    assert len(shown["game"]) == len(X)
    assert "two_sample_auc" not in sampler.history_[0]


class Cloud(torch.nn.Module):
    """Draws standard normal rows, moved by so much."""

    def __init__(self, move):
        super().__init__()
        self.move = torch.nn.Parameter(torch.tensor(float(move)))

    def draw_inputs(self, codes, anchors, random):
        return (torch.randn(len(codes), 2, generator=random),)

    def forward(self, noise):
        return noise + self.move


def test_the_figure_of_held_out_rows_is_a_half_for_their_like_and_one_for_others():
    rows = np.random.default_rng(1).normal(size=(600, 2)).astype(np.float32)
    codes = np.repeat([0, 1], [400, 200])
    held = HeldOut(rows, codes)
    like, other = (held.measure(Cloud(move), None)["two_sample_auc"] for move in (0, 9))
    assert like == pytest.approx(0.5, abs=0.06)
    assert other > 0.99
    assert held.measure(Cloud(0), None)["two_sample_auc"] == like
    mended = HeldOut(rows, codes, finish=lambda Z: Z - 9).measure(Cloud(9), None)
    assert mended["two_sample_auc"] == pytest.approx(like, abs=0.02)
    assert HeldOut(rows[:0], codes[:0]).measure(Cloud(0), None) == {}


def test_a_fit_works_with_copies_and_the_same_seed_gives_the_same_rows():
    stop, kept = EarlyStopping("diversity", patience=1), Checkpoint(25)
    before = vars(stop).copy(), vars(kept).copy()
    sampler = sampler_with([stop, kept])
    first, _ = sampler.fit_resample(X, Y)
    again, _ = sampler.fit_resample(X, Y)
    other, _ = clone(sampler).fit_resample(X, Y)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, other)
    assert (vars(stop), vars(kept)) == before
    assert sampler.callbacks[0] is stop
    assert [type(each) for each in sampler.callbacks_] == [EarlyStopping, Checkpoint]
    assert not hasattr(clone(sampler).callbacks[1], "stages_")


def test_stages_are_kept_and_drawn_from():
    sampler = sampler_with(Checkpoint(30), moved=1.0)
    sampler.fit_resample(X, Y)
    checkpoint = sampler.callbacks_[0]
    assert list(checkpoint.stages_) == [50, 75, 100]
    twin = copy.deepcopy(sampler)
    early = checkpoint.at(50, sampler)
    assert not np.array_equal(early.sample(9), checkpoint.at(100, sampler).sample(9))
    weights = early.gan_.generator_.state_dict()
    assert all(torch.equal(weights[name], each) for name, each in checkpoint.stages_[50].items())
    np.testing.assert_array_equal(sampler.sample(9), twin.sample(9))
    np.testing.assert_array_equal(checkpoint.at(100, sampler).sample(9), sampler.sample(9))
    with pytest.raises(ValueError, match=r"step=60 has no stage; the stages are \[50, 75, 100\]"):
        checkpoint.at(60, sampler)


def test_stages_of_a_gan_are_drawn_from_as_well():
    gan = ConditionalGAN(**GAN, callbacks=Checkpoint(4)).fit(X, Y)
    early = gan.callbacks_[0].at(4, gan)
    assert early.sample(3, 1).shape == (3, 20)
    assert not torch.equal(weights_of(early.generator_), weights_of(gan.generator_))


def test_the_bar_shows_steps_and_leaves_nothing_behind(capsys):
    sampler = sampler_with([ProgressBar(), lambda record, sampler: record["step"] == 50])
    sampler.fit_resample(X, Y)
    said = capsys.readouterr().err
    assert "LSGANOverSampler:  50%" in said
    assert "50/100" in said
    assert vars(sampler.callbacks_[0]) == {}


class Diary(Callback):
    """Writes down what it was told, also where the training fails."""

    def __init__(self, pages=None, fails=False):
        self.pages, self.fails = pages, fails

    def on_train_begin(self, estimator):
        self.lines_ = ["begin"]

    def __call__(self, record, estimator):
        self.lines_.append(record["step"])
        if self.fails:
            raise RuntimeError("the pen is broken")

    def on_train_end(self, estimator):
        self.lines_.append("end")
        PAGES.append(self.lines_)


PAGES = []


@pytest.mark.parametrize("fails", [False, True])
def test_a_callback_of_ones_own_is_one_class(fails):
    PAGES.clear()
    gan = ConditionalGAN(**GAN, callbacks=[Diary(fails=fails)])
    if fails:
        with pytest.raises(RuntimeError, match="pen"):
            gan.fit(X)
        assert not hasattr(gan, "generator_")
    else:
        gan.fit(X)
    steps = [2] if fails else [2, 4, 6, 8]
    assert [["begin", *steps, "end"]] == PAGES


def test_what_a_callback_writes_into_a_record_stands_in_the_history():
    def score(record, gan):
        record["mine"] = record["step"] / 2

    gan = ConditionalGAN(**GAN, callbacks=score).fit(X)
    assert [record["mine"] for record in gan.history_] == [1, 2, 3, 4]


def test_a_sampler_with_callbacks_comes_back_from_a_pickle():
    sampler = sampler_with([EarlyStopping(patience=1), Checkpoint(25), ProgressBar()])
    sampler.fit_resample(X, Y)
    other = pickle.loads(pickle.dumps(sampler))
    np.testing.assert_array_equal(sampler.sample(4), other.sample(4))
    assert other.callbacks_[0].best_step_ == sampler.callbacks_[0].best_step_
