"""`setup --remote-url` and `--local` from survey to summary, in process, with the server at the world's door."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.installer.remote import PASSPHRASE, TOKEN, URL, FakeRemote, WebWorld

from mnemon_installer.checks import CHECKS
from mnemon_installer.checks.elsewhere import applicable
from mnemon_installer.facts.launcher import Installation, Launcher
from mnemon_installer.facts.survey import survey
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import hooking
from mnemon_installer.plan.step import Done, Needed
from mnemon_installer.ui import questions
from mnemon_installer.wizard.choices import choose, choose_vault, vault_address
from mnemon_installer.wizard.credential import NoCredential
from mnemon_installer.wizard.set_up import Told, set_up
from mnemon_installer.wizard.take_out import take_out
from mnemon_installer.world import World
from mnemon_installer.world.dry import DryWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import UsageError
from mnemon_server.settings import Settings, load_settings

Run = Callable[..., Told]


@pytest.fixture
def remote(tmp_path: Path) -> FakeRemote:
    return FakeRemote(tmp_path / "server")


@pytest.fixture
def world(home: Path, remote: FakeRemote) -> WebWorld:
    made = WebWorld({"HOME": str(home)}, home, sys.platform)
    made.remote = remote
    return made


@pytest.fixture
def run(world: WebWorld, home: Path) -> Run:
    """Setup as the command line calls it; to the web unless told otherwise."""

    def setup(
        in_world: World = world, local: bool = False, url: str = URL, may_ask: bool = False, **chosen: Any
    ) -> Told:
        choices = choose_vault(choose([], wants_model=False), remote_url=url, local=local, **chosen)

        def look() -> Any:
            known = load_settings({"MNEMON_REMOTE_URL": url} if url else {}, home)
            return survey(in_world, replace(known, remote="") if local else known, Installation(home / "venv", ()))

        return set_up(in_world, look, choices, may_ask=may_ask, quiet=not may_ask)

    return setup


def outcomes(told: Told) -> dict[str, str]:
    return {step["key"]: step["outcome"] for step in told.result["steps"]}


def save(settings: Settings, *titles: str) -> None:
    client = InProcess(settings, "test")
    for title in titles:
        client.call("save", title=title, content=f"all about {title}")
    client.close()


def contents(home: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in home.rglob("*") if path.is_file()}


def test_from_a_passphrase_to_the_web_and_a_second_run_that_changes_nothing(
    run: Run, home: Path, settings: Settings
) -> None:
    told = run(secret=PASSPHRASE, device="laptop")
    assert told.is_ok, told.problems
    assert outcomes(told) == {"remote.token": "done", "remote": "done"}
    assert settings.remote_path.read_text() == f"{URL}\n"
    assert not settings.vault_path.exists()
    assert told.result["vault"] == URL
    for path in settings.folder.rglob("*"):
        assert path.is_dir() or PASSPHRASE.encode() not in path.read_bytes()
    journal = json.loads((settings.ops_folder / "setup-local.json").read_text())
    token = settings.token_path.read_text().split()[0]
    assert token not in json.dumps([journal, told.result, told.problems])

    before = contents(home)
    again = run()
    assert set(outcomes(again).values()) == {"kept"}
    assert set(outcomes(run(url="")).values()) == {"kept"}  # what is configured is kept, and looked at
    assert contents(home) == before
    codes = [finding["code"] for finding in again.result["findings"] if finding["verdict"] == "ok"]
    assert {"remote", "remote.token"} <= set(codes)
    assert "vault" not in codes


def test_on_a_terminal_it_asks_for_the_secret_and_offers_to_send_what_is_here(
    run: Run,
    settings: Settings,
    remote: FakeRemote,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    save(settings, "tea")
    asked: list[str] = []

    def ask_secret(text: str) -> str:
        asked.append(text)
        return PASSPHRASE

    def confirm(text: str, default: bool = True) -> bool:
        asked.append(text)
        return default

    monkeypatch.setattr(questions, "ask_secret", ask_secret)
    monkeypatch.setattr(questions, "confirm", confirm)
    told = run(may_ask=True)
    assert told.is_ok, told.problems
    assert asked == [
        f"Token, pairing code or owner's passphrase for {URL}:",
        f"This machine has 1 memory of its own. Send it to {URL}? A copy stays in the archive.",
        "Go ahead?",
    ]
    assert remote.titles() == {"tea"}
    said = capsys.readouterr()
    assert PASSPHRASE not in said.out + said.err
    assert f"Vault: {URL}" in said.out


def test_without_anything_to_come_in_by_nothing_is_begun(run: Run, settings: Settings) -> None:
    with pytest.raises(NoCredential, match="there is no token") as caught:
        run()
    assert caught.value.exit_status == 4
    assert "--token-stdin" in caught.value.hint
    assert not settings.folder.exists()


def test_a_token_in_the_environment_is_kept_for_clients_which_do_not_know_it(
    run: Run, world: WebWorld, settings: Settings
) -> None:
    world.environment = {**world.environment, "MNEMON_LOCAL_TOKEN": TOKEN}
    assert run().is_ok
    assert settings.token_path.read_text() == f"{TOKEN}\n{URL}\n"


def test_a_wrong_passphrase_switches_nothing(run: Run, settings: Settings) -> None:
    told = run(secret="not this one")
    assert not told.is_ok
    assert outcomes(told) == {"remote.token": "failed", "remote": "skipped"}
    assert not settings.remote_path.exists()


def test_memories_stay_and_are_counted_until_somebody_sends_them(
    run: Run, settings: Settings, remote: FakeRemote
) -> None:
    save(settings, "tea", "coffee")
    told = run(secret=TOKEN)
    assert told.is_ok
    assert told.result["memories_here"] == 2
    assert f"    mnemon setup --remote-url {URL} --send-memories" in told.result["next"]
    assert settings.vault_path.exists()
    assert remote.titles() == set()

    sent = run(send_memories=True)
    assert outcomes(sent) == {"remote.token": "kept", "join": "done", "remote": "kept"}
    assert remote.titles() == {"tea", "coffee"}
    assert not settings.vault_path.exists()


def test_back_to_this_machine_with_the_way_to_the_memories_of_before(run: Run, settings: Settings) -> None:
    save(settings, "tea")
    run(secret=TOKEN, send_memories=True)
    told = run(url="", local=True)
    assert told.is_ok, told.problems
    assert outcomes(told) == {"remote": "done", "vault": "done"}
    assert not settings.remote_path.exists()
    assert settings.vault_path.exists()
    assert any("pre-web-" in line and "mnemon import jsonl -" in line for line in told.result["next"])


def test_uninstall_takes_what_is_here_and_never_asks_the_server(
    run: Run, world: WebWorld, settings: Settings, remote: FakeRemote, capsys: pytest.CaptureFixture[str]
) -> None:
    save(settings, "tea")
    run(secret=TOKEN)
    put_aside = settings.folder / "tokens" / "phone"
    put_aside.parent.mkdir(mode=0o700)
    put_aside.write_text("mnemon_d_0123456789012345678901234567890123456789abc\n")
    asked = len(remote.asked)
    there = replace(settings, remote=URL)
    gone = take_out(world, there, keep_vault=False, is_agreed=True, may_ask=False, quiet=False)
    assert gone.is_ok
    assert gone.result["vault"]["memories"] == 1
    assert not settings.folder.exists()
    assert len(remote.asked) == asked
    said = capsys.readouterr().out
    assert f"To keep it, first: mnemon setup --remote-url {URL} --send-memories" in said
    assert f"the vault on the web at {URL}: uninstall never touches it" in said
    assert TOKEN not in said


def test_a_dry_run_says_what_it_would_do(run: Run, world: WebWorld, remote: FakeRemote, settings: Settings) -> None:
    save(settings, "tea")
    before = contents(settings.folder)
    told = run(DryWorld(world), secret=PASSPHRASE, send_memories=True)
    assert set(outcomes(told).values()) == {"planned"}
    assert list(outcomes(told)) == ["remote.token", "join", "remote"]
    assert f"+{URL}" in told.result["steps"][-1]["diff"]
    assert contents(settings.folder) == before
    assert remote.tokens == {TOKEN}


def test_what_contradicts_itself_or_is_not_safe_is_wrong_usage() -> None:
    assert vault_address("https://mem.example.com/mcp") == "https://mem.example.com"
    assert vault_address(" http://127.0.0.1:8000/ ") == "http://127.0.0.1:8000"
    for wrong in ("http://mem.example.com", "mem.example.com", "https://a b", "https://me:pw@mem.example.com"):
        with pytest.raises(UsageError):
            vault_address(wrong)
    with pytest.raises(UsageError, match="contradict"):
        choose_vault(Choices(), remote_url=URL, local=True)
    for flag in ({"secret": "x"}, {"send_memories": True}, {"direct": True}):
        with pytest.raises(UsageError, match="belong to --remote-url"):
            choose_vault(Choices(), **flag)  # type: ignore[arg-type]  # one of several


def test_hooks_that_wake_a_server_come_with_the_web_and_go_with_it(
    world: WebWorld, home: Path, settings: Settings
) -> None:
    (home / ".gemini").mkdir()

    def events(known: Settings) -> set[str]:
        facts = replace(survey(world, known, Installation(home, ())), launcher=Launcher(Path("/opt/mnemon")))
        step = hooking(facts, next(found for found in facts.clients if found.client.name == "gemini"))
        assert isinstance(step.check(world), Needed)
        step.apply(world)
        assert step.check(world) == Done()
        return set(re.findall(r"mnemon hook ([a-z-]+)", (home / ".gemini" / "settings.json").read_text()))

    here = events(settings)
    assert events(replace(settings, remote=URL)) - here == {"warm", "prewarm"}
    assert events(settings) == here


def test_checks_of_a_vault_here_are_not_made_when_it_is_on_the_web(settings: Settings) -> None:
    here = {check.code for check in applicable(CHECKS, settings)}
    on_the_web = {check.code for check in applicable(CHECKS, replace(settings, remote=URL))}
    assert here - on_the_web == {"vec", "vault", "index", "model", "pending"}
    assert on_the_web - here == {"remote", "remote.token"}
    asked = applicable(CHECKS, replace(settings, remote=URL), ["vault"])
    assert "vault" in {check.code for check in asked}
