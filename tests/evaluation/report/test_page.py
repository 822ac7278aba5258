"""The page that holds it all, read by a parser and by a browser."""

import base64
import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from synthetic import failure, many_sets, one_set, without
from trials import run_trials

from gansampler.evaluation.axes.details import DETAILS
from gansampler.evaluation.report.page import SECTIONS, render_report, write_report
from gansampler.evaluation.report.tables import best_cells
from gansampler.evaluation.statistics.gains import panel_gains

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
# Eight data sets, of which a network and its control gain .05 in ROC-AUC on each.
BASE = np.linspace(0.4, 0.7, 8)
SPREAD = np.linspace(-0.003, 0.004, 8)
SETS = {
    "none": {"roc_auc": BASE, "brier": [0.2] * 8},
    "tuned_threshold": {"roc_auc": BASE, "brier": [0.2] * 8},
    "jitter": {"roc_auc": BASE + 0.05 + SPREAD[::-1], "brier": [0.15] * 8},
    "lsgan": {"roc_auc": BASE + 0.05 + SPREAD, "brier": 0.1 + SPREAD},
}


def below_each_other(trials):
    """Give the details of trials as frames."""
    return {
        name: pd.DataFrame([row for trial in trials for row in trial.details[name]])
        for name in DETAILS
    }


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
    examples = {
        trial.rows[0]["strategy"]: {
            **{"rows": trial.new_rows, "labels": trial.new_labels, "history": trial.history}
        }
        for trial in trials
        if trial.new_rows is not None
    }
    history = [{"step": s, "generator_loss": 1 / s, "discriminator_loss": 2.0} for s in (1, 2, 3)]
    examples["jitter"]["history"] = history
    page = render_report(
        results,
        looks={"a <b> & c": {"X": X, "y": y, "examples": examples}},
        details=below_each_other(trials),
        columns={"a <b> & c": pd.DataFrame({"read as": "<number>"}, index=X.columns)},
        settings={"folds": "3", "versions": "pandas <1>"},
        command="gansampler benchmark '<x>'",
    )
    return page, results


@pytest.fixture(scope="module")
def panels():
    """Two learners on four data sets, one of which a strategy has not finished."""
    learners = ("xgboost", "sklearn.linear_model.LogisticRegression")
    results = pd.concat([many_sets(SETS, learner=name) for name in learners], ignore_index=True)
    return render_report(without(results, "lsgan", "set 3"))


class Reader(HTMLParser):
    """Collect tags with their attributes, and see that they are closed in order."""

    VOID = frozenset({"meta", "img", "br", "wbr"})

    def __init__(self):
        super().__init__()
        self.tags, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


def test_report_is_one_well_formed_page_that_loads_nothing(whole, panels):
    for page in (whole[0], panels):
        reader = read(page)
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
    # Metrics, time, ratios, decisions, curves, reliability, real rows and those of strategies,
    # columns, training.
    assert len(pictures) == 11 + 2 + 1 + 1 + 2 + 3 + 1 + 2 + 5 + 1
    for picture in pictures:
        text = base64.b64decode(picture).decode()
        assert "<script" not in text
        links = re.findall(r'(?:href|src)="([^"]*)"', text)
        assert all(link.startswith(("#", "data:")) for link in links)


def test_every_picture_has_words_of_its_own(whole, panels):
    for page in (whole[0], panels):
        words = [attributes["alt"] for tag, attributes in read(page).tags if tag == "img"]
        assert all(words)
        assert len(set(words)) == len(words)


def test_report_holds_verdict_tables_settings_and_command(whole):
    page, results = whole
    assert "Does oversampling help on a &lt;b&gt; &amp; c?" in page
    assert page.index('class="verdict"') < page.index("<table>")
    gains = panel_gains(results)
    titles = [
        each.title
        for make in SECTIONS
        for each in make(results, gains, {})
        if each.on_page and (each.tables or each.images)
    ]
    assert len(titles) == len(set(titles)) > 8
    for title in titles:
        assert page.count(f">{title}<") == 1
    assert "Probability in % of being worse than none" in page
    assert "gansampler benchmark &#39;&lt;x&gt;&#39;" in page
    assert "<dt>versions</dt><dd>pandas &lt;1&gt;</dd>" in page


def test_report_of_several_panels_answers_each_on_top(panels):
    assert "Does oversampling help on 8 data sets?" in panels
    answers = panels[panels.index('class="verdict answers"') :].split("</section>")[0]
    assert answers.count("Take jitter on these 8 data sets") == 2
    assert "<b>sklearn.linear_model.LogisticRegression, as_is</b>" in answers
    assert panels.count('<details class="part"') == 2
    assert panels.count('<details class="part" open>') == 1
    for title in ("Gain on each data set", "Mean rank over"):
        assert panels.count(f"<h2>{title}") == 2


def test_every_panel_says_at_once_that_a_network_gains_no_more_than_its_control(panels):
    said = "lsgan helps: {} ranks better with it than without, and no more than with the control"
    for learner in ("xgboost", "sklearn.linear_model.LogisticRegression"):
        assert panels.count(said.format(learner)) == 1


def test_the_first_screen_says_what_to_take_and_which_class_is_rare(whole):
    page, _ = whole
    first = page[page.index("<h1>") : page.index("<h2>")]
    assert "Take no resampling on a &lt;b&gt; &amp; c" in first
    assert "The rare class is &#39;few &amp; $1$&#39;, with 24 of 114 rows (21.1%)" in first
    assert "<dt>Learner</dt><dd>xgboost_tuned</dd>" in first
    assert "<dt>Folds</dt><dd>3, the same" in first


def test_the_winner_of_each_column_is_marked():
    table = pd.DataFrame(
        {"up": ["0.5", "0.7", "-"], "down": ["0.5", "0.7", "0.5"], "same": ["1", "1", "1"]}
    )
    marked = best_cells(table, ["down"])
    assert marked["up"].tolist() == ["", "best", ""]
    assert marked["down"].tolist() == ["best", "", "best"]
    assert marked["same"].tolist() == ["", "", ""]
    page = render_report(one_set({"none": {"brier": [0.1]}, "smote": {"brier": [0.2]}}))
    assert '<td class="best">0.100</td>' in page
    assert '<td class="best">0.200</td>' not in page


def test_a_clear_gain_is_marked_by_a_sign_and_not_beside_a_p():
    page = render_report(many_sets(SETS))
    gains = page[page.index("<h2>Gain over none") :].split("</section>")[0]
    assert '<td class="lines better">▲ +0.051' in gains
    assert "p 0." not in gains
    assert "p 0." in page
    # Of the two in ROC-AUC alone: nobody chose Brier's score before, however small its p.
    assert gains.count('class="lines better"') == 2
    brier = panel_gains(many_sets(SETS)).query("metric == 'brier' and strategy == 'lsgan'")
    assert (brier["p"] < 0.01).all()


def test_the_glossary_speaks_of_what_is_on_the_page(whole, panels):
    words = [page[page.index("What the words mean") :] for page in (whole[0], panels)]
    for term in ("precision-recall curve", "recall", "MCC"):
        assert [f"<dt>{term}</dt>" in each for each in words] == [True, False]
    for term in ("p (Iman and Davenport)", "mean rank"):
        assert [f"<dt>{term}</dt>" in each for each in words] == [False, True]


def test_classes_and_curves_of_more_than_two_classes_and_of_two(whole):
    page, _ = whole
    assert "<h2>Right and wrong decisions</h2>" in page
    rng = np.random.default_rng(0)
    y = pd.Series(np.repeat(["a", "b", "c"], [60, 30, 12]))
    X = pd.DataFrame({"x": rng.normal(size=102) + y.map({"a": 0, "b": 1, "c": 2})})
    options = {"folds": 2, "repeats": 2, "params": {"n_estimators": 3, "n_jobs": 1}}
    trials = list(run_trials(X, y, ["none", "random"], **options))
    results = pd.DataFrame([row for trial in trials for row in trial.rows])
    page = render_report(results, details=below_each_other(trials))
    assert "The rarest class is &#39;c&#39;, with 12 of 102 rows" in page
    assert "in each of the 2 repeats" in page
    for text in ("recall of class", "precision of class", "confusion matrix of random"):
        assert page.count(text) == 1


@pytest.mark.parametrize(
    ("strategy", "readout", "told"),
    [("none", "as_is", False), ("tuned_threshold", "as_is", True), ("none", "tuned", True)],
)
def test_a_matrix_of_a_tuned_threshold_says_what_it_was_tuned_for(strategy, readout, told):
    where = {"dataset": "data", "strategy": strategy, "learner": "xgboost", "readout": readout}
    counts = [(0, 0, 9), (1, 1, 3), (1, 0, 2)]
    confusion = pd.DataFrame(
        [
            {
                **{**where, "repeat": 1, "fold": 1, "count": count},
                **{"code": code, "label": str(code)},
                **{"predicted_code": found, "predicted_label": str(found)},
            }
            for code, found, count in counts
        ]
    )
    page = render_report(
        one_set({strategy: {"f1": [0.5]}}, readout=readout), details={"confusion": confusion}
    )
    assert "Right and wrong decisions" in page
    assert ("A tuned threshold is that for balanced accuracy here" in page) == told


def test_results_without_what_was_measured_later_are_a_page():
    page = render_report(one_set({"none": {"f1": [0.5]}}), details={"confusion": pd.DataFrame()})
    assert "Right and wrong" not in page
    assert "ROC" not in page
    assert "rare class" not in page.lower()


@pytest.mark.parametrize(("n", "is_open"), [(15, True), (16, False)])
def test_how_columns_were_read_is_closed_where_there_are_many(n, is_open):
    results = one_set({"none": {"f1": [0.5]}})
    columns = pd.DataFrame({"read as": ["number"] * n, "missing": ["1 %"] * n}, index=range(n))
    page = render_report(results, columns={"data": columns})
    assert ("<h2>How the columns were read</h2>" in page) == is_open
    assert ("<summary>How the columns were read</summary>" in page) == (not is_open)
    several = render_report(results, columns={"a": columns, "b": columns})
    assert "<summary>How the columns were read: b</summary>" in several


def test_report_shows_errors():
    page = render_report(pd.concat([one_set({"none": {"f1": [0.5]}}), failure("smote")]))
    assert "<td>ValueError: a|b</td>" in page


def test_report_of_failures_alone():
    names = ("none", "smote", "lsgan")
    page = render_report(pd.concat([failure(name) for name in names]))
    assert "lsgan failed on every fold" in page
    assert "Clearly" not in page
    assert "<img" not in page


@pytest.mark.parametrize("strategies", [["none", "smote"], ["smote", "lsgan"]])
def test_a_line_is_explained_only_where_it_is_drawn(strategies):
    page = render_report(one_set({name: {"f1": [0.5, 0.6]} for name in strategies}))
    assert "A mark is one fold, the bar their mean" in page
    assert ("the dotted line" in page) == ("none" in strategies)


@pytest.mark.parametrize("strategies", [["none"], ["lsgan"], ["none", "lsgan"]])
@pytest.mark.parametrize("n_sets", [1, 2])
def test_report_of_little_is_a_page(strategies, n_sets):
    results = many_sets({name: SETS[name] for name in strategies})
    few = results[results["dataset"].isin(["set 1", "set 2"][:n_sets])]
    assert read(render_report(few)).open == []


def test_report_of_nothing_says_so():
    with pytest.raises(ValueError, match="nothing to report yet"):
        render_report(one_set({"none": {"f1": [0.5]}}).iloc[:0])


def test_report_is_written_as_utf8(tmp_path):
    results = one_set({"none": {"f1": [0.5, 0.6]}}, dataset="größe")
    write_report(results, tmp_path / "report.html", command="x")
    assert "größe" in (tmp_path / "report.html").read_text(encoding="utf-8")


# Opens all that is closed, and says what a reader would stumble over.
PROBE = """
<script>
const found = [];
const background = (element) => {
  for (let each = element; each; each = each.parentElement) {
    const color = each.ownerDocument.defaultView.getComputedStyle(each).backgroundColor;
    if (color !== "rgba(0, 0, 0, 0)") return color;
  }
  return "rgb(255, 255, 255)";
};
const look = (frame) => {
  const page = frame.contentDocument, width = frame.clientWidth;
  page.querySelectorAll("details").forEach((each) => { each.open = true; });
  const all = [...page.body.querySelectorAll("*")];
  const texts = all.filter((each) => [...each.childNodes].some((node) => node.data?.trim()));
  const style = (each) => frame.contentWindow.getComputedStyle(each);
  const beyond = (each) => each.getBoundingClientRect().right > width + 1;
  found.push({
    width, scrolls_to: page.documentElement.scrollWidth,
    empty_images: [...page.images].filter((each) => !each.naturalWidth).length,
    images: page.images.length,
    narrowest_image: Math.min(...[...page.images].map((each) => each.clientWidth)),
    cut: all.filter((each) => beyond(each) && !each.closest(".scroll")).map((each) => each.tagName),
    scrolling: [...page.querySelectorAll(".scroll")]
      .filter((each) => each.scrollWidth > each.clientWidth).length,
    smallest_text: Math.min(...texts.map((each) => parseFloat(style(each).fontSize))),
    colors: [...new Set(texts.map((each) => style(each).color + "|" + background(each)))],
  });
};
onload = () => {
  document.querySelectorAll("iframe").forEach(look);
  document.getElementById("found").textContent = JSON.stringify(found);
};
</script>
"""


def contrast(color, background):
    """Give the contrast ratio of WCAG 2 for two colours as a browser writes them."""

    def luminance(text):
        channels = np.array([int(part) for part in re.findall(r"\d+", text)[:3]]) / 255
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return linear @ [0.2126, 0.7152, 0.0722]

    return (luminance(background) + 0.05) / (luminance(color) + 0.05)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_report_is_legible_in_a_browser_and_on_a_phone(whole, panels, tmp_path):
    frames = [
        f'<iframe style="width:{width}px; height:900px; border:0" srcdoc="{html.escape(page)}">'
        "</iframe>"
        for page in (whole[0], panels)
        for width in (1280, 390)
    ]
    wrapper = tmp_path / "frames.html"
    body = "".join(frames)
    wrapper.write_text(f'<pre id="found"></pre>{body}{PROBE}', encoding="utf-8")
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--dump-dom"]
    words += ["--disable-background-networking", "--disable-sync", "--window-size=1400,900"]
    shown = subprocess.run(
        [CHROMIUM, *words, f"--user-data-dir={tmp_path / 'profile'}", wrapper.as_uri()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = json.loads(re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL).group(1))
    assert [page["width"] for page in found] == [1280, 390, 1280, 390]
    for page in found:
        assert page["scrolls_to"] <= page["width"]
        assert page["cut"] == []
        assert page["scrolling"] == 0 or page["width"] == 390
        assert page["images"] > 10
        assert page["empty_images"] == 0
        assert page["narrowest_image"] >= 330
        assert page["smallest_text"] >= 12
        assert all(contrast(*pair.split("|")) >= 4.5 for pair in page["colors"])


def test_report_of_a_run_that_goes_on():
    """A learner has failed so far, another lacks the strategy that gains are shown against."""
    parts = [
        many_sets(SETS),
        one_set({"lsgan": SETS["lsgan"]}, learner="forest", dataset="set 1"),
        failure("none", learner="logistic", dataset="set 2"),
    ]
    page = render_report(pd.concat(parts))
    assert read(page).open == []
    for learner in ("xgboost", "forest", "logistic"):
        assert f"<summary>{learner}, as_is</summary>" in page
