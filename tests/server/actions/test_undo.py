"""`undo` takes back the last change, whatever it was, and then the one before it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Clock

from mnemon_server.actions.undo import NothingToUndo
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UnknownMemory
from mnemon_server.vault import integrity


def save(client: InProcess, title: str, content: str = "", **more: Any) -> int:
    return int(client.call("save", title=title, content=content or f"Text of {title}.", **more)["memory"]["id"])


def seen(client: InProcess) -> dict[int, tuple[Any, ...]]:
    """What a user sees of every live memory, but for when it was changed."""
    page = client.call("list")["memories"]
    return {
        each["id"]: (each["title"], each["snippet"], each["type"], each["pinned"], each["confidence"]) for each in page
    }


def found(client: InProcess, query: str) -> list[int]:
    return [each["id"] for each in client.call("search", query=query)["memories"]]


def is_whole(client: InProcess) -> bool:
    with client.context.vault.read() as connection:
        return not integrity.damage(connection) and not integrity.disagreements(connection)


CHANGES: dict[str, Any] = {
    "save": lambda client: save(client, "C"),
    "update": lambda client: save(client, "Keyed anew", "Other words.", source_key="key", content_type="decision"),
    "supersede": lambda client: save(client, "Newer", supersedes=1),
    "forget": lambda client: client.call("forget", id=1),
    "restore": lambda client: client.call("restore", id=3),
    "pin": lambda client: client.call("pin", id=1),
    "sweep": lambda client: client.call("sweep", dry_run=False),
    "drop": lambda client: client.call("drop", id=4),
    "keep": lambda client: client.call("keep", id=4),
    "capture": lambda client: client.call("capture", statements=[statement("We pin every base image by digest.")]),
}


def statement(content: str, role: str = "user") -> dict[str, str]:
    return {"title": content[:30], "content": content, "type": "decision", "role": role, "cue": "we"}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["client", "hybrid"])
def test_every_change_can_be_taken_back(request: pytest.FixtureRequest, clock: Clock, kind: str, change: str) -> None:
    client: InProcess = request.getfixturevalue(kind)
    save(client, "A")
    save(client, "B", source_key="key")
    save(client, "Forgotten")
    client.call("forget", id=3)
    client.call("capture", statements=[statement("Nightly builds run on the big machine.")])
    if kind == "hybrid":
        client.call("embed_pending")
    clock.pass_days(200)
    before, inbox = seen(client), client.call("inbox")
    CHANGES[change](client)
    assert (seen(client), client.call("inbox")) != (before, inbox)

    undone = client.call("undo")

    assert undone["count"] >= 1
    assert (seen(client), client.call("inbox")) == (before, inbox)
    assert sorted(found(client, "text of A B nightly builds other words")) == sorted(before)
    assert is_whole(client)


def test_each_undo_goes_one_change_further_back(client: InProcess) -> None:
    save(client, "A")
    client.call("pin", id=1)
    client.call("forget", id=1)
    assert [client.call("undo")["action"] for _ in range(3)] == ["forget", "pin", "save"]
    assert seen(client) == {}
    with pytest.raises(NothingToUndo):
        client.call("undo")
    assert client.call("restore", id=1)["changed"], "what was undone is forgotten, not gone"


def test_a_rehearsal_changes_nothing(client: InProcess) -> None:
    save(client, "A")
    told = client.call("undo", dry_run=True)
    assert (told["dry_run"], told["changes"]) == (True, [{"action": "save", "id": 1, "title": "A"}])
    assert list(seen(client)) == [1]


def test_an_import_is_one_change(client: InProcess) -> None:
    from mnemon_server.portable.jsonl import import_lines

    save(client, "A")
    lines = [f'{{"title": "t{number}", "content": "c{number}"}}'.encode() for number in range(1_200)]
    import_lines(client.context, lines, dry_run=False)
    assert client.call("undo")["count"] == 1_200
    assert list(seen(client)) == [1]


def test_a_stated_fact_goes_back_to_its_former_text_and_then_away(client: InProcess) -> None:
    client.call("state_fact", title="Editor", content="uses vim")
    client.call("state_fact", title="Editor", content="uses helix")
    client.call("undo")
    [section] = client.call("profile")["sections"]
    assert section["lines"][0]["text"] == "uses vim"
    client.call("undo")
    assert client.call("profile")["sections"] == []


def test_a_memory_does_not_come_back_beside_its_double(client: InProcess) -> None:
    save(client, "A", "the same words")
    client.call("forget", id=1)
    second = save(client, "B", "the same words")
    with client.context.vault.write() as connection:  # a vault whose newest history was lost
        connection.execute("DELETE FROM history WHERE memory_id = ?", (second,))
    undone = client.call("undo")
    assert undone["left"] == [f"the content of memory 1 is live as memory {second}"]
    assert list(seen(client)) == [second]
    assert client.call("undo")["action"] == "save", "the change before it is in reach"


def test_only_what_waits_can_be_dropped(client: InProcess) -> None:
    save(client, "A")
    with pytest.raises(UnknownMemory, match="does not wait in the inbox"):
        client.call("drop", id=1)
    with pytest.raises(UnknownMemory, match="no memory 9"):
        client.call("drop", id=9)
