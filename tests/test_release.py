"""What a release says of itself in several places says the same."""

import re
import sys
from pathlib import Path

import pytest

import gansampler

ROOT = Path(__file__).parents[1]
REQUIREMENT = re.compile(r'"([A-Za-z][\w-]*)>=([\d.]+)')


def lowest_versions():
    """Name the lower bounds of pyproject.toml, those of all extras."""
    return dict(REQUIREMENT.findall((ROOT / "pyproject.toml").read_text()))


def oldest_pins():
    text = (ROOT / "constraints-oldest.txt").read_text()
    return dict(line.split("==") for line in text.splitlines() if "==" in line)


def release(version):
    """Tell ``1.2`` and ``1.2.0`` to be the same."""
    return tuple(int(part) for part in version.split(".") + ["0"] * (3 - version.count(".")))[:3]


def test_the_citation_names_this_version():
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {gansampler.__version__}\n" in citation


def test_the_changelog_speaks_of_this_version():
    headings = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert "Unreleased" in headings or gansampler.__version__ in headings


@pytest.mark.parametrize("package", sorted(oldest_pins()))
def test_the_oldest_versions_that_are_tested_are_those_that_are_allowed(package):
    assert release(oldest_pins()[package]) == release(lowest_versions()[package])


def test_every_package_that_the_core_needs_is_pinned_to_its_oldest():
    section = (ROOT / "pyproject.toml").read_text().split("\ndependencies = [")[1].split("]")[0]
    assert dict(REQUIREMENT.findall(section)).keys() <= oldest_pins().keys()


def test_this_python_is_one_that_is_declared():
    declared = re.findall(r":: Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    assert "{}.{}".format(*sys.version_info) in declared
