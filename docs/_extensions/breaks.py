"""Where code in a sentence or a cell may break: after a bracket or ``=``, and before a dot."""

import re
from itertools import chain

from docutils import nodes

PLACES = re.compile(r"(?<=[\w)][(\[=])(?=[^\s)\]])|(?<=[\w)\]])(?=\.[a-z])")


def let_break(app, doctree, docname):
    """Put a mark at each place, which is not seen, and not copied either."""
    for text in list(doctree.findall(nodes.Text)):
        if isinstance(text.parent, nodes.literal):
            first, *others = map(nodes.Text, PLACES.split(text))
            marked = [(nodes.raw("", "<wbr>", format="html"), part) for part in others]
            text.parent.replace(text, [first, *chain(*marked)])


def setup(app):
    app.connect("doctree-resolved", let_break)
    return {"parallel_read_safe": True}
