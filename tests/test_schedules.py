import numpy as np
import pytest

from gansampler import LSGANOverSampler
from gansampler.schedules import SCHEDULES, Plateau


def factors(schedule, figures):
    """What a schedule says before each record of these convergence figures, and after the last."""
    history = []
    found = [schedule.factor(0.0, history)]
    for place, figure in enumerate(figures, start=1):
        history.append({"convergence": figure})
        found.append(schedule.factor(place / (len(figures) + 1), history))
    return found


def test_half_a_cosine_ends_in_zero():
    cosine = SCHEDULES["cosine"]()
    assert [cosine.factor(t, []) for t in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])


def test_constant_rates_stay():
    assert set(factors(SCHEDULES["constant"](), [0.1, 0.9, 0.5])) == {1.0}


def test_rates_fall_where_convergence_stalls_and_wait_anew():
    falling = [0.9, 0.8, 0.7, 0.6]
    flat = [0.5] * 8
    found = factors(Plateau(patience=2), falling + flat)
    # Two equal means of two first at records 5 to 8; four new records then make two means again.
    assert found == [1.0] * 8 + [0.5] * 4 + [0.25]


def test_rates_stay_while_it_converges():
    assert set(factors(Plateau(patience=2), np.linspace(1, 0, 30))) == {1.0}


def test_rates_do_not_fall_below_the_lowest():
    assert min(factors(Plateau(patience=1, lowest=0.2), [0.5] * 40)) == 0.2


def test_figures_that_are_not_known_change_nothing():
    assert set(factors(Plateau(patience=1), [np.nan] * 9)) == {1.0}


def test_a_new_training_forgets_the_one_before():
    plateau = Plateau(patience=1)
    assert factors(plateau, [0.5] * 5) == factors(plateau, [0.5] * 5)


def test_a_plateau_reaches_the_rates_of_both_players():
    X = np.random.default_rng(0).normal(size=(120, 3))
    plateau = Plateau(patience=1, decay=0.1)
    sampler = LSGANOverSampler(learning_rate=(1e-3, 2e-3), steps=200, random_state=0)
    sampler.set_params(learning_rate_schedule=plateau).fit_resample(X, np.arange(120) % 3 == 0)
    rates = np.array(
        [
            [record[f"{side}_learning_rate"] for side in ("generator", "discriminator")]
            for record in sampler.history_
        ]
    )
    np.testing.assert_allclose(rates[:, 1], 2 * rates[:, 0])
    assert rates[0, 0] == 1e-3
    assert rates[-1, 0] < 1e-3
    assert not hasattr(plateau, "_factor"), "the user's own object was used"


def test_parameters_are_checked_before_training():
    sampler = LSGANOverSampler(learning_rate_schedule=Plateau(decay=2.0))
    with pytest.raises(ValueError, match="'decay' parameter of Plateau"):
        sampler.fit_resample(np.eye(9), np.arange(9) > 5)
