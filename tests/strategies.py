"""What hypothesis tries: tables and samplers as recipes, which can be read, shrunk, made again."""

from collections import Counter
from typing import NamedTuple

import numpy as np
from frames import COLUMNS, DTYPES, INDEXES, NAMES, TARGETS, make_column, make_frame, make_target
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from gansampler import CGANOverSampler, Enlarge, JitterOverSampler, LSGANOverSampler
from gansampler.acceptance import ClassifierAcceptance
from gansampler.anchors import NeighborAnchors, TreeAnchors
from gansampler.callbacks import Checkpoint, EarlyStopping
from gansampler.losses import LOSSES, PENALTIES, GradientPenalty, LeastSquares
from gansampler.networks import ACTIVATIONS
from gansampler.optimizers import OPTIMIZERS
from gansampler.schedules import SCHEDULES

# What comes first is what a failure shrinks to.
KINDS = sorted(COLUMNS, key=lambda kind: kind != "float64")
# Kinds of which polars makes a column of its own.
KINDS_OF_POLARS = [
    *["float64", "float32", "int8", "int64", "uint64", "huge int", "huge uint", "extreme"],
    *["Int64", "Float32", "bool", "boolean", "text", "string", "bytes", "constant", "id"],
    *["M8[ms]", "M8[ns]", "zone", "m8[ns]", "dates", "times", "category", "ordered"],
    *["arrow date32", "arrow decimal", "arrow dictionary", "arrow duration", "arrow binary"],
]


class Column(NamedTuple):
    """A column by its name, its kind, its share of holes, and whether the rest is one value."""

    name: object
    kind: str
    holes: float
    is_constant: bool

    def make(self, rng, n):
        if not self.is_constant:
            return make_column(self.kind, rng, n, self.holes)
        same = make_column(self.kind, rng, n, 0).iloc[[0] * n].reset_index(drop=True)
        return same.mask(rng.random(n) < self.holes) if self.kind == "float64" else same


class Table(NamedTuple):
    """A frame by its columns, and its classes by how many rows each has."""

    columns: list[Column]
    rows: list[int]
    index: str = "numbered"
    target: str = "int"
    dtype: str | None = None
    is_array: bool = False
    seed: int = 0

    def make(self):
        """Make the frame, and a Series or an array of its classes."""
        n = sum(self.rows)
        # Each column has a seed of its own: it stays what it is where another is left out.
        columns = [column.make(np.random.default_rng(self.seed), n) for column in self.columns]
        rng = np.random.default_rng(self.seed)
        index = INDEXES[self.index](rng, n)
        X = make_frame(columns, [column.name for column in self.columns], index)
        codes = rng.permutation(np.repeat(np.arange(len(self.rows)), self.rows))
        if self.is_array:
            return X, TARGETS[self.target](codes)
        return X, make_target(self.target, codes, index, "class", self.dtype)


@st.composite
def tables(draw, kinds=KINDS, names=NAMES, most_classes=4):
    """Draw a table of 1 to 6 columns and 2 to 4 classes of 1 to 16 rows."""
    pool = draw(st.sampled_from(names))
    parts = st.sampled_from(range(len(pool))), st.sampled_from(kinds)
    each = st.tuples(*parts, st.sampled_from([0, 0.1, 0.5, 1]), st.booleans())
    columns = draw(st.lists(each, min_size=1, max_size=6, unique_by=lambda column: column[0]))
    rows = st.lists(st.integers(1, 16), min_size=2, max_size=most_classes)
    target = draw(st.sampled_from(sorted(TARGETS, key=lambda kind: kind != "int")))
    return Table(
        [Column(pool[place], *rest) for place, *rest in columns],
        draw(rows),
        draw(st.sampled_from(list(INDEXES))),
        target,
        draw(st.sampled_from(DTYPES)),
        draw(st.booleans()),
        draw(st.integers(0, 9)),
    )


def counted(y):
    """Count the rows of each class, in the order of the classes."""
    return dict(sorted(Counter(list(y)).items()))


def rows_asked_for(strategy, counts):
    """Tell how many rows each class is to have by a sampling strategy, in words of our own."""
    largest, smallest = max(counts.values()), min(counts, key=counts.get)
    if isinstance(strategy, Enlarge):
        size = round(strategy.times * largest)
        if strategy.max_rows is not None:
            size = max(largest, min(size, strategy.max_rows // len(counts)))
        return dict.fromkeys(counts, size)
    if isinstance(strategy, dict):
        return {**counts, **strategy}
    if isinstance(strategy, float):
        return {label: max(n, int(strategy * largest)) for label, n in counts.items()}
    left_out = {"minority": set(counts) - {smallest}, "not minority": {smallest}}
    return {
        label: n if label in left_out.get(strategy, ()) else largest for label, n in counts.items()
    }


def sampling_strategies(counts):
    """Draw what may be asked for, of classes of so many rows."""
    words = st.sampled_from(["auto", "not majority", "minority", "not minority", "all"])
    enlarged = st.builds(
        Enlarge, st.sampled_from([1, 1.5, 3]), max_rows=st.sampled_from([None, 1, 60])
    )
    largest, smallest = max(counts.values()), min(counts.values())
    more = {label: st.integers(n, largest + 5) for label, n in counts.items()}
    ways = [words, enlarged, st.fixed_dictionaries({}, optional=more)]
    if len(counts) == 2 and smallest < largest:
        ways.append(st.integers(smallest + 1, largest).map(lambda n: n / largest))
    return st.one_of(ways)


ANCHORS = [
    "neighbors",
    "trees",
    NeighborAnchors(1, jitter=0.0),
    NeighborAnchors(99, jitter=2.0, same_class=True),
    TreeAnchors(1, min_samples_leaf=1),
]


def _judged_by_a_tree(sharpness):
    return ClassifierAcceptance(DecisionTreeClassifier(max_depth=2), sharpness=sharpness)


# The judge by default is a committee, which takes longer than all else here: it comes seldom.
ACCEPTANCES = [
    *[None] * 4,
    *(_judged_by_a_tree(sharpness) for sharpness in (1.0, 0.1, 50.0)),
    "classifier",
    ClassifierAcceptance(sharpness=8.0),
]


def stop_at_once(record, sampler):
    """Draw rows while training, and end it."""
    wanted = [label for label, n in sampler.sampling_strategy_.items() if n > 0]
    assert len(sampler.sample(1, wanted[-1] if len(wanted) > 1 else None)) == 1
    return True


def _of_table(table):
    """By parameter: what any sampler may be given beside a sampling strategy."""
    places = st.lists(st.sampled_from(range(len(table.columns))), unique=True)
    return {
        "anchor": st.sampled_from(ANCHORS),
        "acceptance": st.sampled_from(ACCEPTANCES),
        "candidates": st.integers(1, 9),
        "categorical_features": st.one_of(st.sampled_from(["auto", None]), places),
        "random_state": st.integers(0, 9),
    }


_OF_GAME = {
    "anchor": st.sampled_from([None, *ANCHORS]),
    "penalty": st.sampled_from([None, GradientPenalty(0.5, 0.5), *PENALTIES]),
    "latent_dim": st.integers(1, 4),
    "hidden_sizes": st.sampled_from([(4,), (), (1,), [3, 2]]),
    "activation": st.sampled_from(list(ACTIVATIONS)),
    "batch_norm": st.sampled_from([None, "generator", "discriminator", "both"]),
    "dropout": st.sampled_from([0.0, 0.5]),
    "pac": st.integers(1, 3),
    "optimizer": st.sampled_from(list(OPTIMIZERS)),
    "learning_rate": st.sampled_from([5e-4, (1e-3, 1e-5), 1e-2]),
    "learning_rate_schedule": st.sampled_from(list(SCHEDULES)),
    "discriminator_steps": st.integers(1, 2),
    "steps": st.integers(1, 3),
    "ema_decay": st.sampled_from([0.995, 0.0]),
    "train_on": st.sampled_from(["all", "minority"]),
    "moved": st.sampled_from([0.5, 0.0, 1.0]),
    "callbacks": st.sampled_from(
        [None, stop_at_once, [EarlyStopping("convergence", patience=1), Checkpoint(1)]]
    ),
}


@st.composite
def samplers(draw, table):
    """Draw a sampler, small networks and few steps, with settings that the table permits."""
    make = draw(st.sampled_from([JitterOverSampler, LSGANOverSampler, CGANOverSampler]))
    known = _of_table(table) | ({} if make is JitterOverSampler else _OF_GAME)
    if make is CGANOverSampler:
        known["loss"] = st.sampled_from([LeastSquares(-1, 1, 0), *LOSSES])
    chosen = draw(st.fixed_dictionaries({}, optional=known))
    counts = counted(table.make()[1])
    strategy = draw(sampling_strategies(counts)) if len(counts) > 1 else "auto"
    if make is not JitterOverSampler:
        batch = chosen.get("pac", 1) * draw(st.integers(2, 8))
        small = {"batch_size": batch, "hidden_sizes": (4,), "latent_dim": 2, "steps": 2}
        chosen = small | chosen
    return make(strategy, **{"acceptance": None, "random_state": 0, **chosen})


@st.composite
def cases(draw, **how):
    """Draw a sampler and a table that it can take."""
    table = draw(tables(**how))
    return draw(samplers(table)), table
