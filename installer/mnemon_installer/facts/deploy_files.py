"""Which files in the vault's folder the way to the web has left: those of each app, and Pulumi's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mnemon_installer.edits.toml import NotToml, TomlDocument
from mnemon_installer.facts.web_survey import APP_NAME
from mnemon_server.settings import Settings

APPS, PULUMI = "deploy", "pulumi"
TREES = ("home", "cli", ".pulumi", "project")  # of Pulumi's; the last one says that the others are ours
NOTES = ("token", "device_token", "staged", "passphrase_hash", "deployed")  # gone once the app is destroyed

_PRIVATE = (
    "token", "device_token", "owner_passphrase", "passphrase_hash", "storage_created", "lease_here", "lease_there",
)  # fmt: skip
_PLAIN = ("Dockerfile", ".dockerignore", "staged", "deployed", "deploy.log", "role_arn", "storage", "fly.toml")
_NEXT = tuple(f"{name}.next" for name in ("owner_passphrase", "passphrase_hash", "staged", "token"))
_NAMES = frozenset((*_PRIVATE, *_PLAIN, *_NEXT))
_LAST = ("token", "fly.toml")  # by these the folder is known
_WHEEL = re.compile(r"mnemon_memory-[\w.+!]+-py3-none-any\.whl")
_DRAFT = re.compile(r"\.(.+)\.mnemon-[0-9a-f]{8}")
_TOKEN = re.compile(r"mnemon_[a-z]_[\w-]{20,}\s*")
_PAPERS = ("last-run.log", "begun.json", "begun.new", "passphrase")
_PROJECT = re.compile(r"(?m)^name: mnemon$")


def deploy_files(settings: Settings, is_default: bool) -> Iterator[Path]:
    """By their names, in folders of ours. `is_default`: the vault's folder is the one that is ours by its name."""
    for folder in app_folders(settings, is_default):
        files = [each for each in _inside(folder) if _is_ours(each)]
        yield from sorted(files, key=lambda each: (each.name in _LAST, each.name == "fly.toml", each.name))


def app_folders(settings: Settings, is_default: bool) -> Iterator[Path]:
    """In somebody else's folder only those whose fly.toml is ours, or that have a token as we make them; in ours those
    whose fly.toml is no other app's. A run that was killed early has left none."""
    for folder in _inside(settings.folder / APPS):
        is_named = APP_NAME.fullmatch(folder.name) is not None and folder.is_dir() and not folder.is_symlink()
        is_ours_by_name = is_default and _app_in(folder) in ("", folder.name)
        if is_named and (is_ours_by_name or _is_our_toml(folder) or _TOKEN.fullmatch(_text(folder / "token"))):
            yield folder


def private_files(folder: Path) -> list[Path]:
    """Of an app's: those that hold a secret."""
    return [each for each in _inside(folder) if each.name in (*_PRIVATE, *_NEXT) and _is_file(each)]


def may_be_there(folder: Path) -> bool:
    """Whether the app of that folder was made, as far as this machine knows, and not destroyed by it."""
    return any(_is_file(folder / name) for name in NOTES)


def pulumi_files(settings: Settings, is_default: bool) -> Iterator[Path]:
    """Pulumi's state, its plugins and its program, where it works in a folder of ours; the links among them, too."""
    folder = settings.folder / PULUMI
    if not (is_default or _PROJECT.search(_text(folder / "project" / "Pulumi.yaml"))):
        return
    names = {each.name: each for each in _inside(folder)}
    yield from (names[name] for name in _PAPERS if name in names and _is_file(names[name]))
    for name in TREES:
        if name in names and not names[name].is_symlink():
            yield from (each for each in sorted(names[name].rglob("*")) if each.is_symlink() or each.is_file())


def _is_ours(path: Path) -> bool:
    draft = _DRAFT.fullmatch(path.name)
    name = draft[1] if draft else path.name
    return (name in _NAMES or _WHEEL.fullmatch(name) is not None) and _is_file(path)


def _app_in(folder: Path) -> str:
    """The app that a fly.toml there names; empty where there is none, or none that can be read."""
    return str(_toml(folder).get("app", ""))


def _toml(folder: Path) -> Mapping[str, Any]:  # Any: TOML values
    try:
        return TomlDocument(_text(folder / "fly.toml")).data
    except NotToml:
        return {}


def _is_our_toml(folder: Path) -> bool:
    told = _toml(folder)
    environment = told.get("env")
    has_ours = isinstance(environment, dict) and any(str(name).startswith("MNEMON_") for name in environment)
    return has_ours and told.get("app") == folder.name


def _text(path: Path) -> str:
    """What a small file says; empty where there is none."""
    try:
        return path.read_text(encoding="utf-8") if _is_file(path) and path.stat().st_size < 100_000 else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _inside(folder: Path) -> list[Path]:
    try:
        return [] if folder.is_symlink() or folder.parent.is_symlink() else sorted(folder.iterdir())
    except OSError:
        return []


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
