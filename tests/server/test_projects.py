"""Which project a folder belongs to: the same on every checkout and machine, and never with a secret in its name."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from mnemon_server.projects import name_of, project_of, repository_of


def repository(folder: Path, settings: str) -> Path:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text(settings)
    return folder


def origin(url: str) -> str:
    return f'[core]\n\tbare = false\n[remote "fork"]\n\turl = x\n[remote "origin"]\n\tfetch = +a\n\turl = {url}\n'


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@github.com:Dana/Shop.git", "github.com/dana/shop"),
        ("https://github.com/dana/shop", "github.com/dana/shop"),
        ('"https://github.com/dana/shop.git"', "github.com/dana/shop"),
        ("https://token@github.com/dana/shop.git/", "github.com/dana/shop"),
        ("https://u:p@ss@h.com/a/b", "h.com/a/b"),
        ("https://h.com/a/b?access_token=SECRETX", "h.com/a/b"),
        ("https://h.com/a/b#SECRETX", "h.com/a/b"),
        ("ssh://git@git.example.org:2222/team/shop.git", "git.example.org/team/shop"),
        ("git@github.com:/dana/shop.git # ours", "github.com/dana/shop"),
        ("https://dev.azure.com/o/My%20P/_git/r", "dev.azure.com/o/my%20p/_git/r"),
    ],
)
def test_checkouts_of_one_repository_are_one_project(tmp_path: Path, url: str, name: str) -> None:
    root = repository(tmp_path / "repo", origin(url))
    (root / "src" / "deep").mkdir(parents=True)
    assert project_of(str(root / "src" / "deep")) == repository_of(str(root)) == name
    assert name_of("github.com/dana/shop") == "shop"


@pytest.mark.parametrize(
    "url",
    [
        *("../shop.git", "/srv/git/shop.git", "file:///srv/git/shop", "file:srv/shop", "C:\\git\\shop", "C:/git/shop"),
        *(
            "https://bob:a/SECRET@h.com/x",
            "https://bob:1/SECRET@h.com/x",
            "https://SECRET/a?b@h.com/x",
            "bob:SECRET@h:x/y",
        ),
        *(
            "https://bob:SECRET?a@h.com/x",
            "https://bob:1#SECRET/@h.com/x",
            "https://h.com/SECRET%40x/y",
            "ext::sh -c SECRET",
        ),
        *("./shop", "shop", "https://h.com/../shop", ""),
    ],
)
def test_what_is_no_address_on_the_net_names_no_project(tmp_path: Path, url: str) -> None:
    root = repository(tmp_path / "repo", origin(url))
    assert project_of(str(root)) == str(root)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ('[remote "origin"]\n\tpushurl = https://h.com/push/x\n\turl = https://h.com/a/b\n', "h.com/a/b"),
        ('[remote "origin"]\n\tfetch = +refs/[x]/*:y\n\turl = "https://h.com/a/b"\n', "h.com/a/b"),
        ('[Remote "origin"]\n  URL=https://h.com/a/b\n[remote "z"]\nurl = https://h.com/z/z\n', "h.com/a/b"),
        ('[remote "origin"] url = git@h.com:a/b\n\turl = git@second.com:a/b\n', "h.com/a/b"),
        ('# [remote "origin"]\n[remote "origin"]\n\t; url = x\n\turl = h.com:a/b ; url = y\n', "h.com/a/b"),
        ('[remote "origin2"]\n\turl = https://h.com/a/b\n', ""),
        ("\x00\x01 nonsense", ""),
    ],
)
def test_gits_settings_are_read_as_git_reads_them(tmp_path: Path, settings: str, name: str) -> None:
    root = repository(tmp_path / "repo", settings)
    assert project_of(str(root)) == (name or str(root))


@pytest.mark.skipif(not shutil.which("git"), reason="git is not on this machine")
def test_a_worktree_and_its_repository_are_one_project(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(("git", *words), cwd=tmp_path, check=True, capture_output=True, env=quiet)

    quiet = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    git("init", "main")
    git("-C", "main", "remote", "add", "origin", "https://github.com/dana/shop.git")
    git("-C", "main", "-c", "user.name=d", "-c", "user.email=d@e", "commit", "--allow-empty", "-m", "first")
    git("-C", "main", "worktree", "add", "../beside")
    assert project_of(str(tmp_path / "main")) == project_of(str(tmp_path / "beside")) == "github.com/dana/shop"


def test_a_link_into_a_repository_belongs_to_it(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", origin("https://h.com/a/b"))
    (root / "src").mkdir()
    (tmp_path / "link").symlink_to(root / "src")
    assert project_of(str(tmp_path / "link")) == repository_of(str(tmp_path / "link")) == "h.com/a/b"


def test_without_a_repository_the_folder_is_the_project(tmp_path: Path) -> None:
    assert project_of(str(tmp_path / "plain")) == str(tmp_path / "plain")
    assert repository_of(str(tmp_path / "plain")) == ""
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    (tmp_path / "broken" / ".git" / "config").write_bytes(b"\xff\xfe\x00")
    assert project_of(str(tmp_path / "broken" / "src")) == str(tmp_path / "broken")


@pytest.mark.parametrize("folder", ["", "a/" * 20_000, "\0", "/" + "x/" * 1_500])
def test_an_odd_folder_takes_no_time(folder: str) -> None:
    began = time.process_time()
    assert len(project_of(folder)) <= 160
    assert time.process_time() - began < 5  # a thousandth is usual


@pytest.mark.parametrize("place", [".git", ".git/config"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_gits_files_keeps_nobody_waiting(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / place)
    assert project_of(str(tmp_path)) == str(tmp_path)
