"""Doctor's look at what this machine has deployed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.installer.remote import TOKEN, URL, FakeRemote, WebWorld

from mnemon_installer.checks.check import Check, Finding, Subject
from mnemon_installer.checks.deployment import Deployment
from mnemon_installer.checks.elsewhere import applicable
from mnemon_installer.checks.examine import examine
from mnemon_installer.checks.remote import Remote
from mnemon_installer.facts.app_notes import deployed_digest
from mnemon_installer.facts.launcher import Installation
from mnemon_installer.facts.own_wheel import own_wheel
from mnemon_installer.facts.survey import survey
from mnemon_server.settings import Settings

CHECKS: tuple[Check, ...] = (Remote(), Deployment())
UPGRADE = "mnemon upgrade web"


@dataclass
class Deployed(FakeRemote):
    """As an app answers."""

    build: str = ""
    state: str = "open"

    def _details(self) -> dict[str, str]:
        return {"version": self.build.partition("+")[0], "build": self.build, "vault_state": self.state}


@pytest.fixture
def remote(tmp_path: Path) -> Deployed:
    return Deployed(tmp_path / "server", build=own_wheel().version)


@pytest.fixture
def world(home: Path, remote: Deployed) -> WebWorld:
    made = WebWorld({"HOME": str(home), "MNEMON_FLY_URL_TEMPLATE": URL}, home, sys.platform)
    made.remote = remote
    return made


@pytest.fixture
def folder(settings: Settings, world: WebWorld) -> Path:
    """What an upgrade leaves of its app."""
    found, wheel = settings.folder / "deploy" / "my-mnemon", own_wheel()
    found.mkdir(parents=True)
    for name in ("fly.toml", "Dockerfile", "staged"):
        (found / name).write_text("x\n")
    (found / wheel.name).write_bytes(wheel.content)
    (found / "token").write_text(f"{TOKEN}\n")
    (found / "token").chmod(0o600)
    (found / "deployed").write_text(f"{deployed_digest(world, found, wheel.build)}\n")
    return found


def look(world: WebWorld, settings: Settings, url: str = "") -> Finding:
    there = replace(settings, remote=url)
    subject = Subject(world, survey(world, there, Installation(world.home / "venv", ())))
    finding = examine(applicable(CHECKS, there), subject)[-1]
    assert TOKEN not in finding.message + finding.fix
    assert "my-mnemon" not in finding.message + finding.fix, "a bundle for strangers has it"
    return finding


def test_what_was_deployed_from_here_runs(world: WebWorld, settings: Settings, folder: Path) -> None:
    finding = look(world, settings, URL)
    assert (finding.verdict, own_wheel().version in finding.message) == ("ok", True)


@pytest.mark.usefixtures("folder")
def test_another_build_than_was_deployed(world: WebWorld, settings: Settings, remote: Deployed) -> None:
    remote.build = "0.8.0+g000000000000"
    finding = look(world, settings, URL)
    assert (finding.verdict, finding.fix) == ("warn", UPGRADE)
    assert "the server runs 0.8.0+g000000000000" in finding.message


def test_a_program_that_is_newer_than_what_was_deployed(
    world: WebWorld, settings: Settings, folder: Path, remote: Deployed
) -> None:
    wheel, former = own_wheel(), "0.7.9+g000000000000"
    (folder / wheel.name).rename(folder / f"mnemon_memory-{former}-py3-none-any.whl")
    (folder / "deployed").write_text(f"{deployed_digest(world, folder, '000000000000')}\n")
    remote.build = former
    finding = look(world, settings, URL)
    assert (finding.verdict, finding.fix) == ("warn", UPGRADE)
    assert f"runs {former}, and this program is 0.8.0" in finding.message


def test_an_edit_of_fly_toml_that_is_not_deployed_yet(world: WebWorld, settings: Settings, folder: Path) -> None:
    (folder / "fly.toml").write_text("y\n")
    finding = look(world, settings, URL)
    assert (finding.verdict, finding.fix) == ("warn", UPGRADE)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_a_token_that_others_can_read(world: WebWorld, settings: Settings, folder: Path) -> None:
    (folder / "token").chmod(0o644)
    for url in (URL, ""):
        finding = look(world, settings, url)
        assert (finding.verdict, finding.fix) == ("fail", f"chmod -R go= {settings.folder / 'deploy'}")


def test_an_app_that_gave_the_vault_back_still_costs_money(
    world: WebWorld, settings: Settings, folder: Path, remote: Deployed
) -> None:
    remote.state = "moved:the machine laptop"
    finding = look(world, settings)
    assert (finding.verdict, finding.fix) == ("warn", "mnemon downgrade local --destroy-fly-app")
    assert "runs on, read-only, and costs money" in finding.message
    remote.is_down = True
    finding = look(world, settings)
    assert (finding.verdict, finding.fix) == ("warn", "mnemon downgrade local --destroy-fly-app")
    remote.is_down, remote.state = False, "open"
    assert look(world, settings).fix == UPGRADE


def test_an_app_that_was_destroyed_or_never_made_is_no_subject(
    world: WebWorld, settings: Settings, folder: Path, remote: Deployed
) -> None:
    for name in ("token", "staged", "deployed"):
        (folder / name).unlink()
    assert look(world, settings).verdict == "skipped"
    assert remote.asked == []
