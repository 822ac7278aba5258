"""Figures of generated rows against answers that are known."""

import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import sqrtm
from scipy.stats import cramervonmises_2samp, multivariate_normal
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from gansampler import metrics
from gansampler.encoding import TableEncoder
from gansampler.metrics._distances import squared_distances

OF_TWO = {
    name: getattr(metrics, name)
    for name in [
        "correlation_difference",
        "coverage",
        "cramer_von_mises",
        "density",
        "diversity",
        "frechet_distance",
        "kolmogorov_smirnov",
        "nearest_neighbour_distance_ratio",
        "parzen_log_likelihood",
        "precision",
        "recall",
        "total_variation",
        "two_sample_auc",
    ]
}
each_of_two = pytest.mark.parametrize("figure", OF_TWO.values(), ids=OF_TWO)
BY_COLUMN = ("cramer_von_mises", "kolmogorov_smirnov", "total_variation")
SPACED = {name: figure for name, figure in OF_TWO.items() if name not in BY_COLUMN}
each_spaced = pytest.mark.parametrize("figure", SPACED.values(), ids=SPACED)


def normal(n, width=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, width))


# What comes in


@each_of_two
def test_a_frame_of_every_dtype_with_holes_is_taken(figure, mixed):
    X, _ = mixed
    real, generated = X[:60], X[60:]
    before = real.copy(), generated.copy()
    found = np.asarray(figure(real, generated), dtype=float)
    assert np.isfinite(found).all()
    pd.testing.assert_frame_equal(real, before[0])
    pd.testing.assert_frame_equal(generated, before[1])
    in_another_order = figure(real, generated[X.columns[::-1]])
    if figure is not metrics.two_sample_auc and figure is not metrics.parzen_log_likelihood:
        np.testing.assert_allclose(np.asarray(in_another_order, dtype=float), found)


@each_of_two
def test_tables_that_do_not_fit_are_refused(figure, mixed):
    X, _ = mixed
    with pytest.raises(ValueError, match="'new' alone in generated, 'int' alone in real"):
        figure(X, X.rename(columns={"int": "new"}))
    with pytest.raises(ValueError, match="generated has no rows: this figure needs"):
        figure(X, X[:0])
    with pytest.raises(ValueError, match="real has no rows: this figure needs"):
        figure(X[:0], X)
    with pytest.raises(
        ValueError, match=r"Column 'int' is read as category \((object|str)\) in gener"
    ):
        figure(X, X.assign(int="x"))
    with pytest.raises(ValueError, match="generated must be a table of rows and columns"):
        figure(normal(9), normal(9)[0])
    with pytest.raises(ValueError, match="X contains infinity in the columns"):
        figure(normal(9), np.full((9, 3), np.inf))
    with pytest.raises(ValueError, match="more than one column named 'a'"):
        figure(X, pd.DataFrame([[1, 2]], columns=["a", "a"]))


@each_spaced
def test_plain_numbers_that_do_not_fit_are_refused(figure):
    with pytest.raises(ValueError, match="generated holds NaN or infinity"):
        figure(normal(9), np.full((9, 3), np.nan), encoder=None)
    with pytest.raises(ValueError, match="generated has 2 numbers a row, real has 3"):
        figure(normal(9), normal(9, 2), encoder=None)
    with pytest.raises(ValueError, match="generated has no rows"):
        figure(normal(9), np.empty((0, 3)), encoder=None)
    with pytest.raises(ValueError, match="real holds what is no number"):
        figure([["a"]], [["b"]], encoder=None)
    with pytest.raises(ValueError, match='must be "rank", None for plain numbers'):
        figure(normal(9), normal(9), encoder="ranks")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("correlation_difference", 2),
        ("coverage", 6),
        ("density", 6),
        ("diversity", 2),
        ("frechet_distance", 2),
        ("nearest_neighbour_distance_ratio", 2),
        ("parzen_log_likelihood", 2),
        ("precision", 6),
        ("two_sample_auc", 3),
    ],
)
def test_too_few_real_rows_are_refused(name, least):
    with pytest.raises(ValueError, match=f"real has .*needs {least} or more"):
        OF_TWO[name](normal(least - 1), normal(20, seed=1))
    with pytest.raises(ValueError, match="generated has 5 rows: this figure needs 6"):
        metrics.recall(normal(9), normal(5))


@pytest.mark.parametrize("k", [0, 1.5, True, "5"])
def test_no_number_of_neighbours_is_refused(k):
    for figure in (metrics.precision, metrics.recall, metrics.density, metrics.coverage):
        with pytest.raises(ValueError, match=r"k=.* must be a whole number, 1 or more"):
            figure(normal(9), normal(9), k=k)


@each_spaced
def test_rows_of_any_shape_are_flattened(figure):
    real, generated = normal(40, 12), normal(40, 12, seed=1) + 0.5
    how = {"encoder": None}
    if figure in (metrics.two_sample_auc, metrics.parzen_log_likelihood):
        how["random_state"] = 0
    pictures = figure(real.reshape(40, 3, 4), generated.reshape(40, 3, 4), **how)
    assert pictures == figure(real, generated, **how)


@each_spaced
def test_an_encoder_that_is_fitted_gives_the_space(figure):
    real, generated = normal(40) * [1, 10, 100], normal(40, seed=1) * [1, 10, 90]
    how = {"random_state": 0} if figure in (OF_TWO["two_sample_auc"],) else {}
    how |= {"random_state": 0} if figure is metrics.parzen_log_likelihood else {}
    for encoder in (StandardScaler(), TableEncoder()):
        encoder.fit(real)
        expected = figure(
            encoder.transform(real), encoder.transform(generated), encoder=None, **how
        )
        assert figure(real, generated, encoder=encoder, **how) == pytest.approx(expected)


def test_holes_that_no_real_row_has_are_seen():
    real = pd.DataFrame({"a": np.arange(40.0)})
    generated = real.assign(a=np.where(np.arange(40) % 2, 19.5, np.nan))
    filled = generated.fillna(19.5)
    assert metrics.two_sample_auc(real[["a"]], generated, random_state=0) > 0.7
    assert metrics.coverage(real, generated) <= metrics.coverage(real, filled)
    assert metrics.precision(real, generated) == pytest.approx(0.5)
    assert metrics.precision(real, filled) == 1


def test_an_ordered_column_of_other_categories_is_refused():
    real = pd.DataFrame({"a": pd.Categorical(["lo", "hi"] * 9, ["lo", "mid", "hi"], ordered=True)})
    other = pd.DataFrame({"a": pd.Categorical(["lo", "hi"] * 9, ["lo", "hi"], ordered=True)})
    with pytest.raises(ValueError, match=r"generated.astype\(real.dtypes\)"):
        metrics.kolmogorov_smirnov(real, other)
    assert metrics.kolmogorov_smirnov(real, other.astype(real.dtypes)).tolist() == [0]


def test_objects_that_mix_are_categories_whichever_rows_there_are():
    mixed = pd.DataFrame({"a": pd.Series([date(2020, 1, 1), "soon"] * 9, dtype=object)})
    dates = mixed[::2]
    assert metrics.total_variation(mixed, dates).to_dict() == {"a": 0.5}
    assert metrics.recall(mixed, dates) == 0.5
    with pytest.raises(ValueError, match="'a' is read as category"):
        metrics.recall(dates, mixed)


def test_columns_of_any_name_are_paired():
    names = pd.Index([None, ("p", 1), 2.5], tupleize_cols=False)
    real = pd.DataFrame(normal(20)).set_axis(names, axis=1)
    assert metrics.frechet_distance(real, real.iloc[:, ::-1]) == pytest.approx(0, abs=1e-9)
    assert (metrics.kolmogorov_smirnov(real, real.iloc[:, ::-1]) == 0).all()
    with pytest.raises(ValueError, match=r"\('p', 1\) alone in real"):
        metrics.precision(real, real.iloc[:, [0, 2]])


def test_numbers_between_which_no_slope_is_finite_are_refused():
    real = np.array([[0.0], [1e-310]] * 9)
    with pytest.raises(ValueError, match="generated has numbers too near to each other"):
        metrics.precision(real, real * 0 + 5e-324)


def test_global_random_state_stays_and_a_seed_gives_the_same():
    before = np.random.mtrand._rand.get_state()[1].copy()
    real, generated, held_out = normal(300), normal(300, seed=1) + 0.2, normal(99, seed=2)
    figures = [
        lambda seed: metrics.two_sample_auc(real, generated, max_rows=99, random_state=seed),
        lambda seed: metrics.nearest_training_share(real, generated, held_out, random_state=seed),
        lambda seed: metrics.parzen_log_likelihood(real, generated, random_state=seed),
        lambda seed: metrics.diversity(real, generated, max_rows=50, random_state=seed),
    ]
    for figure in figures:
        assert figure(0) == figure(0) != figure(1)
        figure(None)
    np.testing.assert_array_equal(np.random.mtrand._rand.get_state()[1], before)


def test_distances_are_exact_far_from_zero_and_in_chunks(monkeypatch):
    monkeypatch.setattr("gansampler.metrics._distances.DISTANCES_A_CHUNK", 100)
    rows, among = normal(33) + 1e6, normal(40, seed=1) + 1e6
    expected = ((rows[:, None] - among) ** 2).sum(axis=2)
    chunks = list(squared_distances(rows, among))
    assert len(chunks) == 17
    np.testing.assert_allclose(np.concatenate(chunks), expected, rtol=1e-6)


# Two samples


def test_rows_of_one_distribution_are_not_told_apart():
    assert metrics.two_sample_auc(normal(500), normal(500, seed=1), random_state=0) == (
        pytest.approx(0.5, abs=0.06)
    )
    far = metrics.two_sample_auc(normal(500), normal(500, seed=1) + 3, random_state=0)
    assert far > 0.98


def test_generated_rows_are_told_from_held_out_ones_where_there_are_any():
    training, held_out = normal(200), normal(200, seed=1)
    copies = training + 1e-9
    against_training = metrics.two_sample_auc(training, copies, random_state=0)
    against_held_out = metrics.two_sample_auc(training, copies, held_out, random_state=0)
    assert against_training < 0.4 < against_held_out
    moved = metrics.two_sample_auc(training, copies, held_out + 9, random_state=0)
    assert moved > 0.99


def test_any_classifier_judges():
    line, broken = normal(300, 1), normal(300, 1, seed=1)
    real = np.hstack([line, line])
    generated = np.hstack([broken, normal(300, 1, seed=2)])
    how = {"encoder": None, "random_state": 0}
    linear = metrics.two_sample_auc(real, generated, classifier=LogisticRegression(), **how)
    assert linear < 0.6 < 0.9 < metrics.two_sample_auc(real, generated, **how)


# By column


def test_distribution_functions_are_compared_by_quantity():
    real = pd.DataFrame(
        {"a": [1.0, 2, 3, 4], "b": ["x"] * 4, "c": pd.date_range("2020", periods=4)}
    )
    generated = real.assign(a=[3.0, 4, 5, 6])
    found = metrics.kolmogorov_smirnov(real, generated)
    assert found.to_dict() == {"a": 0.5, "c": 0}
    # Distribution functions at 1, 2, 3, 3, 4, 4, 5, 6 differ by 1/4, 1/2, 1/2, ...
    squares = np.array([1, 2, 2, 2, 2, 2, 1, 0]) ** 2 / 16
    assert metrics.cramer_von_mises(real, generated)["a"] == pytest.approx(squares.mean())
    assert metrics.cramer_von_mises(real, generated)["c"] == 0


def test_cramer_von_mises_is_what_scipy_tests_over_the_number_of_rows():
    x, fake = normal(30, 1), normal(71, 1, seed=1)
    statistic = cramervonmises_2samp(x[:, 0], fake[:, 0]).statistic
    expected = statistic * (30 + 71) / (30 * 71)
    assert metrics.cramer_von_mises(x, fake)[0] == pytest.approx(expected)


def test_cramer_von_mises_of_ties_is_the_squared_difference():
    real, generated = [[0], [0], [0], [1]], [[0], [1]]
    # At 0 the distribution functions differ by 1/4, in 4 of 6 rows.
    assert metrics.cramer_von_mises(real, generated)[0] == pytest.approx(4 / 6 / 16)
    assert metrics.cramer_von_mises(real, real * 3)[0] == 0


def test_the_share_of_holes_counts():
    real = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": ["x", "y", None, None]})
    generated = pd.DataFrame({"a": [1.0, 2, np.nan, np.nan], "b": ["x", "y", "x", "y"]})
    assert metrics.kolmogorov_smirnov(real, generated)["a"] == 0.5
    assert metrics.total_variation(real, generated).to_dict() == {"b": 0.5}
    assert metrics.total_variation(real, real)["b"] == 0


def test_which_columns_are_nominal_can_be_said():
    real, generated = [[0, 1], [1, 2]], [[0, 2], [1, 3]]
    assert metrics.total_variation(real, generated).empty
    found = metrics.total_variation(real, generated, categorical_features=[1])
    assert found.to_dict() == {1: 0.5}
    assert list(metrics.kolmogorov_smirnov(real, generated, categorical_features=[1]).index) == [0]


# Means and covariances


def test_a_gaussian_apart_by_its_mean_and_covariance_has_the_distance_of_the_formula():
    real = normal(500) @ np.array([[2.0, 0, 0], [1, 1, 0], [0, 0, 0.1]])
    generated = normal(400, seed=1) + np.array([1, 0, 2])
    first, second = np.cov(real.T), np.cov(generated.T)
    expected = np.square(real.mean(axis=0) - generated.mean(axis=0)).sum()
    expected += np.trace(first + second - 2 * np.real(sqrtm(first @ second)))
    assert metrics.frechet_distance(real, generated, encoder=None) == pytest.approx(expected)


def test_a_singular_covariance_has_a_distance():
    flat = np.hstack([normal(50, 1), np.zeros((50, 2))])
    assert metrics.frechet_distance(flat, flat, encoder=None) == pytest.approx(0, abs=1e-9)
    assert metrics.frechet_distance(flat, flat + 1, encoder=None) == pytest.approx(3)


def test_broken_dependence_shows_in_the_correlations():
    line = normal(2000, 1)
    real = np.hstack([line, line, np.ones_like(line)])
    generated = np.hstack([line, normal(2000, 1, seed=1), np.ones_like(line)])
    found = metrics.correlation_difference(real, generated, encoder=None)
    assert found == pytest.approx(1 / 3, abs=0.02)
    assert metrics.correlation_difference(real, real, encoder=None) == 0
    with pytest.raises(ValueError, match="One column alone is correlated"):
        metrics.correlation_difference(line, line)


# Neighbours


def balls(rows, k):
    distances = np.linalg.norm(rows[:, None] - rows, axis=2)
    return np.sort(distances, axis=1)[:, k]


def test_balls_are_counted_as_defined():
    real, generated, k = normal(80), 1.3 * normal(70, seed=1), 5
    distances = np.linalg.norm(generated[:, None] - real, axis=2)
    inside = distances <= balls(real, k)
    how = {"k": k, "encoder": None}
    assert metrics.precision(real, generated, **how) == inside.any(axis=1).mean()
    assert metrics.density(real, generated, **how) == pytest.approx(inside.sum(axis=1).mean() / k)
    assert metrics.coverage(real, generated, **how) == inside.any(axis=0).mean()
    around = balls(generated, k) >= distances.T
    assert metrics.recall(real, generated, **how) == around.any(axis=1).mean()


def test_real_rows_cover_as_the_docstring_says_and_one_row_does_not():
    real, others = normal(1000), normal(1000, seed=1)
    assert metrics.coverage(real, others) == pytest.approx(0.97, abs=0.02)
    assert metrics.density(real, others) == pytest.approx(1, abs=0.1)
    collapsed = np.zeros((1000, 3))
    assert metrics.precision(real, collapsed) == 1
    assert metrics.recall(real, collapsed) == 0
    assert metrics.coverage(real, collapsed) < 0.05


def test_twins_count_as_near_however_they_are_rounded():
    rows = np.repeat(normal(10, 40) * 100, 20, axis=0) + 1e4
    for figure in (metrics.precision, metrics.recall, metrics.coverage):
        assert figure(rows, rows, encoder=None) == 1
    assert metrics.nearest_training_share(rows, rows, rows, encoder=None).share == 0.5
    assert metrics.nearest_neighbour_distance_ratio(rows, rows, encoder=None) == 1


def test_copies_are_nearer_to_training_rows_and_real_rows_are_not():
    training, held_out, others = normal(300), normal(200, seed=1), normal(500, seed=2)
    copies = metrics.nearest_training_share(training, training[:200], held_out, random_state=0)
    assert copies.share > 0.8  # of the training rows, 200 are taken
    share, low, high = metrics.nearest_training_share(training, others, held_out, random_state=0)
    assert low < 0.5 < high
    assert low < share < high
    # Wilson's interval, written out again.
    share, n, z = round(share * 500) / 500, 500, 1.959964
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    assert (low, high) == pytest.approx((centre - half, centre + half))
    with pytest.raises(ValueError, match="held_out is None"):
        metrics.nearest_training_share(training, others, None)


def test_a_held_out_table_must_fit_as_well(mixed):
    X, _ = mixed
    with pytest.raises(ValueError, match="held_out has other columns than real"):
        metrics.nearest_training_share(X, X, X.drop(columns="int"))
    with pytest.raises(ValueError, match="held_out has no rows"):
        metrics.nearest_training_share(X, X, X[:0])
    found = metrics.nearest_training_share(X[:40], X[40:80], X[80:], random_state=0)
    assert 0 < found.share < 1


def test_the_ratio_of_copies_is_zero():
    real = normal(200)
    assert metrics.nearest_neighbour_distance_ratio(real, real[:50]) == 0
    others = metrics.nearest_neighbour_distance_ratio(real, normal(200, seed=1))
    assert 0.6 < others < 0.9


# Modes


RING = np.array([[np.cos(angle), np.sin(angle)] for angle in np.arange(8) * np.pi / 4])


def test_a_mixture_captures_its_own_modes():
    rng = np.random.default_rng(0)
    rows = RING[rng.integers(0, 8, 8000)] + rng.normal(scale=0.01, size=(8000, 2))
    found = metrics.modes_captured(RING, rows, deviation=0.01)
    assert found.modes == 8
    assert found.high_quality == pytest.approx(1 - np.exp(-4.5), abs=0.005)
    assert found.reverse_kl < 0.002


def test_lost_modes_and_poor_rows_are_counted():
    rows = np.concatenate([RING[[0, 0, 1, 1]], RING[[2, 2, 3, 3]] + [0.05, 0]])
    found = metrics.modes_captured(RING, rows, deviation=0.01)
    assert found == (2, 0.5, pytest.approx(np.log(2)))
    assert metrics.modes_captured(RING, rows, deviation=0.01, within=6).modes == 4
    for wrong in (0, -1, "x", np.nan):
        with pytest.raises(ValueError, match=r"deviation=.* must be a number above zero"):
            metrics.modes_captured(RING, rows, deviation=wrong)
    with pytest.raises(ValueError, match="generated has 3 numbers a row, centres has 2"):
        metrics.modes_captured(RING, normal(9), deviation=1)
    with pytest.raises(ValueError, match="centres has no rows"):
        metrics.modes_captured(RING[:0], rows, deviation=1)


def test_diversity_is_the_ratio_of_mean_distances_in_the_worst_class():
    real = normal(300)
    generated = real * 0.5
    assert metrics.diversity(real, generated, encoder=None) == pytest.approx(0.5)
    assert metrics.diversity(real, np.ones((9, 3)) / 3, encoder=None) == 0
    classes = np.repeat(["a", "b", "c"], 100)
    generated[classes == "b"] *= 0.2
    options = {"real_classes": classes, "generated_classes": classes, "encoder": None}
    assert metrics.diversity(real, generated, **options) == pytest.approx(0.1)


def test_diversity_that_is_no_measure_is_refused():
    rows, classes = normal(6), ["a"] * 3 + ["b"] * 3
    with pytest.raises(ValueError, match="All real rows are the same"):
        metrics.diversity(np.ones((6, 3)), rows)
    with pytest.raises(ValueError, match="generated_classes must hold one class for each of the 6"):
        metrics.diversity(rows, rows, real_classes=classes)
    with pytest.raises(ValueError, match="fewer than 2 real or generated rows of class 'b'"):
        metrics.diversity(rows, rows, real_classes=classes, generated_classes=["a"] * 6)


# Parzen windows


def test_the_likelihood_is_that_of_the_formula():
    real, generated, h = normal(40), normal(30, seed=1), 0.4
    mixture = [multivariate_normal(row, h**2).pdf(real) for row in generated]
    expected = np.log(np.mean(mixture, axis=0))
    found = metrics.parzen_log_likelihood(real, generated, bandwidth=h, encoder=None)
    assert found.mean == pytest.approx(expected.mean())
    assert found.standard_error == pytest.approx(expected.std(ddof=1) / np.sqrt(40))
    assert found.bandwidth == h


def test_the_likeliest_bandwidth_of_the_validation_part_is_taken():
    real, generated, validation = normal(300), normal(500, seed=1), normal(50, seed=2)
    grid = np.geomspace(0.05, 3, 9)
    means = [
        metrics.parzen_log_likelihood(validation, generated, bandwidth=h, encoder=None).mean
        for h in grid
    ]
    found = metrics.parzen_log_likelihood(real, generated, validation, bandwidth=grid, encoder=None)
    assert found.bandwidth == grid[np.argmax(means)]
    alone = metrics.parzen_log_likelihood(real, generated, bandwidth=found.bandwidth, encoder=None)
    assert found == alone
    by_itself = metrics.parzen_log_likelihood(real * 7, generated * 7, encoder=None, random_state=0)
    assert by_itself.bandwidth / 7 == pytest.approx(found.bandwidth, rel=0.7)


def test_bandwidths_that_are_none_are_refused():
    for wrong in (0, -1, [1, np.nan], []):
        with pytest.raises(ValueError, match=r"bandwidth=.* must be above zero"):
            metrics.parzen_log_likelihood(normal(9), normal(9), bandwidth=wrong)
    with pytest.raises(ValueError, match="All generated rows are the same"):
        metrics.parzen_log_likelihood(normal(9), np.ones((9, 3)), encoder=None)
    with pytest.raises(ValueError, match="real has 2 rows: to choose a bandwidth"):
        metrics.parzen_log_likelihood(normal(2), normal(9), encoder=None)


# Sequences


def warped(first, second):
    """Dynamic time warping of sequences (steps, features), by its recursion."""
    costs = np.full((len(first) + 1, len(second) + 1), np.inf)
    costs[0, 0] = 0
    for i, a in enumerate(first, 1):
        for j, b in enumerate(second, 1):
            least = min(costs[i - 1, j], costs[i, j - 1], costs[i - 1, j - 1])
            costs[i, j] = np.square(a - b).sum() + least
    return np.sqrt(costs[-1, -1])


@pytest.mark.parametrize(("features", "steps"), [(1, 7), (2, 7), (2, 5)])
def test_the_nearest_warped_sequence_is_found(features, steps, monkeypatch):
    pytest.importorskip("dtaidistance")
    monkeypatch.setattr("gansampler.metrics.sequences.PAIRS_A_CHUNK", 30)
    rng = np.random.default_rng(0)
    real = rng.normal(size=(12, 7, features))
    generated = rng.normal(size=(9, steps, features))
    expected = np.mean([min(warped(x, fake) for x in real) for fake in generated])
    assert metrics.dynamic_time_warping(real, generated) == pytest.approx(expected)
    if features == 1:
        flat = metrics.dynamic_time_warping(real[..., 0], generated[..., 0])
        assert flat == pytest.approx(expected)


def test_warping_forgives_a_delay_and_squares_do_not():
    pytest.importorskip("dtaidistance")
    wave = np.sin(np.linspace(0, 12, 60))[None]
    late = np.roll(wave, 3, axis=1)
    assert metrics.dynamic_time_warping(wave, late) < 0.5 * metrics.dynamic_time_warping(
        wave, late, window=1
    )
    assert metrics.mean_squared_error(wave, late) == pytest.approx(np.square(wave - late).mean())
    assert metrics.mean_squared_error(np.vstack([wave, late]), late) == pytest.approx(0)


def test_sequences_that_do_not_fit_are_refused():
    figures = metrics.dynamic_time_warping, metrics.mean_squared_error
    rows = np.zeros((4, 5, 2))
    for figure in figures:
        with pytest.raises(ValueError, match=r"real must have the shape \(n, steps\) or"):
            figure(np.zeros(3), rows)
        with pytest.raises(ValueError, match="generated has no rows"):
            figure(rows, rows[:0])
        with pytest.raises(ValueError, match="generated holds NaN"):
            figure(rows, rows * np.nan)
        with pytest.raises(ValueError, match="they must be alike"):
            figure(rows, rows[..., :1])
        with pytest.raises(ValueError, match="sequences without a step"):
            figure(rows, rows[:, :0])
    with pytest.raises(ValueError, match="window=0 must be a whole number"):
        metrics.dynamic_time_warping(rows, rows, window=0)


def test_a_missing_package_is_named_with_the_way_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "dtaidistance", None)
    with pytest.raises(ImportError, match=r"pip install 'gansampler\[sequences\]'"):
        metrics.dynamic_time_warping(np.zeros((2, 3)), np.zeros((2, 3)))


def test_figures_are_there_without_torch():
    code = "import sys, gansampler.metrics; assert not {'torch', 'dtaidistance'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
