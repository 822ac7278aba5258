"""Pages of the gallery, run at the size of a test."""

import runpy
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def run_page():
    """Run a page with --quick, in the folder of the gallery; gives its names."""

    def run(name):
        path = EXAMPLES / f"{name}.py"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MPLBACKEND", "agg")
            patch.chdir(EXAMPLES)
            patch.setattr(sys, "argv", [str(path), "--quick"])
            return runpy.run_path(str(path), run_name="__main__")

    yield run
    plt.close("all")
