"""How Sphinx builds the site: `make docs`. Nothing is fetched from the internet."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

from gansampler import __version__  # noqa: E402

project = "gansampler"
author = "gansampler developers"
copyright = "gansampler developers, MIT licence"
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "adopted",
    "breaks",
    "formulas",
    "live",
]
exclude_patterns = ["_build", "_generated", "_templates", "gallery/*.py", "gallery/GALLERY_HEADER*"]
templates_path = ["_templates"]
root_doc = "index"
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4
# Pages of examples that take minutes are not run here: what a run of all of them drew is shown.
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_(rows|gaussian)\.py",
    "plot_gallery": True,
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1e9,
    "remove_config_comments": True,
    "within_subsection_order": "FileNameSortKey",
}

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
add_module_names = False
# Methods beside an API page are named without their class.
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = "gansampler"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_extra_path = ["_generated/extra"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_theme_options = {
    "logo": {"text": "gansampler"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 5,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
# Pages without others beside them; a sidebar would be empty.
html_sidebars = {page: [] for page in ("index", "measured", "contributing", "changelog")}
(HERE / "_generated" / "extra").mkdir(parents=True, exist_ok=True)
