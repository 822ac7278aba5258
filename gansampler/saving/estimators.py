"""Forms of scikit-learn's classifiers: those of our committee, checked, and all others by skops."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import partial
from typing import Any
from zipfile import ZipFile

from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    ExtraTreesClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, LabelEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import Bunch

from ..encoding import widen
from .archive import check_members
from .named import path_of
from .nodes import Form, Node, Packer, Unpacker, check, whole
from .trees import pack_trees, unpack_trees

PLAIN: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        FunctionTransformer,
        LabelEncoder,
        LogisticRegression,
        Pipeline,
        StandardScaler,
        VotingClassifier,
    )
}
FORESTS: dict[str, type] = {
    kind.__name__: kind for kind in (ExtraTreesClassifier, RandomForestClassifier)
}
# What is made again of the rest: trees, and what names others a second time.
OF_FORESTS = ("estimator", "estimator_", "estimators_")
OF_OTHERS = ("named_estimators_",)
MAX_JOBS = 1024
NEEDS_SKOPS = (
    "A judge of your own is kept by skops, which is not here: pip install 'gansampler[save]'"
)


def _pack_plain(value: Any, packer: Packer) -> dict[str, Node]:
    derived = OF_FORESTS if type(value) in FORESTS.values() else OF_OTHERS
    state = {name: each for name, each in vars(value).items() if name not in derived}
    return {"of": type(value).__name__, "state": packer.pack(state)}


def _unpack_plain(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    value = _make(PLAIN, node, unpacker)
    if isinstance(value, VotingClassifier) and "estimators_" in vars(value):
        names = [name for name, _ in value.estimators]
        value.named_estimators_ = Bunch(**dict(zip(names, value.estimators_, strict=True)))
    return value


def _make(kinds: Mapping[str, type], node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    """Make an estimator of one of these kinds, whose methods no attribute takes the place of."""
    check(node["of"] in kinds, f"there is no estimator {str(node['of'])[:40]!r}")
    kind: Any = kinds[node["of"]]
    state = unpacker.of_type(node["state"], dict)
    check(not any(hasattr(kind, str(name)) for name in state), "an attribute hides a method")
    value = kind.__new__(kind)
    vars(value).update(state)
    return value


def _pack_forest(value: Any, packer: Packer) -> dict[str, Node]:
    fields = _pack_plain(value, packer)
    if "estimators_" in vars(value):
        fields["trees"] = pack_trees(
            [tree.tree_ for tree in value.estimators_], packer, values=True
        )
    return fields


def _unpack_forest(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    forest = _make(FORESTS, node, unpacker)
    forest.estimator = type(forest)().estimator
    if "trees" not in node:
        return forest
    n_features, n_classes = whole(forest.n_features_in_, 1), len(forest.classes_)
    trees = unpack_trees(node["trees"], unpacker, n_features)
    values = {tree.max_n_classes for tree in trees}
    check(values == {n_classes} == {forest.n_classes_}, "a forest has other classes than its trees")
    check(forest.n_estimators == len(trees), "a forest has more or fewer trees than it says")
    jobs = forest.n_jobs
    check(
        jobs is None or (type(jobs) is int and abs(jobs) <= MAX_JOBS), "a forest asks for threads"
    )
    forest.estimator_ = forest.estimator
    forest.estimators_ = [_member(forest, tree) for tree in trees]
    return forest


def _member(forest: Any, tree: Any) -> DecisionTreeClassifier:
    member = type(forest.estimator_)()
    member.tree_, member.n_features_in_, member.n_outputs_ = tree, forest.n_features_in_, 1
    member.classes_, member.n_classes_ = forest.classes_, forest.n_classes_
    return member


def _is_widening(value: Any) -> bool:
    return isinstance(value, partial) and value.func is widen


def _widening(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    return partial(widen, list(unpacker.context["encoder"].spans_))


def _pack_foreign(value: Any, packer: Packer) -> dict[str, Node]:
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(NEEDS_SKOPS) from error
    path_of(type(value))
    try:
        content = skops.io.dumps(value)
        unknown = skops.io.get_untrusted_types(data=content)
        skops.io.loads(content, trusted=unknown)  # some of what it keeps it cannot make again
    except Exception as error:  # of all that a classifier may hold
        raise ValueError(f"skops cannot keep a {type(value).__name__} ({error})") from error
    name = f"judges/{len(packer.judges)}.skops"
    packer.judges[name] = content
    module, own = type(value).__module__, type(value).__qualname__
    parts = [path.rpartition(".") for path in unknown]
    inside = [{"module": part, "name": own_name} for part, _, own_name in parts]
    return {"module": module, "name": own, "judge": name, "inside": inside}


def _unpack_foreign(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    path = f"{node['module']}.{node['name']}"
    check(path in unpacker.trusted, f"{path} is not trusted")
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(NEEDS_SKOPS) from error
    content = unpacker.judges[node["judge"]]
    with ZipFile(io.BytesIO(content)) as archive:
        check_members(archive, len(content), None)
    value = skops.io.loads(content, trusted=sorted(unpacker.trusted))
    check(f"{type(value).__module__}.{type(value).__qualname__}" == path, f"it is no {path}")
    return value


FORMS: list[Form] = [
    Form("widening", _is_widening, lambda *_: {}, _widening),
    Form("forest", lambda value: type(value) in FORESTS.values(), _pack_forest, _unpack_forest),
    Form("estimator", lambda value: type(value) in PLAIN.values(), _pack_plain, _unpack_plain),
]
FOREIGN = Form(
    "judge",
    lambda value: isinstance(value, BaseEstimator) and hasattr(value, "predict"),
    _pack_foreign,
    _unpack_foreign,
)
