"""Which part of the package may know of which: imports as they are written, read and not run."""

import ast
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import gansampler

ROOT = Path(gansampler.__file__).parent
EVALUATION = "gansampler.evaluation"
SPINE = {f"{EVALUATION}.{name}" for name in ("compare", "jobs", "store", "trial", "workers")}


def module_name(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in ROOT.rglob("*.py")}


def imports(source, package):
    """List what a source imports from the project, wherever in it, by full names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            # What is imported may be a module of the package, or a name in it.
            submodules = {f"{base}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= submodules or {base}
    return {name for name in found if name.partition(".")[0] == "gansampler"}


def package_of(name):
    return name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]


GRAPH = {
    name: imports(path.read_text(encoding="utf-8"), package_of(name))
    for name, path in MODULES.items()
}


def is_in(name, part):
    return name == part or name.startswith(f"{part}.")


def members(part):
    return [name for name in GRAPH if is_in(name, f"{EVALUATION}.{part}")]


def test_all_ways_of_importing_are_seen():
    source = """
from . import trial
from .store import Store
from ..axes import metrics
import gansampler.evaluation.compare as c
def later():
    from ... import seeding
"""
    assert imports(source, f"{EVALUATION}.report") == {
        f"{EVALUATION}.report",
        f"{EVALUATION}.report.store",
        f"{EVALUATION}.axes.metrics",
        f"{EVALUATION}.compare",
        "gansampler.seeding",
    }


def test_no_module_imports_itself_by_way_of_others():
    """A package stands for the modules that it imports; what is imported late counts as well."""
    TopologicalSorter(GRAPH).prepare()


@pytest.mark.parametrize("name", members("statistics"))
def test_statistics_know_metrics_and_nothing_else_of_the_benchmark(name):
    allowed = (f"{EVALUATION}.statistics", f"{EVALUATION}.axes.metrics")
    beyond = [each for each in GRAPH[name] if is_in(each, EVALUATION)]
    assert [each for each in beyond if not any(is_in(each, part) for part in allowed)] == []


@pytest.mark.parametrize("name", members("report"))
def test_a_report_does_not_know_how_its_results_came_about(name):
    assert GRAPH[name] & SPINE == set()


@pytest.mark.parametrize("name", members("axes"))
def test_an_axis_does_not_know_who_chooses_from_it(name):
    later = {f"{EVALUATION}.{part}" for part in ("statistics", "report")} | SPINE
    assert [each for each in GRAPH[name] if any(is_in(each, part) for part in later)] == []


def test_nobody_imports_the_comparison_but_the_face_and_the_command_line():
    known = {name for name, found in GRAPH.items() if f"{EVALUATION}.compare" in found}
    assert known <= {EVALUATION, "gansampler.cli"}


def test_the_samplers_do_not_know_the_benchmark():
    outside = [name for name in GRAPH if not is_in(name, EVALUATION) and name != "gansampler.cli"]
    assert [name for name in outside if any(is_in(each, EVALUATION) for each in GRAPH[name])] == []
