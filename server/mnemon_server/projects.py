"""Which project a folder belongs to: handoffs are kept under it, and memories of another one surface less easily."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

_LONGEST = 160
_ORIGIN = re.compile(r'\[remote "origin"\][^\[]*?url\s*=\s*(\S+)')
_ADDRESS = re.compile(r"(?:[a-z+]+://)?(?:[^@/\s]+@)?([^/:\s]+)(?::\d+)?[:/](.+?)(?:\.git)?/?")


def project_of(folder: str) -> str:
    """`github.com/dana/shop` by the address of `origin`, so that all checkouts and machines share it; else the folder
    of the repository; else the folder itself. Empty when no folder is known."""
    if not folder:
        return ""
    here = Path(folder)
    root = _root(here)
    name = _origin(root) if root else ""
    return (name or str(root or here))[-_LONGEST:]


def repository_of(folder: str) -> str:
    """As `project_of`, but empty where there is no repository: a program that was started anywhere works nowhere."""
    return project_of(folder) if folder and _root(Path(folder)) else ""


def name_of(project: str) -> str:
    """The last part of it, for people."""
    return re.split(r"[/\\]", project.rstrip("/\\"))[-1] or project


def _root(folder: Path) -> Path | None:
    with suppress(OSError, ValueError):
        for each in (folder, *folder.parents):
            if (each / ".git").exists():
                return each
    return None


def _origin(root: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        found = _ORIGIN.search((_git_folder(root) / "config").read_text(encoding="utf-8")[:100_000])
        address = _ADDRESS.fullmatch(found[1]) if found else None
        return f"{address[1]}/{address[2]}".lower() if address else ""
    return ""


def _git_folder(root: Path) -> Path:
    """Where git keeps the settings: in a worktree or a submodule `.git` is a file that leads there."""
    git = root / ".git"
    if git.is_dir():
        return git
    folder = root / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
    shared = folder / "commondir"
    return folder / shared.read_text(encoding="utf-8").strip() if shared.exists() else folder
