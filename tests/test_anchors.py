import numpy as np
import pytest
import torch

from gansampler import JitterOverSampler, metrics
from gansampler.anchors import ANCHORS, NeighborAnchors, TreeAnchors
from gansampler.anchors.neighbors import SEARCH_CHUNK, _nearest, _neighbors
from gansampler.encoding import Span, TableEncoder

NUMBERS = [Span(0, 1, "number"), Span(1, 2, "number")]


def drawn(anchors, Z, codes, spans, code, n=2000):
    anchors.fit(Z, codes, spans, np.random.default_rng(0))
    random = torch.Generator().manual_seed(0)
    return anchors.draw(torch.full((n,), code), random).numpy()


@pytest.fixture
def two_clouds():
    rng = np.random.default_rng(0)
    Z = np.concatenate([rng.normal(0, 1, (80, 2)), rng.normal(8, 1, (20, 2))]).astype(np.float32)
    return Z, np.repeat([0, 1], [80, 20])


@pytest.mark.parametrize("kind", ANCHORS.values())
@pytest.mark.parametrize(("code", "centre"), [(0, 0), (1, 8)])
def test_anchors_lie_near_their_class(two_clouds, kind, code, centre):
    anchors = drawn(kind(), *two_clouds, NUMBERS, code)
    np.testing.assert_allclose(anchors.mean(axis=0), centre, atol=0.7)


def test_without_jitter_anchors_lie_between_a_row_and_a_neighbour():
    Z = np.array([[0, 0], [1, 0], [5, 5], [5, 6]], dtype=np.float32)
    anchors = drawn(NeighborAnchors(1, jitter=0.0), Z, np.array([0, 0, 1, 1]), NUMBERS, 0)
    assert (anchors[:, 1] == 0).all()
    assert anchors[:, 0].min() >= 0
    assert anchors[:, 0].max() <= 1
    assert anchors[:, 0].std() > 0.2


def test_jitter_keeps_the_dependence_between_columns():
    x = np.linspace(-2, 2, 50, dtype=np.float32)
    Z = np.column_stack([x, -x])
    anchors = drawn(NeighborAnchors(jitter=1.0), Z, np.zeros(50, dtype=int), NUMBERS, 0)
    np.testing.assert_allclose(anchors[:, 0], -anchors[:, 1], atol=1e-5)
    assert anchors[:, 0].max() > 2.5


def test_neighbours_of_the_same_class_only():
    Z = np.array([[0, 0], [3, 0], [0.1, 9], [0.1, 9.1]], dtype=np.float32)
    codes = np.array([0, 0, 1, 1])
    same = drawn(NeighborAnchors(1, jitter=0.0, same_class=True), Z, codes, NUMBERS, 0)
    assert same[:, 1].max() == 0
    across = drawn(NeighborAnchors(3, jitter=0.0), Z, codes, NUMBERS, 0)
    assert across[:, 1].max() > 1


@pytest.mark.parametrize("n", [1, 99, 100, 730, 2000])
@pytest.mark.parametrize("k", [1, 6])
def test_the_smallest_distances_are_found_in_groups(n, k):
    Z = np.random.default_rng(n).normal(size=(n, 4)).astype(np.float32)
    rows = Z[: 2 * SEARCH_CHUNK - 1]
    distances = ((rows[:, None] - Z) ** 2).sum(axis=2)
    nearest = distances.argsort(axis=1)[:, :k]
    found = _nearest(rows, Z, min(k, n), [Span(i, i + 1, "number") for i in range(4)])
    np.testing.assert_array_equal(found, nearest)


def test_classes_out_of_play_are_neighbours_but_no_bases(two_clouds):
    Z, codes = two_clouds
    anchors = drawn(NeighborAnchors(), Z, np.where(codes == 1, 0, -1), NUMBERS, 0)
    assert len(anchors) == 2000
    np.testing.assert_allclose(anchors.mean(axis=0), 8, atol=0.7)


@pytest.mark.parametrize(("anchors", "off"), [(NeighborAnchors(), 0.03), (TreeAnchors(), 0.06)])
def test_categories_are_whole_and_holes_come_from_the_class_at_its_rate(mixed, anchors, off):
    frame, y = mixed
    frame = frame[["float", "float_hole", "Int", "text"]].copy()
    frame.loc[y == "few", "float_hole"] = [np.nan] * 18 + [1.0] * 6
    encoder = TableEncoder().fit(frame)
    Z = encoder.transform(frame)
    codes = (y == "few").to_numpy().astype(int)
    rows = drawn(anchors, Z, codes, encoder.spans_, 1, n=4000)
    for span in encoder.spans_:
        block = rows[:, span.start : span.stop]
        if span.kind != "number":
            np.testing.assert_array_equal(block.sum(axis=1), 1)
            assert set(np.unique(block)) <= {0, 1}
        if span.kind == "missing":
            assert (rows[block[:, 1] == 1, span.start - 1] == 0).all()
            rate = Z[codes == 1, span.start + 1].mean()
            assert block[:, 1].mean() == pytest.approx(rate, abs=off)


def test_a_hole_is_no_number_to_jitter_by():
    rng = np.random.default_rng(0)
    # Far from zero, which stands for a hole, and half of it holes.
    values = rng.normal(4, 0.1, 200)
    present = np.arange(200) % 2
    Z = np.column_stack([values * present, present, 1 - present]).astype(np.float32)
    spans = [Span(0, 1, "number"), Span(1, 3, "missing")]
    anchors = NeighborAnchors(jitter=1.0).fit(Z, np.zeros(200, dtype=int), spans, rng)
    drawn = anchors.draw(torch.zeros(5000, dtype=torch.long), torch.Generator().manual_seed(0))
    numbers = drawn[drawn[:, 1] == 1, 0]
    assert len(numbers) > 2000
    assert numbers.min() > 3


def test_a_row_is_not_its_own_neighbour_even_among_twins():
    Z = np.array([[0.0], [0.0], [0.0], [1.0]], dtype=np.float32)
    everyone = np.arange(4)
    found = _neighbors(Z, everyone, everyone, 2, NUMBERS[:1])
    assert found.shape == (4, 2)
    assert not (found == everyone[:, None]).any()
    assert (_neighbors(Z, everyone[:1], everyone[:1], 3, NUMBERS[:1]) == 0).all()


def one_class(*columns):
    """Fit trees on numbers of one class, and draw."""
    Z = np.column_stack(columns).astype(np.float32)
    spans = [Span(i, i + 1, "number") for i in range(Z.shape[1])]
    return Z, drawn(TreeAnchors(), Z, np.zeros(len(Z), dtype=int), spans, 0)


def test_both_classes_are_drawn_in_their_places(two_clouds):
    Z, codes = two_clouds
    anchors = TreeAnchors().fit(Z, codes, NUMBERS, np.random.default_rng(0))
    wanted = torch.tensor([1, 0, 0, 1, 0])
    rows = anchors.draw(wanted, torch.Generator().manual_seed(0))
    assert rows.shape == (5, 2)
    assert ((rows.mean(dim=1) > 4) == (wanted == 1)).all()


def test_trees_keep_lines_and_what_no_line_can_say():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    noise = rng.normal(0, 0.1, size=(2, 400))
    Z, rows = one_class(x, 2 * x + noise[0], np.abs(x) + noise[1])
    assert np.corrcoef(rows[:, 0], rows[:, 1])[0, 1] > 0.93
    assert np.corrcoef(np.abs(rows[:, 0]), rows[:, 2])[0, 1] > 0.85
    np.testing.assert_allclose(rows.std(axis=0), Z.std(axis=0), rtol=0.1)


def test_a_tight_line_is_kept_only_by_moving_values():
    x = np.linspace(-2, 2, 60)
    Z, codes = np.column_stack([x, x]).astype(np.float32), np.zeros(60, dtype=int)

    def off(n_trees):
        rows = drawn(TreeAnchors(n_trees, min_samples_leaf=10), Z, codes, NUMBERS, 0)
        return np.abs(rows[:, 0] - rows[:, 1])

    # A leaf of ten rows is .61 long: a value that is copied lies somewhere in it.
    copied, half_of_them_moved = off(1), off(2)
    assert np.median(copied) > 0.1
    assert half_of_them_moved.mean() < 0.8 * copied.mean()


def test_rows_of_trees_are_no_copies():
    Z, rows = one_class(*np.random.default_rng(0).normal(size=(3, 200)))
    nearest = ((rows[:, None] - Z) ** 2).sum(axis=2).min(axis=1)
    assert np.mean(nearest < 1e-6) < 0.1


def test_a_category_goes_with_the_number_that_tells_it():
    x = np.random.default_rng(0).normal(size=300)
    Z = np.column_stack([x, x < 0, x >= 0]).astype(np.float32)
    spans = [Span(0, 1, "number"), Span(1, 3, "category")]
    rows = drawn(TreeAnchors(), Z, np.zeros(300, dtype=int), spans, 0)
    assert np.mean((rows[:, 0] >= 0) == (rows[:, 2] == 1)) > 0.97


def test_three_rows_and_one_column_are_enough_for_trees():
    Z = np.array([[0.0], [1.0], [2.0]], dtype=np.float32)
    rows = drawn(TreeAnchors(), Z, np.zeros(3, dtype=int), NUMBERS[:1], 0, n=600)
    assert set(np.unique(rows)) == {0, 1, 2}
    np.testing.assert_allclose(np.bincount(rows[:, 0].astype(int)), 200, atol=60)


@pytest.mark.filterwarnings("error")
def test_one_row_is_what_trees_of_it_draw():
    Z = np.array([[1.0, 2.0]], dtype=np.float32)
    rows = drawn(TreeAnchors(2), Z, np.zeros(1, dtype=int), NUMBERS, 0, n=5)
    np.testing.assert_array_equal(rows, np.repeat(Z, 5, axis=0))


def test_trees_draw_the_same_with_the_same_seed_and_leave_the_rows_alone(two_clouds):
    Z, codes = two_clouds
    before = Z.copy()
    first, again = (drawn(TreeAnchors(2), Z, codes, NUMBERS, 0, n=50) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(Z, before)


def test_rows_of_trees_are_less_told_apart_than_those_of_neighbours():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 1))
    X = np.hstack([x, np.sin(3 * x), x**2, rng.exponential(size=(400, 1))])
    X[:, 1:3] += rng.normal(0, 0.1, (400, 2))
    learnt, held_out, y = X[::2], X[1::2], np.repeat(["a", "b"], [190, 10])

    def auc(anchor):
        sampler = JitterOverSampler({"a": 191}, anchor=anchor, acceptance=None, random_state=0)
        sampler.fit_resample(learnt, y)
        return metrics.two_sample_auc(held_out, sampler.sample(200, "a"), random_state=0)

    assert auc("trees") < auc("neighbors") - 0.05
