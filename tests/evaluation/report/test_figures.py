"""The figures of the report."""

import io
import itertools

import matplotlib
import numpy as np
import pandas as pd
import pytest
from synthetic import many_sets, one_set

from gansampler.evaluation import STRATEGIES
from gansampler.evaluation.report import figures as plots
from gansampler.evaluation.report.figures import learning_curves
from gansampler.evaluation.statistics.gains import paired_gains
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


def gains_of(panel, metric):
    """Draw the gains of a panel over none in one metric."""
    return plots.plot_gains(panel, paired_gains(panel, "none", metrics=[metric]))


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
    (ax,) = gains_of(near, "mcc").axes
    assert np.ptp(ax.get_xlim()) == pytest.approx(plots.LEAST_SPAN)


def test_ticks_do_not_collide():
    values = np.linspace(-0.06, 0.093, 6)
    results = many_sets({"none": {"f1": [0.5] * 6}, "tuned_threshold": {"f1": 0.5 + values}})
    figure = gains_of(results, "f1")
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


def test_the_style_of_the_session_is_left_alone(folds, sets):
    before = dict(matplotlib.rcParams)
    plots.plot_scores(folds, "roc_auc")
    plots.plot_ratios(folds)
    gains_of(sets, "roc_auc")
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
    (ax,) = gains_of(sets, "roc_auc").axes
    assert row_names(ax) == ["smote", "cgan"]
    (means,) = with_marker(ax, "|")
    np.testing.assert_allclose(means.get_xdata(), [-0.05, 0.0175])
    dots = of(ax, "cgan")[0].get_xdata()
    np.testing.assert_allclose(sorted(dots), [0.01, 0.01, 0.02, 0.03])


def test_gains_of_a_loss_point_to_the_right_if_it_falls(sets):
    (ax,) = gains_of(sets, "brier").axes
    (means,) = with_marker(ax, "|")
    np.testing.assert_allclose(means.get_xdata(), [-0.1, 0.1])


def test_an_outlier_is_drawn_at_the_edge_and_does_not_squeeze_the_rest():
    values = np.full(200, 0.5)
    far = values + np.append(np.linspace(-0.01, 0.01, 199), 0.4)
    results = many_sets({"none": {"f1": values}, "cgan": {"f1": far}})
    (ax,) = gains_of(results, "f1").axes
    assert ax.get_xlim()[1] < 0.05
    assert max(of(ax, "cgan")[0].get_xdata()) == pytest.approx(ax.get_xlim()[1])


def by_size(gains, scores):
    """Build a learning curve of data sets: means of none, and so much more for a strategy."""
    parts = [
        one_set(
            {
                "none": {"roc_auc": [0.6, 0.7], "brier": [0.2, 0.2]},
                "cgan": {"roc_auc": [0.6 + gain + far, 0.7 + gain + far], "brier": [0.1, 0.1]},
            },
            dataset=name,
            minority_rows=float(size),
        )
        for size, gain in gains.items()
        for name, far in scores.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_learning_curve_has_the_gain_at_each_size_with_its_interval():
    six = dict(zip("abcdef", [-0.01, -0.006, -0.002, 0.002, 0.006, 0.01], strict=True))
    results = by_size({50: 0.02, 20: 0.1, 500: -0.01}, six)
    (ax,) = plots.plot_learning_curve(results, "roc_auc", "none").axes
    (curve,) = of(ax, "cgan")
    np.testing.assert_allclose(curve.get_xdata(), [20, 50, 500])
    np.testing.assert_allclose(curve.get_ydata(), [0.1, 0.02, -0.01])
    (intervals,) = ax.collections
    ends = [path.vertices[:, 1] for path in intervals.get_paths()]
    np.testing.assert_allclose(np.mean(ends, axis=1), [0.1, 0.02, -0.01])
    # Of six data sets the signed-rank test at .05 rejects nothing inside of the outermost two.
    np.testing.assert_allclose(np.ptp(ends, axis=1), 0.02)
    assert ax.get_ylim() == pytest.approx((-0.054, 0.144))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["20", "50", "500"]


def test_learning_curve_of_a_loss_rises_if_it_falls():
    (ax,) = plots.plot_learning_curve(by_size({20: 0, 50: 0}, {"a": 0}), "brier", "none").axes
    np.testing.assert_allclose(of(ax, "cgan")[0].get_ydata(), [0.1, 0.1])


def test_learning_curve_leaves_out_a_size_at_which_nothing_can_be_paired():
    results = by_size({20: 0, 50: 0.1}, {"a": 0})
    alone = results["strategy"].eq("none") & results["minority_rows"].eq(20)
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
    assert list(learning_curves(apart)) == []


def test_report_has_learning_curves_of_each_learner_where_sizes_differ():
    results = by_size({20: 0.1, 50: 0.2}, {"a": 0})
    both = pd.concat([results, results.assign(learner="forest")], ignore_index=True)
    sections = list(learning_curves(both))
    words = [section.title.partition(" (")[2] for section in sections]
    assert words == ["xgboost, as_is)", "forest, as_is)"]
    assert all(len(section.images) == 1 for section in sections)  # of ROC-AUC
    assert list(learning_curves(results[results["minority_rows"] == 20])) == []
    assert list(learning_curves(results.assign(minority_rows=np.nan))) == []


def test_learning_curves_of_two_protocols_are_two():
    results = by_size({20: 0.1, 50: 0.2}, {"a": 0})
    both = pd.concat([results, results.assign(protocol="time=year")], ignore_index=True)
    titles = [section.title.partition(" (")[2] for section in learning_curves(both)]
    assert titles == ["xgboost, as_is)", "xgboost, as_is, time=year)"]


def test_mean_ranks_join_those_that_do_not_differ():
    """Of eight data sets two strategies are alike, and a third is worse on every one."""
    base, spread = np.linspace(0.5, 0.8, 8), np.array([0.01, -0.011, 0.012, -0.009] * 2)
    panel = many_sets(
        {
            "none": {"roc_auc": base},
            "smote": {"roc_auc": base - 0.05 + spread},
            "cgan": {"roc_auc": base + np.where(spread > 0, 0.013, spread)},
        }
    )
    ranks = mean_ranks(panel)
    (ax,) = plots.plot_mean_ranks(panel, ranks[ranks["metric"] == "roc_auc"]).axes
    assert row_names(ax) == ["none", "cgan", "smote"]
    shown = [of(ax, name)[0].get_xdata().tolist() for name in row_names(ax)]
    assert shown == [[1.5], [1.5], [3]]
    bars = [path.vertices[:, 1].tolist() for path in ax.collections[-1].get_paths()]
    np.testing.assert_allclose(bars, [[-0.2, 1.2]])
    assert len(ax.collections) == 2, "the lines to the marks, and one bar"


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


def bins_of(readout, **columns):
    where = {"dataset": "data", "strategy": "cgan", "learner": "xgboost", "repeat": 1, "fold": 1}
    return pd.DataFrame({**where, "readout": readout, "count": 10, **columns})


def test_reliability_has_a_line_for_each_readout_with_its_error():
    bins = pd.concat(
        [
            bins_of("as_is", bin=[8, 15], predicted=[1.5, 8.5], observed=[1, 6]),
            bins_of("tuned", bin=[8], predicted=[1.5], observed=[2]),
        ]
    )
    figure = plots.plot_reliability(bins, "cgan")
    (ax,) = figure.axes
    diagonal, first, second = ax.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    np.testing.assert_allclose(first.get_xydata(), [[0.15, 0.1], [0.85, 0.6]])
    np.testing.assert_allclose(second.get_xydata(), [[0.15, 0.2]])
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["as_is: 0.150", "tuned: 0.050"]


def test_reliability_of_readouts_that_are_alike_is_one_line():
    same = pd.concat([bins_of(name, bin=[8], predicted=[1.5], observed=[1]) for name in "ab"])
    (ax,) = plots.plot_reliability(same, "cgan").axes
    assert len(ax.lines) == 2
    assert ax.get_title(loc="left") == "cgan: calibration error 0.050"


def test_reliability_draws_any_number_of_readouts():
    names = ["as_is", "tuned", "prior_corrected", "mine", "another"]
    bins = [
        bins_of(name, bin=[8], predicted=[1.5], observed=[place])
        for place, name in enumerate(names)
    ]
    (ax,) = plots.plot_reliability(pd.concat(bins), "cgan").axes
    assert len(ax.lines) == 1 + len(names)


def test_reliability_has_a_band_in_which_right_probabilities_would_lie():
    bins = bins_of("as_is", bin=[8, 15], predicted=[1.5, 8.5], observed=[1, 6]).assign(count=1000)
    (ax,) = plots.plot_reliability(bins.assign(predicted=[150, 850]), "cgan").axes
    heights = ax.collections[0].get_paths()[0].vertices
    at_first = heights[np.isclose(heights[:, 0], 0.15), 1]
    # Of 1,000 rows with .15 each: 1.96 sqrt(.15 * .85 / 1000) to both sides.
    np.testing.assert_allclose([at_first.min(), at_first.max()], [0.128, 0.172], atol=0.002)
