"""The pages of the site: every name is there, every block is run, every link leads somewhere."""

import importlib
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [
    DOCS / "index.md",
    DOCS / "measured.md",
    DOCS / "studies/index.md",
    *DOCS.glob("guide/*.md"),
]
API = (DOCS / "api" / "index.rst").read_text()
MODULES = ["", ".anchors", ".datasets", ".evaluation", ".metrics", ".plotting", ".quality"]
REGISTRIES = ["acceptance.ACCEPTANCES", "anchors.ANCHORS", "losses.LOSSES", "losses.PENALTIES"]
REGISTRIES += ["schedules.SCHEDULES"]


def is_in_the_reference(name):
    return re.search(rf"^   (\w+\.)?{name}$|``{name}``", API, re.MULTILINE)


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_in_the_reference(module):
    names = set(importlib.import_module(f"gansampler{module}").__all__) - {"__version__", "ANCHORS"}
    assert {name for name in names if not is_in_the_reference(name)} == set()


@pytest.mark.parametrize("registry", REGISTRIES)
def test_every_part_that_has_a_name_is_in_the_reference(registry):
    module, _, name = registry.partition(".")
    registered = getattr(importlib.import_module(f"gansampler.{module}"), name).values()
    names = {type(make()).__name__ for make in registered}
    assert {name for name in names if not is_in_the_reference(name)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_code_is_run_by_the_build(page):
    kinds = re.findall(r"^`{3,}([^\s`]+)", page.read_text(), re.MULTILINE)
    assert set(kinds) <= {"{run}", "{command}", "{toctree}", "{raw}"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    made = {DOCS / "contributing.md": ROOT / "CONTRIBUTING.md", DOCS / "gallery/index.rst": ROOT}
    made |= {DOCS / f"studies/{path.name}": path for path in (ROOT / "benchmarks").glob("*.md")}
    made |= {DOCS / f"gallery/{path.stem}.rst": path for path in (ROOT / "examples").glob("*.py")}
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text()):
        target = (page.parent / link).resolve()
        assert made.get(target, target).exists(), link


def test_tables_are_those_of_the_results(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    tables = importlib.import_module("measured")
    page = (DOCS / "measured.md").read_text()
    assert tables.filled(page) == page
    with pytest.raises(SystemExit, match="no place for"):
        tables.filled("A page without tables.")


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    broken = runpy.run_path(str(DOCS / "check_links.py"))["broken"]
    (tmp_path / "a.html").write_text('<a href="b.html#here"></a><a href="https://c.org/d"></a>')
    (tmp_path / "b.html").write_text('<p id="here"></p><a href="#there"></a><img src="no.png">')
    assert broken(tmp_path) == ["b.html: #there", "b.html: no.png"]


def test_live_blocks_say_what_a_notebook_would():
    pytest.importorskip("sphinx")
    run_block = runpy.run_path(str(DOCS / "_extensions" / "live.py"))["run_block"]
    names = {}
    assert run_block("a = 2\nprint(a)\na + 1", names, "page") == "2\n3\n"
    assert run_block("a;", names, "page") == ""
    with pytest.raises(NameError):
        run_block("print(b)", names, "page")
