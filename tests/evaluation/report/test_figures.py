"""The figures of the report."""

import io
import itertools
import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest
from gansampler.evaluation.report.gallery import curve_groups
from gansampler.evaluation.statistics.reliability import pool
from matplotlib.figure import Figure
from synthetic import many_sets, one_set

from gansampler.evaluation import STRATEGIES
from gansampler.evaluation.report import figures as plots
from gansampler.evaluation.statistics.ranks import mean_ranks

SETS = {
    "none": {"roc_auc": [0.5, 0.6, 0.7, 0.4], "brier": [0.2] * 4},
    "smote": {"roc_auc": [0.45, 0.55, 0.65, 0.35], "brier": [0.3] * 4},
    "cgan": {"roc_auc": [0.52, 0.61, 0.73, 0.41], "brier": [0.1] * 4},
}


@pytest.fixture
def folds():
    return one_set(
        {
            "none": {"roc_auc": [0.7, 0.72, 0.71]},
            "lsgan": {"roc_auc": [0.8, 0.82, 0.811]},
        }
    )


@pytest.fixture
def sets():
    return many_sets(SETS)


def with_marker(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def of(ax, name):
    """Give what is drawn with the mark of a strategy."""
    return with_marker(ax, plots.look(name)["marker"])


def row_names(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_a_strategy_looks_the_same_everywhere_and_unlike_all_others():
    names = [*STRATEGIES, "mine", "imblearn.over_sampling.SMOTE"]
    looks = [plots.look(name) for name in names]
    assert looks == [plots.look(name) for name in names]
    assert len({(look["marker"], look["color"], look["linestyle"]) for look in looks}) == len(names)
    by_default = [plots.look(name) for name, each in STRATEGIES.items() if each.by_default]
    assert len({look["marker"] for look in by_default}) == len(by_default), "apart in grey as well"


@pytest.mark.parametrize("draw", [plots.plot_scores, plots.plot_effort])
def test_a_thousandth_is_not_blown_up_to_the_whole_axis(draw):
    results = one_set({"none": {"roc_auc": [0.7, 0.7]}, "cgan": {"roc_auc": [0.7, 0.701]}})
    (ax,) = draw(results, "roc_auc").axes
    ends = ax.get_xlim() if draw is plots.plot_scores else ax.get_ylim()
    assert np.ptp(ends) == pytest.approx(plots.LEAST_SPAN)
    assert ends[0] < 0.7 < 0.701 < ends[1]


def test_a_small_gain_stays_small(sets):
    near = many_sets({"none": {"mcc": [0.5] * 3}, "cgan": {"mcc": [0.501] * 3}})
    (ax,) = plots.plot_gains(near, "mcc", "none").axes
    assert np.ptp(ax.get_xlim()) == pytest.approx(plots.LEAST_SPAN)


def test_ticks_do_not_collide():
    values = np.linspace(-0.06, 0.093, 6)
    results = many_sets({"none": {"f1": [0.5] * 6}, "tuned_threshold": {"f1": 0.5 + values}})
    figure = plots.plot_gains(results, "f1", "none")
    figure.draw_without_rendering()
    (ax,) = figure.axes
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    inside = [box for box in boxes if box.x1 > ax.bbox.x0 and box.x0 < ax.bbox.x1]
    assert len(inside) > 2
    assert all(one.x1 + 3 < other.x0 for one, other in itertools.pairwise(inside))


def test_decisions_are_bars_of_found_missed_and_false_alarms():
    matrix = pd.DataFrame([[90, 7], [4, 6]], ["no", "yes"], ["no", "yes"])
    (ax,) = plots.plot_decisions({"none": matrix, "cgan": matrix}).axes
    assert [bar.get_width() for bar in ax.patches] == [-7, -7, 6, 6, 4, 4]
    assert [bar.get_x() for bar in ax.patches] == [0, 0, 0, 0, 6, 6]
    assert row_names(ax) == ["none", "cgan"]


@pytest.mark.parametrize("n", [3, 26])
def test_confusion_matrix_has_numbers_where_there_is_room(n):
    names = [f"class {place}" for place in range(n)]
    figure = plots.plot_confusion(pd.DataFrame(np.eye(n, dtype=int) * 1234, names, names), "none")
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts][:2] == (["1,234", "0"] if n == 3 else [])
    assert row_names(ax) == names
    figure.savefig(io.BytesIO(), format="svg")


def test_a_curve_for_each_strategy_from_the_corner_on():
    heights = pd.DataFrame([[0.5, 0.8, 1.0]] * 2, ["none", "cgan"], [0.0, 0.5, 1.0])
    (ax,) = plots.plot_curve(heights, "roc").axes
    diagonal, *curves = ax.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert [line.get_label() for line in curves] == ["none", "cgan"]
    assert curves[0].get_xydata().tolist() == [[0, 0], [0, 0.5], [0.5, 0.8], [1, 1]]
    (ax,) = plots.plot_curve(heights, "precision_recall").axes
    assert ax.lines[0].get_xydata().tolist() == [[0, 0.5], [0.5, 0.8], [1, 1]]


def test_rows_beyond_the_real_ones_are_drawn_at_the_edge(mixed):
    X, _ = mixed
    project = plots.Projection(X)
    far = X.iloc[:2].assign(float=1e9)
    (ax,) = plots.plot_rows(project, X, far, "far", plots.look("cgan")).axes
    points = ax.lines[-1].get_xydata()
    for axis, ends in enumerate((ax.get_xlim(), ax.get_ylim())):
        assert (points[:, axis] >= ends[0]).all()
        assert (points[:, axis] <= ends[1]).all()


def test_the_style_of_the_session_is_left_alone(folds, sets):
    before = dict(matplotlib.rcParams)
    plots.plot_scores(folds, "roc_auc")
    plots.plot_ratios(folds)
    plots.plot_gains(sets, "roc_auc", "none")
    plots.plot_effort(sets, "roc_auc")
    assert dict(matplotlib.rcParams) == before


def test_scores_have_a_dot_for_each_fold_and_a_bar_for_each_mean(folds):
    (ax,) = plots.plot_scores(folds, "roc_auc").axes
    dots = [of(ax, name)[0].get_xdata().tolist() for name in ("none", "lsgan")]
    assert dots == [[0.7, 0.72, 0.71], [0.8, 0.82, 0.811]]
    (bars,) = with_marker(ax, "|")
    np.testing.assert_allclose(bars.get_xdata(), [0.71, 0.81033], atol=1e-4)
    assert row_names(ax) == ["none", "lsgan"]


def test_gains_have_a_mark_for_each_data_set_and_a_bar_for_each_mean(sets):
    (ax,) = plots.plot_gains(sets, "roc_auc", "none").axes
    assert row_names(ax) == ["smote", "cgan"]
    (means,) = with_marker(ax, "|")
    np.testing.assert_allclose(means.get_xdata(), [-0.05, 0.0175])
    dots = of(ax, "cgan")[0].get_xdata()
    np.testing.assert_allclose(sorted(dots), [0.01, 0.01, 0.02, 0.03])


def test_gains_of_a_loss_point_to_the_right_if_it_falls(sets):
    (ax,) = plots.plot_gains(sets, "brier", "none").axes
    (means,) = with_marker(ax, "|")
    np.testing.assert_allclose(means.get_xdata(), [-0.1, 0.1])


def test_an_outlier_is_drawn_at_the_edge_and_does_not_squeeze_the_rest():
    values = np.full(200, 0.5)
    far = values + np.append(np.linspace(-0.01, 0.01, 199), 0.4)
    results = many_sets({"none": {"f1": values}, "cgan": {"f1": far}})
    (ax,) = plots.plot_gains(results, "f1", "none").axes
    assert ax.get_xlim()[1] < 0.05
    assert max(of(ax, "cgan")[0].get_xdata()) == pytest.approx(ax.get_xlim()[1])


def by_size(gains, scores):
    """Build a learning curve of two data sets: means of none, and so much more for a strategy."""
    parts = [
        one_set(
            {
                "none": {"roc_auc": [0.6, 0.7], "brier": [0.2, 0.2]},
                "cgan": {"roc_auc": [0.6 + gain + far, 0.7 + gain + far], "brier": [0.1, 0.1]},
            },
            dataset=f"{name}@minority={size}",
        )
        for size, gain in gains.items()
        for name, far in scores.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_learning_curve_has_the_mean_gain_at_each_size_with_its_interval():
    results = by_size({50: 0.02, 20: 0.1, 500: -0.01}, {"a": -0.01, "b": 0.01})
    (ax,) = plots.plot_learning_curve(results, "roc_auc", "none").axes
    (curve,) = of(ax, "cgan")
    np.testing.assert_allclose(curve.get_xdata(), [20, 50, 500])
    np.testing.assert_allclose(curve.get_ydata(), [0.1, 0.02, -0.01])
    (intervals,) = ax.collections
    ends = [path.vertices[:, 1] for path in intervals.get_paths()]
    np.testing.assert_allclose(np.mean(ends, axis=1), [0.1, 0.02, -0.01])
    # Student's of two values 0.02 apart, about 0.127: more than fits.
    np.testing.assert_allclose(np.ptp(ends, axis=1), 2 * 12.706 * 0.01, rtol=1e-3)
    assert ax.get_ylim() == pytest.approx((-0.054, 0.144))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["20", "50", "500"]


def test_learning_curve_of_a_loss_rises_if_it_falls():
    (ax,) = plots.plot_learning_curve(by_size({20: 0, 50: 0}, {"a": 0}), "brier", "none").axes
    np.testing.assert_allclose(of(ax, "cgan")[0].get_ydata(), [0.1, 0.1])


def test_learning_curve_leaves_out_a_size_at_which_nothing_can_be_paired():
    results = by_size({20: 0, 50: 0.1}, {"a": 0})
    alone = results["strategy"].eq("none") & results["dataset"].eq("a@minority=20")
    (ax,) = plots.plot_learning_curve(results[~alone], "roc_auc", "none").axes
    assert of(ax, "cgan")[0].get_xdata().tolist() == [50]


def test_learning_curve_is_of_the_same_data_sets_at_every_size():
    results = by_size({20: 0.1, 50: 0.2}, {"a": -0.01, "b": 0.01})
    small = by_size({20: 0.5}, {"c": 0})
    (ax,) = plots.plot_learning_curve(pd.concat([results, small]), "roc_auc", "none").axes
    np.testing.assert_allclose(of(ax, "cgan")[0].get_ydata(), [0.1, 0.2])


def test_learning_curve_is_cut_to_common_sizes_if_no_data_set_has_all():
    results = pd.concat(
        [by_size({5: 9, 20: 0.1, 50: 0.2}, {"a": 0}), by_size({20: 0.3, 50: 0.4, 99: 9}, {"b": 0})]
    )
    (ax,) = plots.plot_learning_curve(results, "roc_auc", "none").axes
    (curve,) = of(ax, "cgan")
    np.testing.assert_allclose(curve.get_xdata(), [20, 50])
    np.testing.assert_allclose(curve.get_ydata(), [0.2, 0.3])
    apart = pd.concat([by_size({5: 0}, {"a": 0}), by_size({20: 0}, {"b": 0})])
    assert curve_groups(apart) == []


def test_report_has_learning_curves_of_each_learner_where_sizes_differ():
    results = by_size({20: 0.1, 50: 0.2}, {"a": 0})
    both = pd.concat([results, results.assign(learner="forest")], ignore_index=True)
    groups = curve_groups(both)
    words = [group["title"].partition(" (")[2] for group in groups]
    assert words == ["xgboost, as_is)", "forest, as_is)"]
    assert all(len(group["images"]) == 1 for group in groups)  # of ROC-AUC
    assert curve_groups(results[results["dataset"] == "a@minority=20"]) == []
    assert curve_groups(results.assign(dataset="a")) == []


def test_sizes_are_read_from_names_of_data_sets_and_of_protocols():
    names = ["a@minority=20", "minority=50", "a@group=b@minority=7@ratio=1", "minority=a", "a", ""]
    sizes = plots.minority_sizes(pd.Series(names))
    assert sizes.iloc[:3].tolist() == ["20", "50", "7"]
    assert sizes.iloc[3:].isna().all()


def test_mean_ranks_join_those_that_do_not_differ(sets):
    ranks = mean_ranks(sets)
    (ax,) = plots.plot_mean_ranks(ranks[ranks["metric"] == "roc_auc"]).axes
    assert row_names(ax) == ["cgan", "none", "smote"]
    assert [of(ax, name)[0].get_xdata().tolist() for name in row_names(ax)] == [[1], [2], [3]]
    # Ranks 1 and 3 are further apart than 1.66: two bars, each from one strategy to the next.
    bars = [
        path.vertices[:, 1].tolist() for path in ax.collections[-2:] for path in path.get_paths()
    ]
    np.testing.assert_allclose(bars, [[-0.2, 1.2], [0.8, 2.2]])
    (scale,) = with_marker(ax, "|")
    np.testing.assert_allclose(np.diff(scale.get_xdata()), 1.657, atol=1e-3)


def test_effort_has_a_point_and_a_name_for_each_strategy_that_finished(sets):
    figure = plots.plot_effort(sets[sets["strategy"] != "cgan"], "roc_auc")
    (ax,) = figure.axes
    points = [line.get_xydata().tolist() for line in ax.lines]
    np.testing.assert_allclose(points, [[[2, 0.55]], [[2, 0.5]]])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["none", "smote"]


@pytest.mark.parametrize("seconds", [[0.2, 0.3], [0.04, 700], [3, 3.1]])
def test_seconds_are_written_as_plain_numbers(folds, seconds):
    of_fit = folds["metric"].eq("seconds_fit")
    fast = of_fit & folds["strategy"].eq("none")
    folds.loc[of_fit, "value"] = seconds[1]
    folds.loc[fast, "value"] = seconds[0]
    folds.loc[folds["metric"].eq("seconds_resample"), "value"] = 0
    figure = plots.plot_effort(folds, "roc_auc")
    figure.draw_without_rendering()
    (ax,) = figure.axes
    shown = [label.get_text() for label in ax.get_xticklabels(which="both")]
    assert len([float(text) for text in shown if text]) > 1


def test_a_figure_has_the_same_bytes_each_time(folds):
    once, again = (plots.render_svg(plots.plot_effort(folds, "roc_auc")) for _ in range(2))
    assert once == again


def test_reliability_has_a_line_for_each_readout():
    where = {"strategy": "cgan", "learner": "xgboost", "count": 10}
    bins = pool(
        pd.DataFrame(
            [
                {**where, "readout": "as_is", "bin": 1, "predicted": 1.5, "observed": 1},
                {**where, "readout": "as_is", "bin": 8, "predicted": 8.5, "observed": 6},
                {**where, "readout": "tuned", "bin": 1, "predicted": 1.5, "observed": 2},
            ]
        )
    )
    figure = plots.plot_reliability(bins, "cgan")
    (ax,) = figure.axes
    diagonal, first, second = ax.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    np.testing.assert_allclose(first.get_xydata(), [[0.15, 0.1], [0.85, 0.6]])
    np.testing.assert_allclose(second.get_xydata(), [[0.15, 0.2]])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["as_is", "tuned"]
    same = pd.concat([bins[bins["readout"] == "as_is"].assign(readout=name) for name in "ab"])
    figure = plots.plot_reliability(same, "cgan")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a, b"]
    assert len(figure.axes[0].lines) == 2


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


def test_column_plot_of_categories_that_are_dates_says_nothing_of_pandas():
    days = pd.Series(pd.Categorical(pd.to_datetime(["2020-01-30", "2021-01-31", "2020-01-30"])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (ax,) = plots.plot_column(days, {"lsgan": days}).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "2020-01-30 00:00:00",
        "2021-01-31 00:00:00",
    ]


@pytest.mark.parametrize("values", [[2**62, 2**62 + 1], [0.0, 5e-324], [7, 7]])
def test_column_plot_of_numbers_that_lie_as_close_as_numbers_can(values):
    column = pd.Series(values)
    (ax,) = plots.plot_column(column, {"lsgan": column}).axes
    assert ax.has_data()


def test_column_plot_shows_shares_and_missing_values():
    real = pd.Series(["u", "u", "v", None], name="kind")
    (ax,) = plots.plot_column(real, {"lsgan": pd.Series(["v", "v"])}).axes
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([2 / 3, 1 / 3])
    assert ax.lines[0].get_xdata().tolist() == [0, 1]
    assert ax.get_xlabel() == "missing: real 25%, lsgan 0%"
