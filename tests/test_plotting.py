"""Displays of what a generator learnt: what they hold, what they draw, and what they refuse."""

import subprocess
import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from matplotlib.figure import Figure
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from gansampler import CGANOverSampler, ConditionalGAN, JitterOverSampler
from gansampler.plotting import (
    ColumnsDisplay,
    DecisionSurfaceDisplay,
    NearestRowsDisplay,
    PictureGridDisplay,
    RowMapDisplay,
    TrainingCurvesDisplay,
)

RNG = np.random.default_rng(0)
HISTORY = [
    {
        "step": step,
        "generator_loss": 1.0 / step,
        "discriminator_loss": 1.4,
        "discriminator_loss_real": 0.7,
        "discriminator_loss_generated": 0.7,
        "right_on_real": 0.8,
        "right_on_generated": 0.6,
        "taken_for_real": 0.3,
        "diversity": 0.02 * step,
        "collapsed": 0.02 * step < 0.1,
        "generator_learning_rate": 1e-3,
        "discriminator_learning_rate": 2e-3,
    }
    for step in (1, 4, 7, 10)
]


@pytest.fixture(autouse=True)
def closed():
    """Draw without a screen, close what a test opened, and see that the style is left alone."""
    with matplotlib.rc_context({"backend": "agg"}):
        before = dict(matplotlib.rcParams)
        yield
        import matplotlib.pyplot as plt

        plt.close("all")
        assert dict(matplotlib.rcParams) == before


@pytest.fixture(scope="module")
def table():
    """Rows of every few kinds with holes, and their classes (80 and 20)."""
    rng = np.random.default_rng(1)
    y = np.repeat(["no", "yes"], [80, 20])
    X = pd.DataFrame(
        {
            "size": rng.normal(size=100) + (y == "yes"),
            "cost $1$": rng.integers(0, 9, 100),
            "kind": rng.choice(["a", "b", "c"], 100),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 100), "D"),
        }
    )
    X.loc[rng.random(100) < 0.3, "size"] = np.nan
    return X, pd.Series(y)


@pytest.fixture(scope="module")
def sampler(table):
    fitted = CGANOverSampler(steps=20, random_state=0)
    fitted.fit_resample(*table)
    return fitted


class Gaussian(BaseEstimator):
    """Stand-in for a GAN: normal rows, and scores that are the log of how p_data / p_generated."""

    def __init__(self, shift=1.0, shape=(1,), classes=None):
        self.shift, self.shape, self.classes = shift, shape, classes

    def fit(self):
        self.classes_ = self.classes
        self._rng_ = np.random.default_rng(0)
        return self

    def sample(self, n, label=None):
        place = 0 if self.classes_ is None else list(self.classes_).index(label)
        return self._rng_.normal(self.shift + place, size=(n, *self.shape))

    def density(self, rows):
        return stats.norm(self.shift).pdf(rows.reshape(len(rows), -1)).prod(axis=1)

    def score_rows(self, rows, classes=None):
        assert rows.shape[1:] == self.shape
        assert (classes is None) == (self.classes_ is None)
        return np.log(data_density(rows) / self.density(rows))


def data_density(rows):
    return stats.norm.pdf(rows.reshape(len(rows), -1)).prod(axis=1)


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def draw(display, *args, **kwargs):
    """Plot, and lay the figure out as well: some errors come no earlier."""
    assert display.plot(*args, **kwargs) is display
    display.figure_.draw_without_rendering()
    return display


def own_axes(n=1):
    return Figure(layout="constrained").subplots(1, n)


# Training curves


def test_training_has_a_panel_for_each_kind_of_figure():
    display = draw(TrainingCurvesDisplay.from_history(HISTORY))
    titles = [ax.get_title(loc="left") for ax in display.axes_]
    assert titles == ["Losses", "Verdicts", "Diversity", "Learning rates"]
    losses, verdicts, diversity, rates = display.axes_
    assert labels(losses)[:2] == ["generator", "discriminator"]
    assert losses.lines[0].get_xydata().tolist() == [[1, 1], [4, 0.25], [7, 1 / 7], [10, 0.1]]
    shares = [line.get_ydata()[0] for line in verdicts.lines]
    assert shares == [0.5, 0.8, 0.6, 0.3]
    assert labels(rates) == ["generator", "discriminator"]
    marks = diversity.lines[-1]
    assert marks.get_label() == "collapsed"
    assert marks.get_xdata().tolist() == [1, 4]
    assert diversity.lines[-2].get_ydata()[0] == 0.1


def test_a_healthy_training_has_no_mark_of_collapse():
    healthy = [{**record, "collapsed": False} for record in HISTORY]
    display = draw(TrainingCurvesDisplay.from_history(healthy))
    assert "collapsed" not in labels(display.axes_[2])


def test_training_of_earlier_versions_has_the_panels_that_it_can():
    old = [
        {"step": s, "generator_loss": 1, "discriminator_loss": 2, "learning_rate": 1e-3}
        for s in (25, 50)
    ]
    display = draw(TrainingCurvesDisplay.from_history(old))
    assert display.panels == ["Losses", "Learning rates"]
    assert labels(display.axes_[1]) == ["generator"]


def test_figures_that_a_loss_does_not_give_are_left_out():
    pairs = [{**record, "discriminator_loss_real": np.nan} for record in HISTORY]
    display = draw(TrainingCurvesDisplay.from_history(pairs))
    assert "its part on real rows" not in labels(display.axes_[0])
    unknown = [dict.fromkeys(record, np.nan) | {"step": 1} for record in HISTORY]
    with pytest.raises(ValueError, match="Nothing in the history can be drawn"):
        TrainingCurvesDisplay.from_history(unknown)


def test_training_of_a_sampler_and_of_a_gan(sampler):
    assert "Losses" in draw(TrainingCurvesDisplay.from_sampler(sampler)).panels
    gan = ConditionalGAN(steps=20, random_state=0).fit(RNG.normal(size=(50, 2)))
    assert len(draw(TrainingCurvesDisplay.from_sampler(gan)).axes_) == 4


@pytest.mark.parametrize(
    ("history", "error", "words"),
    [
        ([], ValueError, "history is empty"),
        ([{"loss": 1.0}], ValueError, "need a `step`"),
        ([{"step": 1, "loss": 1.0}], ValueError, "Nothing in the history"),
        ({"step": 1}, TypeError, "list of records"),
    ],
)
def test_a_history_without_anything_to_draw_is_refused(history, error, words):
    with pytest.raises(error, match=words):
        TrainingCurvesDisplay.from_history(history)


def test_a_sampler_without_training_is_refused(table):
    with pytest.raises(NotFittedError, match="learnt nothing yet"):
        TrainingCurvesDisplay.from_sampler(CGANOverSampler())
    jitter = JitterOverSampler(random_state=0)
    jitter.fit_resample(*table)
    with pytest.raises(ValueError, match="JitterOverSampler has none"):
        TrainingCurvesDisplay.from_sampler(jitter)


# Where a display is drawn


def test_panels_go_where_they_are_told():
    display = TrainingCurvesDisplay.from_history(HISTORY)
    four = own_axes(4)
    assert display.plot(four).axes_ == list(four)
    assert display.figure_ is four[0].figure
    one = own_axes()
    draw(display, one)
    assert len(display.axes_) == 4
    assert display.figure_ is one.figure
    assert one not in display.axes_
    with pytest.raises(ValueError, match="There are 4 panels to draw"):
        display.plot(own_axes(3))
    with pytest.raises(ValueError, match="cannot be divided"):
        display.plot(Figure().add_axes((0, 0, 1, 1)))


def test_without_matplotlib_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'gansampler\[benchmark\]'"):
        TrainingCurvesDisplay.from_history(HISTORY).plot()


def test_importing_the_displays_imports_neither_matplotlib_nor_torch():
    code = "import sys, gansampler.plotting; print({'matplotlib', 'torch'} & sys.modules.keys())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


# Columns


def test_columns_have_shares_of_bins_and_of_categories(table):
    X, _ = table
    display = ColumnsDisplay.from_rows(X.iloc[:50], {"one": X.iloc[50:], "two": X.iloc[:10]})
    assert [spread.name for spread in display.spreads] == list(X.columns)
    size, _, kind, day = display.spreads
    assert size.edges is not None
    for shares in (*size.shares.values(), *day.shares.values(), *kind.shares.values()):
        assert shares.sum() == pytest.approx(1)
    assert size.missing["real"] == X["size"].iloc[:50].isna().mean()
    assert sorted(kind.categories) == ["a", "b", "c"]
    assert day.is_date
    draw(display)
    assert [ax.get_title(loc="left") for ax in display.axes_] == list(X.columns)
    assert display.axes_[0].get_xlabel().startswith("missing: real ")
    assert display.axes_[1].get_xlabel() == ""
    assert len(display.axes_[0].patches) == 3
    assert len(display.axes_[2].lines) == 2
    (legend,) = display.figure_.legends
    assert [text.get_text() for text in legend.get_texts()] == ["real", "one", "two"]


def test_columns_of_a_sampler_are_those_that_are_chosen(table, sampler):
    display = ColumnsDisplay.from_sampler(sampler, *table, columns=["kind", "size"], n=50)
    assert [spread.name for spread in display.spreads] == ["kind", "size"]
    again = ColumnsDisplay.from_sampler(sampler, *table, columns=["kind", "size"], n=50)
    np.testing.assert_array_equal(
        display.spreads[0].shares["generated"], again.spreads[0].shares["generated"]
    )
    assert len(ColumnsDisplay.from_sampler(sampler, *table, max_columns=1, n=5).spreads) == 1


def test_columns_of_every_kind_can_be_drawn(mixed):
    X, _ = mixed
    display = ColumnsDisplay.from_rows(X.iloc[:60], X.iloc[60:], max_columns=99)
    assert len(draw(display).axes_) == X.shape[1]


def test_columns_of_an_array_have_names():
    display = ColumnsDisplay.from_rows(RNG.normal(size=(9, 3)), RNG.normal(size=(9, 3)))
    assert [spread.name for spread in display.spreads] == ["x0", "x1", "x2"]
    axes = own_axes(3)
    draw(display, axes)
    assert axes[0].get_legend() is not None
    assert axes[0].patches[0].get_label() == "real"


def test_a_look_of_its_own_and_no_legend(table):
    X, _ = table
    look = {"color": "#123456", "linestyle": ":", "marker": "P", "markersize": 9}
    display = ColumnsDisplay.from_rows(X[["kind"]], {"mine": X[["kind"]]})
    draw(display, looks={"mine": look}, legend=False)
    (line,) = display.axes_[0].lines
    assert (line.get_color(), line.get_marker()) == ("#123456", "P")
    assert not display.figure_.legends


DISPLAYS = [ColumnsDisplay, RowMapDisplay]


@pytest.mark.parametrize("display", DISPLAYS)
def test_rows_that_do_not_fit_together_are_refused(table, display):
    X, _ = table
    with pytest.raises(ValueError, match="The generated rows: there are none"):
        display.from_rows(X, X.iloc[:0])
    with pytest.raises(ValueError, match="The real rows: there are none"):
        display.from_rows(X.iloc[:0], X)
    with pytest.raises(ValueError, match="'sort' alone in generated, 'kind' alone in real"):
        display.from_rows(X, X.rename(columns={"kind": "sort"}))
    with pytest.raises(ValueError, match=r"'size' is read as category .* in generated"):
        display.from_rows(X, X.assign(size="big"))
    with pytest.raises(ValueError, match="none of them 'real'"):
        display.from_rows(X, {"real": X})
    with pytest.raises(ValueError, match="must have rows and columns"):
        display.from_rows(X, [1, 2])


@pytest.mark.parametrize("display", [*DISPLAYS, NearestRowsDisplay])
def test_samplers_and_classes_that_cannot_be_drawn_are_refused(table, sampler, display):
    X, y = table
    with pytest.raises(ValueError, match="label='maybe' is not a class of y"):
        display.from_sampler(sampler, X, y, label="maybe")
    for unfitted in (CGANOverSampler(), CGANOverSampler().fit(X, y)):
        with pytest.raises(NotFittedError, match="learnt nothing yet"):
            display.from_sampler(unfitted, X, y)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        display.from_sampler(sampler, X, y[:5])
    with pytest.raises(ValueError, match="n=0 must be a whole number"):
        display.from_sampler(sampler, X, y, n=0)
    duplicates = RandomOverSampler(random_state=0).fit(X, y)
    with pytest.raises(TypeError, match="RandomOverSampler has no method `sample`"):
        display.from_sampler(duplicates, X, y)
    duplicates.sampling_strategy_ = {"yes": 3, "no": 3}
    with pytest.raises(ValueError, match=r"Say by `label` which class .*\['yes', 'no'\]"):
        display.from_sampler(duplicates, X, y)


def test_columns_that_are_not_there_are_refused(table):
    X, _ = table
    with pytest.raises(ValueError, match="Did you mean 'size'"):
        ColumnsDisplay.from_rows(X, X, columns=["sise"])
    with pytest.raises(ValueError, match="must be a list of names"):
        ColumnsDisplay.from_rows(X, X, columns=[])
    with pytest.raises(ValueError, match="max_columns=0"):
        ColumnsDisplay.from_rows(X, X, max_columns=0)


@pytest.mark.parametrize("display", [*DISPLAYS, NearestRowsDisplay])
def test_what_a_sampler_draws_next_stays_the_same(table, sampler, display):
    before = sampler._rng_.bit_generator.state
    display.from_sampler(sampler, *table, n=5)
    assert sampler._rng_.bit_generator.state == before


# Maps


def test_rows_of_a_plane_stay_where_they_are():
    real, other = RNG.normal(size=(30, 2)), RNG.normal(size=(20, 2)) + 4
    far = np.array([[0.0, 0.0], [99.0, 0.0]])
    display = draw(RowMapDisplay.from_rows(real, far, other=other))
    np.testing.assert_array_equal(display.points["real"], real)
    np.testing.assert_array_equal(display.points["generated"], far)
    np.testing.assert_array_equal(display.other, other)
    of_real, of_generated = display.axes_
    assert len(of_real.lines) == len(of_generated.lines) == 2
    assert of_real.get_xlim() == of_generated.get_xlim()
    assert of_generated.lines[1].get_xdata()[1] == of_generated.get_xlim()[1], "at the edge"
    assert of_real.get_title(loc="left") == "real rows"


def test_a_map_of_a_sampler_is_of_the_class_and_of_the_others(table, sampler):
    display = draw(RowMapDisplay.from_sampler(sampler, *table), overlaid=True)
    assert {name: len(points) for name, points in display.points.items()} == {
        "real": 20,
        "generated": 20,
    }
    assert display.other.shape == (80, 2)
    (ax,) = display.axes_
    assert labels(ax) == ["other classes", "real", "generated"]


def test_a_map_draws_some_of_many_rows():
    rows = RNG.normal(size=(50, 3))
    display = RowMapDisplay.from_rows(rows, rows, max_points=7)
    assert display.points["real"].shape == (7, 2)
    np.testing.assert_array_equal(display.points["real"], display.points["generated"])
    assert display.other is None
    with pytest.raises(ValueError, match="max_points=0"):
        RowMapDisplay.from_rows(rows, rows, max_points=0)


def test_one_real_row_makes_no_map():
    with pytest.raises(ValueError, match="give two or more"):
        RowMapDisplay.from_rows([[1.0, 2.0]], [[1.0, 2.0]])


# Decision surfaces


@pytest.mark.parametrize("shape", [(), (1,)])
def test_the_verdict_on_a_line_is_the_optimal_one_where_the_scores_are_right(shape):
    gan = Gaussian(shape=shape).fit()
    real = RNG.normal(size=(200, *shape))
    best = (data_density, gan.density)
    display = draw(DecisionSurfaceDisplay.from_gan(gan, real, optimal=best))
    (x,) = display.grid
    np.testing.assert_allclose(display.verdict, 1 / (1 + np.exp(x - 0.5)), atol=1e-9)
    np.testing.assert_allclose(display.optimal, display.verdict, atol=1e-9)
    assert display.difference < 1e-9
    rows, verdict = display.axes_
    assert labels(rows) == ["real rows", "generated rows"]
    assert labels(verdict) == ["optimal verdict", "learnt verdict"]
    assert verdict.get_ylabel() == "probability of real"


def test_scores_are_drawn_as_they_are_and_a_known_optimum_is_compared():
    gan = Gaussian().fit()
    real = RNG.normal(size=(50, 1))
    display = DecisionSurfaceDisplay.from_gan(
        gan, real, response="score", optimal=lambda rows: 1.5 - rows[:, 0]
    )
    np.testing.assert_allclose(display.verdict, 0.5 - display.grid[0])
    assert display.difference == pytest.approx(1)
    assert draw(display).axes_[1].get_ylabel() == "score"
    alone = DecisionSurfaceDisplay.from_gan(gan, real)
    assert np.isnan(alone.difference)


def test_the_optimum_is_unknown_where_nothing_lies():
    def nothing(rows):
        return np.zeros(len(rows))

    right_half = DecisionSurfaceDisplay.from_gan(
        Gaussian().fit(),
        RNG.normal(size=(50, 1)),
        optimal=(lambda rows: (rows[:, 0] > 0) * 1.0, nothing),
    )
    (x,) = right_half.grid
    np.testing.assert_array_equal(np.isnan(right_half.optimal), x <= 0)
    assert np.isfinite(right_half.difference)
    draw(right_half)


def test_the_verdict_on_a_plane_lies_as_the_axes_do():
    gan = Gaussian(shape=(2,), classes=np.array(["a", "b"])).fit()
    gan.density = lambda rows: stats.norm([1, 0]).pdf(rows).prod(axis=1)
    best = (data_density, gan.density)
    display = DecisionSurfaceDisplay.from_gan(
        gan, RNG.normal(size=(50, 2)), label="a", optimal=best
    )
    draw(display)
    # The first number tells, the second does not: all rows of the verdict are the same.
    assert np.ptp(display.verdict, axis=0).max() < 1e-9
    assert np.ptp(display.verdict, axis=1).min() > 0.5
    learnt, optimal = display.axes_
    assert learnt.get_title(loc="left") == "Learnt"
    assert optimal.get_title(loc="left") == "Optimal"
    assert labels(learnt) == ["real rows", "generated rows"]
    assert len(draw(DecisionSurfaceDisplay.from_gan(gan, display.real, label="b")).axes_) == 1


def test_the_surface_of_a_trained_gan_can_be_drawn_while_it_trains():
    seen = []

    def watch(record, gan):
        seen.append(DecisionSurfaceDisplay.from_gan(gan, rows).verdict.shape)

    rows = RNG.normal(size=(60, 2))
    gan = ConditionalGAN(steps=20, record_every=10, callbacks=[watch], random_state=0).fit(rows)
    assert seen == [(80, 80)] * 2
    draw(DecisionSurfaceDisplay.from_gan(gan, rows, response="score"))
    expected = ConditionalGAN(steps=20, record_every=10, random_state=0).fit(rows)
    np.testing.assert_array_equal(gan.sample(3), expected.sample(3))


def test_surfaces_that_cannot_be_drawn_are_refused():
    gan, real = Gaussian().fit(), RNG.normal(size=(20, 1))
    surface = DecisionSurfaceDisplay.from_gan
    with pytest.raises(NotFittedError, match="learnt nothing yet"):
        surface(Gaussian(), real)
    with pytest.raises(ValueError, match="one or two"):
        surface(gan, RNG.normal(size=(20, 3)))
    with pytest.raises(ValueError, match="2 numbers each, the generated ones 1"):
        surface(gan, RNG.normal(size=(20, 2)))
    with pytest.raises(ValueError, match="there are none"):
        surface(gan, np.empty((0, 1)))
    with pytest.raises(ValueError, match="not finite"):
        surface(gan, np.append(real, [[np.nan]], axis=0))
    with pytest.raises(ValueError, match="the GAN knows none"):
        surface(gan, real, label="a")
    with pytest.raises(ValueError, match="label=None is not a class of the GAN"):
        surface(Gaussian(classes=np.array(["a"])).fit(), real)
    with pytest.raises(ValueError, match="There is no response 'logit'"):
        surface(gan, real, response="logit")
    with pytest.raises(ValueError, match="a number for each of 400 rows"):
        surface(gan, real, optimal=lambda rows: 0.5)


# Nearest rows


def test_the_nearest_row_of_a_table_is_found_by_all_columns(table):
    X, _ = table
    X = X.dropna()
    moved = X.iloc[[3, 8]].assign(kind="never")
    display = draw(NearestRowsDisplay.from_rows(moved, X, columns=["cost $1$", "kind"]))
    assert display.nearest["cost $1$"].tolist() == X["cost $1$"].iloc[[3, 8]].tolist()
    assert (display.distances > 0).all()
    assert 0 < display.typical_distance < np.inf
    assert f"{display.typical_distance:.3g} of another" in display.ax_.get_title(loc="left")
    (cells,) = display.ax_.tables
    texts = {place: cell.get_text().get_text() for place, cell in cells.get_celld().items()}
    assert [texts[0, j] for j in range(4)] == ["", "cost $1$", "kind", "distance"]
    assert texts[1, 2] == "never"
    assert texts[2, 3] == f"{display.distances[0]:.3g}"
    weights = {j: cells[2, j].get_text().get_fontweight() for j in (1, 2)}
    assert weights == {1: "normal", 2: "bold"}, "what differs is bold"


def test_a_table_shows_dates_holes_and_long_text_in_little_room():
    frame = pd.DataFrame(
        {
            "when": pd.to_datetime(["2020-01-01 00:00", "2020-01-02 00:00"]),
            "size": [1 / 3, np.nan],
            "text": ["short", "a very long text that goes on"],
        }
    )
    (table,) = draw(NearestRowsDisplay.from_rows(frame, frame)).ax_.tables
    texts = [[table[i, j].get_text().get_text() for j in range(5)] for i in (1, 3)]
    assert texts[0] == ["generated", "2020-01-01", "0.3333", "short", ""]
    assert texts[1][2:4] == ["missing", "a very long tex…"]


def test_nearest_rows_of_a_sampler_are_of_its_class(table, sampler):
    X, y = table
    display = draw(NearestRowsDisplay.from_sampler(sampler, X, y, n=3))
    assert len(display.generated) == len(display.nearest) == len(display.distances) == 3
    own = X[y == "yes"]["day"].tolist()
    assert set(display.nearest["day"]) <= set(own)


def test_the_nearest_picture_stands_below_the_generated_one():
    training = RNG.random((20, 4, 5))
    display = draw(NearestRowsDisplay.from_rows(training[[7, 2]] + 0.01, training, n=2))
    np.testing.assert_array_equal(display.nearest, training[[7, 2]])
    np.testing.assert_allclose(display.distances, 0.01 * np.sqrt(20))
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == [
        "generated",
        "nearest training",
    ]
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == ["0.0447"] * 2


def test_one_training_row_has_no_scale(table):
    X, _ = table
    display = draw(NearestRowsDisplay.from_rows(X.dropna().head(1), X.dropna().head(1)))
    assert display.distances.tolist() == [0]
    assert np.isnan(display.typical_distance)
    assert display.ax_.get_title(loc="left") == ""


def test_nearest_rows_that_cannot_be_found_are_refused(table):
    X, _ = table
    nearest = NearestRowsDisplay.from_rows
    with pytest.raises(ValueError, match="The generated rows: there are none"):
        nearest(X.iloc[:0], X)
    with pytest.raises(ValueError, match=r"There are no columns \['sort'\]"):
        nearest(X, X, columns=["sort"])
    with pytest.raises(ValueError, match="'kind', 'day' alone in real"):
        nearest(X[["size"]], X)
    with pytest.raises(ValueError, match="n=0"):
        nearest(X, X, n=0)
    with pytest.raises(ValueError, match=r"size \(4, 4\) cannot be held against"):
        nearest(np.zeros((2, 4, 4)), np.zeros((2, 5, 4)))


# Picture grids


def test_pictures_lie_in_rows_by_label():
    pictures = np.arange(5)[:, None, None] * np.ones((5, 4, 6))
    display = draw(PictureGridDisplay.from_pictures(pictures, list("babab"), n=2))
    assert {label: row[:, 0, 0].tolist() for label, row in display.pictures.items()} == {
        "a": [1, 3],
        "b": [0, 2],
    }
    (image,) = display.ax_.images
    canvas = np.asarray(image.get_array().filled(np.nan))
    assert canvas.shape == (4 + 1 + 4, 6 + 1 + 6)
    assert canvas[0, 0] == 1 and canvas[0, -1] == 3 and canvas[-1, 0] == 0
    assert np.isnan(canvas[4]).all() and np.isnan(canvas[:, 6]).all()
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == ["a", "b"]


def test_one_wild_value_does_not_wash_out_all_pictures():
    pictures = RNG.random((10, 8, 8))
    pictures[0, 0, 0] = 1000
    (image,) = draw(PictureGridDisplay(pictures={"": pictures})).ax_.images
    white, black = image.get_clim()
    assert 0 <= white < 0.05 < 0.95 < black <= 1


@pytest.mark.parametrize("shape", [(3, 3), (9,)])
def test_a_gan_draws_a_row_for_each_class(shape):
    gan = Gaussian(shape=shape, classes=np.array([5, 7])).fit()
    before = gan._rng_.bit_generator.state
    display = draw(PictureGridDisplay.from_gan(gan, n=4, shape=(3, 3)))
    assert {label: row.shape for label, row in display.pictures.items()} == {
        5: (4, 3, 3),
        7: (4, 3, 3),
    }
    assert gan._rng_.bit_generator.state == before
    assert list(PictureGridDisplay.from_gan(Gaussian(shape=(3, 3)).fit()).pictures) == [""]


def test_what_is_no_grid_of_pictures_is_refused():
    one = np.zeros((1, 2, 2))
    with pytest.raises(ValueError, match="There are no pictures"):
        PictureGridDisplay(pictures={})
    with pytest.raises(ValueError, match="one size"):
        PictureGridDisplay(pictures={"a": one, "b": np.zeros((1, 3, 3))})
    with pytest.raises(ValueError, match=r"must be grey pictures \(n, height, width\)"):
        PictureGridDisplay(pictures={"a": np.zeros((3, 4))})
    with pytest.raises(ValueError, match="there are none"):
        PictureGridDisplay(pictures={"a": np.zeros((0, 4, 4))})
    with pytest.raises(ValueError, match="not finite"):
        PictureGridDisplay(pictures={"a": np.full((1, 2, 2), np.nan)})
    with pytest.raises(ValueError, match="n=0"):
        PictureGridDisplay.from_pictures(one, ["a"], n=0)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        PictureGridDisplay.from_pictures(one, ["a", "b"])
    with pytest.raises(NotFittedError, match="learnt nothing yet"):
        PictureGridDisplay.from_gan(Gaussian())
    with pytest.raises(ValueError, match="does not fit rows of 1 numbers"):
        PictureGridDisplay.from_gan(Gaussian().fit(), shape=(2, 2))
