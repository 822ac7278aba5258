"""Formulas as MathML, which every browser draws by itself: no script, nothing to fetch."""

from docutils.utils.math.latex2mathml import tex2mathml


def write_inline(translator, node):
    translator.body.append(tex2mathml(node.astext()))
    raise_skip()


def write_block(translator, node):
    formula = tex2mathml(node.astext(), as_block=True)
    translator.body.append(f'<div class="math-block">{formula}</div>')
    raise_skip()


def raise_skip():
    from docutils.nodes import SkipNode

    raise SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (write_inline, None), (write_block, None))
    return {"parallel_read_safe": True}
