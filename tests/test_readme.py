"""The README's Python runs, and its commands exist."""

import re
from pathlib import Path

import pytest

from gansampler.cli import main

README = (Path(__file__).parent.parent / "README.md").read_text()


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_blocks_run(block, capsys):
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^gansampler (\w+)", README, re.M))))
def test_commands_exist(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "--target" in capsys.readouterr().out


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (Path(__file__).parent.parent / target).exists(), target


def test_it_fits_a_screen_or_two():
    assert len(README.splitlines()) <= 120
    assert len(re.findall(r"!\[", README)) == 1
