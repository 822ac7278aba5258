"""Formulas as MathML, which every browser draws by itself: no script, nothing to fetch."""

from docutils.nodes import SkipNode
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
# What docutils does not know, in words that it does.
KNOWN = {r"\dots": r"\ldots"}


def as_mathml(node, **how):
    """Turn the formula of a node into MathML; what cannot be read is warned of."""
    formula = node.astext()
    for unknown, known in KNOWN.items():
        formula = formula.replace(unknown, known)
    try:
        return tex2mathml(formula, **how)
    except MathError as error:
        LOGGER.warning("%s in %r", error, formula, location=node)
        return f"<code>{formula}</code>"


def write_inline(translator, node):
    translator.body.append(as_mathml(node))
    raise SkipNode


def write_block(translator, node):
    translator.body.append(f'<div class="math-block">{as_mathml(node, as_block=True)}</div>')
    raise SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    return {"parallel_read_safe": True}
