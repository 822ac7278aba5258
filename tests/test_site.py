"""The pages of the site: every name is there, every block is run, every link leads somewhere."""

import importlib
import re
import runpy
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pytest
from sklearn.tree import DecisionTreeClassifier

import gansampler
from gansampler.datasets import load_winequality_red4

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
THEIR_IMPORTS = """
from imblearn.combine import *
from imblearn.over_sampling import *
from imblearn.pipeline import make_pipeline
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

import gansampler
from gansampler import *
from gansampler.anchors import *
"""


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
def test_lines_of_code_are_not_cut_on_a_small_screen(page):
    blocks = re.findall(
        r"^```\{(?:run|command)\}\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE
    )
    lines = [line for block in blocks for line in block.splitlines() if not line.startswith(":")]
    assert [line for line in lines if len(line) > 88] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    made = {DOCS / "contributing.md": ROOT / "CONTRIBUTING.md", DOCS / "gallery/index.rst": ROOT}
    made |= {DOCS / f"studies/{path.name}": path for path in (ROOT / "benchmarks").glob("*.md")}
    made |= {DOCS / f"gallery/{path.stem}.rst": path for path in (ROOT / "examples").glob("*.py")}
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text()):
        target = (page.parent / link).resolve()
        assert made.get(target, target).exists(), link


def code_for_users_of_other_packages():
    """List the calls on both sides of the table of SMOTE, and on our side of the others."""
    of_smote, others = (DOCS / "guide/coming_from.md").read_text().split("## CTGAN")
    rows = re.findall(r"^\| .* \|$", of_smote, re.MULTILINE)
    ours = re.findall(r"^\| .* (\| .* \|)$", others, re.MULTILINE)
    return dict.fromkeys(re.findall(r"`([^`]+\))`", "".join(rows + ours)))


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Give what the tables for users of other packages speak of."""
    said = {"path": tmp_path_factory.mktemp("kept") / "rare.gan", "model": DecisionTreeClassifier()}
    exec(THEIR_IMPORTS, said)
    X, y = load_winequality_red4()
    X, y = X.assign(zip=X["Density"]), y.map({"positive": "rare", "negative": "common"})
    sampler = gansampler.JitterOverSampler(random_state=0)
    sampler.fit_resample(X, y)
    sampler.save(said["path"])
    said |= {"X": X, "y": y, "sampler": sampler, "rows": sampler.sample(50)}
    return said | {"table": X.assign(region=["north", "south", "south"] * 533)}


def quick(*args, **settings):
    """Make a sampler that is trained in a moment, however long it was to train."""
    return gansampler.LSGANOverSampler(*args, **settings | {"steps": 5})


@pytest.mark.parametrize("code", code_for_users_of_other_packages())
def test_code_for_users_of_other_packages_runs(code, names):
    made = eval(code, names | {"LSGANOverSampler": quick, "sampler": deepcopy(names["sampler"])})
    use = getattr(made, "fit_resample", None) or getattr(made, "fit", None)
    if use:
        use(names["X"], names["y"])


@pytest.fixture
def studies(monkeypatch):
    """Import a module of the studies by its name."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


def test_tables_and_sentences_are_those_of_the_results(studies):
    measured = studies("measured")
    texts = {page: page.read_text() for page in measured.PAGES}
    measured.check_places(texts.values())
    assert [page for page, text in texts.items() if measured.filled(text) != text] == []


def test_a_figure_that_was_typed_is_replaced(studies):
    page = (ROOT / "README.md").read_text()
    typed = re.sub(r"(<!-- gains_in_ranking -->[^<]*?)\.\d{3}", r"\1.999", page)
    assert typed != page
    assert studies("measured").filled(typed) == page


def test_blocks_without_a_place_and_places_without_a_block_are_refused(studies):
    measured = studies("measured")
    with pytest.raises(SystemExit, match="no place for by_learner"):
        measured.check_places(["A page without blocks."])
    whole = "".join(f"<!-- {name} -->\n<!-- end -->\n" for name in measured.BLOCKS)
    measured.check_places([whole])
    with pytest.raises(SystemExit, match="lacks the other"):
        measured.check_places([whole, "<!-- labels -->\n"])
    with pytest.raises(SystemExit, match="asks for nothing, which is no block"):
        measured.filled("<!-- nothing -->\n<!-- end -->")


@pytest.mark.parametrize(
    ("p", "said"),
    [
        ((0.01, 0.049), ".012 and -.004"),
        ((0.01, 0.05), ".012 and -.004 (the second may be chance)"),
        ((0.2, 0.01), ".012 and -.004 (the first may be chance)"),
        ((0.2, float("nan")), ".012 and -.004 (both may be chance)"),
    ],
)
def test_what_may_be_chance_is_said_to_be(p, said, studies):
    gains = [SimpleNamespace(gain=g, p=each) for g, each in zip((0.0121, -0.0042), p, strict=True)]
    wording = studies("wording")
    assert wording.told(gains) == said
    signed = wording.compared(gains, "higher", "lower")
    assert signed == said.replace(".012", ".012 higher").replace("-.004", ".004 lower")


def test_a_sure_loss_is_no_gain_that_stands(studies):
    loss, gain = (
        SimpleNamespace(gain=g, p=0.01, metric="roc_auc", learner=learner)
        for g, learner in ((-0.1, "xgboost_default"), (0.1, "xgboost_tuned"))
    )
    said = "for a tuned XGBoost alone in ROC-AUC (p .010 and .010)"
    assert studies("sentences").stands([loss, gain]) == said


def test_no_doubt_is_left_out_of_a_long_list(studies):
    sure, doubtful = SimpleNamespace(gain=0.1, p=0.01), SimpleNamespace(gain=0.1, p=0.2)
    with pytest.raises(IndexError):
        studies("wording").remark([sure] * 5 + [doubtful])


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
