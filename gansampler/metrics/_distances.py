"""Distances between rows, exact and in bounded memory."""

from collections.abc import Iterator

import numpy as np
from sklearn.neighbors import NearestNeighbors

from ..columns import Floats

# So many distances, 32 MiB of them, are held at once.
DISTANCES_A_CHUNK = 2**22


def squared_distances(rows: Floats, among: Floats) -> Iterator[Floats]:
    """Yield the squared distances (chunk, m) of rows (n, width) to others (m, width), in turn."""
    centre = among.mean(axis=0)  # near zero the matrix product loses the fewest digits
    among = among - centre
    lengths = np.einsum("ij,ij->i", among, among)
    size = max(1, DISTANCES_A_CHUNK // len(among))
    for start in range(0, len(rows), size):
        chunk = rows[start : start + size] - centre
        squared = chunk @ among.T
        squared *= -2
        squared += np.einsum("ij,ij->i", chunk, chunk)[:, None]
        squared += lengths
        yield np.maximum(squared, 0, out=squared)


def nearest_distances(rows: Floats, among: Floats, k: int = 1) -> Floats:
    """Give the distances (n, k) of rows to their `k` nearest among others, the nearest first."""
    return NearestNeighbors(n_neighbors=k).fit(among).kneighbors(rows)[0]


def radii(rows: Floats, k: int) -> Floats:
    """Give the distance (n,) of each row to its `k`-th neighbour among the other rows."""
    return NearestNeighbors(n_neighbors=k).fit(rows).kneighbors()[0][:, -1]


def slack(rows: Floats) -> float:
    """Give the length that rounding may add to a distance, such as that of a row to its twin."""
    return 1e-6 * float(np.sqrt(np.square(rows - rows.mean(axis=0)).sum(axis=1).mean()))
