"""Which files in the vault's folder are of our making: by their names, and by what is in them. A link is never ours."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mnemon_installer.facts.deploy_files import deploy_files, pulumi_files
from mnemon_installer.facts.run_files import run_files
from mnemon_installer.facts.sync_files import sync_files
from mnemon_installer.facts.web_files import web_files
from mnemon_installer.plan.receipts import FILE_NAME
from mnemon_server.embed.cache import DEFAULT_REPOSITORY, repository_folder
from mnemon_server.embed.fingerprint import MEMORY
from mnemon_server.embed.graph import FOLDER, OURS
from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings, parse_config
from mnemon_server.vault.open import APPLICATION_ID

FLOWS = ("setup", "uninstall", "doctor", "upgrade", "downgrade", "rotate")
PUT_ASIDE = re.compile(r"damaged-\d{8}T\d{6,12}")  # as doctor's fix and a pull name it
CACHED = "models--"  # how a Hugging Face cache begins the name of a repository's folder

_SIDECARS = ("-wal", "-shm", "-journal")
_DRAFT_OF_VAULT = re.compile(r"\.new-\d+-[0-9a-f]{8}(-wal|-shm|-journal)?")
_DRAFT = re.compile(r"\.(.+)\.mnemon-[0-9a-f]{8}")
_MAKING = re.compile(r"making-\d+-[0-9a-f]{8}\.part")  # a copy for the archive that was not finished
_JOURNAL = re.compile(rf"({'|'.join(FLOWS)})-[a-z0-9-]+\.json")  # of a flow, and of the app that it was about
_SINGLE = ("config.toml", "remote_url", "local_token", "local_token.next", "owner_passphrase", "storage_keys")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LEDGER = "hooks.sqlite"
_OF_LEDGER = b"injected_by_session"  # an index of it, named in its first page
_LOGS = re.compile(r"crash-\d{8}T\d{6}\.log|(hooks|resident)\.log(\.1)?")
_COPY = re.compile(r"[a-z-]+-\d{8}T\d{12}-.+")


def is_vault(path: Path) -> bool:
    """The header says so; opening the file could change it."""
    try:
        with path.open("rb") as file:
            header = file.read(72)
    except OSError:
        return False
    return header.startswith(b"SQLite format 3\0") and int.from_bytes(header[68:72], "big") == APPLICATION_ID


def vault_files(path: Path, knows_folder: bool) -> Iterator[Path]:
    """The write-ahead log first: beside a new vault it would be played into that one."""
    if is_file(path) and is_vault(path):
        yield from filter(is_file, (Path(f"{path}{suffix}") for suffix in _SIDECARS))
        yield path
    elif knows_folder and not _exists(path):
        yield from filter(is_file, (Path(f"{path}{suffix}") for suffix in _SIDECARS))
    for each in entries(path.parent):
        if each.name.startswith(path.name) and _DRAFT_OF_VAULT.fullmatch(each.name.removeprefix(path.name)):
            yield each


def copies_of_vault(archive: Path) -> Iterator[Path]:
    """Vaults put aside: before a migration, by a sync, by doctor's fix for a damaged one."""
    for each in _inside(archive):
        if is_file(each) and (_MAKING.fullmatch(each.name) or (each.suffix == ".sqlite" and is_vault(each))):
            yield each
        elif PUT_ASIDE.fullmatch(each.name) and each.is_dir():
            yield from (file for file in entries(each) if file.name.startswith("default.sqlite") and is_file(file))


def model_files(models: Path, knows_folder: bool) -> Iterator[Path]:
    """Receipts of fetched models last: while one stands, the model counts as being here."""
    receipts = {each: name for each in _inside(models) if (name := _repository_of(each))}
    repositories = {repository_folder(models, name) for name in receipts.values()}
    if knows_folder:
        repositories.add(repository_folder(models, DEFAULT_REPOSITORY))
    for each in _inside(models):
        if each in repositories or (each.name.startswith(CACHED) and (each / "mnemon.lock").is_file()):
            yield from _cached(each)
    yield from (each for each in _inside(models / FOLDER) if OURS.fullmatch(each.name) and is_file(each))
    if _holds_digests(models / MEMORY):
        yield models / MEMORY
    yield from receipts


def _holds_digests(memory: Path) -> bool:
    """Whether the file is the one that says which weights have which digest."""
    found = list(_json(memory).values()) if is_file(memory) else []
    return bool(found) and all(isinstance(each, list) and each and _DIGEST.fullmatch(str(each[-1])) for each in found)


def _cached(repository: Path) -> Iterator[Path]:
    """What a Hugging Face cache holds of one repository; the links in it are part of its layout."""
    if repository.is_symlink():
        return
    for part in ("snapshots", "refs", "blobs"):
        if not (repository / part).is_symlink():
            yield from (each for each in sorted((repository / part).rglob("*")) if each.is_symlink() or each.is_file())
    if is_file(repository / "mnemon.lock"):
        yield repository / "mnemon.lock"


def _repository_of(receipt: Path) -> str:
    """The repository that a model's receipt speaks of; empty when the file is no such receipt."""
    if receipt.suffix not in (".json", ".new") or not is_file(receipt):
        return ""
    record = _json(receipt)
    is_one = {"model", "repository", "revision", "sizes"} <= record.keys() and isinstance(record["repository"], str)
    return str(record["repository"]) if is_one else ""


def papers(settings: Settings, is_default: bool) -> Iterator[Path]:
    """Settings, logs, backups, the hooks' ledger. `is_default`: the folder is the one that is ours by its name."""
    if is_file(settings.config_path) and _is_our_config(settings, is_default):
        yield settings.config_path
    for each in entries(settings.folder):
        if _is_draft(each, lambda name: name in _SINGLE):
            yield each
    yield from web_files(settings, is_default)
    yield from deploy_files(settings, is_default)
    yield from pulumi_files(settings, is_default)
    yield from sync_files(settings)
    yield from _ledger(settings.folder / _LEDGER, is_default)
    yield from (each for each in _inside(settings.logs_folder) if _LOGS.fullmatch(each.name) and is_file(each))
    yield from (each for each in _inside(settings.backups_folder) if _COPY.fullmatch(each.name) and is_file(each))
    yield from _drafts(settings.backups_folder, lambda name: bool(_COPY.fullmatch(name)))
    yield from run_files(settings.folder)


def records(ops: Path) -> Iterator[Path]:
    """Receipts last: they know which folders are ours."""
    locks = {f"{flow}.lock" for flow in FLOWS}
    yield from _drafts(ops, lambda name: _JOURNAL.fullmatch(name) is not None or name == FILE_NAME)
    for each in _inside(ops):
        is_journal = _JOURNAL.fullmatch(each.name) is not None and "flow" in _json(each)
        if is_journal or (each.name in locks and _is_our_lock(each)):
            yield each
    if is_file(ops / FILE_NAME) and "format" in _json(ops / FILE_NAME):
        yield ops / FILE_NAME


def _ledger(path: Path, is_default: bool) -> Iterator[Path]:
    """What hooks have put before models."""
    if is_file(path) and (is_default or _OF_LEDGER in _first_page(path)):
        yield from filter(is_file, (Path(f"{path}{suffix}") for suffix in _SIDECARS))
        yield path


def _first_page(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def _is_our_config(settings: Settings, is_default: bool) -> bool:
    """It sets something of ours, and nothing else; or it is empty in the folder that is ours by name."""
    try:
        values = parse_config(settings.config_path.read_text(encoding="utf-8"), str(settings.config_path))
    except (OSError, UnicodeDecodeError, MnemonError):
        return False
    return bool(values) or is_default


def _is_our_lock(lock: Path) -> bool:
    if not is_file(lock):
        return False
    return lock.stat().st_size == 0 or str(_json(lock).get("purpose", "")).startswith("mnemon ")


def _drafts(folder: Path, is_ours: Callable[[str], bool]) -> Iterator[Path]:
    """What a killed process has left of writing a file of ours."""
    return (each for each in _inside(folder) if _is_draft(each, is_ours))


def _is_draft(path: Path, is_ours: Callable[[str], bool]) -> bool:
    of = _DRAFT.fullmatch(path.name)
    return of is not None and is_ours(of[1]) and is_file(path)


def entries(folder: Path) -> list[Path]:
    """What is in a folder; nothing where it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _inside(folder: Path) -> list[Path]:
    return [] if folder.is_symlink() else entries(folder)


def is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _json(path: Path) -> dict[str, Any]:  # Any: JSON
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
