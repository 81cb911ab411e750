"""Which files in the vault's folder a vault on the web has left, or a server of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mnemon_installer.facts.deploy_files import app_folders
from mnemon_server.settings import Settings
from mnemon_server.sync.keys import NAME as KEYS
from mnemon_server.sync.keys import parsed_keys
from mnemon_server.sync.trouble import NoCredentials

TOKENS = "tokens"  # the folder with new tokens that no terminal was there to show
_TOKEN = re.compile(r"mnemon_[a-z]_[\w-]{20,}")
_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+(/\S*)?")
# Of each database: names in its first page that nobody else's has.
_DATABASES = {"oauth_path": (b"pairings", b"families"), "sessions_path": (b"sessions", b"id_hash")}
_SIDECARS = ("-wal", "-shm", "-journal", "")


def web_files(settings: Settings, is_default: bool) -> Iterator[Path]:
    """Addresses, tokens, and who may come in. `is_default`: the folder is the one that is ours by its name."""
    lines = _lines(settings.remote_path)
    if lines is not None and (is_default or (len(lines) == 1 and _ADDRESS.fullmatch(lines[0]))):
        yield settings.remote_path
    lines = _lines(settings.token_path)
    if lines is not None and (is_default or _is_token_file(lines)):
        yield settings.token_path
    lines = _lines(settings.token_path.with_name(f"{settings.token_path.name}.next"))
    if lines is not None and (is_default or (lines and _TOKEN.fullmatch(lines[0]))):
        yield settings.token_path.with_name(f"{settings.token_path.name}.next")
    # Nothing in it says whose it is; but the hash of it was made for an app.
    is_of_an_app = any(_is_file(each / "passphrase_hash") for each in app_folders(settings, is_default))
    if (is_default or is_of_an_app) and _lines(settings.passphrase_path) is not None:
        yield settings.passphrase_path
    keys = settings.folder / KEYS
    if _is_file(keys) and (is_default or _are_keys(keys)):
        yield keys
    for name, marks in _DATABASES.items():
        yield from _database(getattr(settings, name), marks, is_default)
    yield from new_tokens(settings)


def new_tokens(settings: Settings) -> Iterator[Path]:
    """Tokens and codes that `mnemon token new` has written into files."""
    folder = settings.folder / TOKENS
    if folder.is_dir() and not folder.is_symlink():
        for each in sorted(folder.iterdir()):
            lines = _lines(each)
            if lines is not None and len(lines) == 1 and re.fullmatch(r"[\w-]{16,}", lines[0]):
                yield each


def _is_token_file(lines: list[str]) -> bool:
    if len(lines) == 2 and _ADDRESS.fullmatch(lines[1]):
        return True
    return len(lines) == 1 and _TOKEN.fullmatch(lines[0]) is not None


def _are_keys(path: Path) -> bool:
    try:
        parsed_keys(path.read_bytes(), path)
    except (OSError, NoCredentials):
        return False
    return True


def _database(path: Path, marks: tuple[bytes, ...], is_default: bool) -> Iterator[Path]:
    """The write-ahead log first: beside a new file it would be played into that one."""
    if _is_file(path) and (is_default or _has(path, marks)):
        yield from (each for each in (Path(f"{path}{suffix}") for suffix in _SIDECARS) if _is_file(each))


def _has(path: Path, marks: tuple[bytes, ...]) -> bool:
    try:
        with path.open("rb") as file:
            page = file.read(4096)
    except OSError:
        return False
    return page.startswith(b"SQLite format 3\0") and all(mark in page for mark in marks)


def _lines(path: Path) -> list[str] | None:
    """The lines of a small text file; None where there is none."""
    try:
        if not _is_file(path) or path.stat().st_size > 10_000:
            return None
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return None


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
