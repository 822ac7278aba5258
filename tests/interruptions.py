"""Interruptions from the keyboard, at any moment of what is done by this package."""

import sys
from contextlib import contextmanager
from inspect import CO_GENERATOR
from pathlib import Path

import gansampler

PACKAGE = str(Path(gansampler.__file__).parent)
# What is there before a fit begins, or puts back and can itself not be put back.
AROUND = {"fit_resample", "goes_on", "_forget", "_learnt", "_set_own_number_of_threads"}


@contextmanager
def interrupted_at(moment):
    """Raise KeyboardInterrupt at the so manyth call of a function of ours; count the calls."""
    calls = []

    def watch(frame, event, _):
        code = frame.f_code
        # Python itself drops what is raised in a generator that is thrown away.
        is_generator = code.co_flags & CO_GENERATOR
        is_ours = code.co_filename.startswith(PACKAGE)
        if is_ours and not is_generator and code.co_name not in AROUND:
            calls.append(code.co_name)
            if len(calls) == moment:
                raise KeyboardInterrupt

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield calls
    finally:
        sys.settrace(before)
