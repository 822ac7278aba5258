"""Every page of the gallery, run from its first line to its last.

    python benchmarks/gallery.py                        # all; writes examples/README.md, figures
    python benchmarks/gallery.py plot_rayleigh --full   # one, at the size of the notes

A page prints its targets as ``target: what | found | met``, or missed. Each runs in a process of
its own; the figures that it leaves open are written to examples/figures.
"""

import argparse
import runpy
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
from provenance import markdown_source, markdown_table, provenance, write_result

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
FIGURES = EXAMPLES / "figures"


def run_page(page: Path) -> dict:
    """Run a page; what it printed, its figures, and how long it took."""
    begin = time.perf_counter()
    words = [sys.executable, __file__, "--inside", str(page), *sys.argv[1:]]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, cwd=EXAMPLES)
    return {
        "page": page.stem,
        "title": page.read_text().split("\n")[1],
        "status": done.returncode,
        "seconds": time.perf_counter() - begin,
        "said": done.stdout,
        "figures": [path.name for path in sorted(FIGURES.glob(f"{page.stem}_[0-9].png"))],
    }


def run_inside(page: Path) -> None:
    """Run a page in this process and write the figures that it leaves open."""
    plt.switch_backend("agg")
    sys.argv = [str(page), *(word for word in sys.argv[1:] if word in ("--full", "--quick"))]
    runpy.run_path(str(page), run_name="__main__")
    FIGURES.mkdir(exist_ok=True)
    for old in FIGURES.glob(f"{page.stem}_[0-9].png"):
        old.unlink()
    for place, number in enumerate(plt.get_fignums(), start=1):
        plt.figure(number).savefig(FIGURES / f"{page.stem}_{place}.png", dpi=80)


def targets_of(result: dict) -> list[list[str]]:
    """Read the lines that tell a target."""
    lines = [line for line in result["said"].splitlines() if line.startswith("target: ")]
    return [
        [result["page"], *(cell.strip().removeprefix("found ") for cell in line[8:].split("|"))]
        for line in lines
    ]


def readme(results: list[dict], source: dict) -> str:
    pages = [
        [f"[{each['page']}]({each['page']}.py)", each["title"], f"{each['seconds']:.0f} s"]
        for each in results
    ]
    targets = [row for each in results for row in targets_of(each)]
    figures = [
        f"![{each['title']}](figures/{name})" for each in results for name in each["figures"]
    ]
    parts = [
        INTRODUCTION,
        markdown_table(["page", "what it shows", "time"], pages, texts=2),
        "## Targets, as these runs found them",
        markdown_table(["page", "target", "found", "verdict"], targets, texts=4),
        "## Figures",
        *figures,
        markdown_source(source),
    ]
    return "\n\n".join(["# The gallery", *parts]) + "\n"


INTRODUCTION = """\
Each page is a script to read from top to bottom and to run by itself: `python examples/NAME.py`.
`--full` takes the size of the notes or of the published experiment. `make gallery` runs them all,
draws the figures below and writes this page."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", help="such as plot_rayleigh; all by default")
    parser.add_argument("--full", action="store_true", help="the size of the notes")
    parser.add_argument("--quick", action="store_true", help="the size of the tests")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return run_inside(args.inside)
    wanted = [EXAMPLES / f"{Path(name).stem}.py" for name in args.pages]
    source = provenance()
    results = []
    for page in wanted or sorted(EXAMPLES.glob("plot_*.py")):
        results.append(run_page(page))
        print(f"{page.stem}: {results[-1]['seconds']:.0f} s, status {results[-1]['status']}")
        print(results[-1]["said"])
    if not (wanted or args.quick or args.full):
        write_result(HERE / "gallery.json", source, results)
        (EXAMPLES / "README.md").write_text(readme(results, source))
    sys.exit(max(each["status"] for each in results))


if __name__ == "__main__":
    main()
