"""Where memories lie on the map: at once, later, and after others have come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from mnemon_server.dashboard import projection_atlas, projection_shown
from mnemon_server.dashboard.projection import Reals, apart, beside, boxed, directions, nearest
from mnemon_server.dashboard.projection_atlas import Atlas, Layout
from mnemon_server.dashboard.projection_points import Points
from mnemon_server.dashboard.projection_shown import chosen, density, lines
from mnemon_server.dashboard.projection_umap import Tell, umap_plane

pytestmark = pytest.mark.ui


def made_up(count: int, seed: int = 1, wide: int = 24) -> Points:
    """Unit vectors around four middles."""
    random = np.random.default_rng(seed)
    middles = np.random.default_rng(0).normal(size=(4, wide))
    vectors = middles[np.arange(count) % 4] + random.normal(scale=0.4, size=(count, wide))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return as_points(vectors.astype(np.float32))


def as_points(vectors: Reals, first: int = 1) -> Points:
    return Points([{"id": first + n} for n in range(len(vectors))], vectors)


def mirrored(points: Reals, tell: Tell) -> Reals:
    """In place of UMAP, for what is not about it."""
    tell("laying out")
    return -points[:, :2]


def finished(atlas: Atlas, points: Points) -> Layout:
    """The layout once nothing better is coming."""
    while (found := atlas.layout(points)).is_coming:
        for thread in threading.enumerate():
            if thread.name == "umap":
                thread.join()
    return found


def assert_sound(plane: Reals, count: int) -> None:
    assert plane.shape == (count, 2)
    assert np.isfinite(plane).all()
    assert np.abs(plane - 0.5).max() < 0.6
    assert len(np.unique(plane, axis=0)) == count


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_few_memories_have_their_places_at_once(count: int) -> None:
    found = Atlas().layout(made_up(count))
    assert_sound(found.plane, count)
    assert (found.method, found.is_coming) == ("PCA", False)
    assert "needs 6 memories" in found.note


def test_what_lies_apart_stays_apart() -> None:
    """The strongest direction of these is the first axis: the order along it is theirs."""
    vectors = np.zeros((5, 8), dtype=np.float32)
    vectors[:, 3] = [0, 1, 2, 3, 10]
    plane = Atlas().layout(as_points(vectors)).plane
    assert plane[:, 0].tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 1], abs=1e-5)
    assert plane[:, 1].tolist() == pytest.approx([0.5] * 5)


def test_the_map_is_the_same_every_time_and_not_mirrored() -> None:
    points = made_up(300)
    first, again = (boxed(directions(points.vectors).along(points.vectors)) for _ in range(2))
    assert np.array_equal(first, again)
    some = directions(points.vectors[:290])
    assert (np.sign((some.axes[:, :2] * directions(points.vectors).axes[:, :2]).sum(axis=0)) == 1).all()


@pytest.mark.parametrize("count", [2, 4, 40])
def test_memories_that_say_the_same_can_each_be_hit(count: int) -> None:
    points = as_points(np.full((count, 8), 0.35, dtype=np.float32))
    assert_sound(finished(Atlas(mirrored), points).plane, count)


def test_only_points_of_one_place_are_moved() -> None:
    plane = np.array([[0.2, 0.2], [0.7, 0.7], [0.2, 0.2]], dtype=np.float32)
    moved = apart(plane)
    assert np.array_equal(moved[:2], plane[:2])
    assert 0 < np.abs(moved[2] - plane[2]).max() < 0.01


def test_the_nearest_are_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnemon_server.dashboard.projection._BLOCK", 7)
    points = made_up(50).vectors
    places, far = nearest(points, points, 4)
    exact = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert np.array_equal(places, np.argsort(exact, axis=1, kind="stable")[:, :4])
    assert np.allclose(far, np.sort(exact, axis=1)[:, :4], atol=1e-3)


def test_a_point_that_resembles_one_lies_on_it() -> None:
    known = made_up(20).vectors
    plane = np.random.default_rng(3).random((20, 2)).astype(np.float32)
    assert np.allclose(beside(known[4:6], known, plane), plane[4:6], atol=1e-2)


def test_pca_stands_until_umap_has_been_worked_out_once() -> None:
    begun, may_end = list[int](), threading.Event()

    def patient(points: Reals, tell: Tell) -> Reals:
        begun.append(len(points))
        assert may_end.wait(20)
        return mirrored(points, tell)

    atlas, points = Atlas(patient), made_up(60)
    shown = [atlas.layout(points) for _ in range(3)]
    assert [(each.method, each.is_coming) for each in shown] == [("PCA", True)] * 3
    assert all(one is other for one, other in pairwise(shown))
    assert atlas.work is not None
    may_end.set()
    found = finished(atlas, points)
    assert (found.method, found.note, begun) == ("UMAP", "", [60])
    assert_sound(found.plane, 60)
    assert atlas.layout(points) is found
    assert atlas.work is None
    # The vault has another version and the same vectors, as after a memory was read.
    assert np.array_equal(atlas.layout(Points(list(points.facts), points.vectors.copy())).plane, found.plane)
    assert begun == [60]


def test_a_umap_that_fails_is_told_and_not_tried_again() -> None:
    tried = list[int]()

    def broken(points: Reals, tell: Tell) -> Reals:
        tried.append(len(points))
        raise ImportError("no compiler here")

    atlas, points = Atlas(broken), made_up(30)
    found = finished(atlas, points)
    assert (found.method, found.note, found.is_coming) == ("PCA", "UMAP failed (ImportError)", False)
    assert_sound(found.plane, 30)
    atlas.layout(Points(list(points.facts), points.vectors.copy()))
    assert tried == [30]


def test_what_is_new_is_put_beside_what_it_resembles_and_nothing_else_moves() -> None:
    atlas, points = Atlas(mirrored), made_up(200)
    before = finished(atlas, Points(points.facts[:196], points.vectors[:196]))
    after = atlas.layout(points)
    assert (after.method, after.is_coming) == ("UMAP", False)
    assert np.allclose(after.plane[:196], before.plane)
    assert_sound(after.plane, 200)
    fewer = atlas.layout(Points(points.facts[3:196], points.vectors[3:196]))
    assert np.allclose(fewer.plane, before.plane[3:])


@pytest.mark.parametrize(
    "change",
    [
        lambda: made_up(140),  # many are new
        lambda: made_up(100, seed=2),  # edited, all of them
        lambda: made_up(100, wide=32),  # embedded by another model
        lambda: made_up(40),  # most are gone
    ],
    ids=["many new ones", "all edited", "another model", "most are gone"],
)
def test_another_vault_is_another_map(change: Callable[[], Points]) -> None:
    atlas = Atlas(mirrored)
    finished(atlas, made_up(100))
    points = change()
    assert atlas.layout(points).is_coming
    assert_sound(finished(atlas, points).plane, len(points))


def test_more_than_umap_takes_are_laid_out_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection_atlas, "MOST", 50)
    taken = list[int]()

    def counted(points: Reals, tell: Tell) -> Reals:
        taken.append(len(points))
        return mirrored(points, tell)

    found = finished(Atlas(counted), made_up(300))
    assert (taken, found.method) == ([50], "UMAP")
    assert_sound(found.plane, 300)


def test_umap_itself() -> None:
    """Few points, points that are all alike, groups: all have a place, groups stay together, twice the same map."""
    for count in (6, 7, 40):
        assert_sound(boxed(umap_plane(made_up(count).vectors[:, :10], str)), count)
    assert np.isfinite(umap_plane(np.zeros((20, 2), dtype=np.float32), str)).all()
    stages = list[str]()
    one, other = (umap_plane(made_up(120).vectors, stages.append) for _ in range(2))
    assert np.array_equal(one, other)
    assert stages[:3] == ["loading UMAP", "finding neighbours", "laying out"]
    middles = np.array([one[group::4].mean(axis=0) for group in range(4)])
    nearest_middle = np.linalg.norm(one[:, None] - middles[None], axis=2).argmin(axis=1)
    assert (nearest_middle == np.arange(120) % 4).mean() > 0.9


def test_a_large_map_shows_a_sample_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection_shown, "MOST_POINTS", 100)
    monkeypatch.setattr(projection_shown, "SAMPLE", 30)
    monkeypatch.setattr(projection_shown, "_RELATED", 10)
    ids = np.arange(1, 201)
    edges = [edge(n, n + 1) for n in range(150, 190, 2)]
    assert chosen(ids[:100], edges, ()).all()
    shown = set(ids[chosen(ids, edges, {199})].tolist())
    assert {199, *range(150, 160)} <= shown
    assert 12 <= len(shown) <= 31
    later = set(ids[chosen(ids, edges, ())].tolist())
    assert later | {199} == shown


def test_the_density_counts_every_memory() -> None:
    plane = Atlas().layout(made_up(5)).plane
    fields = density(plane)
    assert sum(field["memories"] for field in fields) == 5
    assert all(field["x"] < field["x2"] and field["y"] < field["y2"] for field in fields)


def test_edges_are_drawn_between_what_is_drawn() -> None:
    places = {1: (0.1, 0.2), 2: (0.3, 0.4), 3: (0.5, 0.6)}
    edges = [edge(1, 2), edge(2, 9), edge(2, 3, "mentions")]
    drawn = lines(edges, places, ["similar"])
    assert [(row["from"], row["to"], row["x"], row["y2"]) for row in drawn] == [(1, 2, 0.1, 0.4)]
    assert len(lines(edges, places, ["similar", "mentions"])) == 2
    assert lines(edges, places, []) == []
    assert len(lines([edge(1, 2)] * 50, places, ["similar"])) == 6


def edge(source: int, target: int, kind: str = "similar") -> dict[str, object]:
    return {"source": source, "target": target, "kind": kind, "weight": 0.9}
