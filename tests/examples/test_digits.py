import pytest


@pytest.fixture(scope="module")
def page(run_page):
    return run_page("plot_digits")


def test_generated_digits_are_nearer_to_real_ones_than_noise_is(page):
    scores = page["scores"]
    assert all(scores[name][0] > scores["noise"][0] for name in page["gans"])


def test_no_generator_scores_above_the_digits_that_it_learnt_from(page):
    scores = page["scores"]
    assert all(scores[name][0] < scores["real training digits"][0] for name in page["gans"])


def test_a_digit_shows_the_class_that_was_asked_for(page):
    assert page["read_right"] > 0.8  # a guess among two: 0.5


def test_a_loaded_generator_draws_the_same(page):
    assert page["loaded_alike"]
