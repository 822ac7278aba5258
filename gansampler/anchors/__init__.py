"""Where a candidate starts: near the real rows of its class; the generator moves it on."""

from collections.abc import Callable

from .base import Anchors
from .neighbors import NeighborAnchors
from .trees import TreeAnchors

__all__ = ["ANCHORS", "Anchors", "NeighborAnchors", "TreeAnchors"]

ANCHORS: dict[str, Callable[[], Anchors]] = {
    "neighbors": NeighborAnchors,
    "trees": TreeAnchors,
}
