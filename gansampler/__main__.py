"""``python -m gansampler`` is the command ``gansampler``."""

import sys

from .cli import main

sys.exit(main())
