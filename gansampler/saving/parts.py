"""Forms of what a sampler is made of: the encoder, anchors, acceptance, losses, schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor

from .. import callbacks, losses, schedules
from ..acceptance import ClassifierAcceptance
from ..anchors import NeighborAnchors, TreeAnchors
from ..anchors.trees import _Donors, _fields, _Redraw
from ..encoding import MAX_SLOTS, CategoryEncoder, NumberEncoder, Span, TableEncoder, _labels
from ..enlargement import Enlarge
from .nodes import Form, Node, Packer, Unpacker, check, check_places
from .trees import pack_trees, unpack_trees
from .values import checked_dtype

Fields = Mapping[str, Node]


def _pack_encoder(encoder: TableEncoder, packer: Packer) -> dict[str, Node]:
    if encoder is packer.context.get("encoder"):
        return {}
    packer.context["encoder"] = encoder
    if encoder._dtype_ is not None:
        checked_dtype(encoder._dtype_.str)
    return {
        "categorical_features": packer.pack(encoder.categorical_features),
        "dtype": None if encoder._dtype_ is None else encoder._dtype_.str,
        "names": packer.pack(encoder._like_.columns),
        "columns": [
            _pack_column(column, encoder._like_.columns[i], packer)
            for i, column in enumerate(encoder._encoders_)
        ],
    }


def _pack_column(column: Any, name: Any, packer: Packer) -> dict[str, Node]:
    fields: dict[str, Node] = {}
    try:
        fields["values"] = packer.pack(column.values)
        fields["missing"] = packer.pack(column.missing)
    except ValueError as error:
        raise ValueError(f"of the column {name!r}, {error}") from error
    fields["has_missing"] = column.has_missing
    arrays = ("keys", "scores", "edges") if isinstance(column, NumberEncoder) else ("counts",)
    return {**fields, **{each: packer.keep(getattr(column, each)) for each in arrays}}


def _unpack_encoder(node: Fields, unpacker: Unpacker) -> TableEncoder:
    if "columns" not in node:
        return unpacker.context["encoder"]
    encoder: Any = TableEncoder(unpacker.unpack(node["categorical_features"]))
    encoder._dtype_ = None if node["dtype"] is None else checked_dtype(node["dtype"])
    with unpacker.holes(False):
        encoder._encoders_ = [_unpack_column(each, unpacker) for each in node["columns"]]
    names = unpacker.of_type(node["names"], pd.Index)
    check(len(names) == len(encoder._encoders_) > 0, "there are more or fewer names than columns")
    empty = (pd.Series(each.values[:0], dtype=each.values.dtype) for each in encoder._encoders_)
    encoder._like_ = pd.DataFrame(dict(enumerate(empty))).set_axis(names, axis=1)
    encoder.n_features_in_ = len(names)
    blocks = [block for each in encoder._encoders_ for block in each.blocks]
    stops = accumulate(width for _, width in blocks)
    encoder.spans_ = [Span(b - n, b, kind) for (kind, n), b in zip(blocks, stops, strict=True)]
    unpacker.context["encoder"] = encoder
    return encoder


def _unpack_column(node: Fields, unpacker: Unpacker) -> Any:
    kind: Any = NumberEncoder if "keys" in node else CategoryEncoder
    column = kind.__new__(kind)
    column.values = unpacker.of_type(node["values"], pd.api.extensions.ExtensionArray)
    column.missing, column.has_missing = unpacker.unpack(node["missing"]), node["has_missing"]
    is_said = type(column.has_missing) is bool and pd.api.types.is_scalar(column.missing)
    check(is_said, "whether a column has holes is not said")
    fill = _fill_number if kind is NumberEncoder else _fill_category
    fill(column, node, unpacker)
    return column


def _fill_number(column: Any, node: Fields, unpacker: Unpacker) -> None:
    column.keys, column.scores, column.edges = (
        unpacker.array(node[name], "f", ndim=1) for name in ("keys", "scores", "edges")
    )
    n = len(column.values)
    sizes = (len(column.keys), len(column.scores), len(column.edges) + 1)
    check(n > 0 and sizes == (n, n, n), "a column has more or fewer values than scores")
    check((np.diff(column.keys) > 0).all(), "the values of a column are not in order")
    check((np.diff(column.edges) >= 0).all(), "the ranks of a column are not in order")
    column.blocks = [("number", 1)] + ([("missing", 2)] if column.has_missing else [])


def _fill_category(column: Any, node: Fields, unpacker: Unpacker) -> None:
    column.counts = unpacker.array(node["counts"], "i", ndim=1)
    n = len(column.values)
    check(len(column.counts) == n and (column.counts > 0).all(), "categories have other counts")
    check(n + column.has_missing > 0, "a column has no category")
    labels = _labels(pd.Series(column.values, dtype=column.values.dtype))
    column.index = pd.Index(labels.astype(object), dtype=object, tupleize_cols=False)
    check(column.index.is_unique, "a category stands twice")
    column.n_slots = min(n, MAX_SLOTS)
    column.blocks = [("category", column.n_slots + column.has_missing)]


def _pack_learnt(value: Any, packer: Packer) -> dict[str, Node]:
    return {name: packer.pack(each) for name, each in _learnt(value).items()}


def _learnt(value: Any) -> dict[str, Any]:
    return {name: each for name, each in vars(value).items() if name.endswith("_")}


def _fill_learnt(value: Any, node: Fields, unpacker: Unpacker) -> None:
    for name, each in node.items():
        check(name.endswith("_") and not hasattr(type(value), name), f"{name!r} is nothing learnt")
        setattr(value, name, unpacker.unpack(each))


class Part(NamedTuple):
    """A class of ours, and how what it has learnt is kept: attribute by attribute, or otherwise."""

    kind: Any
    pack: Callable[[Any, Packer], dict[str, Node]] = _pack_learnt
    fill: Callable[[Any, Fields, Unpacker], None] = _fill_learnt


def _pack_neighbors(anchors: NeighborAnchors, packer: Packer) -> dict[str, Node]:
    names = ("bank_", "base_", "neighbor_", "count_")
    return {name: packer.keep(getattr(anchors, name).cpu().numpy()) for name in names}


def _fill_neighbors(anchors: NeighborAnchors, node: Fields, unpacker: Unpacker) -> None:
    bank = unpacker.array(node["bank_"], "f", ndim=2)
    check_compact(bank, unpacker.context["encoder"].spans_)
    base, count = (unpacker.array(node[name], "i", ndim=1) for name in ("base_", "count_"))
    neighbor = unpacker.array(node["neighbor_"], "i", ndim=2)
    check(neighbor.shape[0] == len(base) and neighbor.shape[1] > 0, "rows lack neighbours")
    check((count > 0).all() and count.sum() == len(base), "classes have other rows than anchors")
    check_places(base, len(bank), "anchors")
    check_places(neighbor, len(bank), "neighbours")
    check(len(count) == unpacker.context["n_playing"], "anchors know other classes")
    anchors.bank_, anchors.count_ = torch.from_numpy(bank), torch.from_numpy(count)
    anchors.base_, anchors.neighbor_ = torch.from_numpy(base), torch.from_numpy(neighbor)
    anchors.start_ = anchors.count_.cumsum(0) - anchors.count_
    anchors._prepare_columns(unpacker.context["encoder"].spans_)


def _rows(key: Node, unpacker: Unpacker) -> NDArray[np.float32]:
    """Give encoded rows (n, width) of the table, one or more."""
    rows = unpacker.array(key, "f", ndim=2)
    fits = rows.dtype == np.float32 and rows.shape[1] == unpacker.context["encoder"].width_
    check(fits and len(rows) > 0, "rows have another shape than the table")
    return rows


def check_compact(rows: Any, spans: Sequence[Span]) -> None:
    """Refuse what are no compact rows (n, spans), one or more, of a table."""
    fits = isinstance(rows, np.ndarray) and rows.ndim == 2 and rows.dtype == np.float32
    check(fits and len(rows) and rows.shape[1] == len(spans), "rows have another shape")
    check(np.isfinite(rows).all(), "a row holds what is no number")
    for (start, stop, kind), column in zip(spans, rows.T, strict=True):
        if kind != "number":
            inside = (column >= 0) & (column < stop - start) & (column == np.floor(column))
            check(inside.all(), "a row holds a category that is not there")


def _pack_redraws(anchors: TreeAnchors, packer: Packer) -> dict[str, Node]:
    return {"classes": [_pack_redraw(each, packer) for each in anchors.classes_]}


def _pack_redraw(redraw: Any, packer: Packer) -> dict[str, Node]:
    trees = [donors.tree.tree_ for of_column in redraw.trees for donors in of_column]
    # Only where they lead is asked of them, never what they predict.
    packed = pack_trees(trees, packer, values=False)
    return {"rows": packer.keep(redraw.rows), "slopes": packer.keep(redraw.slopes), "trees": packed}


def _fill_redraws(anchors: TreeAnchors, node: Fields, unpacker: Unpacker) -> None:
    anchors.classes_ = [_unpack_redraw(each, unpacker) for each in node["classes"]]
    check(len(anchors.classes_) == unpacker.context["n_playing"], "anchors know other classes")


def _unpack_redraw(node: Fields, unpacker: Unpacker) -> _Redraw:
    redraw, spans = _Redraw.__new__(_Redraw), unpacker.context["encoder"].spans_
    redraw.rows, redraw.spans, redraw.fields = _rows(node["rows"], unpacker), spans, _fields(spans)
    redraw.slopes, n = unpacker.array(node["slopes"], "f", ndim=2), len(redraw.fields)
    check(redraw.slopes.shape == (n, redraw.rows.shape[1]), "slopes have another shape")
    trees = unpack_trees(node["trees"], unpacker, len(spans))
    check(len(trees) % n == 0, "a column has other trees than the rest")
    each = len(trees) // n
    redraw.trees = [
        _donors(redraw, field, trees[place * each : (place + 1) * each])
        for place, field in enumerate(redraw.fields)
    ]
    return redraw


def _donors(redraw: _Redraw, field: Span, trees: list[Any]) -> list[_Donors]:
    """Put the rows from which the trees of one column were grown into their leaves again."""
    others = redraw._others(redraw.rows, field)
    return [_Donors(_regressor(tree), others, i % 2 == 1) for i, tree in enumerate(trees)]


def _regressor(tree: Any) -> DecisionTreeRegressor:
    regressor = DecisionTreeRegressor()
    regressor.tree_, regressor.n_features_in_, regressor.n_outputs_ = tree, tree.n_features, 1
    return regressor


def _fill_acceptance(rule: Any, node: Fields, unpacker: Unpacker) -> None:
    rule.view_ = rule._view(unpacker.context["encoder"])
    rule.judge_ = unpacker.unpack(node["judge"])


def _classes_of(module: Any, base: type) -> list[type]:
    """List the classes of one kind that a module of ours defines."""
    found = [each for each in vars(module).values() if isinstance(each, type)]
    return [each for each in found if issubclass(each, base) and each.__module__ == module.__name__]


PARTS: dict[str, Part] = {
    part.kind.__name__: part
    for part in (
        Part(NeighborAnchors, _pack_neighbors, _fill_neighbors),
        Part(TreeAnchors, _pack_redraws, _fill_redraws),
        Part(
            ClassifierAcceptance,
            lambda rule, packer: {"judge": packer.pack(rule.judge_)},
            _fill_acceptance,
        ),
        Part(Enlarge),
        *map(Part, _classes_of(callbacks, callbacks.Callback)),
        *map(Part, _classes_of(losses, losses.Loss)),
        *map(Part, _classes_of(schedules, schedules.Schedule)),
    )
}


def _is_part(value: Any) -> bool:
    part = PARTS.get(type(value).__name__)
    return part is not None and type(value) is part.kind


def callbacks_of_ours(given: Any) -> list[Any]:
    """Give those callbacks that a file can hold; others have watched a training that is over."""
    return [
        each
        for each in listed(given)
        if _is_part(each) and not any(map(callable, each.get_params(deep=False).values()))
    ]


def listed(given: Any) -> list[Any]:
    """List the callbacks of a parameter: none, one or several."""
    if given is None:
        return []
    return [given] if callable(given) else list(given)


def _pack_part(value: Any, packer: Packer) -> dict[str, Node]:
    name = type(value).__name__
    part = PARTS[name]
    params = vars(value) if is_dataclass(value) else value.get_params(deep=False)
    learnt = part.pack(value, packer) if _learnt(value) else None
    return {"of": name, "params": packer.pack(dict(params)), "learnt": learnt}


def _unpack_part(node: Fields, unpacker: Unpacker) -> Any:
    check(node["of"] in PARTS, f"there is no part {str(node['of'])[:40]!r}")
    part = PARTS[node["of"]]
    value = part.kind(**unpacker.of_type(node["params"], dict))
    if not is_dataclass(value):
        value._validate_params()
    if node["learnt"] is not None:
        with unpacker.holes(part.fill is _fill_learnt):
            part.fill(value, node["learnt"], unpacker)
    return value


FORMS: list[Form] = [
    Form("encoder", lambda value: type(value) is TableEncoder, _pack_encoder, _unpack_encoder),
    Form("part", _is_part, _pack_part, _unpack_part),
]
