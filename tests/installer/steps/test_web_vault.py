"""Moving to a vault on the web and back, step by step: what is written, when, and what a killed process leaves."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.installer.remote import PASSPHRASE, TOKEN, URL, FakeRemote, Killed, WebWorld

from mnemon_installer.checks.check import Subject
from mnemon_installer.checks.vault import Vault
from mnemon_installer.facts.launcher import Installation
from mnemon_installer.facts.remote import CredentialRefused
from mnemon_installer.facts.survey import survey
from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed
from mnemon_installer.steps.join_remote import JoinRemote
from mnemon_installer.steps.keep_token import KeepToken
from mnemon_installer.steps.switch_vault import UseLocal, UseRemote
from mnemon_installer.world.dry import DryWorld
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings

KEPT = f"{TOKEN}\n{URL}\n"


@pytest.fixture
def remote(tmp_path: Path) -> FakeRemote:
    return FakeRemote(tmp_path / "server")


@pytest.fixture
def world(home: Path, remote: FakeRemote) -> WebWorld:
    made = WebWorld({"HOME": str(home)}, home, sys.platform)
    made.remote = remote
    return made


@pytest.fixture
def kept(settings: Settings) -> Settings:
    settings.folder.mkdir(mode=0o700)
    settings.token_path.write_text(KEPT)
    settings.token_path.chmod(0o600)
    return settings


def save(settings: Settings, *titles: str) -> None:
    client = InProcess(settings, "test")
    for title in titles:
        client.call("save", title=title, content=f"all about {title}")
    client.close()


def titles(settings: Settings) -> set[str]:
    client = InProcess(settings, "test")
    try:
        return {memory["title"] for memory in client.call("list", limit=100)["memories"]}
    finally:
        client.close()


def test_a_token_is_kept_as_it_is_bound_to_its_origin_and_private(world: WebWorld, settings: Settings) -> None:
    step = KeepToken(settings, URL, TOKEN)
    assert isinstance(step.check(world), Needed)
    step.apply(world)
    assert settings.token_path.read_text() == KEPT
    assert stat.S_IMODE(settings.token_path.stat().st_mode) == 0o600
    assert step.check(world) == Done()
    assert KeepToken(settings, URL).check(world) == Done()


def test_a_passphrase_becomes_a_token_of_this_device_once(
    world: WebWorld, settings: Settings, remote: FakeRemote
) -> None:
    step = KeepToken(settings, URL, PASSPHRASE, "laptop")
    step.apply(world)
    assert settings.token_path.read_text().startswith("mnemon_d_laptop_")
    assert PASSPHRASE not in settings.token_path.read_text()
    assert step.check(world) == Done()
    assert len(remote.tokens) == 2
    assert PASSPHRASE not in repr(step)


def test_a_refused_secret_writes_nothing(world: WebWorld, settings: Settings) -> None:
    step = KeepToken(settings, URL, "a wrong passphrase of somebody")
    with pytest.raises(CredentialRefused, match="neither a code nor the passphrase") as caught:
        step.apply(world)
    assert "somebody" not in caught.value.message + caught.value.hint
    assert not settings.token_path.exists()


def test_a_token_of_another_server_is_not_sent_here(world: WebWorld, kept: Settings, remote: FakeRemote) -> None:
    kept.token_path.write_text(f"{TOKEN}\nhttps://elsewhere.example.com\n")
    verdict = KeepToken(kept, URL).check(world)
    assert isinstance(verdict, Blocked)
    assert "--token-stdin" in verdict.hint
    assert remote.asked == []


def test_a_new_token_takes_the_place_of_one_that_still_works(
    world: WebWorld, kept: Settings, remote: FakeRemote
) -> None:
    remote.tokens.add("another-token-that-is-good-too")
    step = KeepToken(kept, URL, "another-token-that-is-good-too")
    assert isinstance(step.check(world), Needed)
    step.apply(world)
    assert kept.token_path.read_text() == f"another-token-that-is-good-too\n{URL}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_a_token_that_others_can_read_is_closed_to_them(world: WebWorld, kept: Settings) -> None:
    kept.token_path.chmod(0o644)
    step = KeepToken(kept, URL)
    step.apply(world)
    assert step.check(world) == Done()
    assert stat.S_IMODE(kept.token_path.stat().st_mode) == 0o600


def test_a_server_that_is_down_blocks_and_changes_nothing(world: WebWorld, kept: Settings, remote: FakeRemote) -> None:
    remote.is_down = True
    verdict = look_at(KeepToken(kept, URL), world)
    assert isinstance(verdict, Blocked)
    assert "did not answer" in verdict.reason


def test_the_switch_is_one_line_and_only_with_a_token_that_works(
    world: WebWorld, kept: Settings, remote: FakeRemote
) -> None:
    step = UseRemote(kept, URL)
    remote.tokens.clear()
    with pytest.raises(StepFailed, match="does not take"):
        step.apply(world)
    assert not kept.remote_path.exists()
    remote.tokens.add(TOKEN)
    step.apply(world)
    assert kept.remote_path.read_text() == f"{URL}\n"
    assert step.check(world) == Done()


def test_going_back_forgets_address_and_token_and_no_memory(world: WebWorld, kept: Settings) -> None:
    save(kept, "tea")
    UseRemote(kept, URL).apply(world)
    step = UseLocal(kept)
    step.apply(world)
    assert step.check(world) == Done()
    assert not kept.remote_path.exists()
    assert not kept.token_path.exists()
    assert titles(kept) == {"tea"}


def test_going_back_leaves_the_token_of_a_server_here(world: WebWorld, kept: Settings) -> None:
    kept.token_path.write_text(f"{TOKEN}\n")
    assert UseLocal(kept).check(world) == Done()


def test_a_variable_that_says_web_is_named_and_nothing_is_done(kept: Settings, world: WebWorld) -> None:
    world.environment = {**world.environment, "MNEMON_REMOTE_URL": URL}
    verdict = UseLocal(kept).check(world)
    assert isinstance(verdict, Blocked)
    assert verdict.hint == "unset MNEMON_REMOTE_URL"


def test_memories_are_sent_and_the_vault_goes_into_the_archive(
    world: WebWorld, kept: Settings, remote: FakeRemote
) -> None:
    save(kept, "tea", "coffee")
    save(Settings(remote.folder), "water")
    step = JoinRemote(kept, URL)
    assert isinstance(step.check(world), Needed)
    assert step.apply(world) == "2 sent"
    assert step.check(world) == Done()
    assert remote.titles() == {"tea", "coffee", "water"}
    assert [each.name for each in kept.folder.iterdir() if each.name.startswith("default")] == []
    copy = next(kept.archive_folder.glob("pre-web-*.sqlite"))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    back = replace(kept, folder=kept.folder / "back")
    back.folder.mkdir()
    copy.rename(back.vault_path)
    save(back, "milk")  # it takes writes
    assert titles(back) == {"tea", "coffee", "milk"}


def test_a_running_server_of_the_old_vault_saves_nowhere_rather_than_into_nothing(
    world: WebWorld, kept: Settings
) -> None:
    save(kept, "tea")
    running = InProcess(kept, "a client")
    running.call("status")
    JoinRemote(kept, URL).apply(world)
    with pytest.raises(Exception, match="disappeared"):
        running.call("save", title="lost", content="lost?")
    running.close()
    assert not kept.vault_path.exists()


@pytest.mark.parametrize("at", range(3))
def test_killed_while_the_old_files_go_the_next_run_finishes(
    world: WebWorld, kept: Settings, remote: FakeRemote, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    save(kept, "tea")
    unlink, gone = Path.unlink, list[Path]()

    def dying(path: Path, missing_ok: bool = False) -> None:
        if path.name.startswith("default.sqlite"):
            gone.append(path)
            if len(gone) == at + 1:
                raise Killed
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", dying)
    step = JoinRemote(kept, URL)
    with pytest.raises(Killed):
        step.apply(world)
    monkeypatch.setattr(Path, "unlink", unlink)
    assert isinstance(step.check(world), Needed)
    step.apply(world)
    assert remote.titles() == {"tea"}
    assert not kept.vault_path.exists()


def test_a_server_of_this_very_vault_does_not_lose_it(world: WebWorld, kept: Settings, remote: FakeRemote) -> None:
    save(kept, "tea")
    remote.folder = kept.folder
    with pytest.raises(StepFailed, match="serves this very vault"):
        JoinRemote(kept, URL).apply(world)
    save(kept, "milk")
    assert titles(kept) == {"tea", "milk"}


@pytest.mark.parametrize("at", range(1, 6))
def test_killed_anywhere_no_memory_is_lost_and_the_same_command_goes_on(
    world: WebWorld, kept: Settings, remote: FakeRemote, at: int
) -> None:
    save(kept, *(f"memory {number}" for number in range(3)))
    before = titles(kept)
    step = JoinRemote(kept, URL)
    remote.dies_at = at
    try:
        step.apply(world)
    except Killed:
        assert titles(kept) == before
    remote.dies_at = 0
    if isinstance(step.check(world), Needed):
        step.apply(world)
    assert remote.titles() == before
    assert len(list(kept.archive_folder.glob("pre-web-*.sqlite"))) == 1
    assert not kept.vault_path.exists()


def test_broken_off_before_the_archive_the_way_back_is_open(
    world: WebWorld, kept: Settings, remote: FakeRemote
) -> None:
    save(kept, "tea")
    remote.dies_at = 2  # between closing the old vault and looking whether all has come
    with pytest.raises(Killed):
        JoinRemote(kept, URL).apply(world)
    found = Vault().run(Subject(world, survey(world, kept, Installation(kept.folder, ()))))
    assert (found.verdict, found.fix) == ("fail", f"mnemon setup --remote-url {URL} --send-memories")
    UseLocal(kept).apply(world)
    save(kept, "milk")
    assert titles(kept) == {"tea", "milk"}


def test_a_server_that_drops_memories_does_not_get_the_only_copy(
    world: WebWorld, kept: Settings, remote: FakeRemote
) -> None:
    save(kept, "tea", "coffee")
    remote.loses = 1
    with pytest.raises(StepFailed, match="does not have 1 of the memories"):
        JoinRemote(kept, URL).apply(world)
    assert not kept.archive_folder.exists()
    save(kept, "milk")  # it takes writes again
    assert titles(kept) == {"tea", "coffee", "milk"}


def test_memories_that_come_in_while_others_are_sent_go_too(
    world: WebWorld, kept: Settings, remote: FakeRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(kept, "tea")
    take_in = remote._take_in

    def and_save_one(body: bytes, dry_run: bool) -> dict[str, object]:
        if len(remote.asked) == 1:
            save(kept, "late")
        return take_in(body, dry_run)

    monkeypatch.setattr(remote, "_take_in", and_save_one)
    JoinRemote(kept, URL).apply(world)
    assert remote.titles() == {"tea", "late"}


def test_a_rehearsal_asks_and_changes_neither_side(world: WebWorld, settings: Settings, remote: FakeRemote) -> None:
    save(settings, "tea")
    before = {path: path.read_bytes() for path in settings.folder.rglob("*.sqlite")}
    dry = DryWorld(world)
    for step in (KeepToken(settings, URL, PASSPHRASE), JoinRemote(settings, URL), UseRemote(settings, URL)):
        assert isinstance(step.check(dry), Needed)
        step.apply(dry)
    assert {path: path.read_bytes() for path in settings.folder.rglob("*.sqlite")} == before
    assert len(remote.tokens) == 1
    assert set(remote.asked) <= {"/health"}
    assert not settings.remote_path.exists()
