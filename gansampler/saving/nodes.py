"""Objects as JSON and arrays, and back, by forms: what is not in a form is refused.

A node is what JSON has (None, booleans, numbers, text, lists), or a mapping with the name of its
form under "is".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Node = Any
# Beyond this many levels an object is deemed to hold itself.
MAX_DEPTH = 60


class Form(NamedTuple):
    """How objects of one kind are kept: as the fields of a node, from which they are made again."""

    name: str
    fits: Callable[[Any], bool]
    pack: Callable[[Any, Packer], Mapping[str, Node]]
    unpack: Callable[[Mapping[str, Node], Unpacker], Any]


class Packer:
    """Turn objects into nodes, and keep their arrays and foreign judges beside these."""

    def __init__(self, forms: list[Form]) -> None:
        self.forms, self.depth = forms, 0
        self.arrays: dict[str, NDArray[Any]] = {}
        self.judges: dict[str, bytes] = {}
        # What a part of the sampler is made of again, not kept twice: the encoder, say.
        self.context: dict[str, Any] = {}

    def pack(self, value: Any) -> Node:
        """Give the node of an object; a ValueError tells what cannot be kept."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float and isfinite(value):
            return value
        if self.depth > MAX_DEPTH:
            raise ValueError("it holds itself, or things inside things without end")
        self.depth += 1
        try:
            if type(value) is list:
                return [self.pack(each) for each in value]
            form = next((form for form in self.forms if form.fits(value)), None)
            if form is None:
                raise ValueError(f"it holds a {type(value).__name__} ({str(value)[:60]})")
            return {"is": form.name, **form.pack(value, self)}
        finally:
            self.depth -= 1

    def keep(self, array: Any) -> str:
        """Keep an array of numbers or booleans, and give the key under which it lies."""
        key = str(len(self.arrays))
        self.arrays[key] = np.asarray(array, order="C")
        return key


class Unpacker:
    """Turn nodes back into objects; a ValueError tells what no `Packer` has written."""

    def __init__(
        self,
        forms: list[Form],
        arrays: Mapping[str, NDArray[Any]],
        judges: Mapping[str, bytes],
        trusted: frozenset[str] = frozenset(),
    ) -> None:
        self.forms = {form.name: form for form in forms}
        self.arrays, self.judges, self.trusted = arrays, judges, trusted
        self.context: dict[str, Any] = {}
        # Of plain values some may be no number, of parts of ours none.
        self.takes_holes = True

    def unpack(self, node: Node) -> Any:
        """Make the object of a node."""
        if isinstance(node, list):
            return [self.unpack(each) for each in node]
        if not isinstance(node, dict):
            return node
        name = node.get("is")
        if not isinstance(name, str) or name not in self.forms:
            raise ValueError(f"there is no form {name!r}")
        return self.forms[name].unpack(node, self)

    def array(self, key: Any, kinds: str = "biuf", ndim: int | None = None) -> NDArray[Any]:
        """Give an array of numbers that was kept, of these kinds and so many dimensions."""
        array = self.arrays[key] if isinstance(key, str) and key in self.arrays else None
        if array is None or array.dtype.kind not in kinds:
            raise ValueError(f"an array of the kind {kinds} is missing")
        if ndim is not None and array.ndim != ndim:
            raise ValueError(f"an array has {array.ndim} dimensions instead of {ndim}")
        if array.dtype.kind == "f" and not self.takes_holes and not np.isfinite(array).all():
            raise ValueError("an array holds what is no finite number")
        return array

    @contextmanager
    def holes(self, allowed: bool) -> Iterator[None]:
        """Let arrays have holes, or let none."""
        before, self.takes_holes = self.takes_holes, allowed
        try:
            yield
        finally:
            self.takes_holes = before

    def of_type(self, node: Node, kind: type | tuple[type, ...]) -> Any:
        """Make an object that must be of some type."""
        value = self.unpack(node)
        if not isinstance(value, kind):
            raise ValueError(f"a {type(value).__name__} stands where it cannot be")
        return value


def whole(value: Any, least: int = 0) -> int:
    """Give a whole number that is not below the least."""
    if type(value) is not int or value < least:
        raise ValueError(f"{str(value)[:40]} is no whole number from {least}")
    return value


def check(holds: Any, what: str) -> None:
    """Refuse a file where something does not hold."""
    if not holds:
        raise ValueError(what)


def check_places(places: NDArray[Any], n: int, what: str) -> None:
    """Refuse whole numbers that are no places among n things."""
    check(places.size == 0 or (places.min() >= 0 and places.max() < n), f"{what} lead astray")
