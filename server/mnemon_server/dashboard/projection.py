"""Points of many dimensions on a plane: what can be said at once, by linear algebra alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float32]

# So many directions hold most of what tells sentences apart, and make everything after them a few times cheaper.
KEPT = 50
_BLOCK = 500  # rows of a table of distances at a time: 40 MB at 20,000 points
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
_STEP = 0.004  # how far apart points of one place are drawn, on a map that is 1 wide


@dataclass(frozen=True)
class Directions:
    """The directions in which a set of vectors differs most, the strongest first."""

    middle: Reals
    axes: Reals  # one column per direction

    def along(self, vectors: Reals) -> Reals:
        """The same points with as many coordinates as there are directions, at least two."""
        found: Reals = vectors @ self.axes - self.middle @ self.axes
        missing = 2 - found.shape[1]
        return np.pad(found, ((0, 0), (0, missing))) if missing > 0 else found


def directions(vectors: Reals) -> Directions:
    """PCA, by the eigenvectors of the covariance: a tenth of what a singular value decomposition costs here."""
    middle = vectors.mean(axis=0)
    spread = (vectors.T @ vectors) / max(1, len(vectors)) - np.outer(middle, middle)
    _, found = np.linalg.eigh(spread.astype(np.float64))
    axes = found[:, ::-1][:, :KEPT]
    # An eigenvector may point either way; the map must not be mirrored from one run to the next.
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1, 1)
    return Directions(middle, axes.astype(np.float32))


def nearest(points: Reals, among: Reals, count: int) -> tuple[NDArray[np.int32], Reals]:
    """Of each point the `count` nearest of `among`, nearest first: their places and how far they are; exact."""
    places = np.empty((len(points), count), dtype=np.int32)
    far = np.empty((len(points), count), dtype=np.float32)
    lengths = (among * among).sum(axis=1)
    for first in range(0, len(points), _BLOCK):
        block = slice(first, first + _BLOCK)
        # Without the length of the point itself, which is the same for all that it is compared with.
        table = lengths - 2 * (points[block] @ among.T)
        some = np.argpartition(table, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(table, some, axis=1), axis=1, kind="stable")
        places[block] = np.take_along_axis(some, order, axis=1)
        squares = np.take_along_axis(table, places[block], axis=1) + (points[block] ** 2).sum(axis=1, keepdims=True)
        far[block] = np.sqrt(np.maximum(squares, 0))
    return places, far


def beside(points: Reals, known: Reals, plane: Reals) -> Reals:
    """Where points belong on a map that was drawn without them: between their three nearest on it."""
    places, far = nearest(points, known, min(3, len(known)))
    weights = 1 / (far + 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    found: Reals = (plane[places] * weights[:, :, None]).sum(axis=1).astype(np.float32)
    return found


def boxed(plane: Reals) -> Reals:
    """Both coordinates from 0 to 1, so that the map fills its frame; what does not differ is in the middle."""
    low, high = plane.min(axis=0), plane.max(axis=0)
    wide = high - low
    differs = wide > 1e-6
    found: Reals = np.where(differs, (plane - low) / np.where(differs, wide, 1), 0.5).astype(np.float32)
    return found


def apart(plane: Reals) -> Reals:
    """Points of one and the same place in a small spiral around it, the first one where it was: each can be hit."""
    _, groups = np.unique(plane.round(4), axis=0, return_inverse=True)
    groups = groups.reshape(-1)
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate(([0], np.flatnonzero(np.diff(groups[order])) + 1))
    ranks = np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups))))
    rank = np.empty(len(groups))
    rank[order] = ranks
    shift = (
        _STEP * np.sqrt(rank)[:, None] * np.column_stack((np.cos(rank * _GOLDEN_ANGLE), np.sin(rank * _GOLDEN_ANGLE)))
    )
    found: Reals = (plane + shift).astype(np.float32)
    return found
