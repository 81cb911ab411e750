"""The command that a client is given has to be there tomorrow."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemon_installer.facts.launcher import Installation, Launcher, find_launcher, this_installation
from mnemon_installer.world.real import RealWorld


def install(prefix: Path) -> Installation:
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "mnemon").write_text("#!/bin/sh\n")
    (prefix / "bin" / "mnemon").chmod(0o755)
    return Installation(prefix, (prefix / "bin",))


def link(at: Path, to: Path) -> Path:
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(to)
    return at


def world(home: Path, path: str = "", **environment: str) -> RealWorld:
    return RealWorld({"PATH": path, **environment}, home, "linux")


def test_a_plain_environment_gives_its_own_script(home: Path) -> None:
    installation = install(home / "venv")
    expected = Launcher(home / "venv" / "bin" / "mnemon")
    assert find_launcher(world(home, str(home / "venv" / "bin")), installation) == expected
    assert find_launcher(world(home), installation) == expected


@pytest.mark.parametrize("on_path", [True, False])
def test_the_link_of_pipx_or_uv_outlives_an_upgrade(home: Path, on_path: bool) -> None:
    installation = install(home / ".local" / "share" / "uv" / "tools" / "mnemon-memory")
    shim = link(home / ".local" / "bin" / "mnemon", installation.script_folders[0] / "mnemon")
    path = str(shim.parent) if on_path else "/usr/bin"
    assert find_launcher(world(home, path), installation).path == shim


def test_a_link_in_the_folder_where_the_users_scripts_go_is_a_link_all_the_same(home: Path) -> None:
    installation = install(home / ".local" / "share" / "uv" / "tools" / "mnemon-memory")
    shim = link(home / ".local" / "bin" / "mnemon", installation.script_folders[0] / "mnemon")
    both = Installation(installation.prefix, (*installation.script_folders, shim.parent))
    assert find_launcher(world(home), both).path == shim


def test_another_installations_command_on_path_is_not_ours(home: Path) -> None:
    other = install(home / "other")
    installation = install(home / "venv")
    link(home / ".local" / "bin" / "mnemon", other.script_folders[0] / "mnemon")
    found = find_launcher(world(home, str(home / "other" / "bin")), installation)
    assert found.path == home / "venv" / "bin" / "mnemon"


@pytest.mark.parametrize(
    "prefix",
    [".cache/uv/archive-v0/abc", ".cache/uv/environments-v2/mnemon", ".cache/pipx/0123", "uvcache/builds-v0/x"],
)
def test_a_temporary_cache_is_refused_with_what_to_do_instead(home: Path, prefix: str) -> None:
    found = find_launcher(world(home, UV_CACHE_DIR=str(home / "uvcache")), install(home / prefix))
    assert found.path is None
    assert "temporary cache" in found.problem
    assert found.hint == "uv tool install mnemon-memory && mnemon setup"


def test_no_command_at_all_is_said(home: Path) -> None:
    assert find_launcher(world(home), Installation(home / "venv", (home / "venv" / "bin",))).path is None


def test_this_very_installation_knows_its_folders() -> None:
    assert all(folder.is_absolute() for folder in this_installation().script_folders)
