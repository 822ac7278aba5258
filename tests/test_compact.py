import numpy as np
import pandas as pd
import pytest
import torch

from gansampler import JitterOverSampler, widening
from gansampler.acceptance import ClassifierAcceptance
from gansampler.anchors import NeighborAnchors
from gansampler.anchors.neighbors import _by_matches, _by_products
from gansampler.encoding import TableEncoder, widen
from gansampler.training import ClassBatches
from gansampler.widening import Widening


@pytest.fixture
def encoded(mixed):
    frame, _ = mixed
    encoder = TableEncoder().fit(frame)
    return encoder.compact(frame), encoder.spans_


def test_tensors_are_made_wide_as_arrays_are(encoded):
    C, spans = encoded
    wide = Widening.of(spans)(torch.from_numpy(C))
    np.testing.assert_array_equal(wide.numpy(), widen(spans, C))


def test_matches_measure_what_products_measure_but_for_a_constant(encoded):
    C, spans = encoded
    parts = [measure(C, Widening.of(spans)) for measure in (_by_matches, _by_products)]
    rows = torch.from_numpy(C[:20])
    matches, products = (measure(rows, torch.empty(20, len(C))) for measure in parts)
    difference = (products - matches).numpy()
    n_blocks = sum(span.kind != "number" for span in spans)
    np.testing.assert_allclose(difference, n_blocks / 2, atol=1e-5)


class Fitted(NeighborAnchors):
    def fit(self, Z, codes, spans, rng):
        self.width_ = Z.shape[1]
        return super().fit(Z, codes, spans, rng)


class Drawn(NeighborAnchors):
    def draw(self, codes, random):
        return torch.zeros_like(super().draw(codes, random))


class Weighed(ClassifierAcceptance):
    def weigh(self, Z, code):
        self.seen_ = Z.shape[1]
        return super().weigh(Z, code)


def test_who_overrides_one_of_a_pair_has_it_called(mixed):
    frame, y = mixed
    sampler = JitterOverSampler(anchor=Fitted(), acceptance=Weighed(), random_state=0)
    X_new, _ = sampler.fit_resample(frame, y)
    width = sampler.encoder_.width_
    assert sampler.anchor_.width_ == sampler.acceptance_.seen_ == width
    X_plain, _ = JitterOverSampler(random_state=0).fit_resample(frame, y)
    pd.testing.assert_frame_equal(X_new, X_plain)


def test_an_overridden_draw_is_what_is_drawn(encoded):
    C, spans = encoded
    codes, random = torch.zeros(10, dtype=torch.long), torch.Generator()
    anchors = Drawn().fit_compact(C, np.zeros(len(C), dtype=int), spans, np.random.default_rng(0))
    assert (anchors.draw_compact(codes, spans, random) == 0).all()


def test_batches_of_a_table_that_is_too_wide_are_the_same(encoded, monkeypatch):
    C, spans = encoded
    codes = torch.arange(len(C)) % 3
    drawn = []
    for most in (2**30, 0):
        monkeypatch.setattr(widening, "WIDE_BYTES", most)
        random = torch.Generator().manual_seed(0)
        how = {"batch_size": 16, "pac": 1, "random": random, "widening": Widening.of(spans)}
        batches = ClassBatches(torch.from_numpy(C), codes, **how)
        drawn.append(torch.cat([batches.draw()[0], batches.draw_evenly(4, random).flatten(0, 1)]))
        assert batches.rows.shape[1] == (spans[-1].stop if most else len(spans))
    torch.testing.assert_close(*drawn, rtol=0, atol=0)
