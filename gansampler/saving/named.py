"""Forms of what is not ours: kept by the path under which it is imported, made if one trusts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from .nodes import Form, Node, Packer, Unpacker, check

BY_PATH = (FunctionType, BuiltinFunctionType, type)


def path_of(thing: Any) -> str:
    """Give the path by which a class or function is imported; a ValueError if there is none."""
    path = f"{thing.__module__}.{thing.__qualname__}"
    try:
        found = _find(thing.__module__, thing.__qualname__)
    except (ImportError, AttributeError):
        found = None
    if found is not thing:
        raise ValueError(
            f"{path} cannot be imported by that name: define it at the top of a module, neither as "
            "a lambda nor inside a function"
        )
    return path


def _find(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module) or import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _address(thing: Any) -> dict[str, Node]:
    path_of(thing)
    return {"module": thing.__module__, "name": thing.__qualname__}


def _import(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    """Import what a node names; nothing that is not trusted, whoever asks."""
    module, name = node["module"], node["name"]
    check(f"{module}.{name}" in unpacker.trusted, f"{module}.{name} is not trusted")
    try:
        return _find(module, name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{module}.{name} cannot be imported here ({error})") from error


def named_in(node: Node) -> Iterator[str]:
    """Find the paths of all that must be trusted before something is made of a node."""
    if isinstance(node, dict):
        if "module" in node and "name" in node:
            yield f"{node['module']}.{node['name']}"
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from named_in(each)


def _is_object(value: Any) -> bool:
    return hasattr(value, "__dict__") and not isinstance(value, (*BY_PATH, MethodType))


def _pack_object(value: Any, packer: Packer) -> dict[str, Node]:
    kind = type(value)
    plain = kind.__reduce__ is object.__reduce__ and kind.__reduce_ex__ is object.__reduce_ex__
    check(plain, f"it holds a {kind.__name__}, which is more than its attributes")
    return {**_address(kind), "state": packer.pack(dict(vars(value)))}


def _unpack_object(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    kind = _import(node, unpacker)
    check(isinstance(kind, type), f"{node['name']} is no class")
    with unpacker.holes(True):
        state = unpacker.of_type(node["state"], dict)
    value = kind.__new__(kind)
    vars(value).update(state)
    return value


NAMED = Form(
    "named",
    lambda value: isinstance(value, BY_PATH),
    lambda value, _: _address(value),
    _import,
)
# The last of all forms: whatever has attributes, and no form of its own.
OBJECT = Form("object", _is_object, _pack_object, _unpack_object)
