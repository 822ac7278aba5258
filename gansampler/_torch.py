"""What torch needs around it: a device, a thread, seeded generators, and seeded global state."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import torch

CPU = torch.device("cpu")

# A process can be forked while another thread holds these: the child gets new ones.
_locks: dict[str, threading.Lock] = {}


def _renew_locks() -> None:
    _locks.update(global_state=threading.Lock(), number_of_threads=threading.Lock())


_renew_locks()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


@contextmanager
def single_thread() -> Iterator[None]:
    """Run torch on one thread, and put the number of the thread that calls back afterwards.

    Matrices of 256 x 128 gain nothing from a second thread, and where another process wants the
    same core, waiting for that thread makes a step many times slower. Sums depend on how many
    threads share them, and helpers that were started once do not live on in a forked process.
    """
    before = torch.get_num_threads()
    try:
        _set_own_number_of_threads(1)
        yield
    finally:
        _set_own_number_of_threads(before)


def _set_own_number_of_threads(n: int) -> None:
    """Set how many threads torch uses for the thread that calls, and for no other.

    The number belongs to a thread, but torch also gives the last one that was set to every thread
    that comes later; so one that ends at once sets the one before again.
    """
    with _locks["number_of_threads"], ThreadPoolExecutor(1) as another:
        for_later = another.submit(torch.get_num_threads).result()
        torch.set_num_threads(n)
        another.submit(torch.set_num_threads, for_later).result()


def resolve_device(device: str | torch.device) -> torch.device:
    """Give a device that numbers can be drawn on; "auto" is CUDA where it works, else the CPU."""
    if isinstance(device, str) and device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
        random = torch.Generator(resolved).manual_seed(0)
        torch.rand(1, generator=random, device=resolved).item()
    except (RuntimeError, AssertionError) as error:
        cause = str(error).partition(". ")[0].partition("\n")[0].rstrip(".")
        raise ValueError(
            f"device={device!r} cannot be used here ({cause}). Use 'auto' or 'cpu'."
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

    What a user's own network draws can be drawn from nothing else. The lock keeps two fits from
    each other's state; a thread of the user's that draws meanwhile draws from the seeded one.
    """
    gpus = [device] if device.type == "cuda" else []
    with _locks["global_state"], torch.random.fork_rng(gpus):
        seed = int(rng.integers(2**62))
        # Not torch.manual_seed: it seeds every other device as well, for good.
        torch.default_generator.manual_seed(seed)
        for gpu in gpus:
            with torch.cuda.device(gpu):
                torch.cuda.manual_seed(seed)
        yield
