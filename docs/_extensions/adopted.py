"""Pages that stand elsewhere in the repository, taken into the site when it is built.

Studies come from ``benchmarks/*.md``, with their pictures, CONTRIBUTING.md and CHANGELOG.md from
the root. The gallery's pages that are not run here get the figures of the last run of all.
"""

import os
import re
from pathlib import Path

from PIL import Image, ImageOps
from sphinx.errors import ExtensionError

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
THUMBNAIL = (400, 280)
LINK = re.compile(r"(?<=\]\()(?!https?:|#)([^)#\s]+)")


def pages():
    """Pair every adopted file with its page."""
    found = {ROOT / f"{name}.md": f"{name.lower()}.md" for name in ("CONTRIBUTING", "CHANGELOG")}
    studies = {path: f"studies/{path.name}" for path in (ROOT / "benchmarks").glob("*.md")}
    return {**found, **studies}


def led_on(text, source, page):
    """Let the links of a text from one place lead to the same from another."""
    homes = {path: DOCS / home for path, home in pages().items()}
    homes |= {ROOT / "README.md": DOCS / "index.md", ROOT / "examples": DOCS / "gallery/index.md"}

    def lead(match):
        target = (source.parent / match[1]).resolve()
        if not target.exists():
            raise ExtensionError(f"{source.name} links to {match[1]}, which is not there.")
        home = homes.get(target, target)
        if target.parent == ROOT / "examples" and target.suffix == ".py":
            home = DOCS / "gallery" / f"{target.stem}.rst"
        return Path(os.path.relpath(home, page.parent)).as_posix()

    return LINK.sub(lead, text)


def adopt(app):
    for source, home in pages().items():
        page = DOCS / home
        text = led_on(source.read_text(encoding="utf-8"), source, page)
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def figures_of(name):
    return sorted((ROOT / "examples" / "figures").glob(f"{name}_[0-9].png"))


def is_run(app, name):
    return re.search(app.config.sphinx_gallery_conf["filename_pattern"], f"{name}.py")


def give_thumbnails(app):
    """Draw the small picture of each page that is not run."""
    for script in (ROOT / "examples").glob("plot_*.py"):
        if not is_run(app, script.stem) and figures_of(script.stem):
            thumbnail = DOCS / f"gallery/images/thumb/sphx_glr_{script.stem}_thumb.png"
            with Image.open(figures_of(script.stem)[0]) as figure:
                ImageOps.pad(figure.convert("RGB"), THUMBNAIL, color="white").save(thumbnail)


def show_figures(app, docname, source):
    """Put the figures of a page that is not run below its first words."""
    name = docname.removeprefix("gallery/")
    if not re.fullmatch(r"plot_\w+", name) or is_run(app, name):
        return
    shown = "\n".join(
        f".. image:: ../../examples/figures/{path.name}\n   :alt: {name}\n"
        for path in figures_of(name)
    )
    words = "This page takes minutes, so it is not run when the site is built." + (
        " The figures are those of the last run of ``make gallery``." if shown else ""
    )
    first, found, rest = source[0].partition(".. GENERATED FROM PYTHON SOURCE LINES")
    if not found:
        raise ExtensionError(f"{docname} has no place for its figures.")
    source[0] = f"{first}\n.. note:: {words}\n\n{shown}\n{found}{rest}"


def setup(app):
    app.connect("builder-inited", adopt, priority=100)
    app.connect("builder-inited", give_thumbnails, priority=900)
    app.connect("source-read", show_figures)
    return {"parallel_read_safe": True}
