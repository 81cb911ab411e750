"""`--direct`: address and token in a client's file, shown to nobody, and taken out again."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mnemon_installer.checks.check import Subject
from mnemon_installer.checks.client_entry import ClientEntry
from mnemon_installer.checks.server import ClientServer
from mnemon_installer.clients import CLIENTS
from mnemon_installer.clients.client import Launch, Place
from mnemon_installer.facts.launcher import Installation
from mnemon_installer.facts.leftovers import find_leftovers
from mnemon_installer.facts.survey import survey
from mnemon_installer.plan.step import Blocked, Done, Needed
from mnemon_installer.steps.register_client import RegisterClient
from mnemon_installer.steps.register_direct import RegisterDirect
from mnemon_installer.steps.remove_entry import RemoveEntry
from mnemon_installer.world.real import RealWorld
from mnemon_server.settings import Settings

URL, TOKEN = "https://mem.example.com", "a-token-of-the-tests-0123456789"
BY_NAME = {client.name: client for client in CLIENTS}


@pytest.fixture
def on_the_web(settings: Settings) -> Settings:
    settings.folder.mkdir(mode=0o700)
    settings.token_path.write_text(f"{TOKEN}\n{URL}\n")
    return replace(settings, remote=URL)


@pytest.fixture
def direct(on_the_web: Settings, world: RealWorld) -> Callable[[str], RegisterDirect]:
    def step(name: str) -> RegisterDirect:
        return RegisterDirect(BY_NAME[name], on_the_web, BY_NAME[name].config_path(world))

    return step


def register(step: RegisterDirect, world: RealWorld) -> str:
    """Check, apply, check again; the diff that was shown."""
    verdict = step.check(world)
    assert isinstance(verdict, Needed)
    step.apply(world)
    assert step.check(world) == Done()
    return verdict.diff


@pytest.mark.parametrize("name", [client.name for client in CLIENTS if client.direct_entry(URL, TOKEN) is not None])
def test_every_client_that_can_gets_it_and_nobody_is_shown_the_token(
    direct: Callable[[str], RegisterDirect], world: RealWorld, name: str
) -> None:
    step = direct(name)
    diff = register(step, world)
    assert TOKEN in step.path.read_text()
    assert f"{URL}/mcp" in step.path.read_text()
    assert stat.S_IMODE(step.path.stat().st_mode) == 0o600 or sys.platform == "win32"
    assert "***" in diff
    assert TOKEN not in diff + step.describe() + repr(step)
    receipts = (step.settings.ops_folder / "receipts.json").read_text()
    assert TOKEN not in receipts


def test_without_direct_it_becomes_the_command_again_and_the_token_is_gone(
    direct: Callable[[str], RegisterDirect], world: RealWorld
) -> None:
    step = direct("cursor")
    step.path.parent.mkdir()
    step.path.write_text('{\n  "mcpServers": {"x": {"command": "y"}}\n}\n')
    step.path.chmod(0o600)
    register(step, world)
    back = RegisterClient(step.client, Launch("/opt/mnemon"), step.path, None, step.settings.backups_folder)
    assert isinstance(back.check(world), Needed)
    back.apply(world)
    assert back.check(world) == Done()
    assert TOKEN not in step.path.read_text()
    assert json.loads(step.path.read_text())["mcpServers"]["x"] == {"command": "y"}


def test_uninstall_knows_it_and_gives_the_former_bytes_back(
    direct: Callable[[str], RegisterDirect], world: RealWorld
) -> None:
    step, before = direct("cursor"), '{\n  // mine\n  "mcpServers": {}\n}\n'
    step.path.parent.mkdir()
    step.path.write_text(before)
    step.path.chmod(0o600)
    register(step, world)
    assert find_leftovers(world, step.settings).foreign == ()
    place = Place(step.path, step.client.format, step.client.entry_path)
    removal = RemoveEntry(step.client, place, None, step.settings.backups_folder)
    assert isinstance(removal.check(world), Needed)
    removal.apply(world)
    assert step.path.read_text() == before


def test_doctor_sees_an_entry_of_ours_and_one_with_an_old_token(
    direct: Callable[[str], RegisterDirect], world: RealWorld, home: Path
) -> None:
    step = direct("cursor")
    register(step, world)
    subject = Subject(world, survey(world, step.settings, Installation(home / "venv", ())))
    assert next(each for each in subject.facts.clients if each.client is step.client).state.standing == "direct"
    assert ClientEntry(step.client).run(subject).verdict == "ok"
    assert ClientServer(step.client).run(subject).verdict == "skipped"
    step.settings.token_path.write_text(f"a-newer-token-than-the-one-there\n{URL}\n")
    found = ClientEntry(step.client).run(subject)
    assert (found.verdict, found.fix) == ("fail", f"mnemon setup cursor --remote-url {URL} --direct")
    assert TOKEN not in found.message


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_no_token_goes_where_others_can_read_it(direct: Callable[[str], RegisterDirect], world: RealWorld) -> None:
    step = direct("cursor")
    step.path.parent.mkdir()
    step.path.write_text("{}")
    step.path.chmod(0o644)
    verdict = step.check(world)
    assert isinstance(verdict, Blocked)
    assert verdict.hint == f"chmod 600 {step.path}"


def test_a_client_that_cannot_and_an_entry_of_somebody_else_are_left_alone(
    direct: Callable[[str], RegisterDirect], world: RealWorld
) -> None:
    assert isinstance(direct("claude-desktop").check(world), Blocked)
    step = direct("cursor")
    step.path.parent.mkdir()
    step.path.write_text('{"mcpServers": {"mnemon": {"url": "https://other.example.com/mcp"}}}')
    step.path.chmod(0o600)
    assert isinstance(step.check(world), Blocked)
    register(replace(step, replace_foreign=True), world)
