"""Trees of scikit-learn as arrays that are checked: their code follows what it is given blindly.

A saved node that points beyond its tree would be read there, and one that points back never left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.tree._tree import TREE_LEAF, TREE_UNDEFINED, Tree

from .nodes import Node, Packer, Unpacker, check

NODE = {
    "left_child": np.int32,
    "right_child": np.int32,
    "feature": np.int32,
    "threshold": np.float64,
    "missing_go_to_left": np.uint8,
}


def pack_trees(trees: Sequence[Any], packer: Packer, *, values: bool) -> dict[str, Node]:
    """Keep trees, one below the other: what they split on and, if asked, the values of nodes."""
    states = [tree.__getstate__() for tree in trees]
    nodes = np.concatenate([state["nodes"] for state in states])
    given = np.concatenate([state["values"] for state in states]) if values else None
    return {
        "sizes": packer.keep(np.array([state["node_count"] for state in states])),
        "depths": packer.keep(np.array([state["max_depth"] for state in states])),
        "values": None if given is None else packer.keep(given),
        **{name: packer.keep(nodes[name].astype(dtype)) for name, dtype in NODE.items()},
    }


def unpack_trees(node: Mapping[str, Node], unpacker: Unpacker, n_features: int) -> list[Any]:
    """Make trees again that split on so many columns."""
    sizes = unpacker.array(node["sizes"], "i", ndim=1)
    depths = unpacker.array(node["depths"], "i", ndim=1)
    fields = {
        name: unpacker.array(node[name], np.dtype(dtype).kind, ndim=1)
        for name, dtype in NODE.items()
    }
    total, none = len(fields["feature"]), node["values"] is None
    values = np.zeros((total, 1, 1)) if none else unpacker.array(node["values"], "f", ndim=3)
    check(len(sizes) and (sizes > 0).all() and sizes.sum() == total, "trees are of other sizes")
    check(len(depths) == len(sizes) and (depths >= 0).all(), "trees are of other depths")
    check(all(len(each) == total for each in (values, *fields.values())), "trees lack nodes")
    check(values.shape[1] == 1 and values.shape[2] > 0, "trees have another number of outputs")
    _check_nodes(sizes, fields, n_features)
    stops = np.cumsum(sizes)[:-1]
    parts = {name: np.split(field, stops) for name, field in fields.items()}
    cut = np.split(values, stops)
    return [
        _tree({name: part[i] for name, part in parts.items()}, cut[i], int(depths[i]), n_features)
        for i in range(len(sizes))
    ]


def _check_nodes(sizes: NDArray[Any], fields: Mapping[str, NDArray[Any]], n_features: int) -> None:
    """Refuse a child that does not lie behind its parent in the same tree, and unknown columns."""
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place, size = np.arange(len(starts)) - starts, np.repeat(sizes, sizes)
    left, right, feature = (fields[name] for name in ("left_child", "right_child", "feature"))
    inner = left != TREE_LEAF
    check((right[~inner] == TREE_LEAF).all(), "a leaf of a tree has a child")
    for child in (left, right):
        ahead = (child > place) & (child < size)
        check(ahead[inner].all(), "a node of a tree leads astray")
    known = (feature >= 0) & (feature < n_features)
    check(known[inner].all(), "a tree splits on a column that is not there")


def _tree(
    fields: Mapping[str, NDArray[Any]], values: NDArray[Any], depth: int, n_features: int
) -> Any:
    classes = np.array([values.shape[2]], dtype=np.intp)
    tree = Tree(n_features, classes, 1)
    nodes = np.zeros(len(values), dtype=tree.__getstate__()["nodes"].dtype)
    for name, field in fields.items():
        nodes[name] = field
    nodes["feature"][fields["left_child"] == TREE_LEAF] = TREE_UNDEFINED
    state = {"max_depth": depth, "node_count": len(nodes), "nodes": nodes}
    tree.__setstate__({**state, "values": np.ascontiguousarray(values, dtype=np.float64)})
    return tree
