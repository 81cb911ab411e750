"""Doctor's look at a vault on the web."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.installer.remote import TOKEN, URL, FakeRemote, WebWorld

from mnemon_installer.checks.check import Check, Finding, Subject
from mnemon_installer.checks.examine import examine
from mnemon_installer.checks.remote import Remote, RemoteToken
from mnemon_installer.facts.launcher import Installation
from mnemon_installer.facts.survey import survey
from mnemon_installer.flows.mend import plan_mending
from mnemon_installer.wizard.sharing import share
from mnemon_server.settings import Settings

CHECKS: tuple[Check, ...] = (Remote(), RemoteToken())


@pytest.fixture
def world(home: Path, tmp_path: Path) -> WebWorld:
    made = WebWorld({"HOME": str(home)}, home, sys.platform)
    made.remote = FakeRemote(tmp_path / "server")
    return made


@pytest.fixture
def kept(settings: Settings) -> Settings:
    settings.folder.mkdir(mode=0o700)
    settings.token_path.write_text(f"{TOKEN}\n{URL}\n")
    settings.token_path.chmod(0o600)
    return replace(settings, remote=URL)


def look(world: WebWorld, settings: Settings) -> tuple[Finding, Finding]:
    subject = Subject(world, survey(world, settings, Installation(world.home / "venv", ())))
    remote, token = examine(CHECKS, subject)
    assert TOKEN not in remote.message + remote.fix + token.message + token.fix
    return remote, token


def test_all_is_well(world: WebWorld, kept: Settings) -> None:
    remote, token = look(world, kept)
    assert (remote.verdict, token.verdict) == ("ok", "ok")
    assert "version" in remote.message
    assert world.remote.asked == ["/health"]  # one request tells both


def test_a_server_that_is_down_is_the_one_problem_shown(world: WebWorld, kept: Settings) -> None:
    world.remote.is_down = True
    remote, token = look(world, kept)
    assert (remote.verdict, token.verdict) == ("fail", "skipped")
    assert remote.fix == f"mnemon doctor connector --url {URL}"


def test_a_token_that_is_revoked_missing_or_for_another_server(world: WebWorld, kept: Settings) -> None:
    world.remote.tokens.clear()
    assert look(world, kept)[1].verdict == "fail"
    kept.token_path.write_text(f"{TOKEN}\nhttps://other.example.com\n")
    found = look(world, kept)[1]
    assert (found.verdict, "is for https://other.example.com" in found.message) == ("missing", True)
    kept.token_path.unlink()
    assert look(world, kept)[1].verdict == "missing"


def test_a_token_that_is_bound_to_nothing_or_known_to_this_shell_only(world: WebWorld, kept: Settings) -> None:
    kept.token_path.write_text(f"{TOKEN}\n")
    assert look(world, kept)[1].verdict == "warn"
    kept.token_path.unlink()
    world.environment = {**world.environment, "MNEMON_LOCAL_TOKEN": TOKEN}
    assert look(world, kept)[1].verdict == "warn"


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_a_token_that_others_can_read_is_mended(world: WebWorld, kept: Settings) -> None:
    kept.token_path.chmod(0o644)
    found = look(world, kept)[1]
    assert found.verdict == "fail"
    facts = survey(world, kept, Installation(world.home / "venv", ()))
    (step,) = plan_mending(facts, [found]).steps
    step.apply(world)
    assert look(world, kept)[1].verdict == "ok"


def test_a_bundle_for_strangers_names_no_server(world: WebWorld, kept: Settings) -> None:
    subject = Subject(world, survey(world, kept, Installation(world.home / "venv", ())))
    findings = (*examine(CHECKS, subject), Finding("x", "fail", "mem.example.com does not answer"))
    text = share(subject, findings)
    assert "mem.example.com" not in text
    assert "$MNEMON_REMOTE_URL answers" in text
