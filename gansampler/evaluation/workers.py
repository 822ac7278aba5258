"""Where trials run: in this process, in others, or on a cluster; and what a dead worker means."""

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from joblib import Parallel, delayed

LOST = (
    "A worker was ended from outside, most likely for want of memory. What was finished is in the "
    "store, and the same call goes on from there; with fewer jobs at a time each has more memory."
)
Job = TypeVar("Job")
Result = TypeVar("Result")


def run_jobs(
    run: Callable[[Job], Result],
    jobs: Sequence[Job],
    *,
    n_jobs: int,
    scheduler: str | None,
    files: Iterable[Path],
) -> Generator[Result, None, None]:
    """Run jobs, which read these files, and hand out each result as soon as it is there."""
    if scheduler is not None:
        return _run_on_cluster(run, jobs, scheduler, set(files))
    return _run_here(run, jobs, n_jobs)


def _run_here(
    run: Callable[[Job], Result], jobs: Sequence[Job], n_jobs: int
) -> Generator[Result, None, None]:
    # Batches of one: what is finished is handed over at once.
    parallel = Parallel(
        n_jobs,
        return_as="generator_unordered",
        batch_size=1,
        initializer=_at_the_start(os.getpid()),
    )
    try:
        with _children_hear_no_interruption():
            finished = parallel(delayed(run)(job) for job in jobs)
        yield from finished
    except BrokenProcessPool as error:
        raise ChildProcessError(LOST) from error


@contextmanager
def _children_hear_no_interruption() -> Iterator[None]:
    """Leave an interruption from the keyboard, which reaches all processes, to this one.

    Processes that are started in here would otherwise end with a traceback each.
    """
    if threading.current_thread() is not threading.main_thread():  # others may not choose
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which children inherit
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@cache
def _at_the_start(parent: int) -> Callable[[], None]:
    """Give what a worker does first: it sees to it that it ends with its parent, however that ends.

    It would otherwise finish its trial for nobody, on a core that the run which goes on needs.
    """

    # A function in a function is sent as a whole: nothing that takes seconds is imported before.
    def start() -> None:
        import os
        import threading
        import time

        def watch() -> None:
            while os.getppid() == parent:
                time.sleep(1)
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()

    return start


def _run_on_cluster(
    run: Callable[[Job], Result], jobs: Sequence[Job], scheduler: str, files: set[Path]
) -> Generator[Result, None, None]:
    """Run jobs on the workers of a Dask scheduler; what a worker had that is lost is run again."""
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise ImportError(
            'A cluster needs distributed: install it by pip install "gansampler[cluster]".'
        ) from error
    with Client(scheduler, set_as_default=False) as client:
        _check_workers(client, files)
        futures = as_completed(client.map(run, jobs, pure=False), loop=client.loop)
        try:
            yield from (future.result() for future in futures)
        except KilledWorker as error:
            raise ChildProcessError(LOST) from error


def _check_workers(client: Any, files: set[Path]) -> None:
    missing = client.run(_missing, files)
    if not missing:
        raise ValueError(
            f"{client.scheduler.address} has no workers: start some by "
            f"dask worker {client.scheduler.address} --nthreads 1."
        )
    for worker, names in missing.items():
        if names:
            raise ValueError(
                f"The worker {worker} does not see {', '.join(names)}: the files must lie on a "
                "disk that all workers share, under the same paths."
            )


def _missing(files: Iterable[Path]) -> list[str]:
    return sorted(str(path) for path in files if not path.exists())
