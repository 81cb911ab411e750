"""What pages that show the whole vault ask for, and the corrections that they make."""

from __future__ import annotations

import array
import base64
from typing import Any

import pytest
from tests.conftest import Clock

from mnemon_server.actions.restore import Conflict
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import BadContent, UnknownMemory, UsageError


def save(client: InProcess, title: str, kind: str = "note", **more: Any) -> int:
    return int(client.call("save", title=title, content=f"Text of {title}.", content_type=kind, **more)["memory"]["id"])


@pytest.fixture
def filled(client: InProcess, clock: Clock) -> InProcess:
    """#1 superseded by #2, #3 forgotten, #4 archived, #5 pinned."""
    save(client, "Alpha")
    save(client, "Beta", supersedes=1)
    save(client, "Gamma 100%", "decision")
    client.call("forget", id=3)
    save(client, "Delta")
    clock.pass_days(200)
    client.call("pin", id=2)
    client.call("sweep", dry_run=False)
    save(client, "Epsilon", "preference")
    client.call("pin", id=5)
    return client


def ids(found: dict[str, Any]) -> list[int]:
    return [memory["id"] for memory in found["memories"]]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, [5, 2]),
        ({"state": "all"}, [5, 4, 3, 2, 1]),
        ({"state": "superseded"}, [1]),
        ({"state": "forgotten"}, [3]),
        ({"state": "archived"}, [4]),
        ({"state": "all", "text": "text GAMMA"}, [3]),
        ({"state": "all", "text": "100%"}, [3]),
        ({"state": "all", "text": "1_0"}, []),
        ({"content_type": "preference"}, [5]),
        ({"pinned": True}, [5, 2]),
        ({"client": "nobody"}, []),
        ({"since": "10d"}, [5]),
        ({"until": "10d"}, [2]),
    ],
)
def test_memories_are_browsed_by_state_and_more(filled: InProcess, asked: dict[str, Any], wanted: list[int]) -> None:
    found = filled.call("browse", **asked)
    assert ids(found) == wanted
    assert found["count"] == len(wanted)


def test_pages_end_where_the_next_begins(filled: InProcess) -> None:
    seen, before = list[int](), None
    while True:
        page = filled.call("browse", state="all", limit=2, before=before)
        seen += ids(page)
        before = page["next"]
        if before is None:
            break
    assert seen == [5, 4, 3, 2, 1]
    assert {memory["id"]: memory["state"] for memory in filled.call("browse", state="all")["memories"]}[4] == "archived"
    for wrong in ({"state": "lost"}, {"limit": 501}, {"content_type": "x"}, {"before": "soon"}):
        with pytest.raises(UsageError):
            filled.call("browse", **wrong)


def test_a_correction_is_one_change_and_can_be_taken_back(filled: InProcess) -> None:
    edited = filled.call("edit", id=5, title="Zeta", content_type="decision")
    assert (edited["changed"], edited["memory"]["title"], edited["memory"]["type"]) == (True, "Zeta", "decision")
    assert edited["memory"]["content"] == "Text of Epsilon."
    assert ids(filled.call("search", query="zeta")) == [5]
    assert filled.call("edit", id=5, title="Zeta")["changed"] is False
    filled.call("undo")
    assert filled.call("get", id=5)["memory"]["title"] == "Epsilon"
    with pytest.raises(Conflict):
        filled.call("edit", id=5, content="Text of Beta.")
    with pytest.raises(UnknownMemory):
        filled.call("edit", id=3, title="x")
    with pytest.raises(BadContent):
        filled.call("edit", id=5, content=" ")


def test_the_overview_counts_by_day_and_client(filled: InProcess) -> None:
    shown = filled.call("overview")
    assert sum(row["count"] for row in shown["made"]) == filled.call("status")["total"] == 2
    assert [row["type"] for row in shown["made"]] == ["note", "preference"]
    assert shown["clients"][0]["count"] == 2
    assert (shown["faded"], shown["captured"], shown["conflicts"]) == (0, 0, 0)
    with pytest.raises(UsageError):
        filled.call("overview", utc_offset_minutes=2_000)


def test_the_version_changes_with_whatever_a_page_may_show(filled: InProcess) -> None:
    seen = [filled.call("version")["version"]]
    assert filled.call("version")["version"] == seen[0]
    for action, parameters in (
        ("save", {"title": "New", "content": "Something new."}),
        ("get", {"id": 6}),
        ("state_fact", {"title": "Editor", "content": "vim"}),
        ("drop_fact", {"title": "editor"}),
        ("undo", {}),
        ("pin", {"id": 6}),
    ):
        filled.call(action, **parameters)
        seen.append(filled.call("version")["version"])
    assert len(set(seen)) == len(seen)


def test_a_fact_that_was_dropped_comes_back_by_undo(client: InProcess) -> None:
    client.call("state_fact", title="Editor", content="vim")
    assert client.call("drop_fact", title="EDITOR") == {"title": "Editor"}
    assert client.call("profile")["sections"] == []
    client.call("undo")
    assert client.call("profile")["sections"][0]["lines"][0]["text"] == "vim"
    with pytest.raises(UnknownMemory):
        client.call("drop_fact", title="Pager")


def test_points_and_edges_for_a_map(hybrid: InProcess) -> None:
    assert hybrid.call("points") == {"points": [], "vectors": "", "next": None}
    for title in ("Car", "Wagon", "Rain"):
        save(hybrid, title)
    hybrid.call("embed_pending")
    hybrid.call("examine_pending")
    version = hybrid.call("version")["vectors"]
    first = hybrid.call("points", limit=2)
    assert first["points"][0]["client"] == "test"
    hybrid.call("get", id=1)
    assert hybrid.call("version")["vectors"] == version
    assert [point["id"] for point in first["points"]] == [1, 2]
    rest = hybrid.call("points", after=first["next"], limit=2)
    assert ([point["title"] for point in rest["points"]], rest["next"]) == (["Rain"], None)
    vectors = array.array("f", base64.b64decode(first["vectors"]))
    assert len(vectors) % 2 == 0
    assert sum(value * value for value in vectors[: len(vectors) // 2]) == pytest.approx(1.0, abs=1e-3)
    assert all(edge["kind"] == "similar" for edge in hybrid.call("edges")["edges"])
    hybrid.call("edit", id=1, title="Lorry")
    assert hybrid.call("version")["vectors"] != version
