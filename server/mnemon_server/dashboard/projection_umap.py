"""UMAP, which takes its time: the one room that imports it."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from mnemon_server.dashboard.projection import Reals, nearest

FEWEST = 6  # points; below, a neighbourhood says nothing
_NEIGHBOURS = 15
_ROOM = 0.4  # between alike points: a group is something to look into and to click in, not a dot
_SEED = 7
_MANY = 2_000

Tell = Callable[[str], None]


def umap_plane(points: Reals, tell: Tell) -> Reals:
    """Points whose surroundings are alike come to lie together; the same points give the same map.

    The first one of a process costs some 12 seconds of CPU more than the next, while numba compiles. `tell(stage)`
    is called on the way.

    Raises:
        ImportError: UMAP, or what it needs, does not load here.
        ValueError: it has no place for some of them.
    """
    tell("loading UMAP")
    # It warns of what is meant here: neighbours that were found before, and a seed.
    warnings.filterwarnings("ignore", module="umap")
    from umap import UMAP

    tell("finding neighbours")
    count = min(_NEIGHBOURS, len(points) - 1)
    neighbours = nearest(points, points, count)
    tell("laying out")
    # To begin with the PCA keeps the map about as it was before; the noise keeps points of one line or place apart.
    start = points[:, :2]
    noise = np.random.default_rng(_SEED).normal(scale=1e-3 * float(np.ptp(start)) + 1e-6, size=start.shape)
    layout = UMAP(
        n_neighbors=count,
        min_dist=_ROOM,
        init=(start + noise).astype(np.float32),
        n_epochs=200 if len(points) > _MANY else 500,
        precomputed_knn=neighbours,
        force_approximation_algorithm=True,
        low_memory=True,
        random_state=_SEED,
        n_jobs=1,
    )
    plane: Reals = np.asarray(layout.fit_transform(points), dtype=np.float32)
    if not np.isfinite(plane).all():
        raise ValueError("UMAP found no place for some memories")
    return plane
