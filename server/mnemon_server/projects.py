"""Which project a folder belongs to: handoffs are kept under it, and memories of another one surface less easily."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

_LONGEST = 160
_LONGEST_FOLDER = 4_096
_DEEPEST = 100
_MOST_SETTINGS = 100_000  # characters of git's settings that are looked at
_ORIGIN = re.compile(r"remote\s+\"origin\"\s*", re.IGNORECASE)
_URL = re.compile(r"url\s*=\s*(.*)", re.IGNORECASE)
# `https://host:port/path`, and `user@host:path` as ssh has it.
_HOST = r"(?P<host>[a-z0-9][a-z0-9.-]*)"
_WITH_SCHEME = re.compile(rf"(?:https?|ssh|git|git\+ssh)://{_HOST}(?::\d+)?/(?P<path>[\w./~+-]+)", re.IGNORECASE)
_AS_SSH = re.compile(rf"{_HOST}:(?P<path>[\w./~+-]+)", re.IGNORECASE)


def project_of(folder: str) -> str:
    """`github.com/dana/shop` by the address of `origin`, so that all checkouts and machines share it; else the folder
    of the repository; else the folder itself. Empty when no folder is known."""
    if not folder or len(folder) > _LONGEST_FOLDER or "\0" in folder:
        return ""
    here = _resolved(folder)
    root = _root(here)
    name = _origin(root) if root else ""
    return (name or str(root or here))[-_LONGEST:]


def repository_of(folder: str) -> str:
    """As `project_of`, but empty where there is no repository: a program that was started anywhere works nowhere."""
    name = project_of(folder)
    return name if name and _root(_resolved(folder)) else ""


def name_of(project: str) -> str:
    """The last part of it, for people."""
    return re.split(r"[/\\]", project.rstrip("/\\"))[-1] or project


def _root(folder: Path) -> Path | None:
    with suppress(OSError, ValueError):
        for each in (folder, *folder.parents[:_DEEPEST]):
            if (each / ".git").exists():
                return each
    return None


def _resolved(folder: str) -> Path:
    """A link into a repository belongs to it."""
    with suppress(OSError, RuntimeError):
        return Path(folder).resolve()
    return Path(folder)


def _origin(root: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return _named(_origin_url(_start_of(_git_folder(root) / "config")))
    return ""


def _origin_url(settings: str) -> str:
    """The `url` in the section of the remote called origin; the last one, as for git."""
    is_origin, url = False, ""
    for line in map(str.strip, settings.splitlines()):
        if line.startswith("["):
            is_origin = _ORIGIN.fullmatch(line[1:].partition("]")[0].strip()) is not None
        elif is_origin and (found := _URL.fullmatch(line)):
            url = found[1].strip().strip('"')
    return url


def _named(url: str) -> str:
    """`host/path` of an address on the net, without user, password, port and query; else nothing: a path means a
    different repository on each machine, and an address that is odd may hide a secret."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    if mark:
        plain = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path.partition('?')[0].partition('#')[0]}"
        found = _WITH_SCHEME.fullmatch(plain)
    else:
        found = _AS_SSH.fullmatch(url.rpartition("@")[2]) if url.count("@") <= 1 else None
    if found is None or "@" in url.partition("/")[2].partition("//")[2].partition("/")[2]:
        return ""
    path = found["path"].strip("/").removesuffix(".git").strip("/")
    return f"{found['host']}/{path}".lower() if path else ""


def _git_folder(root: Path) -> Path:
    """Where git keeps the settings: in a worktree or a submodule `.git` is a file that leads there."""
    git = root / ".git"
    if git.is_dir():
        return git
    folder = root / _start_of(git).removeprefix("gitdir:").strip()
    shared = folder / "commondir"
    return folder / _start_of(shared).strip() if shared.exists() else folder


def _start_of(file: Path) -> str:
    """Nothing of what is no file: a pipe would keep us waiting."""
    if not file.is_file():
        return ""
    with file.open(encoding="utf-8") as opened:
        return opened.read(_MOST_SETTINGS)
