"""Pages of the gallery, run at the size of a test."""

import runpy
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run_page(monkeypatch):
    """Run a page with --quick; gives its names."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(EXAMPLES)

    def run(name):
        path = EXAMPLES / f"{name}.py"
        monkeypatch.setattr(sys, "argv", [str(path), "--quick"])
        return runpy.run_path(str(path), run_name="__main__")

    yield run
    plt.close("all")
