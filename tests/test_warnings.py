"""Warnings name the user's line."""

import warnings

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

from gansampler import GuardedOverSampler, JitterOverSampler, LSGANOverSampler

X = np.random.default_rng(0).normal(size=(62, 3))
Y = np.repeat([0, 1, 2], [45, 15, 2])


@pytest.mark.parametrize(
    "sampler",
    [
        JitterOverSampler(),
        LSGANOverSampler(steps=1),
        GuardedOverSampler(JitterOverSampler(), LogisticRegression()),
        GuardedOverSampler(JitterOverSampler(), cv=20),
    ],
)
def test_a_warning_points_at_the_line_that_has_led_to_it(sampler):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sampler.fit_resample(X, Y)
        make_pipeline(sampler, LogisticRegression()).fit(X, Y)
    assert caught and {warning.filename for warning in caught} == {__file__}
    assert len({warning.lineno for warning in caught}) == 2
