"""The recipes of CONTRIBUTING.md work as they are written."""

import re
from pathlib import Path
from unittest import mock

import pytest
from sklearn.datasets import make_classification
from synthetic import one_set

from gansampler import CGANOverSampler
from gansampler.evaluation import METRICS, PROTOCOLS, READOUTS, STRATEGIES, compare, report
from gansampler.evaluation.report import page, render_report
from gansampler.evaluation.report.tables import FIGURES, gains_table

GUIDE = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text()
FAST = {"steps": 2, "batch_size": 32, "random_state": 0}


@pytest.fixture
def data():
    return make_classification(n_samples=120, weights=[0.8], random_state=0)


@pytest.fixture
def results():
    scores = {"none": [0.7, 0.8, 0.9], "smote": [0.9, 1.0, 0.9]}
    return one_set({name: {"roc_auc": values} for name, values in scores.items()})


def follow(recipe):
    """Run the code under a heading; return the names that it defines."""
    code = re.search(rf"## {recipe}\n.*?```python\n(.*?)```", GUIDE, re.DOTALL)[1]
    names = {"__name__": "recipe"}
    exec(compile(code, "CONTRIBUTING.md", "exec"), names)
    return names


def test_a_new_loss_takes_its_place(data):
    loss = follow("How to add a loss")["SmoothedNonSaturating"]
    smoothed, plain = (CGANOverSampler(loss=loss(smoothing), **FAST) for smoothing in (0.2, 0.0))
    smoothed.fit_resample(*data)
    plain.fit_resample(*data)
    first = [sampler.history_[0]["discriminator_loss"] for sampler in (smoothed, plain)]
    assert first[0] != first[1]


def test_a_new_schedule_takes_its_place(data):
    schedule = follow("How to add a schedule of the learning rates")["Halving"]
    sampler = CGANOverSampler(learning_rate_schedule=schedule(), **(FAST | {"steps": 100}))
    sampler.fit_resample(*data)
    rates = [record["generator_learning_rate"] for record in sampler.history_]
    assert rates == [5e-4, 2.5e-4, 1.25e-4, 0.625e-4]


def test_a_new_acceptance_rule_takes_its_place(data):
    rule = follow("How to add an acceptance rule")["NeighborAcceptance"]
    sampler = CGANOverSampler(acceptance=rule(), **FAST)
    X, _ = sampler.fit_resample(*data)
    assert len(X) > len(data[0])
    assert sampler.acceptance_.judge_.n_samples_fit_ == len(data[0])


def test_a_new_network_takes_its_place(data):
    network = follow("How to add a network")["Residual"]
    sampler = CGANOverSampler(generator=network, discriminator=network, **FAST)
    sampler.fit_resample(*data)
    assert isinstance(sampler.generator_.network, network)
    assert isinstance(sampler.discriminator_.network, network)


def test_a_new_strategy_and_a_new_metric_reach_the_table(data):
    with mock.patch.dict(STRATEGIES), mock.patch.dict(METRICS):
        follow("How to add a strategy")
        follow("How to add a metric")
        table = compare(*data, ["lsgan_minority"], folds=2, repeats=1, params={"n_estimators": 5})
    assert set(table["status"]) == {"ok"}
    assert table.loc[table["metric"] == "worst_recall", "value"].between(0, 1).all()
    assert "worst_recall" in set(table["metric"])


def test_any_classifier_is_a_learner():
    results = follow("How to add a learner")["results"]
    assert set(results["learner"]) == {"xgboost", "trees"}
    assert set(results["status"]) == {"ok"}


def test_a_new_readout_reaches_the_table_and_the_glossary(data):
    with mock.patch.dict(READOUTS):
        follow("How to add a readout")
        options = {
            "folds": 2,
            "repeats": 1,
            "params": {"n_estimators": 5},
            "readouts": ["as_is", "sharpened"],
        }
        table = compare(*data, ["none"], **options)
        page = render_report(table)
    losses = table[table["metric"] == "log_loss"].groupby("readout")["value"].mean()
    assert losses["sharpened"] != losses["as_is"]
    assert "<dt>sharpened</dt><dd>Square the probabilities of the classes" in page


def test_a_new_table_and_a_new_plot_reach_the_report(results, monkeypatch):
    monkeypatch.setattr(page, "SECTIONS", [*page.SECTIONS])
    monkeypatch.setattr(report, "SECTIONS", page.SECTIONS)
    follow("How to add a table of the report, or a plot")
    shown, written = render_report(results), page.summary(results)
    assert "<h2>Spread of ROC-AUC</h2>" in shown
    assert 'alt="spread of ROC-AUC"' in shown
    assert "| none     | 0.700 | 0.900 |" in written


def test_a_new_figure_reaches_the_cells_of_gains(results):
    with mock.patch.dict(FIGURES):
        cell = follow("How to add a figure to the cells of gains")["cell"]
        table = gains_table(results, "none", cell)
    assert table.loc["smote", "ROC-AUC"] == "+0.133, better on 67%"


def test_a_new_protocol_thins_the_training_parts():
    with mock.patch.dict(PROTOCOLS):
        results = follow("How to add a protocol")["results"]
    assert set(results["protocol"]) == {"share=0.5"}
    rows = results.groupby("metric")["value"].mean()
    assert rows["rows_train"] == pytest.approx(rows["rows_test"] / 2, rel=0.01)
