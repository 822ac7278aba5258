"""From scores to words, tables, figures and the page that holds them."""

import base64
import io
import re
from html.parser import HTMLParser

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from gansampler.evaluation import plots, run_trials
from gansampler.evaluation.report import render_report
from gansampler.evaluation.statistics import paired_differences, scores_by_fold
from gansampler.evaluation.summary import (
    differences_table,
    failures_table,
    means_table,
    notes_table,
    summary,
    tables,
    to_markdown,
)
from gansampler.evaluation.trial import COLUMNS
from gansampler.evaluation.verdict import verdict


def make_results(scores, *, ratios=((0.1, 0.1), (0.1, 1.0))):
    """Build a result of two strategies from {strategy: {metric: values by fold}}."""
    rows = []
    for (strategy, metrics), (before, after) in zip(scores.items(), ratios, strict=False):
        n = len(next(iter(metrics.values())))
        beside = dict.fromkeys(
            ("seconds_resample", "seconds_fit", "rows_before", "rows_after", "trees"), [1] * n
        )
        beside |= {"ratio_before": [before] * n, "ratio_after": [after] * n}
        for metric, values in {**metrics, **beside}.items():
            for fold, value in enumerate(values, start=1):
                rows.append(("data", strategy, fold, 1, metric, value, 0.5, "ok"))
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.fixture
def results():
    return make_results(
        {
            "none": {
                "accuracy": [0.9, 0.9, 0.9],
                "roc_auc": [0.7, 0.72, 0.71],
                "log_loss": [0.2, 0.2, 0.2],
            },
            "lsgan": {
                "accuracy": [0.8, 0.9, 0.95],
                "roc_auc": [0.8, 0.82, 0.811],
                "log_loss": [0.3, 0.301, 0.3],
            },
        }
    )


def with_failure(results):
    row = pd.DataFrame(
        [("data", "smote", 1, 1, None, np.nan, 0.1, "ValueError: a|b")], columns=COLUMNS
    )
    return pd.concat([results, row], ignore_index=True)


def test_scores_are_laid_out_by_strategy_and_fold(results):
    scores = scores_by_fold(with_failure(results), "roc_auc")
    assert scores.index.tolist() == ["none", "lsgan", "smote"]
    assert scores.columns.tolist() == [(1, 1), (1, 2), (1, 3)]
    assert scores.loc["none"].tolist() == [0.7, 0.72, 0.71]
    assert scores.loc["smote"].isna().all()


def test_paired_differences_against_a_calculation_by_hand(results):
    pairs = paired_differences(results, "none").set_index("metric")
    row = pairs.loc["roc_auc"]
    differences = np.array([0.1, 0.1, 0.101])
    # t of two degrees of freedom, and the correction of Nadeau and Bengio for three folds.
    half = 4.302653 * differences.std(ddof=1) * np.sqrt(1 / 3 + 1 / 2)
    assert row["difference"] == pytest.approx(differences.mean())
    assert row["low"] == pytest.approx(differences.mean() - half)
    assert row["high"] == pytest.approx(differences.mean() + half)
    assert (row["better"], row["folds"], row["clearly"]) == (3, 3, "better")
    assert pairs.loc["accuracy", "clearly"] == ""
    assert pairs.loc["accuracy", "better"] == 1


def test_more_of_a_loss_is_worse(results):
    row = paired_differences(results, "none").set_index("metric").loc["log_loss"]
    assert row["difference"] > 0
    assert (row["better"], row["clearly"]) == (0, "worse")


def test_one_fold_in_common_is_never_clear(results):
    once = results[(results["strategy"] == "none") | (results["fold"] == 1)]
    pairs = paired_differences(once, "none")
    assert set(pairs["folds"]) == {1}
    assert set(pairs["clearly"]) == {""}


def test_notes_table_shows_accuracy_and_ratios_fold_by_fold(results):
    table = notes_table(results)
    assert table.loc["lsgan"].tolist() == ["0.883", *["0.100 to 1.000"] * 3]
    assert table.columns.tolist() == ["mean accuracy", "fold 1", "fold 2", "fold 3"]
    again = results.assign(repeat=2)
    both = notes_table(pd.concat([results, again]))
    assert both.columns[-1] == "fold 2.3"


def test_tables_of_means_and_differences(results):
    assert means_table(results).loc["none"].tolist() == ["0.900", "0.710", "0.200"]
    table = differences_table(results, "none")
    assert table.loc["lsgan", "ROC-AUC"] == "+0.100 (3/3)"
    assert table.loc["lsgan", "log-loss"] == "+0.100 (0/3)"


def test_failures_are_counted_and_shown(results):
    failed = with_failure(results)
    table = failures_table(failed)
    assert table.loc["smote"].tolist() == ["ValueError: a|b", 1]
    assert "Errors" in tables(failed)
    assert "Errors" not in tables(results)
    assert r"a\|b" in summary(failed)


def test_all_strategies_may_fail():
    rows = [("data", name, 1, 1, None, np.nan, 0.1, "E: x") for name in ("none", "smote", "lsgan")]
    failed = pd.DataFrame(rows, columns=COLUMNS)
    assert "| lsgan    | E: x  | 1            |" in summary(failed)
    X, y = pd.DataFrame({"a": [1, 2]}), pd.Series([0, 1])
    page = render_report(failed, X, y, {}, settings={}, command="x")
    assert "lsgan failed on every fold" in page
    assert "<img" not in page


def test_markdown_columns_are_aligned():
    table = pd.DataFrame({"a": ["1", "22"]}, index=pd.Index(["x", "yyy"], name="name"))
    assert to_markdown(table).splitlines() == [
        "| name | a  |",
        "|------|----|",
        "| x    | 1  |",
        "| yyy  | 22 |",
    ]


@pytest.mark.parametrize(
    ("shift", "answer"), [(0.1, "lsgan helps"), (-0.1, "lsgan hurts"), (0, "no clear difference")]
)
def test_verdict_answers_by_what_no_threshold_can_move(shift, answer):
    base = np.array([0.7, 0.72, 0.71])
    wobble = np.array([0.001, -0.001, 0])
    results = make_results({"none": {"roc_auc": base}, "lsgan": {"roc_auc": base + shift + wobble}})
    sentences = verdict(results)
    assert answer in sentences[0]
    assert sentences[-1].startswith("Against leaving the rows as they are")


def test_verdict_lists_what_is_better_and_worse(results):
    sentence = verdict(results)[-1]
    assert "clearly better in ROC-AUC (+0.100)" in sentence
    assert "clearly worse in log-loss (+0.100)" in sentence
    assert "no clear difference in accuracy" in sentence


def test_verdict_says_when_its_subject_failed(results):
    failed = results[results["strategy"] == "none"]
    row = pd.DataFrame([("data", "lsgan", 1, 1, None, np.nan, 0.1, "E: x")], columns=COLUMNS)
    assert "failed on every fold" in verdict(pd.concat([failed, row]))[0]


def test_no_verdict_where_nothing_was_generated(results):
    assert verdict(results[results["strategy"] == "none"]) == []


@pytest.fixture(scope="module")
def whole():
    """A run with the name, the columns and the class of a table that tries to break the page."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat(["<b>many</b>", "few & $1$"], [90, 24]), name="class")
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 114), unit="D")
    X = pd.DataFrame(
        {
            "<script>alert(1)</script>": rng.normal(size=114),
            "price in $ and $": rng.choice(["$1", "$2"], 114),
            "day": days,
            "hole": np.where(rng.random(114) < 0.3, np.nan, rng.normal(size=114)),
            "empty": np.nan,
        }
    )
    trials = list(
        run_trials(
            X,
            y,
            ["none", "smote", "jitter"],
            folds=3,
            params={"n_estimators": 5, "n_jobs": 1},
            dataset="a <b> & c",
        )
    )
    results = pd.DataFrame([row for trial in trials for row in trial.rows])
    examples = {trial.rows[0]["strategy"]: trial for trial in trials if trial.new_rows is not None}
    history = [{"step": s, "generator_loss": 1 / s, "discriminator_loss": 2.0} for s in (1, 2, 3)]
    examples["jitter"].history.extend(history)
    page = render_report(
        results, X, y, examples, settings={"folds": "3"}, command="gansampler benchmark '<x>'"
    )
    return page, results


class Reader(HTMLParser):
    """Collect tags with their attributes, and see that they are closed in order."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self):
        super().__init__()
        self.tags, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_report_is_one_well_formed_page_that_loads_nothing(whole):
    page, _ = whole
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    names = {name for name, _ in reader.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form"}
    for _, attributes in reader.tags:
        assert not {name for name in attributes if name.startswith("on")}
        assert "href" not in attributes
        assert attributes.get("src", "data:").startswith("data:image/svg+xml;base64,") or (
            "src" not in attributes
        )
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style


def test_pictures_load_nothing_and_run_nothing(whole):
    page, _ = whole
    pictures = re.findall(r"base64,([A-Za-z0-9+/=]+)", page)
    assert len(pictures) == 9 + 1 + 2 + 5 + 1  # metrics, ratios, strategies, columns, training
    for picture in pictures:
        text = base64.b64decode(picture).decode()
        assert "<script" not in text
        links = re.findall(r'(?:href|src)="([^"]*)"', text)
        assert all(link.startswith(("#", "data:")) for link in links)


def test_every_picture_has_words(whole):
    page, _ = whole
    reader = Reader()
    reader.feed(page)
    words = [attributes["alt"] for tag, attributes in reader.tags if tag == "img"]
    assert all(words)
    assert len(set(words)) == len(words)


def test_report_holds_verdict_tables_settings_and_command(whole):
    page, results = whole
    assert "Does oversampling help on a &lt;b&gt; &amp; c?" in page
    assert page.index('class="verdict"') < page.index("<table>")
    for title in tables(results):
        assert title in page
    assert "gansampler benchmark &#39;&lt;x&gt;&#39;" in page
    assert f"pandas {pd.__version__}" in page


def test_report_shows_errors(whole):
    _, results = whole
    failed = with_failure(results)
    page = render_report(
        failed, pd.DataFrame({"a": [1, 2]}), pd.Series([0, 1]), {}, settings={}, command="x"
    )
    assert "ValueError: a|b" in page


def test_plots_leave_the_style_of_the_session_alone(results):
    before = dict(matplotlib.rcParams)
    plots.plot_scores(results, "roc_auc")
    plots.plot_ratios(results)
    assert dict(matplotlib.rcParams) == before


def test_score_plot_has_a_dot_for_each_fold_and_a_bar_for_each_mean(results):
    (ax,) = plots.plot_scores(results, "roc_auc").axes
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    (bars,) = [line for line in ax.lines if line.get_marker() == "|"]
    assert [line.get_xdata().tolist() for line in dots] == [[0.7, 0.72, 0.71], [0.8, 0.82, 0.811]]
    np.testing.assert_allclose(bars.get_xdata(), [0.71, 0.81033], atol=1e-4)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["none", "lsgan"]


def test_projection_puts_equal_rows_in_one_place(mixed):
    X, _ = mixed
    project = plots.Projection(X)
    places = project(pd.concat([X, X.iloc[:3]], ignore_index=True))
    assert places.shape == (len(X) + 3, 2)
    np.testing.assert_allclose(places[-3:], places[:3], atol=1e-5)
    np.testing.assert_allclose(places[: len(X)].mean(axis=0), 0, atol=1e-4)
    assert (places.std(axis=0) > 0.1).all()


def test_projection_of_one_column_has_two_dimensions():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
    assert plots.Projection(X)(X).shape == (4, 2)


def test_column_plot_of_every_kind_of_column(mixed):
    X, _ = mixed
    for name in X:
        figure = plots.plot_column(X[name], {"one": X[name].iloc[:50], "two": X[name].iloc[50:]})
        assert isinstance(figure, Figure)
        assert figure.axes[0].get_title(loc="left") == name
        figure.savefig(io.BytesIO(), format="svg")


def test_column_plot_shows_shares_and_missing_values():
    real = pd.Series(["u", "u", "v", None], name="kind")
    (ax,) = plots.plot_column(real, {"lsgan": pd.Series(["v", "v"])}).axes
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([2 / 3, 1 / 3])
    assert ax.lines[0].get_xdata().tolist() == [0, 1]
    assert ax.get_xlabel() == "missing: real 25%, lsgan 0%"
