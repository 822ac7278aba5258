"""Blocks whose output is made when the site is built, and whose errors end the build.

``{run}`` runs Python: the blocks of a page share their names, as cells of a notebook do. What is
printed, the value of the last expression unless a semicolon ends it, and the figures left open are
shown below the code.
``:folded:`` hides the code behind a click, ``:alt:`` says what a figure shows.

``{command}`` runs a line that starts with ``gansampler`` in a folder with the red wines as
``wines.csv``. ``:after:`` and ``:lines:`` choose what of its output is shown, ``:keep:`` puts a
file that it writes at the root of the site.

``-D live_blocks=0`` leaves all of them out, for a look at words in a minute.
"""

import ast
import contextlib
import io
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import matplotlib
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from gansampler import datasets

matplotlib.use("agg")
from matplotlib import pyplot

# Characters of a line that is not cut beside its bar on a small screen.
WIDTH = 86


def run_block(code, names, where):
    """Run code as a cell of a notebook is run; give what it says."""
    body = ast.parse(code, where)
    last = body.body.pop() if isinstance(body.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(body, where, "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), where, "eval"), names)
            if value is not None and not code.rstrip().endswith(";"):
                print(value)
    return said.getvalue()


def output(said):
    """What was said, as a block below the code; sentences break where code does, tables do not."""
    lines = said.rstrip().splitlines()
    text = "\n".join(line if "  " in line else textwrap.fill(line, WIDTH) for line in lines)
    block = nodes.literal_block(text, text, language="text", classes=["output"])
    return [block] if said.strip() else []


class Run(SphinxDirective):
    """Python that is run."""

    has_content = True
    option_spec = {"folded": directives.flag, "alt": directives.unchanged}

    def run(self):
        code = "\n".join(self.content)
        if not self.config.live_blocks:
            return self.shown(code)
        where = f"{self.env.docname}, line {self.lineno}"
        names = self.env.temp_data.setdefault("names of live blocks", {"__name__": "__main__"})
        try:
            said = run_block(code, names, where)
        except Exception as error:
            raise self.severe(f"A live block fails: {type(error).__name__}: {error}") from error
        return [*self.shown(code), *output(said), *self.figures()]

    def shown(self, code):
        block = nodes.literal_block(code, code, language="python")
        if "folded" not in self.options:
            return [block]
        opening = '<details class="folded"><summary>The code</summary>'
        return [
            nodes.raw("", opening, format="html"),
            block,
            nodes.raw("", "</details>", format="html"),
        ]

    def figures(self):
        for number in pyplot.get_fignums():
            if "alt" not in self.options:
                raise self.severe("A live block that draws needs :alt:, words for its figure.")
            name = f"{self.env.docname.replace('/', '-')}-{self.lineno}-{number}.png"
            path = Path(self.env.srcdir, "_generated", "figures", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            pyplot.figure(number).savefig(path, dpi=150)
            uri = f"/_generated/figures/{name}"
            yield nodes.image("", uri=uri, alt=self.options["alt"], classes=["drawn"])
        pyplot.close("all")


class Command(SphinxDirective):
    """A line for the shell that is run."""

    has_content = True
    option_spec = {
        "after": directives.unchanged,
        "lines": directives.positive_int,
        "keep": directives.unchanged,
    }

    def run(self):
        shown = "\n".join(self.content)
        block = nodes.literal_block(shown, shown, language="console")
        if not self.config.live_blocks:
            return [block]
        line = " ".join(word.rstrip("\\").strip() for word in self.content)
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(line)],
            cwd=self.workplace(),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise self.severe(f"{line!r} ends with {done.returncode}: {done.stderr[-500:]}")
        return [block, *output(self.chosen(done.stdout))]

    def workplace(self):
        place = Path(self.env.srcdir, "_generated", "work")
        place.mkdir(parents=True, exist_ok=True)
        wines = Path(datasets.__file__).with_name("winequality_red4.csv")
        shutil.copy(wines, place / "wines.csv")
        return place

    def chosen(self, said):
        """The part that is shown; what is kept is put where the site takes it from."""
        for name in self.options.get("keep", "").split():
            shutil.copy(self.workplace() / name, Path(self.env.srcdir, "_generated", "extra"))
        after = self.options.get("after", "").strip('"')
        if after not in said:
            raise self.severe(f"The output has no {after!r}.")
        lines = said[said.index(after) + len(after) :].strip().splitlines()
        return "\n".join(lines[: self.options.get("lines")])


def setup(app):
    app.add_config_value("live_blocks", True, "env", bool)
    app.add_directive("run", Run)
    app.add_directive("command", Command)
    return {"parallel_read_safe": False}
