"""Training on another device: all of it happens there, and what was learnt comes back."""

import numpy as np
import pytest
import torch
from elsewhere import DEVICE, Distant, elsewhere
from torch import nn

from gansampler import CGANOverSampler, ConditionalGAN, LSGANOverSampler
from gansampler.anchors import TreeAnchors
from gansampler.callbacks import Checkpoint, EarlyStopping
from gansampler.losses import LOSSES, PENALTIES
from gansampler.networks import ACTIVATIONS
from gansampler.optimizers import OPTIMIZERS

TINY = {"batch_size": 8, "hidden_sizes": (4,), "acceptance": None, "random_state": 0}
ROWS = np.random.default_rng(0).normal(size=(90, 2, 3))
CLASSES = np.repeat(["cat", "dog"], [60, 30])
ON_A_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def test_two_devices_do_not_mix():
    with elsewhere() as watch:
        here, there = torch.ones(3), torch.ones(3, device=DEVICE)
        before = watch.n_there
        for wrong in (
            lambda: here + there,
            lambda: there[torch.tensor([0, 1])],
            lambda: torch.rand(2, generator=torch.Generator(), device=DEVICE),
            lambda: torch.rand(2, generator=torch.Generator(DEVICE)),
            lambda: here.uniform_(generator=torch.Generator(DEVICE)),
        ):
            with pytest.raises(AssertionError, match=r"mixes devices|draws from another"):
                wrong()
        assert watch.n_there == before
        assert isinstance(there + 1 + torch.tensor(2.0), Distant)
        assert (here + there.cpu()).tolist() == [2, 2, 2]
        assert watch.n_there > before


class WithDropout(nn.Sequential):
    def __init__(self, in_features, out_features):
        linear = nn.Linear(in_features, 4), nn.Linear(4, out_features)
        super().__init__(linear[0], nn.BatchNorm1d(4), nn.Dropout(0.3), linear[1])


def draw_and_score(record, estimator):
    """Do what a callback may do in the middle of a training."""
    assert len(estimator.sample(3, "few")) == 3
    assert set(map(type, estimator.discriminator_.state_dict().values())) == {Distant} or (
        estimator.device == "cpu"
    )


SETTINGS = {
    "defaults": {},
    "noise": {"anchor": None},
    "trees": {"anchor": TreeAnchors(1)},
    "layers": {"batch_norm": "both", "dropout": 0.2, "pac": 2},
    "own networks": {"generator": WithDropout, "discriminator": WithDropout},
    "minority": {"train_on": "minority", "ema_decay": 0.0, "discriminator_steps": 2},
    "plateau": {"learning_rate_schedule": "plateau"},
    "callbacks": {"callbacks": [draw_and_score, EarlyStopping(validation_fraction=0.5)]},
    "stages": {"callbacks": [Checkpoint(2)]},
    **{f"loss {name}": {"loss": name} for name in LOSSES},
    **{f"penalty {name}": {"penalty": name} for name in PENALTIES},
    **{f"optimizer {name}": {"optimizer": name} for name in OPTIMIZERS},
    **{f"activation {name}": {"activation": name} for name in ACTIVATIONS},
}


@pytest.mark.filterwarnings("ignore:Classes with fewer")
@pytest.mark.filterwarnings("ignore:The generator collapsed")
@pytest.mark.parametrize("name", SETTINGS)
def test_all_is_done_on_the_device_and_the_rows_are_those_of_the_cpu(mixed, name):
    settings = {**TINY, **SETTINGS[name]}
    on_cpu = CGANOverSampler(**settings, steps=2, device="cpu")
    expected, _ = on_cpu.fit_resample(*mixed)
    seen = []
    for steps in (2, 4):
        sampler = CGANOverSampler(**settings, steps=steps, device=DEVICE)
        with elsewhere() as watch:
            drawn, _ = sampler.fit_resample(*mixed)
        seen.append(watch)
        if steps == 2:
            assert drawn.equals(expected)
            assert plain(sampler.history_) == plain(on_cpu.history_)
            assert_on_the_cpu(sampler)
            assert sampler.sample(5, "few").equals(on_cpu.sample(5, "few"))
    # Two more steps leave no more to do on the CPU than before, but for what trees draw there.
    assert seen[1].n_there > seen[0].n_there + 50
    assert seen[1].n_here == seen[0].n_here or name == "trees"


def plain(history):
    """Give records as text, in which a NaN is equal to another, without their times."""
    return [repr({**record, "seconds": 0}) for record in history]


def assert_on_the_cpu(estimator):
    for network in (estimator.generator_, estimator.discriminator_):
        for tensor in (*network.parameters(), *network.buffers()):
            assert type(tensor) in (torch.Tensor, nn.Parameter)
            assert tensor.device.type == "cpu"


def score_meanwhile(record, gan):
    assert gan.score_rows(ROWS[:3], CLASSES[:3]).shape == (3,)
    assert gan.sample(3, "dog").shape == (3, 2, 3)


def test_a_gan_alone_trains_scores_and_goes_on_there():
    tiny = {"batch_size": 8, "hidden_sizes": (4,), "steps": 2, "random_state": 0}
    how = {**tiny, "callbacks": [score_meanwhile, EarlyStopping()], "warm_start": True}
    drawn = {}
    for device in ("cpu", "meta"):
        with elsewhere():
            gan = ConditionalGAN(**how, device=device)
            for _ in range(2):
                gan.fit(ROWS, CLASSES)
        assert_on_the_cpu(gan)
        drawn[device] = gan.sample(5, "cat"), gan.score_rows(ROWS, CLASSES)
    for one, other in zip(*drawn.values(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("device", ["cuda", "cuda:1", torch.device("cuda")])
def test_a_gpu_that_is_not_there_is_refused(device):
    with pytest.raises(ValueError, match=r"device=.*cuda.* cannot be used here .* 'auto' or 'cpu'"):
        ConditionalGAN(device=device).fit(ROWS)


@ON_A_GPU
def test_a_gpu_gives_the_rows_of_the_cpu_from_the_same_inputs():
    gan = ConditionalGAN(batch_size=8, steps=2, random_state=0, device="cuda").fit(ROWS, CLASSES)
    assert_on_the_cpu(gan)
    codes = torch.tensor([0, 1] * 50)
    inputs = gan.generator_.draw_inputs(codes, None, torch.Generator().manual_seed(0))
    rows, scores = {}, {}
    with torch.no_grad():
        for device in ("cpu", "cuda"):
            generator, discriminator = gan.generator_.to(device), gan.discriminator_.to(device)
            moved = [None if each is None else each.to(device) for each in inputs]
            rows[device] = generator(*moved).cpu()
            scores[device] = discriminator(rows["cpu"].to(device), moved[1]).cpu()
    torch.testing.assert_close(rows["cuda"], rows["cpu"], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(scores["cuda"], scores["cpu"], rtol=1e-3, atol=1e-3)


@ON_A_GPU
def test_on_a_gpu_the_same_seed_gives_the_same_rows_and_touches_no_other(mixed):
    before = torch.cuda.get_rng_state()
    samplers = [LSGANOverSampler(**TINY, steps=25, dropout=0.1, device="cuda") for _ in range(2)]
    first, again = (sampler.fit_resample(*mixed)[0] for sampler in samplers)
    assert_on_the_cpu(samplers[0])
    for one, other in zip(*(sampler.generator_.parameters() for sampler in samplers), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)
    assert first.dtypes.equals(again.dtypes) and len(first) == len(again) == 270
    assert torch.equal(torch.cuda.get_rng_state(), before)
