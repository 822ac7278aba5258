"""The command ``gansampler``, also as ``python -m gansampler``."""

import os
import signal
import sys
from typing import Any

INTERRUPTED = 130


def main() -> int:
    """Run the command of this process, which may be interrupted from its first moment on."""
    interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if interruptible:
        signal.signal(signal.SIGINT, _leave)
    from .cli import main as run  # torch and pandas take seconds

    if interruptible:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run()


def _leave(*_: Any) -> None:
    """End at once: an exception in the midst of an import may end in an abort of C++."""
    print("gansampler: interrupted, nothing written", file=sys.stderr, flush=True)
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
