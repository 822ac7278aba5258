import numpy as np
import pytest

pytest.importorskip("arch")


@pytest.fixture(scope="module")
def page(run_page):
    return run_page("plot_series")


def test_generated_paths_are_as_wide_and_as_clustered_as_real_ones(page):
    paths, memories = page["paths"], page["memories"]
    assert paths["generated"].std() == pytest.approx(paths["real"].std(), rel=0.3)
    assert min(memories["generated"]) > 0.1 > max(memories["days shuffled"])


def test_wild_days_are_told_as_riskier(page):
    unrest, split = page["unrest"], page["split"]
    told = np.array([each[1, 0.95][0] for each in page["risks"]["GAN"]])
    assert np.corrcoef(told, unrest[split : split + len(told)])[0, 1] > 0.8


def test_all_four_methods_tell_risk_at_both_levels_and_horizons(page):
    table = page["table"]
    assert table.groupby("method").size().to_dict() == dict.fromkeys(
        ["GAN", "GARCH-t", "bootstrap", "historical"], 4
    )
    for told in page["risks"].values():
        assert all(shortfall >= value for day in told for value, shortfall in day.values())


def test_kupiec_looks_at_how_often(page):
    hits = np.arange(1000) % 20 == 0
    assert page["kupiec"](hits, 0.05) == pytest.approx(1)
    assert page["kupiec"](hits, 0.01) < 1e-6


def test_kupiec_gives_the_p_value_of_the_published_ratio(page):
    # 7 of 255 days at 1 %: the statistic is 5.50 by P. Kupiec's formula.
    hits = np.arange(255) < 7
    ratio = 2 * (7 * np.log(7 / 2.55) + 248 * np.log(248 / 252.45))
    assert page["kupiec"](hits, 0.01) == pytest.approx(page["chi2"].sf(ratio, 1))


def test_christoffersen_looks_at_runs(page):
    random = np.random.default_rng(0).random(2000) < 0.05
    runs = np.arange(2000) % 200 < 10
    assert page["christoffersen"](random) > 0.01 > page["christoffersen"](runs)


def test_a_straight_line_is_filled_by_a_straight_line(page):
    known, gap = np.outer([1.0, 2.0], np.arange(10)), np.arange(3, 6)
    assert np.allclose(page["straight"](known, gap), known[:, gap])


def test_drawn_sequences_like_the_known_one_fill_its_gap(page):
    known = np.sin(np.linspace(0, 6, 20))[None] * np.array([[1.0], [-1.0]])
    drawn, gap = np.repeat(known, 10, axis=0), np.arange(5, 15)
    assert np.allclose(page["filled"](known, drawn, gap), known[:, gap])
