"""What torch shares between threads and processes: borrowed for a while, and put back."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from gansampler._torch import _locks, seeded_global_state, single_thread


def test_the_global_state_is_seeded_and_comes_back(monkeypatch):
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: pytest.fail("GPUs were seeded"))
    before = torch.get_rng_state()
    drawn = []
    for _ in range(2):
        with seeded_global_state(np.random.default_rng(0)):
            drawn.append(torch.rand(3))
    assert torch.equal(*drawn)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.fixture
def three_threads():
    """Torch has three threads, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_each_thread_has_one_thread_and_then_its_own_number_again(three_threads):
    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    def second():
        torch.set_num_threads(2)
        first_in.wait()
        with single_thread():
            inside = torch.get_num_threads()
            second_in.set()
            first_out.wait()
        return inside, torch.get_num_threads()

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(second)
        with single_thread():
            first_in.set()
            second_in.wait()
            assert torch.get_num_threads() == 1
        after = torch.get_num_threads()
        first_out.set()
    assert after == 3
    assert told.result() == (1, 2)


def test_a_thread_that_starts_meanwhile_has_the_number_of_before(three_threads):
    def number_of_a_new_thread():
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(torch.get_num_threads).result()

    with single_thread():
        assert number_of_a_new_thread() == 3
    assert number_of_a_new_thread() == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")
@pytest.mark.filterwarnings("ignore:This process")  # has threads, says Python 3.12
def test_a_process_that_is_forked_meanwhile_waits_for_no_lock():
    with _locks["global_state"], _locks["number_of_threads"]:
        child = os.fork()
        if child == 0:
            free = [lock.acquire(blocking=False) for lock in _locks.values()]
            os._exit(0 if all(free) else 1)
    assert os.waitpid(child, 0)[1] == 0
