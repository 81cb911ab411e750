"""Where the memories lie on the map: by PCA at once, by UMAP when a thread has worked it out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemon_server.dashboard.projection import Directions, Reals, apart, beside, boxed, directions
from mnemon_server.dashboard.projection_points import Points
from mnemon_server.dashboard.projection_umap import FEWEST, Tell, umap_plane

# More are laid out by a sample of so many, and the others beside their nearest: 20,000 take half a minute of CPU.
MOST = 20_000
# With fewer of the memories on it a map is drawn anew; with more, new memories are put beside what they resemble, so
# that a map that somebody knows stays as it is.
_ENOUGH = 0.9
_ALIKE = 1e-3  # how far a vector may have moved and still be the same

Project = Callable[[Reals, Tell], Reals]


@dataclass(frozen=True)
class Layout:
    """A place for every point, from 0 to 1 both ways. `method` is `PCA` or `UMAP`; `note` says why it is not UMAP;
    `is_coming` while that is still being worked out."""

    plane: Reals
    method: str
    note: str = ""
    is_coming: bool = False


@dataclass(frozen=True)
class _Map:
    """A finished UMAP: which memories it was made of, and where they lie."""

    ids: NDArray[np.int64]
    axes: Directions
    reduced: Reals
    plane: Reals


class Work:
    """One UMAP that is being worked out."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.stage = "starting"
        self.began = time.monotonic()
        self.trouble = ""
        self.is_done = False

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def tell(self, stage: str) -> None:
        self.stage = stage


class Atlas:
    """The maps of this process; asked from the threads of several visitors."""

    def __init__(self, project: Project = umap_plane) -> None:
        self._project = project
        self._lock = threading.Lock()
        self._map: _Map | None = None
        self._work: Work | None = None
        self._last: tuple[Points, _Map | None, Layout] | None = None

    @property
    def work(self) -> Work | None:
        """What is being worked out now."""
        return self._work if self._work is not None and not self._work.is_done else None

    def layout(self, points: Points) -> Layout:
        """Where each of the points lies now; begins to work on a better answer when there may be one."""
        with self._lock:
            last = self._last
            if last is not None and last[0] is points and last[1] is self._map and not last[2].is_coming:
                return last[2]
            found = self._worked_out(points)
            self._last = (points, self._map, found)
            return found

    def _worked_out(self, points: Points) -> Layout:
        if len(points) < FEWEST:
            return Layout(_at_once(points.vectors), "PCA", f"UMAP needs {FEWEST} memories with a vector")
        placed = _placed(self._map, points) if self._map is not None else None
        if placed is not None:
            return Layout(placed, "UMAP")
        work = self._work
        if work is not None and work.is_done and _is_same(work.points, points):
            return Layout(_at_once(points.vectors), "PCA", work.trouble or "UMAP gave no map of these")
        if work is None or work.is_done:
            self._begin(points)
        kept = self._last
        if kept is not None and kept[0] is points:
            return kept[2]
        return Layout(_at_once(points.vectors), "PCA", is_coming=True)

    def _begin(self, points: Points) -> None:
        self._work = work = Work(points)
        threading.Thread(target=self._carry_out, args=(work,), name="umap", daemon=True).start()

    def _carry_out(self, work: Work) -> None:
        try:
            found = _mapped(work.points, self._project, work.tell)
        except Exception as error:  # noqa: BLE001 - numba and its compiler fail in ways of their own; PCA stands
            work.trouble = f"UMAP failed ({type(error).__name__})"
            found = None
        with self._lock:
            self._map = found or self._map
            work.is_done = True


ATLAS = Atlas()


def _at_once(vectors: Reals) -> Reals:
    return apart(boxed(directions(vectors).along(vectors)[:, :2]))


def _mapped(points: Points, project: Project, tell: Tell) -> _Map:
    some = points.ids.argsort() if len(points) <= MOST else np.argsort(scrambled(points.ids))[:MOST]
    some.sort()
    vectors = points.vectors[some]
    axes = directions(vectors)
    reduced = axes.along(vectors)
    return _Map(points.ids[some], axes, reduced, boxed(project(reduced, tell)))


def _placed(known: _Map, points: Points) -> Reals | None:
    """The points on a map that was drawn of others, or of others too; None when it knows too few of them."""
    if points.vectors.shape[1] != len(known.axes.middle) or len(known.ids) > 2 * len(points):
        return None
    reduced = known.axes.along(points.vectors)
    places = np.searchsorted(known.ids, points.ids).clip(max=len(known.ids) - 1)
    stays = (known.ids[places] == points.ids) & (np.abs(known.reduced[places] - reduced).max(axis=1) < _ALIKE)
    if stays.sum() < _ENOUGH * min(len(points), MOST):
        return None
    plane = known.plane[places]
    if not stays.all():
        plane[~stays] = beside(reduced[~stays], known.reduced, known.plane)
    return apart(plane)


def _is_same(one: Points, other: Points) -> bool:
    return one is other or (np.array_equal(one.ids, other.ids) and np.array_equal(one.vectors, other.vectors))


def scrambled(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each id, in no order that means anything, and the same every time: for samples that stay."""
    found: NDArray[np.int64] = (ids * 2_654_435_761) % (1 << 32)
    return found
