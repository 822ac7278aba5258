"""The pages of the gallery on toys: what each finds, at a small size."""

import pytest

# What is trained for a moment only may well count as collapsed.
pytestmark = pytest.mark.filterwarnings("ignore:The generator collapsed")


def verdicts(capsys):
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("target: ")]


def test_the_better_game_finds_modes_where_a_textbook_gan_does_not(run_page, capsys):
    page = run_page("plot_mode_collapse")
    figures = page["found"].set_index("of")
    best, plain = figures.loc["and rejection"], figures.loc["textbook GAN"]
    assert best["high_quality"] > 2 * plain["high_quality"]
    assert figures.loc["collapsed GAN", "reverse_kl"] > best["reverse_kl"]
    assert page["collapsed"].history_[-1]["collapsed"]
    assert not page["gan"].history_[-1]["collapsed"]
    assert figures.loc["real rows", "high_quality"] > 0.98
    assert len(verdicts(capsys)) == 4


def test_the_rayleigh_variable_is_approached(run_page, capsys):
    page = run_page("plot_rayleigh")
    frechet = page["table"]["frechet"].droplevel("seed")
    assert max(frechet["the end"], frechet["iteration 448"]) < frechet["iteration 56"] / 10
    assert len(page["history"]) == 560
    assert len(verdicts(capsys)) == 2


def test_the_discriminator_comes_nearer_to_the_best_one(run_page, capsys):
    page = run_page("plot_gaussian")
    assert page["after"] < page["before"] / 2
    assert page["first"].max() > 0.9
    assert page["first"].min() < 0.4
    assert len(verdicts(capsys)) == 1


def test_a_generator_that_knows_a_simple_curve_learns_a_harder_one_in_fewer_steps(run_page, capsys):
    page = run_page("plot_functions")
    assert (page["races"]["after the simple curve"] < page["races"]["from scratch"]).all()
    assert page["path"].read_text().startswith("epoch,step,discriminator_loss_real")
    assert len(verdicts(capsys)) == 1
