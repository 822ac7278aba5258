"""Saved samplers draw as they would have drawn; the worst that a file can do is a ValueError."""

import datetime
import hashlib
import io
import json
import pickle
import random
import sys
import threading
import warnings
import zipfile
from decimal import Decimal

import frames
import numpy as np
import pandas as pd
import pytest
import torch
from pandas.testing import assert_frame_equal
from safetensors.numpy import load as from_bytes
from safetensors.numpy import save as to_bytes
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB
from torch import nn

import gansampler
from gansampler import (
    CGANOverSampler,
    ConditionalGAN,
    Enlarge,
    GuardedOverSampler,
    JitterOverSampler,
    LSGANOverSampler,
)
from gansampler.acceptance import ACCEPTANCES, Acceptance, ClassifierAcceptance
from gansampler.anchors import ANCHORS, NeighborAnchors, TreeAnchors
from gansampler.callbacks import Checkpoint, EarlyStopping, ProgressBar
from gansampler.losses import LOSSES, PENALTIES, LeastSquares
from gansampler.saving import loading
from gansampler.saving.archive import read_archive, write_archive
from gansampler.saving.loading import read_sampler
from gansampler.saving.nodes import Packer, Unpacker
from gansampler.saving.trees import pack_trees, unpack_trees
from gansampler.saving.writing import FORMS, VERSION, write_sampler
from gansampler.saving.writing import SAMPLERS as SAVED
from gansampler.schedules import SCHEDULES, Plateau

TINY = {"steps": 2, "hidden_sizes": (4,), "random_state": 0}
SAMPLERS = {
    "lsgan": LSGANOverSampler(**TINY),
    "layers": CGANOverSampler(**TINY, batch_norm="both", dropout=0.1, pac=2, activation="tanh"),
    "noise": CGANOverSampler(**TINY, anchor=None, acceptance=None, penalty="r1"),
    "parts": LSGANOverSampler(
        Enlarge(1.5),
        **TINY,
        loss=LeastSquares(-1, 1, 0),
        learning_rate_schedule=Plateau(),
        anchor=NeighborAnchors(3, jitter=0.1),
        acceptance=ClassifierAcceptance(sharpness=1.0),
        train_on="minority",
        learning_rate=(1e-3, np.float32(5e-4)),
        device="cpu",
    ),
    "jitter": JitterOverSampler(random_state=np.random.RandomState(3)),
    "trees": JitterOverSampler(anchor=TreeAnchors(3), acceptance=None, random_state=0),
    "forest": JitterOverSampler(
        acceptance=ClassifierAcceptance(RandomForestClassifier(3)), random_state=0
    ),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sampler.gan"


def reloaded(sampler, path, **how):
    sampler.save(path)
    return gansampler.load(path, **how)


def drawable(sampler):
    codes = (*sampler._added_, *np.flatnonzero(sampler._condition_ >= 0))
    return [sampler.classes_.tolist()[code] for code in sorted(set(codes))]


@pytest.mark.filterwarnings("ignore:Classes with fewer")
@pytest.mark.parametrize("name", SAMPLERS)
def test_the_same_rows_come_in_the_same_frame(mixed, path, name):
    X, y = mixed
    sampler = SAMPLERS[name]
    sampler.fit_resample(X, y)
    sampler.sample(3, "few")  # the state is where it is, not where it began
    again = reloaded(sampler, path)
    assert type(again) is type(sampler)
    assert vars(again).keys() == vars(sampler).keys()
    for label in ("few", "rare", "few"):
        rows = again.sample(40, label)
        assert_frame_equal(rows, sampler.sample(40, label))
        assert_frame_equal(rows.iloc[:0], X.iloc[:0])
    probabilities = np.full((4, 3), [0.2, 0.3, 0.5])
    assert np.array_equal(again.enrichment(probabilities), sampler.enrichment(probabilities))
    assert np.array_equal(again.synthetic_mask_, sampler.synthetic_mask_)
    assert again.sampling_strategy_ == sampler.sampling_strategy_
    assert again.history_ == sampler.history_ or name == "parts"
    assert repr(again.get_params()) == repr(sampler.get_params()) or name == "jitter"


def test_a_loaded_sampler_can_be_fitted_saved_and_pickled(mixed, path):
    X, y = mixed
    sampler = LSGANOverSampler(**TINY)
    first, _ = sampler.fit_resample(X, y)
    again = reloaded(sampler, path)
    content = path.read_bytes()
    again.save(path)
    assert path.read_bytes() == content
    assert_frame_equal(pickle.loads(pickle.dumps(again)).sample(5, "few"), again.sample(5, "few"))
    assert all(weight.requires_grad for weight in again.generator_.parameters())
    assert_frame_equal(again.fit_resample(X, y)[0], first)


def test_a_loaded_sampler_goes_on_from_what_it_has_learnt(mixed, path):
    X, y = mixed
    kept = [EarlyStopping("convergence"), Checkpoint(2), ProgressBar()]
    own = [stop_never, EarlyStopping(lambda record, sampler: 0.0)]
    sampler = LSGANOverSampler(**TINY, callbacks=[*kept, *own], warm_start=True)
    sampler.fit_resample(X, y)
    with pytest.warns(UserWarning, match="but these callbacks: <function stop_never .*, EarlyStop"):
        again = reloaded(sampler, path)
    assert [type(each) for each in again.callbacks_] == [type(each) for each in kept]
    stopping, checkpoint, _ = again.callbacks_
    assert stopping.best_step_ == sampler.callbacks_[0].best_step_ == 2
    stages = checkpoint.at(2, again), sampler.callbacks_[1].at(2, sampler)
    assert_frame_equal(*(stage.sample(5, "few") for stage in stages))
    assert_frame_equal(again.fit_resample(X, y)[0], sampler.fit_resample(X, y)[0])
    assert [record["step"] for record in again.history_] == [2, 4]


def stop_never(record, estimator):
    return False


def test_callbacks_that_are_kept_are_not_warned_of(table, path):
    for callbacks in (None, [], ProgressBar(), [Checkpoint(2)]):
        sampler = LSGANOverSampler(**TINY, callbacks=callbacks)
        sampler.fit_resample(*table)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            reloaded(sampler, path)


@pytest.mark.parametrize("settings", [{}, {"pac": 2, "batch_norm": "both", "dropout": 0.2}])
@pytest.mark.parametrize("classes", [None, np.arange(30) % 3, np.repeat(["cat", "dog"], 15)])
def test_a_gan_alone_draws_scores_and_goes_on_as_before(path, settings, classes):
    gan = gan_of(classes, **settings, warm_start=True, callbacks=Checkpoint(2))
    label = None if classes is None else classes[-1]
    gan.sample(2, label)  # the state is where it is, not where it began
    again = reloaded(gan, path)
    assert vars(again).keys() == vars(gan).keys()
    assert again.history_ == gan.history_
    rows = gan.sample(5, label)
    np.testing.assert_array_equal(again.sample(5, label), rows)
    if gan.pac == 1:
        of = None if classes is None else classes[:5]
        np.testing.assert_array_equal(again.score_rows(rows, of), gan.score_rows(rows, of))
    given = np.random.default_rng(0).normal(size=(30, 2, 3))
    drawn = [each.fit(given, classes).sample(5, label) for each in (gan, again)]
    np.testing.assert_array_equal(*drawn)
    assert [record["step"] for record in again.history_] == [2, 4]


def test_a_gan_of_own_parts_is_loaded_if_they_are_trusted(path):
    gan = gan_of(None, generator=Residual, loss=OwnLoss())
    gan.save(path)
    with pytest.raises(ValueError, match=r"names what is not of gansampler"):
        gansampler.load(path)
    again = gansampler.load(path, trusted=[f"{HERE}.Residual", f"{HERE}.OwnLoss"])
    np.testing.assert_array_equal(again.sample(5), gan.sample(5))
    with pytest.raises(NotFittedError):
        ConditionalGAN().save(path)


@pytest.mark.parametrize("kind", [LSGANOverSampler, ConditionalGAN])
def test_a_class_that_was_derived_is_refused(table, path, kind):
    own = type("Own", (kind,), {"__module__": HERE})(**TINY)
    (own.fit if kind is ConditionalGAN else own.fit_resample)(*table)
    with pytest.raises(ValueError, match=r"An? Own cannot be saved.*LSGANOverSampler, Conditional"):
        own.save(path)
    assert not path.exists()


def test_all_that_may_be_saved_can_be_loaded():
    assert set(loading.SAMPLERS) == set(SAVED)


@pytest.mark.parametrize("name", frames.COLUMNS)
def test_every_kind_of_column_comes_back(name):
    column = frames.COLUMNS[name](np.random.default_rng(0), 40)
    packer = Packer(FORMS)
    node = json.loads(json.dumps(packer.pack(column.array), allow_nan=False))
    array = Unpacker(FORMS, packer.arrays, {}).unpack(node)
    assert array.dtype == column.array.dtype
    assert all(map(is_twin, array.tolist(), column.array.tolist()))


def is_twin(one, other):
    return type(one) is type(other) and (one is other or one == other or one != one)


@pytest.mark.filterwarnings("ignore:Classes with fewer")
@pytest.mark.parametrize("seed", range(25))
def test_random_tables_come_back(path, seed):
    rng = np.random.default_rng([seed, 7])
    X = frames.random_frame(rng)
    y = frames.random_target(rng, X.index)
    sampler = JitterOverSampler(acceptance=None, random_state=seed)
    sampler.fit_resample(X, y)
    again = reloaded(sampler, path)
    assert all(map(is_twin, again.classes_.tolist(), sampler.classes_.tolist()))
    for label in drawable(sampler):
        old, new = sampler.sample(10, label), again.sample(10, label)
        assert_frame_equal(new, old)
        assert new.columns.equals(old.columns)
        for i in np.flatnonzero([dtype == "object" for dtype in old.dtypes]):
            assert all(map(is_twin, new.iloc[:, i], old.iloc[:, i]))


@pytest.mark.parametrize("dtype", ["<f8", ">f4", "<i2", "|b1", "<U3", "O"])
def test_arrays_come_back_as_arrays(path, dtype):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 5, (80, 3)).astype(dtype)
    sampler = JitterOverSampler(random_state=0)
    sampler.fit_resample(X, np.repeat([0, 1], [60, 20]))
    again = reloaded(sampler, path)
    old, new = sampler.sample(20), again.sample(20)
    assert new.dtype == old.dtype == np.dtype(dtype)
    assert np.array_equal(new, old)


TARGETS = {
    "one-hot": lambda codes: pd.get_dummies(pd.Series(codes)).set_axis(["a", "b", "c"], axis=1),
    "text": lambda codes: np.array(["a", "b", "c"])[codes],
    "booleans": lambda codes: codes > 0,
    "category": lambda codes: pd.Categorical.from_codes(codes, ["u", "v", "w"]),
    "intervals": lambda codes: pd.Series(pd.interval_range(0, 3)[codes]),
    "dates": lambda codes: pd.Series(pd.date_range("2020", periods=3, tz="UTC")[codes]),
    "tuples": lambda codes: pd.Series([("x", 1), ("y", 2), ("z", 3)])[codes],
    "floats": lambda codes: codes.astype(np.float32),
}


@pytest.mark.parametrize("target", TARGETS)
def test_classes_of_any_kind_come_back(path, target):
    codes = np.repeat([0, 1, 2], [40, 20, 10])
    X = np.random.default_rng(0).normal(size=(70, 2)) + codes[:, None]
    sampler = JitterOverSampler(random_state=0)
    sampler.fit_resample(X, TARGETS[target](codes))
    again = reloaded(sampler, path)
    assert again.classes_.dtype == sampler.classes_.dtype
    for label in drawable(sampler):
        assert np.array_equal(again.sample(9, label), sampler.sample(9, label))


@pytest.mark.parametrize(
    "columns",
    [
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["x", None]),
        pd.date_range("2020", periods=2),
        pd.RangeIndex(3, 7, 2),
        pd.CategoricalIndex(["b", "a"]),
        pd.Index([0.5, 2.0], name=("n", 1)),
        pd.Index(["a", "b"], dtype="string"),
    ],
    ids=lambda columns: type(columns).__name__ + str(columns.dtype),
)
def test_names_of_columns_come_back(columns):
    packer = Packer(FORMS)
    node = json.loads(json.dumps(packer.pack(columns), allow_nan=False))
    again = Unpacker(FORMS, packer.arrays, {}).unpack(node)
    assert type(again) is type(columns)
    assert again.equals(columns) and again.dtype == columns.dtype
    assert list(again.names) == list(columns.names)


def test_tables_of_polars_and_arrow_come_back_as_such(path):
    polars = pytest.importorskip("polars")
    rng = np.random.default_rng(0)
    days = [datetime.datetime(2020, 1, 1) + datetime.timedelta(days=i) for i in range(60)]
    kinds = polars.Enum(["u", "v", "never"])
    table = polars.DataFrame(
        {
            "a": polars.Series(rng.integers(0, 9, 60), dtype=polars.Int8),
            "kind": polars.Series(rng.choice(["u", "v"], 60).tolist(), dtype=kinds),
            "day": polars.Series(days).dt.replace_time_zone("Europe/Berlin"),
        }
    )
    for X in (table, table.to_arrow()):
        sampler = JitterOverSampler(acceptance=None, random_state=0)
        sampler.fit_resample(X, np.repeat([0, 1], [45, 15]))
        again = reloaded(sampler, path)
        old, new = sampler.sample(20), again.sample(20)
        assert type(new) is type(old) is type(X)
        assert new.schema == old.schema
        assert new.equals(old)


@pytest.mark.filterwarnings("ignore:Classes with fewer")
def test_what_was_duplicated_and_what_was_not_asked_for_comes_back(path):
    X, y = np.arange(24.0).reshape(12, 2), np.repeat(["a", "b"], [10, 2])
    sampler = LSGANOverSampler(**TINY)
    sampler.fit_resample(X, y)
    again = reloaded(sampler, path)
    assert again.gan_ is None
    assert np.array_equal(again.sample(5), sampler.sample(5))
    sampler.fit_resample(X[:4], [0, 0, 1, 1])
    again = reloaded(sampler, path)
    with pytest.raises(ValueError, match="took no part in training"):
        again.sample(1, 0)


class Residual(nn.Module):
    """A network with layers that draw from torch's global state while they train."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        self.norm = nn.BatchNorm1d(out_features)
        self.drop = nn.Dropout(0.2)

    def forward(self, x):
        return self.drop(self.norm(self.linear(x)))


def residual(in_features, out_features):
    return Residual(in_features, out_features)


class OwnAnchors(NeighborAnchors):
    pass


class OwnLoss(LeastSquares):
    pass


class ByNearness(Acceptance):
    def fit(self, Z, codes, encoder, rng):
        self.means_ = np.array([Z[codes == code].mean(axis=0) for code in np.unique(codes)])
        self.nothing_ = np.array([np.nan])
        return self

    def weigh(self, Z, code):
        return np.exp(-np.square(Z - self.means_[code]).sum(axis=1))


class Slotted(ClassifierMixin, BaseEstimator):
    """A judge that skops cannot keep, for what it holds."""

    def fit(self, X, y):
        self.lock_ = threading.Lock()
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


HERE = __name__
OWN = {
    "networks": (
        {"generator": Residual, "discriminator": residual},
        [f"{HERE}.Residual", f"{HERE}.residual"],
    ),
    "anchor": ({"anchor": OwnAnchors()}, [f"{HERE}.OwnAnchors"]),
    "loss": ({"loss": OwnLoss(a=-1.0)}, [f"{HERE}.OwnLoss"]),
    "acceptance": ({"acceptance": ByNearness()}, [f"{HERE}.ByNearness"]),
    "judge": (
        {"acceptance": ClassifierAcceptance(GaussianNB())},
        ["sklearn.naive_bayes.GaussianNB"],
    ),
}


@pytest.fixture
def table():
    codes = np.repeat([0, 1], [60, 20])
    return np.random.default_rng(0).normal(size=(80, 3)) + codes[:, None], codes


OURS = [
    *(("anchor", kind) for kind in ANCHORS.values()),
    *(("acceptance", kind) for kind in ACCEPTANCES.values()),
    *(("loss", kind) for kind in LOSSES.values()),
    *(("penalty", kind) for kind in PENALTIES.values()),
    *(("learning_rate_schedule", kind) for kind in SCHEDULES.values()),
]


@pytest.mark.parametrize(("param", "kind"), OURS)
def test_what_is_ours_needs_no_trust(path, table, param, kind):
    sampler = CGANOverSampler(**TINY, **{param: kind()})
    sampler.fit_resample(*table)
    again = reloaded(sampler, path)
    assert type(getattr(again, param)) is type(kind())
    assert np.array_equal(again.sample(9), sampler.sample(9))


@pytest.mark.parametrize("name", OWN)
def test_what_is_the_users_own_is_loaded_if_it_is_trusted(path, table, name):
    params, trusted = OWN[name]
    sampler = LSGANOverSampler(**TINY, **params)
    sampler.fit_resample(*table)
    sampler.save(path)
    with pytest.raises(ValueError, match=r"If you trust all of it.* trusted=\[") as refused:
        gansampler.load(path)
    assert all(f'"{each}"' in str(refused.value) for each in trusted)
    again = gansampler.load(path, trusted=trusted)
    assert np.array_equal(again.sample(30), sampler.sample(30))


def test_nothing_is_imported_that_is_not_trusted(path, table):
    sampler = LSGANOverSampler(**TINY, anchor=OwnAnchors())
    sampler.fit_resample(*table)
    sampler.save(path)
    header, arrays = parts_of(path)
    put(path, json.loads(json.dumps(header).replace(f'"{HERE}"', '"antigravity"')), arrays)
    with pytest.raises(ValueError, match=r"antigravity\.OwnAnchors"):
        gansampler.load(path, trusted=[f"{HERE}.OwnAnchors"])
    assert "antigravity" not in sys.modules
    with pytest.raises(TypeError, match="must be a list"):
        gansampler.load(path, trusted="antigravity.OwnAnchors")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"generator": lambda i, o: Residual(i, o)}, "parameter generator .*top of a module"),
        ({"acceptance": ClassifierAcceptance(Slotted())}, "skops cannot keep a Slotted"),
    ],
)
def test_what_cannot_be_saved_is_refused_with_the_way_out(path, table, params, words):
    sampler = LSGANOverSampler(**TINY, **params)
    sampler.fit_resample(*table)
    path.write_text("what was there")
    with pytest.raises(ValueError, match=words):
        sampler.save(path)
    assert path.read_text() == "what was there"


def test_only_what_has_learnt_is_saved(path, table):
    sampler = JitterOverSampler()
    with pytest.raises(NotFittedError):
        sampler.save(path)
    with pytest.raises(NotFittedError):
        sampler.fit(*table).save(path)


def test_the_guard_saves_the_sampler_inside(path, table):
    guard = GuardedOverSampler(JitterOverSampler(), GaussianNB(), random_state=0)
    guard.set_params(standard_errors=99)
    guard.fit_resample(*table)
    again = reloaded(guard, path)
    assert isinstance(again, JitterOverSampler)
    assert np.array_equal(again.sample(9, 1), guard.sample(9, 1))
    guard.set_params(standard_errors=-99).fit_resample(*table)
    with pytest.raises(ValueError, match="held back"):
        guard.save(path)


@pytest.mark.parametrize("name", ["safetensors.numpy", "skops.io"])
def test_a_missing_package_is_named(path, table, monkeypatch, name):
    sampler = JitterOverSampler(acceptance=ClassifierAcceptance(GaussianNB()))
    sampler.fit_resample(*table)
    sampler.save(path)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"pip install 'gansampler\[save\]'"):
        sampler.save(path)
    with pytest.raises(ImportError, match=r"pip install 'gansampler\[save\]'"):
        gansampler.load(path, trusted=["sklearn.naive_bayes.GaussianNB"])


def test_a_full_disk_and_an_interruption_leave_the_old_file(path, table, monkeypatch):
    sampler = JitterOverSampler(random_state=0)
    sampler.fit_resample(*table)
    sampler.save(path)
    content = path.read_bytes()
    for error in (OSError(28, "No space left on device"), KeyboardInterrupt()):

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
        with pytest.raises(type(error)):
            sampler.save(path)
        assert path.read_bytes() == content
        assert [each.name for each in path.parent.iterdir()] == [path.name]
    monkeypatch.undo()
    assert gansampler.load(path).sample(2).shape == (2, 3)


def test_neither_global_state_nor_the_sampler_is_touched(path, table):
    sampler = LSGANOverSampler(**TINY, generator=Residual)
    sampler.fit_resample(*table)
    twin = pickle.loads(pickle.dumps(sampler))
    of_numpy, of_torch = np.random.mtrand._rand.get_state()[1].copy(), torch.get_rng_state()
    again = reloaded(sampler, path, trusted=[f"{HERE}.Residual"])
    assert np.array_equal(np.random.mtrand._rand.get_state()[1], of_numpy)
    assert torch.equal(torch.get_rng_state(), of_torch)
    rows, classes = torch.zeros(2, 3), torch.eye(2)
    assert torch.equal(again.discriminator_(rows, classes), sampler.discriminator_(rows, classes))
    assert np.array_equal(twin.sample(9), sampler.sample(9))


# Hostile files.


@pytest.fixture(scope="module", params=["sampler", "gan"])
def saved(request, tmp_path_factory):
    """A file of a sampler, and one of a GAN alone."""
    path = tmp_path_factory.mktemp("saved") / f"{request.param}.gan"
    {"sampler": whole_sampler, "gan": lambda: gan_of(np.repeat(["cat", "dog"], 15))}[
        request.param
    ]().save(path)
    return path


def whole_sampler():
    """Fit a sampler with every kind of part, and a frame of several kinds of columns."""
    rng, n = np.random.default_rng(0), 60
    X = pd.DataFrame(
        {
            "number": np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 9, n)),
            "word": rng.choice(["a", "b", None], n),
            "day": pd.date_range("2020", periods=n, tz="UTC"),
            "sure": pd.array(rng.random(n) < 0.5, dtype="boolean"),
            "money": rng.choice(np.array([Decimal("1.5"), Decimal(2)]), n),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        for bound in ("FEWEST_TREES", "MOST_TREES"):
            patch.setattr(f"gansampler.committee.{bound}", 2)
        sampler = LSGANOverSampler(**TINY, dropout=0.1, batch_norm="both")
        sampler.fit_resample(X, np.repeat(["no", "yes"], [45, 15]))
    return sampler


def gan_of(classes, **settings):
    """Fit a GAN to thirty pictures of 2 x 3."""
    rows = np.random.default_rng(0).normal(size=(30, 2, 3))
    return ConditionalGAN(**{**TINY, "batch_size": 8, **settings}).fit(rows, classes)


@pytest.fixture
def hostile(saved, path):
    path.write_bytes(saved.read_bytes())
    return path


def parts_of(path):
    members = read_archive(path)
    return json.loads(members["sampler.json"]), from_bytes(members["arrays.safetensors"])


def put(path, header, arrays, **more):
    """Write a file whose digest is right, whatever is in it."""
    content = {"sampler.json": json.dumps(header).encode(), "arrays.safetensors": to_bytes(arrays)}
    write_archive(path, {**content, **more})


def sealed(path, content):
    """Write bytes of an archive with a comment of 64 bytes, and the digest that belongs to them."""
    path.write_bytes(content[:-64] + hashlib.sha256(content[:-64]).hexdigest().encode())


def zipped(members, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.comment = b"0" * 64
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def refused(path, words=None):
    with pytest.raises(ValueError, match=words) as error:
        gansampler.load(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("content", [b"", b"PK", b"a,b\n1,2\n", bytes(10_000), b"PK" * 500])
def test_what_is_no_file_of_a_sampler_is_refused(path, content):
    path.write_bytes(content)
    refused(path, "no file of a saved sampler|cut off")


def test_what_is_not_there_and_a_folder_are_errors_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        gansampler.load(tmp_path / "none.gan")
    with pytest.raises(OSError, match="directory"):
        gansampler.load(tmp_path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(hostile, share):
    content = hostile.read_bytes()
    hostile.write_bytes(content[: int(share * len(content))])
    refused(hostile, "cut off|no file of a saved sampler")
    sealed(hostile, content[: int(share * len(content))])
    refused(hostile)


def test_two_hundred_flipped_bytes_are_found(hostile):
    content, rng = hostile.read_bytes(), np.random.default_rng(0)
    for place, flip in zip(
        rng.integers(0, len(content), 200), rng.integers(1, 256, 200), strict=True
    ):
        changed = bytearray(content)
        changed[place] ^= flip
        hostile.write_bytes(changed)
        refused(hostile, "cut off|no file of")
        # And by the checks behind the digest: what they let pass is whole.
        sealed(hostile, bytes(changed))
        draws_or_refuses(hostile)


def draws_or_refuses(path):
    """Load a file that may hold anything, and use what it gives."""
    try:
        sampler = gansampler.load(path)
    except ValueError:
        return False
    if isinstance(sampler, ConditionalGAN):
        sampler.sample(5, None if sampler.classes_ is None else sampler.classes_[0])
        return True
    for label in (*drawable(sampler), *([] if len(sampler._added_) != 1 else [None])):
        sampler.sample(5, label)
    sampler.enrichment(np.full((2, len(sampler.classes_)), 0.5))
    return True


def test_a_bomb_is_not_unpacked(path, saved):
    members = read_archive(saved)
    bomb = {**members, "arrays.safetensors": bytes(50_000_000)}
    sealed(path, zipped(bomb.items(), zipfile.ZIP_DEFLATED))
    assert path.stat().st_size < 500_000
    refused(path, "compressed")


def test_declared_sizes_that_lie_are_refused(path, saved):
    content = zipped(read_archive(saved).items())
    place = content.rindex(b"PK\x01\x02")  # of the last member, in the list at the end
    for field in (20, 24):
        lying = bytearray(content)
        lying[place + field : place + field + 4] = (2**31).to_bytes(4, "little")
        sealed(path, bytes(lying))
        refused(path)
    lying = bytearray(content)
    lying[place + 20 : place + 28] = 2 * (2**31).to_bytes(4, "little")
    sealed(path, bytes(lying))
    refused(path, "more bytes than it has")


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "judges/../../x.skops", "more.pkl", "sampler.json/", "C:\\x"]
)
def test_members_that_do_not_belong_there_are_refused(path, saved, name):
    sealed(path, zipped([*read_archive(saved).items(), (name, b"x")]))
    refused(path, "does not belong")


def test_two_members_of_one_name_and_one_that_lacks_are_refused(path, saved):
    members = [*read_archive(saved).items()]
    with pytest.warns(UserWarning, match="Duplicate"):
        content = zipped([*members, members[0]])
    sealed(path, content)
    refused(path, "two members of one name")
    sealed(path, zipped(members[:1]))
    refused(path, "not whole")


@pytest.mark.parametrize(
    "header",
    [
        *(b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"version": NaN}', b"1" * 10_000),
        *(b'{"version": 1, "more": ' + b"[" * n + b"]" * n + b"}" for n in (500, 5_000)),
    ],
    ids=range(9),
)
def test_headers_that_say_nothing_are_refused(path, header):
    write_archive(path, {"sampler.json": header, "arrays.safetensors": to_bytes({})})
    refused(path)


@pytest.mark.parametrize(
    "arrays",
    [
        b"",
        bytes(8),
        b"\xff" * 16,
        (2**40).to_bytes(8, "little"),
        b'\x40\0\0\0\0\0\0\0{"0":' + b" " * 60,
    ],
)
def test_arrays_that_are_none_are_refused(hostile, arrays):
    header, _ = parts_of(hostile)
    content = {"sampler.json": json.dumps(header).encode(), "arrays.safetensors": arrays}
    write_archive(hostile, content)
    refused(hostile)


def test_a_huge_declared_array_is_refused(hostile):
    header, _ = parts_of(hostile)
    declared = {"0": {"dtype": "F64", "shape": [10**9, 10**3], "data_offsets": [0, 8 * 10**12]}}
    words = json.dumps(declared).encode()
    content = len(words).to_bytes(8, "little") + words + bytes(64)
    write_archive(
        hostile, {"sampler.json": json.dumps(header).encode(), "arrays.safetensors": content}
    )
    refused(hostile)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (VERSION + 1, "upgrade it. The file was written by gansampler"),
        (1, "Load it with the one that wrote it"),
        ("1", "no version"),
        (None, "no version"),
        (True, "no version"),
    ],
)
def test_other_versions_are_refused_with_words(hostile, version, words):
    header, arrays = parts_of(hostile)
    put(hostile, {**header, "version": version}, arrays)
    refused(hostile, words)


def nodes(node, path=()):
    """List where the nodes of a header are."""
    yield path
    if isinstance(node, (dict, list)):
        for key, each in node.items() if isinstance(node, dict) else enumerate(node):
            yield from nodes(each, (*path, key))


def changed(node, path, value):
    """Give a header with another value at a place."""
    if not path:
        return value
    key, *rest = path
    copy = node.copy()
    copy[key] = changed(node[key], rest, value)
    return copy


VALUES = [
    *(None, True, -1, 0, 10**7, 2**70, 1.5, "", "x", "0", [], {}, [[1, 2]]),
    {"is": "array", "dtype": "<f8", "at": "0"},
    {"is": "float", "of": "nan"},
    {"is": "named", "module": "os", "name": "system"},
    {"is": "object", "module": "builtins", "name": "object", "state": {}},
]


@pytest.mark.filterwarnings("ignore")
def test_a_header_with_anything_anywhere_draws_or_is_refused(hostile):
    header, arrays = parts_of(hostile)
    places, chance = list(nodes(header)), random.Random(0)
    fates = []
    for _ in range(60):
        place, value = chance.choice(places), chance.choice(VALUES)
        put(hostile, changed(header, place, value), arrays)
        fates.append(draws_or_refuses(hostile))
    assert 10 < fates.count(False) < 60


CHANGES = {
    "short": lambda array: array[:-1] if array.ndim else array[None],
    "empty": lambda array: array.ravel()[:0],
    "twice": lambda array: np.concatenate([array, array]) if array.ndim else array[None],
    "turned": lambda array: np.ascontiguousarray(array.T) if array.ndim > 1 else array[None],
    "nan": lambda array: np.full_like(array, np.nan if array.dtype.kind == "f" else 1),
    "large": lambda array: np.full_like(array, 100 if array.dtype.itemsize < 4 else 2**30),
    "negative": lambda array: np.asarray(~array if array.dtype.kind in "bu" else -abs(array) - 1),
    "other dtype": lambda array: array.astype(np.float16 if array.dtype.kind == "f" else np.uint8),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CHANGES)
def test_arrays_of_another_kind_draw_or_are_refused(hostile, name):
    header, arrays = parts_of(hostile)
    chance = random.Random(name)
    for key in chance.sample(sorted(arrays), 12):
        put(hostile, header, {**arrays, key: CHANGES[name](arrays[key])})
        draws_or_refuses(hostile)


def test_weights_that_are_no_numbers_are_refused(hostile):
    header, arrays = parts_of(hostile)
    weights = dict(header["parts"]["gan_"]["generator_"]["weights"])
    for change in ("nan", "short", "turned", "other dtype"):
        key = weights["0.weight"]
        put(hostile, header, {**arrays, key: CHANGES[change](arrays[key])})
        if change != "other dtype":
            refused(hostile)


@pytest.mark.parametrize(
    "node",
    [
        {"is": "fraction", "of": "1e999999999"},
        {"is": "index", "of": [0, 10**9, 1], "name": None},
        {"is": "array", "dtype": "<U99999", "shape": [1], "of": ["x"]},
        {"is": "array", "dtype": "|O", "shape": [10**12], "of": ["x"]},
        {"is": "timestamp", "of": 0, "unit": "ns", "zone": "dateutil//dev/zero"},
        {"is": "timestamp", "of": 0, "unit": "ns", "zone": "zoneinfo:../../dev/zero"},
    ],
)
def test_values_that_would_take_all_memory_are_refused(node):
    with pytest.raises(ValueError):
        Unpacker(FORMS, {}, {}).unpack(node)


@pytest.mark.parametrize(("name", "value"), [("n_jobs", 10**6), ("n_estimators", 10**9)])
def test_a_forest_of_a_million_threads_is_refused(path, table, name, value):
    judge = ClassifierAcceptance(RandomForestClassifier(2, max_depth=1))
    sampler = JitterOverSampler(acceptance=judge, random_state=0)
    sampler.fit_resample(*table)
    sampler.save(path)
    header, arrays = parts_of(path)
    state = header["parts"]["acceptance_"]["learnt"]["judge"]["state"]["of"]
    next(pair for pair in state if pair[0] == name)[1] = value
    put(path, header, arrays)
    refused(path, "a forest")


@pytest.mark.parametrize("asked", [3, [], {"other": 5}, {0: -1}, {1: 1.5}])
def test_rows_asked_of_no_class_are_refused(path, table, asked):
    sampler = JitterOverSampler(acceptance=None, random_state=0)
    sampler.fit_resample(*table)
    sampler.sampling_strategy_ = asked
    sampler.save(path)
    refused(path, "asked for|is not a class|no whole number")


def test_a_network_without_end_is_not_built(hostile):
    header, arrays = parts_of(hostile)
    for name in ("latent_dim", "n_classes", "pac"):
        put(hostile, changed(header, ("parts", "gan_", name), 10**12), arrays)
        refused(hostile)


TREE = RandomForestClassifier(2, max_depth=3, random_state=0)


@pytest.mark.parametrize(
    ("field", "place", "value", "words"),
    [
        ("left_child", 0, 0, "leads astray"),
        ("right_child", 0, 10**6, "leads astray"),
        ("right_child", 0, -1, "leads astray"),
        ("left_child", 2, 1, "leads astray"),
        ("feature", 0, 5, "column that is not there"),
        ("feature", 0, -3, "column that is not there"),
        ("sizes", 0, 10**6, "other sizes"),
        ("threshold", 0, np.nan, "no finite number"),
        ("values", 0, np.inf, "no finite number"),
    ],
)
def test_trees_that_lead_astray_are_refused(field, place, value, words):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 3))
    forest = TREE.fit(X, X[:, 0] + X[:, 1] > 0)
    trees = [each.tree_ for each in forest.estimators_]
    packer = Packer(FORMS)
    node = pack_trees(trees, packer, values=True)
    unpacker = Unpacker(FORMS, packer.arrays, {})
    unpacker.takes_holes = False
    for old, new in zip(trees, unpack_trees(node, unpacker, 3), strict=True):
        assert np.array_equal(new.predict(X.astype("f4")), old.predict(X.astype("f4")))
        assert np.array_equal(new.apply(X.astype("f4")), old.apply(X.astype("f4")))
    packer.arrays[node[field]][place] = value
    with pytest.raises(ValueError, match=words):
        unpack_trees(node, unpacker, 3)


def test_what_is_written_beside_a_sampler_comes_back(path, table):
    sampler = JitterOverSampler(random_state=0)
    sampler.fit_resample(*table)
    write_sampler(sampler, path, {"a": [1, None, ("x", b"y")]})
    assert read_sampler(path)[1] == {"a": [1, None, ("x", b"y")]}
    itself = []
    itself.append(itself)
    with pytest.raises(ValueError, match="without end"):
        write_sampler(sampler, path, itself)


@pytest.mark.parametrize("value", [object(), 1j, np.longdouble(1), np.array([1j])])
def test_values_of_no_form_are_refused(value):
    with pytest.raises(ValueError, match=r"it holds a|too wide"):
        Packer(FORMS).pack({"x": value})
