"""Which project a folder belongs to: handoffs are kept under it, and memories of another one surface less easily."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

_LONGEST = 160
_LONGEST_FOLDER = 4_096
_DEEPEST = 100
_MOST_SETTINGS = 100_000  # characters of git's settings that are looked at
_SECTION = re.compile(r'\[\s*([\w.-]+)(?:\s+"([^"\\]*)")?\s*\](.*)')
_KEY = re.compile(r"([A-Za-z][\w-]*)\s*=\s*(.*)")
_VALUE = re.compile(r'"([^"\\]*)"|([^\s#;"\\][^\s;"\\]*)')
_WITH_SCHEME = re.compile(r"(?:https?|ssh|git|git\+ssh|ssh\+git)://([^/]+)/(.+)", re.IGNORECASE)
# `user@host:path` as ssh has it; one letter is a drive of Windows.
_AS_SSH = re.compile(r"(?!file:)(?:[^/:\s]+@)?([^/:\s@]{2,}):(.+)", re.IGNORECASE)
_HOST = re.compile(r"([A-Za-z0-9][\w.-]*)(?::\d{1,5})?")
_PATH = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))(?!.*%(?:40|3a))[\w./~+%-]+", re.IGNORECASE)


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
    """A link into a repository belongs to it. What is no whole path stays: nothing says where it begins."""
    here = Path(folder)
    with suppress(OSError, RuntimeError):
        return here.resolve() if here.is_absolute() else here
    return here


def _origin(root: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return _named(_origin_url(_start_of(_git_folder(root) / "config")))
    return ""


def _origin_url(settings: str) -> str:
    """The first `url` of the section of origin, from which git fetches; `pushurl` is another key."""
    is_origin = False
    for line in map(str.strip, settings.splitlines()):
        section = _SECTION.match(line)
        if section:
            is_origin = section[1].lower() == "remote" and section[2] == "origin"
        key = _KEY.match(section[3].strip() if section else line) if is_origin else None
        if key and key[1].lower() == "url":
            value = _VALUE.match(key[2])
            return (value[1] or value[2] or "") if value else ""
    return ""


def _named(url: str) -> str:
    """`host/path` of an address on the net, without user, password, port and query; else nothing: a path means a
    different repository on each machine, and an address that is odd may hide a secret."""
    address, _, query = url.replace("#", "?").partition("?")
    with_scheme, as_ssh = _WITH_SCHEME.fullmatch(address), _AS_SSH.fullmatch(address)
    if with_scheme:
        host, path = _HOST.fullmatch(with_scheme[1].rpartition("@")[2]), with_scheme[2]
    else:
        host, path = (_HOST.fullmatch(as_ssh[1]), as_ssh[2]) if as_ssh and "://" not in address else (None, "")
    path = path.strip("/").removesuffix(".git").strip("/")
    # A sign of a user's end behind the path: where it begins is not plain.
    return f"{host[1]}/{path}".lower() if host and _PATH.fullmatch(path) and "@" not in query else ""


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
