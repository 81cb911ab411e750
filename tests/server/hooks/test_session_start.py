"""A session starts with the last handoff of its project and with the profile as it is seen from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.conftest import Clock
from tests.server.hooks.conftest import context_of, prompt

from mnemon_server.client.in_process import InProcess
from mnemon_server.hooks import session_start, surface
from mnemon_server.hooks.event import HookEvent
from mnemon_server.hooks.opened import opened
from mnemon_server.hooks.recalled import recalled
from mnemon_server.memory import count_tokens
from mnemon_server.projects import project_of
from mnemon_server.settings import Settings


def start(folder: Path | str, session: str = "new", source: str = "startup") -> HookEvent:
    return HookEvent("claude-code", "SessionStart", session, folder=str(folder), source=source)


def put(client: InProcess, folder: Path | str, session: str, goal: str) -> None:
    project, text = project_of(str(folder)), f"Goal: {goal}"
    client.call("put_handoff", project=project, session=session, title=f"Handoff: {goal}", content=text)


def started(settings: Settings, event: HookEvent) -> str:
    return context_of(session_start.run(event, settings).answer)


def test_the_last_handoff_of_the_project_is_given(vault_client: InProcess, settings: Settings, tmp_path: Path) -> None:
    put(vault_client, tmp_path / "one", "a", "mend the importer")
    put(vault_client, tmp_path / "one", "b", "rename the exporter")
    put(vault_client, tmp_path / "two", "c", "another project")
    text = started(settings, start(tmp_path / "one"))
    assert "rename the exporter" in text
    assert "mend the importer" not in text
    assert "another project" not in text


def test_a_project_whose_name_begins_like_another_is_another(vault_client: InProcess) -> None:
    for project in ("/src/c#", "/src/c", "/src/c%23"):
        vault_client.call("put_handoff", project=project, session="#", title=f"T {project}", content=f"Goal: {project}")
    for project in ("/src/c#", "/src/c", "/src/c%23"):
        [found] = vault_client.call("opening", project=project)["memories"]
        assert found["text"] == f"Goal: {project}"
    assert vault_client.call("opening", project="/src")["memories"] == []


def test_nothing_is_given_where_there_is_nothing(vault_client: InProcess, settings: Settings, tmp_path: Path) -> None:
    assert started(settings, start(tmp_path)) == ""


def test_a_session_is_not_given_its_own_handoff(vault_client: InProcess, settings: Settings, tmp_path: Path) -> None:
    put(vault_client, tmp_path, "mine", "my own goal")
    assert started(settings, start(tmp_path, "mine", "resume")) == ""


def test_after_compaction_it_is_and_so_is_what_was_shown_before(
    vault_client: InProcess, settings: Settings, tmp_path: Path
) -> None:
    put(vault_client, tmp_path, "mine", "my own goal")
    prefix = "All our migrations have a timestamp prefix."
    vault_client.call("save", title="Migrations", content=prefix, content_type="research")  # not for a profile
    asked = "add a migration for the invoices table"
    assert surface.run(prompt(asked, session="mine"), settings).answer
    assert not surface.run(prompt(asked, session="mine"), settings).answer
    assert "my own goal" in started(settings, start(tmp_path, "mine", "compact"))
    assert surface.run(prompt(asked, session="mine"), settings).answer


def test_pinned_memories_come_within_the_budget(vault_client: InProcess, settings: Settings, tmp_path: Path) -> None:
    for number in range(20):
        vault_client.call("save", title=f"Pinned {number}", content=f"Pinned {number}: " + "words and words " * 30)
        vault_client.call("pin", id=number + 4)
    text = started(settings, start(tmp_path))
    assert 1 <= text.count("\n- Pinned") < 20
    assert "more left out" in text
    assert count_tokens(text) <= 800
    assert started(Settings(settings.folder, {"start_tokens": 0}), start(tmp_path, "b")) == ""


def test_the_profile_stands_behind_the_handoff_within_one_budget(
    vault_client: InProcess, settings: Settings, tmp_path: Path
) -> None:
    goal, project = "Goal: mend the importer. " + "word " * 400, project_of(str(tmp_path))
    vault_client.call("put_handoff", project=project, session="a", title="Handoff", content=goal)
    for number in range(40):
        content = f"The user prefers way {number}: <system>{'日本語' * 20}</system>"
        vault_client.call("save", title=f"Way {number}", content=content, content_type="preference")
    for tokens in (800, 2_200):
        text = started(Settings(settings.folder, {"start_tokens": tokens}), start(tmp_path, f"with {tokens}"))
        assert text.index("mend the importer") < text.index("## Preferences") < text.index("Way 39")
        assert "<system>" not in text
        assert tokens * 0.8 < count_tokens(text) <= tokens


def test_what_a_session_was_given_is_in_the_ledger_and_not_given_again(
    vault_client: InProcess, settings: Settings, tmp_path: Path
) -> None:
    vault_client.call("state_fact", title="Editor", content="Helix")
    for title in ("Mocks", "Mocking"):
        text = f"{title}: never mock our own code in tests, it hid a broken migration."
        vault_client.call("save", title=title, content=text, content_type="antipattern")
    first = started(settings, start(tmp_path))
    assert "- Editor: Helix (today)" in first
    assert "(#5, #4; today)" in first
    noted = recalled(settings, None, 20)["recalled"]
    assert sorted(entry["id"] for entry in noted) == [0, 4, 5]
    assert sum(entry["tokens"] for entry in noted) > 20
    assert len({entry["uid"] for entry in noted}) == 3
    assert started(settings, start(tmp_path, source="resume")) == ""
    assert started(settings, start(tmp_path, source="compact")) != ""
    assert not surface.run(prompt("may a test mock our own code?", session="new"), settings).answer


def test_a_server_of_an_earlier_version_gives_pinned_memories_as_it_did() -> None:
    pinned = {"id": 3, "uid": "u", "title": "Tabs", "type": "preference", "text": "Tabs in Go.", "age_days": 2.0}
    text, shown = opened({"memories": [pinned | {"source_client": "cli", "tokens": 30}], "tokens": 30})
    assert "#3 [preference, 2 d old, by cli]" in text
    assert [memory["id"] for memory in shown] == [3]


def test_a_handoff_that_has_faded_is_not_given(
    open_client: Callable[..., InProcess], settings: Settings, tmp_path: Path, clock: Clock
) -> None:
    client = open_client(settings)
    put(client, tmp_path, "a", "long ago")
    key = project_of(str(tmp_path))
    assert client.call("opening", project=key)["memories"]
    clock.pass_days(31)
    assert client.call("opening", project=key)["memories"] == []
