"""What torch needs around it: a device, a thread, seeded generators, and seeded first weights."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

_GLOBAL_STATE = threading.Lock()
CPU = torch.device("cpu")


class _SingleThread:
    """Run torch on one thread while anyone is inside, and put the caller's number back.

    Matrices of 256 x 128 gain nothing from a second thread, and where another process wants the
    same core, waiting for that thread makes a step many times slower. The number is global to
    the process, so the last one out restores it.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = 0
        self.before = 1

    def __enter__(self) -> None:
        with self.lock:
            if self.inside == 0:
                self.before = torch.get_num_threads()
                torch.set_num_threads(1)
            self.inside += 1

    def __exit__(self, *error: object) -> None:
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                torch.set_num_threads(self.before)


single_thread = _SingleThread()


def resolve_device(device: str | torch.device) -> torch.device:
    """Turn ``"auto"`` into the best device that is there.

    Parameters
    ----------
    device : str or torch.device
        ``"auto"`` takes CUDA where it works, else the CPU; anything else goes to `torch.device`.

    Returns
    -------
    device : torch.device
        A device on which a tensor could be made.

    Raises
    ------
    ValueError
        If the device does not exist on this machine.
    """
    if isinstance(device, str) and device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
        torch.empty(1, device=resolved)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device={device!r} cannot be used here ({error}). Use 'auto' or 'cpu'."
        ) from error
    return resolved


def seeded_generator(rng: np.random.Generator, device: torch.device) -> torch.Generator:
    """Make a torch generator on ``device`` whose seed is drawn from ``rng``."""
    generator = torch.Generator(device=device)
    generator.manual_seed(int(rng.integers(2**62)))
    return generator


@contextmanager
def seeded_global_state(rng: np.random.Generator, device: torch.device = CPU) -> Iterator[None]:
    """Seed torch's global state, of the CPU and of ``device``, and put it back afterwards.

    First weights can be drawn from nothing else, nor can what a user's own layers draw. The lock
    keeps two threads from each other's state.
    """
    gpus = [device] if device.type == "cuda" else []
    with _GLOBAL_STATE, torch.random.fork_rng(gpus):
        seed = int(rng.integers(2**62))
        # Not torch.manual_seed: it seeds every other device as well, for good.
        torch.default_generator.manual_seed(seed)
        for gpu in gpus:
            with torch.cuda.device(gpu):
                torch.cuda.manual_seed(seed)
        yield
