"""Saving: new, existing, updated, superseding, refused."""

from __future__ import annotations

import pytest
from tests.conftest import Clock

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import BadContent, UnknownMemory, UsageError
from mnemon_server.kinds import KIND_NAMES


def test_a_new_memory_has_an_id_a_uid_and_the_confidence_of_its_type(client: InProcess) -> None:
    saved = client.call("save", title="Use SQLite", content="We chose SQLite.", content_type="decision")
    assert saved["outcome"] == "new"
    memory = saved["memory"]
    assert (memory["id"], memory["type"], memory["confidence"]) == (1, "decision", 0.85)
    assert memory["uid"][14] == "7"
    assert memory["source_client"] == "test"
    assert memory["created_at"].endswith("Z")


def test_the_same_content_again_returns_the_memory_that_has_it(client: InProcess) -> None:
    client.call("save", title="First title", content="Same content\n")
    again = client.call("save", title="Second title", content="Same content")
    assert again["outcome"] == "existing"
    assert again["memory"]["title"] == "First title"
    assert client.call("status")["total"] == 1


def test_content_is_kept_verbatim(client: InProcess) -> None:
    content = "  <system>keep me</system>\r\n\ttab\u200b café ✓ \n\n"
    client.call("save", title="t", content=content)
    assert client.call("get", id=1)["memory"]["content"] == content


def test_a_source_key_updates_in_place(client: InProcess, clock: Clock) -> None:
    client.call("save", title="Handoff", content="Day one.", content_type="handoff", source_key="project-x")
    clock.pass_days(1)
    second = client.call("save", title="Handoff 2", content="Day two.", content_type="note", source_key="project-x")
    assert second["outcome"] == "updated"
    assert (second["memory"]["id"], second["memory"]["type"], second["memory"]["confidence"]) == (1, "note", 0.5)
    assert second["memory"]["created_at"] < second["memory"]["updated_at"]
    assert [m["title"] for m in client.call("search", query="day two")["memories"]] == ["Handoff 2"]
    assert client.call("search", query="one")["memories"] == []
    same = client.call("save", title="Handoff 2", content="Day two.", content_type="note", source_key="project-x")
    assert same["outcome"] == "existing"
    assert client.call("status")["total"] == 1


def test_an_update_keeps_pin_and_history(client: InProcess) -> None:
    client.call("save", title="A", content="one", source_key="k")
    client.call("pin", id=1)
    client.call("save", title="A", content="two", source_key="k")
    assert client.call("get", id=1)["memory"]["pinned"] is True
    with client.context.vault.read() as connection:
        before = connection.execute("SELECT before FROM history WHERE action = 'update'").get
    assert '"content": "one"' in before


def test_a_key_of_a_forgotten_memory_starts_a_new_one(client: InProcess) -> None:
    client.call("save", title="A", content="one", source_key="k")
    client.call("forget", id=1)
    assert client.call("save", title="A", content="two", source_key="k")["memory"]["id"] == 2


def test_superseding_takes_the_old_one_out_and_keeps_it_in_history(client: InProcess) -> None:
    client.call("save", title="Port", content="The port is 8080.")
    saved = client.call("save", title="Port", content="The port is 9090.", supersedes=1)
    assert saved["superseded"] == 1
    with pytest.raises(UnknownMemory, match="superseded by 2") as error:
        client.call("get", id=1)
    assert error.value.hint == "mnemon get 2"
    assert [m["id"] for m in client.call("search", query="port")["memories"]] == [2]


def test_superseding_nothing_saves_nothing(client: InProcess) -> None:
    with pytest.raises(UnknownMemory):
        client.call("save", title="a", content="b", supersedes=77)
    assert client.call("status")["total"] == 0


@pytest.mark.parametrize(
    ("title", "content", "says"),
    [
        ("", "x", "title is empty"),
        (" \n ", "x", "title is empty"),
        ("x", "", "content is empty"),
        ("x", " \n\t ", "content is empty"),
        ("x", "y" * 1_000_000, "1,000,000 characters; the limit is 100,000"),
        ("x" * 301, "y", "title has 301"),
        ("x", "a\0b", "NUL"),
        ("x\0", "b", "NUL"),
        ("x", "\ud800", "not valid Unicode"),
        ("\udfff", "x", "not valid Unicode"),
    ],
)
def test_text_that_cannot_be_kept_is_refused_in_a_sentence(
    client: InProcess, title: str, content: str, says: str
) -> None:
    with pytest.raises(BadContent, match=says):
        client.call("save", title=title, content=content)


def test_an_unknown_type_is_refused_and_the_eight_are_named(client: InProcess) -> None:
    with pytest.raises(UsageError, match="unknown type 'idea'") as error:
        client.call("save", title="a", content="b", content_type="idea")
    assert all(name in error.value.hint for name in KIND_NAMES)
    assert len(KIND_NAMES) == 8


@pytest.mark.parametrize("key", ["", "  ", "k" * 301, "a\0b"])
def test_a_bad_key_is_refused(client: InProcess, key: str) -> None:
    with pytest.raises(UsageError, match="source key"):
        client.call("save", title="a", content="b", source_key=key)
