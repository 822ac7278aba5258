"""Many data sets in one run: nothing is lost or done twice, whatever ends it."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import torch
from imblearn.over_sampling import RandomOverSampler
from joblib.externals.loky.backend.reduction import dumps
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_info
from trials import run_trials

from gansampler import evaluation
from gansampler.evaluation import DataSet, Store, read_store, splits, workers

compare_module = import_module("gansampler.evaluation.compare")

OPTIONS = {
    "folds": 2,
    "metrics": ["mcc", "roc_auc"],
    "params": {"n_estimators": 3, "n_jobs": 1},
    "random_state": 5,
}


@pytest.fixture
def data_sets(tmp_path):
    """A small CSV and a larger parquet file, of two classes, with text and holes."""
    rng = np.random.default_rng(0)
    made = []
    for name, n in [("small.csv", 80), ("large.parquet", 160)]:
        y = np.where(np.arange(n) % 5 == 0, "rare", "common")
        size = (y == "rare") + rng.normal(size=n)
        table = pd.DataFrame({"size": size, "kind": rng.choice(["a", "b", None], n), "class": y})
        path = tmp_path / name
        table.to_csv(path, index=False) if path.suffix == ".csv" else table.to_parquet(path)
        made.append((path.stem, path, "class"))
    return made


def run(data_sets, strategies, **options):
    return evaluation.compare(data_sets, None, strategies, **{"repeats": 1, **options})


def compare(X, y, strategies, **options):
    return evaluation.compare(X, y, strategies, **{"repeats": 1, **options})


def timeless(table):
    table = table[~table["metric"].astype(str).str.startswith("seconds")]
    return table.drop(columns="seconds").to_csv(index=False)


def test_rows_are_those_of_compare_in_the_order_that_was_asked_for(data_sets, tmp_path):
    strategies = ["random", "none"]
    table = run(data_sets, strategies, store=tmp_path / "run.sqlite", repeats=2, **OPTIONS)
    expected = [
        compare(*DataSet(*each).load(), strategies, dataset=each[0], repeats=2, **OPTIONS)
        for each in data_sets
    ]
    assert timeless(table) == timeless(pd.concat(expected))
    X, y = DataSet(*data_sets[0]).load()
    trials = list(run_trials(X, y, strategies, dataset="small", **OPTIONS))
    with Store(tmp_path / "run.sqlite") as kept:
        details = kept.details()
    for name, table in details.items():
        found = table.query("dataset == 'small' and repeat == 1").reset_index(drop=True)
        expected = pd.DataFrame([row for trial in trials for row in trial.details[name]])
        assert len(expected)
        pd.testing.assert_frame_equal(found, expected.astype({"minority_rows": float}))


def test_repeat_by_repeat_the_large_data_sets_come_first(data_sets, tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(Store, "add", lambda self, trial: order.append(trial.key))
    run(data_sets, ["none"], store=tmp_path / "run.sqlite", repeats=2, **OPTIONS)
    turns = list(dict.fromkeys((key.repeat, key.dataset) for key in order))
    assert turns == [(1, "large"), (1, "small"), (2, "large"), (2, "small")]


def test_a_cap_and_a_protocol_go_with_the_trials(data_sets, tmp_path):
    name, path, target = data_sets[1]
    protocol = {"minority_sizes": [9, 6]}
    table = run(
        data_sets[1:],
        ["none"],
        store=tmp_path / "run.sqlite",
        max_rows=110,
        protocol=protocol,
        **OPTIONS,
    )
    X, y = DataSet(name, path, target).load(110, random_state=OPTIONS["random_state"])
    assert len(X) == 110
    expected = compare(X, y, ["none"], protocol=protocol, dataset=name, **OPTIONS)
    assert list(table["minority_rows"].unique()) == [9, 6]
    assert timeless(table) == timeless(expected)


def test_only_what_is_new_is_run(data_sets, tmp_path, monkeypatch):
    ran = []
    whole = compare_module.Job.run
    monkeypatch.setattr(compare_module.Job, "run", lambda job: ran.append(job.key) or whole(job))
    store = tmp_path / "run.sqlite"
    run(data_sets[:1], ["none"], store=store, **OPTIONS)
    assert len(ran) == 2
    run(data_sets[:1], ["none", "random"], store=store, repeats=2, **OPTIONS)
    assert len(ran) == len(set(ran)) == 2 * 2 * 2
    grown = run(data_sets, ["none", "random"], store=store, repeats=2, **OPTIONS)
    assert len(ran) == len(set(ran)) == 2 * 2 * 2 * 2
    at_once = run(data_sets, ["none", "random"], store=tmp_path / "b.sqlite", repeats=2, **OPTIONS)
    assert timeless(grown) == timeless(at_once)


class Moody(BaseEstimator):
    """Fails, unless a file is there."""

    def __init__(self, path=None):
        self.path = path

    def fit_resample(self, X, y):
        if not os.path.exists(self.path):
            raise RuntimeError("not today")
        return X, y


def test_what_failed_is_tried_again(data_sets, tmp_path, monkeypatch):
    ran = []
    whole = compare_module.Job.run
    monkeypatch.setattr(compare_module.Job, "run", lambda job: ran.append(job.key) or whole(job))
    strategies = {"none": "none", "moody": Moody(str(tmp_path / "mood"))}
    options = {"store": tmp_path / "run.sqlite", **OPTIONS}
    for _ in range(2):
        failed = run(data_sets[:1], strategies, **options)
        assert (failed["status"] == "RuntimeError: not today").sum() == 2
    (tmp_path / "mood").touch()
    mended = run(data_sets[:1], strategies, **options)
    assert [key.strategy for key in ran] == ["none", "moody", "none", "moody"] + ["moody"] * 4
    at_once = run(data_sets[:1], strategies, **{**options, "store": tmp_path / "b.sqlite"})
    assert timeless(mended) == timeless(at_once)
    with Store(tmp_path / "run.sqlite") as one, Store(tmp_path / "b.sqlite") as other:
        for name, table in one.details().items():
            pd.testing.assert_frame_equal(table, other.details()[name])


def test_results_from_elsewhere_are_taken_over(data_sets, tmp_path, monkeypatch):
    first = run(data_sets, ["none"], store=tmp_path / "first.sqlite", **OPTIONS)
    first.to_parquet(tmp_path / "first.parquet")
    with Store(tmp_path / "second.sqlite", {}) as second:
        second.take_over(pd.read_parquet(tmp_path / "first.parquet"))
    options = {"store": tmp_path / "second.sqlite", **OPTIONS}
    both = run(data_sets, ["none", "random"], **options)
    monkeypatch.setattr(compare_module.Job, "run", None)
    pd.testing.assert_frame_equal(run(data_sets, ["none", "random"], **options), both)
    taken = both[both["strategy"] == "none"].reset_index(drop=True)
    pd.testing.assert_frame_equal(taken, first)


def test_processes_give_the_same_scores_and_leave_this_one_alone(data_sets, tmp_path):
    strategies = {"none": "none", "mine": RandomOverSampler(random_state=3)}
    before = torch.get_num_threads(), threadpool_info(), dict(os.environ)
    tables = [
        run(data_sets, strategies, store=tmp_path / str(n_jobs), n_jobs=n_jobs, **OPTIONS)
        for n_jobs in (1, 2)
    ]
    assert timeless(tables[0]) == timeless(tables[1])
    assert (torch.get_num_threads(), threadpool_info(), dict(os.environ)) == before


class Telling(BaseEstimator):
    """Fails with the number of threads that it may use."""

    def fit_resample(self, X, y):
        raise RuntimeError(f"threads: {max(pool['num_threads'] for pool in threadpool_info())}")


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_trial_has_one_thread(data_sets, tmp_path, n_jobs):
    store = tmp_path / "run.sqlite"
    table = run(data_sets, {"telling": Telling()}, store=store, n_jobs=n_jobs, **OPTIONS)
    assert set(table["status"]) == {"RuntimeError: threads: 1"}


class Asking(BaseEstimator):
    """Fails with what an interruption from the keyboard would do."""

    def fit_resample(self, X, y):
        raise RuntimeError(f"handler: {signal.getsignal(signal.SIGINT)!r}")


def test_an_interruption_is_left_to_the_process_that_began(data_sets, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    store = tmp_path / "run.sqlite"
    table = run(data_sets[:1], {"asking": Asking()}, store=store, n_jobs=2, **OPTIONS)
    assert set(table["status"]) == {f"RuntimeError: handler: {signal.SIG_IGN!r}"}
    assert signal.getsignal(signal.SIGINT) is before


def run_and_die(data_sets, strategies, store, options, after, delay):
    """Run, and be killed so many seconds after so many trials were kept."""
    whole, kept = Store.add, []

    def add(self, trial):
        whole(self, trial)
        kept.append(trial.key)
        if len(kept) == after:
            threading.Timer(delay, os.kill, [os.getpid(), signal.SIGKILL]).start()

    Store.add = add
    run(data_sets, strategies, store=store, **options)


def test_a_run_that_is_killed_again_and_again_ends_like_one_that_was_not(
    data_sets, tmp_path, forkserver
):
    strategies, options = ["none", "random"], {**OPTIONS, "repeats": 5}
    moments = random.Random(0)
    store, done = tmp_path / "killed.sqlite", set()
    for _ in range(5):
        after, delay = moments.randint(1, 5), moments.uniform(0, 0.03)
        process = forkserver.Process(
            target=run_and_die, args=(data_sets, strategies, store, options, after, delay)
        )
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        with Store(store) as kept:
            assert done < kept.done()
            done = kept.done()
    assert len(done) < 2 * 2 * 2 * 5
    resumed = run(data_sets, strategies, store=store, **options)
    whole = run(data_sets, strategies, store=tmp_path / "whole.sqlite", **options)
    assert timeless(resumed) == timeless(whole)


def fork_and_die(writer, is_late):
    """Leave a worker behind that holds `writer` open for as long as it lives."""
    parent, (ready, say_ready) = os.getpid(), os.pipe()
    start = workers._at_the_start(parent)
    if os.fork():
        if not is_late:
            os.read(ready, 1)
        os.kill(parent, signal.SIGKILL)
    while is_late and os.getppid() == parent:
        time.sleep(0.01)
    start()
    os.write(say_ready, b"!")
    time.sleep(60)
    writer.send("still here")


@pytest.mark.parametrize("is_late", [False, True])
def test_a_worker_ends_with_a_parent_that_is_killed_before_or_after_its_start(forkserver, is_late):
    reader, writer = forkserver.Pipe(duplex=False)
    process = forkserver.Process(target=fork_and_die, args=(writer, is_late))
    process.start()
    writer.close()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with pytest.raises(EOFError):
        reader.recv()


def test_what_a_worker_does_first_needs_no_import_of_ours(tmp_path):
    (tmp_path / "start").write_bytes(dumps(workers._at_the_start(0)))
    code = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb')); print(*sys.modules)"
    words = [sys.executable, "-c", code, str(tmp_path / "start")]
    loaded = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert not {name for name in loaded if name.startswith(("gansampler", "torch", "pandas"))}


def test_another_reading_is_another_data_set(data_sets, tmp_path):
    store = tmp_path / "run.sqlite"
    run(data_sets[:1], ["none"], store=store, **OPTIONS)
    other = DataSet(*data_sets[0], read=(("size", "category"),))
    with pytest.raises(ValueError, match=r"datasets, small, read was None, now {'size'"):
        run([other], ["none"], store=store, **OPTIONS)
    run([DataSet(*data_sets[0])], ["none"], store=store, **OPTIONS)
    with Store(store) as kept:
        assert kept.columns()["small"].loc["size", "read as"] == "number"


def test_doubts_are_said_once_by_a_run_however_many_processes(tmp_path):
    table = pd.DataFrame({"price": ["1,200", "$3"] * 40, "class": [0, 0, 0, 1] * 20})
    table.to_csv(tmp_path / "t.csv", index=False)
    source = ("t", tmp_path / "t.csv", "class")
    for n_jobs in (1, 2):
        with pytest.warns(UserWarning, match="^t: The column 'price'") as said:
            run([source], ["none"], store=tmp_path / f"{n_jobs}", n_jobs=n_jobs, **OPTIONS)
        assert sum("price" in str(each.message) for each in said) == 1


def test_a_cluster_that_loses_a_worker_gives_the_same_scores(data_sets, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    options = {**OPTIONS, "repeats": 2}
    local = run(data_sets, ["none", "random"], store=tmp_path / "local.sqlite", **options)
    whole, kept = Store.add, []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        victim = cluster.workers[0].pid

        def add(self, trial):
            whole(self, trial)
            kept.append(trial.key)
            if len(kept) == 5:
                os.kill(victim, signal.SIGKILL)

        monkeypatch.setattr(Store, "add", add)
        remote = run(
            data_sets,
            ["none", "random"],
            store=tmp_path / "remote.sqlite",
            scheduler=cluster.scheduler_address,
            **options,
        )
    assert len(kept) == len(set(kept)) == 2 * 2 * 2 * 2
    assert timeless(local) == timeless(remote)


def test_a_worker_that_dies_leaves_the_rest_in_the_store(data_sets, tmp_path):
    class Dying(BaseEstimator):
        def fit_resample(self, X, y):
            os.kill(os.getpid(), signal.SIGKILL)

    store = tmp_path / "run.sqlite"
    done = run(data_sets, ["none"], store=store, n_jobs=2, **OPTIONS)
    with pytest.raises(ChildProcessError, match="ended from outside"):
        run(data_sets, {"none": "none", "dying": Dying()}, store=store, n_jobs=2, **OPTIONS)
    pd.testing.assert_frame_equal(read_store(store), done)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"data_sets": []}, ValueError, "no data set"),
        ({"strategies": ["rando"]}, ValueError, "Did you mean 'random'"),
        ({"folds": 40}, ValueError, "small: .*fewer rows than the 40 folds"),
        ({"max_rows": 0}, ValueError, "max_rows=0"),
        ({"n_jobs": 0}, ValueError, "n_jobs=0 runs nothing: give 1"),
        ({"fold": 2}, TypeError, "fold"),
    ],
)
def test_bad_input_is_named_before_any_work(data_sets, tmp_path, change, error, message):
    arguments = {"data_sets": data_sets, "strategies": ["none"], **OPTIONS, **change}
    with pytest.raises(error, match=message):
        run(**arguments, store=tmp_path / "run.sqlite")
    assert not (tmp_path / "run.sqlite").exists()


def test_two_data_sets_of_one_name_are_refused(data_sets, tmp_path):
    with pytest.raises(ValueError, match="More than one data set is named small"):
        run([data_sets[0]] * 2, ["none"], store=tmp_path / "run.sqlite", **OPTIONS)


def test_a_name_may_read_like_a_protocol(data_sets, tmp_path):
    named = [("small@minority=5", *data_sets[0][1:])]
    table = run(named, ["none"], store=tmp_path / "run.sqlite", **OPTIONS)
    assert set(table["dataset"]) == {"small@minority=5"}
    pd.testing.assert_frame_equal(read_store(tmp_path / "run.sqlite"), table)


def test_a_strategy_file_that_has_changed_is_another_strategy(data_sets, tmp_path):
    path, store = tmp_path / "mine.py", tmp_path / "run.sqlite"
    text = "from imblearn.over_sampling import RandomOverSampler\nmine = RandomOverSampler({})\n"
    path.write_text(text.format("random_state=1"))
    run(data_sets[:1], [str(path)], store=store, **OPTIONS)
    run(data_sets[:1], ["none", str(path)], store=store, **OPTIONS)
    path.write_text(text.format("random_state=2"))
    with pytest.raises(ValueError, match=r"strategies, .*mine\.py, sha256 was"):
        run(data_sets[:1], [str(path)], store=store, **OPTIONS)


def test_a_file_that_has_changed_is_another_data_set(data_sets, tmp_path):
    store = tmp_path / "run.sqlite"
    run(data_sets[:1], ["none"], store=store, **OPTIONS)
    pd.read_csv(data_sets[0][1]).iloc[:-1].to_csv(data_sets[0][1], index=False)
    with pytest.raises(ValueError, match="datasets, small, sha256 was"):
        run(data_sets[:1], ["none"], store=store, **OPTIONS)
    table = run(data_sets[:1], ["none"], store=tmp_path / "other.sqlite", **OPTIONS)
    expected = compare(*DataSet(*data_sets[0]).load(), ["none"], dataset="small", **OPTIONS)
    assert timeless(table) == timeless(expected)


def test_a_file_that_changes_under_a_run_stops_it(data_sets, tmp_path, monkeypatch):
    kept = []

    def change(self, trial):
        kept.append(trial.key)
        pd.read_csv(data_sets[0][1]).iloc[:-1].to_csv(data_sets[0][1], index=False)

    monkeypatch.setattr(Store, "add", change)
    with pytest.raises(ValueError, match=r"small\.csv is not the file that it was"):
        run(data_sets[::-1], ["none"], store=tmp_path / "run.sqlite", **OPTIONS)
    assert [key.dataset for key in kept] == ["large", "large"]


def test_files_are_found_from_any_folder(data_sets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    whole = Store.add

    def add(self, trial):
        whole(self, trial)
        monkeypatch.chdir(tmp_path.parent)

    monkeypatch.setattr(Store, "add", add)
    table = run([(name, path.name, y) for name, path, y in data_sets], ["none"], **OPTIONS)
    assert set(table["dataset"]) == {"small", "large"}
    assert set(table["status"]) == {"ok"}


def test_without_a_store_there_may_be_many_tables_and_processes(data_sets, tmp_path):
    kept = run(data_sets, ["none"], store=tmp_path / "run.sqlite", **OPTIONS)
    for n_jobs in (1, 2):
        assert timeless(run(data_sets, ["none"], n_jobs=n_jobs, **OPTIONS)) == timeless(kept)
    frame = DataSet("small", pd.read_csv(data_sets[0][1]), "class")
    alone = run(frame, ["none"], n_jobs=2, **OPTIONS)
    assert timeless(alone) == timeless(kept[kept["dataset"] == "small"])


def test_a_split_is_made_once_for_all_strategies_of_a_fold(data_sets, tmp_path, monkeypatch):
    made, loaded = [], []
    make, load = splits.Splits.make, DataSet.load
    monkeypatch.setattr(splits.Splits, "make", lambda *key: made.append(key[1:]) or make(*key))
    monkeypatch.setattr(
        DataSet, "load", lambda *args, **how: loaded.append(1) or load(*args, **how)
    )
    how = {"learners": ["xgboost_default"], "repeats": 2, **OPTIONS}
    run(data_sets[:1], ["none", "random", "class_weight"], store=tmp_path / "run.sqlite", **how)
    assert len(made) == len(set(made)) == 2 * 2
    assert len(loaded) == 1


def test_an_open_store_stays_open(data_sets):
    with Store(":memory:", {}) as kept:
        table = run(data_sets[:1], ["none", "random"], store=kept, **OPTIONS)
        pd.testing.assert_frame_equal(kept.frame(), table)
        looks = kept.looks()
    assert list(looks) == ["small"]
    assert list(looks["small"]["examples"]) == ["random"]
    assert set(looks["small"]["examples"]["random"]["labels"]) == {"rare"}
