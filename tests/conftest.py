"""What several test files share: a frame of every dtype, and processes that may be killed."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.context import BaseContext

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

# So many examples of hypothesis all tests together try, each its share. Those of every day are the
# same each time, so that no change is blamed for what another one would have met.
EXAMPLES = {"every-day": 200, "fuzz": 10_000}
for name, n in EXAMPLES.items():
    settings.register_profile(
        name,
        max_examples=n,
        derandomize=name == "every-day",
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
settings.load_profile("every-day")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--frames", type=int, default=150, help="how many random tables the fuzzer tries"
    )


@pytest.fixture
def mixed() -> tuple[pd.DataFrame, pd.Series]:
    """120 rows of three classes (90, 24 and 6), every kind of column, holes in most."""
    n = 120
    rng = np.random.default_rng(0)
    code = np.repeat([0, 1, 2], [90, 24, 6])
    hole = rng.random((n, 12)) < 0.1
    number = code + rng.normal(size=n)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    grades = ["low", "middle", "high"]
    frame = pd.DataFrame(
        {
            "float": number,
            "float_hole": np.where(hole[:, 0], np.nan, number**2),
            "float32": number.astype("float32"),
            "int": rng.integers(0, 5, n) + code,
            "Int": pd.array(rng.integers(0, 50, n), dtype="Int64"),
            "bool": rng.random(n) < 0.3,
            "boolean": pd.array(rng.random(n) < 0.3, dtype="boolean"),
            "text": rng.choice(["x", "y", "z"], n).astype(object),
            "string": pd.array(rng.choice(["p", "q"], n), dtype="string"),
            "category": pd.Categorical(rng.choice(["u", "v"], n), categories=["u", "v", "never"]),
            "ordered": pd.Categorical(rng.choice(grades, n), categories=grades, ordered=True),
            "date": days,
            "zone": days.tz_localize("UTC"),
            "duration": pd.to_timedelta(rng.integers(0, 9, n), unit="h"),
            "constant": 7,
            "empty": np.nan,
        }
    )
    holes = ["Int", "boolean", "text", "string", "category", "ordered", "date", "zone", "duration"]
    for i, name in enumerate(holes, start=1):
        frame.loc[hole[:, i], name] = None if name == "text" else pd.NA
    return frame, pd.Series(np.array(["many", "few", "rare"])[code], name="class")


@pytest.fixture
def forkserver() -> BaseContext:
    """Processes of their own, forked by a server that has imported all once and run nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["gansampler.evaluation.compare"])
    return context


@pytest.fixture(autouse=True)
def small_committee() -> Iterator[None]:
    """Let the judge of the samplers have few trees: it is fitted more than a thousand times."""
    with pytest.MonkeyPatch.context() as patch:
        for bound in ("FEWEST_TREES", "MOST_TREES"):
            patch.setattr(f"gansampler.committee.{bound}", 10)
        yield
