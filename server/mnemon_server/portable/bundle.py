"""A vault and its settings as one file for another machine: a tar of three members, sealed with a passphrase."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mnemon_server import __version__
from mnemon_server.errors import DiskTrouble, UsageError, VaultDamaged, VaultMoved, VaultRefused
from mnemon_server.folders import sync_folder
from mnemon_server.portable.packing import CONFIG, MANIFEST, VAULT, Packed, copy_content, next_member, small
from mnemon_server.portable.sealed import COST, BundleRefused, Reading, seal, unseal
from mnemon_server.settings import Settings, Value, setting_named
from mnemon_server.sync.examine import examine, sha256_of, verify
from mnemon_server.sync.manifest import LARGEST, Manifest, parsed
from mnemon_server.sync.state import alone, load_state, machine_name, now
from mnemon_server.sync.trouble import BackupRefused
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.copying import copy_vault
from mnemon_server.vault.drafts import clear_abandoned, draft_of
from mnemon_server.vault.migrate import NEWEST
from mnemon_server.vault.open import take_name
from mnemon_server.vault.replace import replace_content
from mnemon_server.vault.strays import NONE, count_strays

_LONGEST_CONFIG = 100_000  # bytes
_NEW = "mnemon move export makes a new one, where the vault is"


@dataclass(frozen=True)
class Bundle:
    """What a file holds, all of it verified.

    Attributes:
        manifest: of the vault in it.
        values: settings of the other machine that this program knows.
        unknown: names of those that it does not.
        snapshot: the vault, at this program's schema; `take_over` uses it up.
        is_here: the vault of this machine is that already.
        memories_here: live ones that it has; None where nobody can tell.
    """

    manifest: Manifest
    values: Mapping[str, Value]
    unknown: tuple[str, ...]
    snapshot: Path
    is_here: bool
    memories_here: int | None


def export_bundle(
    settings: Settings, file: Path, passphrase: str, *, overwrite: bool = False, cost: int = COST
) -> dict[str, Any]:  # Any: JSON
    """Write the vault of this machine, as it is now, and its settings to `file`, readable only by its owner. Whole or
    not at all; a file that is there stays unless `overwrite`.

    Returns:
        `{"path", "sha256" of the vault in it, "memories", "bytes" of the file, "settings": how many}`

    Raises:
        VaultRefused: there is no vault.
        BundleRefused: there is a file of that name; or the vault is damaged.
        DiskTrouble: it cannot be written.
        MnemonError: of the vault.
    """
    if not settings.vault_path.exists():
        raise VaultRefused(f"there is no vault at {settings.vault_path}; nothing was exported")
    _require_free(file, overwrite)
    room = sum(
        each.stat().st_size for suffix in ("", "-wal") if (each := Path(f"{settings.vault_path}{suffix}")).exists()
    )
    with alone(settings), workplace(settings, 2 * room) as folder:
        snapshot = folder / "snapshot.sqlite"
        copy_vault(settings.vault_path, snapshot)
        manifest = _manifest_of(settings, snapshot)
        with snapshot.open("rb") as vault:
            packed = Packed(manifest.written(VAULT), _config(settings), vault, manifest.size)
            size = _write_whole(file, packed, passphrase, overwrite, cost)
    return {
        "path": str(file),
        "sha256": manifest.sha256,
        "memories": manifest.contents.live,
        "bytes": size,
        "settings": len(settings.values),
    }


@contextmanager
def opened_bundle(settings: Settings, file: Path, passphrase: str) -> Iterator[Bundle]:
    """What `file` holds, for as long as the block lasts. Nothing has changed when it begins.

    Raises:
        BundleRefused: no such file, none of ours, another passphrase, damaged, or not what it says of itself.
        VaultTooNew: of a newer program.
        DiskTrouble: there is no room for it.
    """
    try:
        size = file.stat().st_size
        sealed = file.open("rb")
    except OSError as trouble:
        raise BundleRefused(f"{file} cannot be read: {trouble.strerror or trouble}") from None
    with sealed, alone(settings), workplace(settings, 4 * size) as folder:
        try:
            config, manifest = _unpacked(sealed, folder, passphrase)
            verify(folder / VAULT, manifest)
            snapshot = _at_our_schema(folder, manifest)
        except (BundleRefused, BackupRefused) as refused:
            hint = refused.hint if isinstance(refused, BundleRefused) else ""
            raise BundleRefused(f"{file}: {refused.message}; nothing was changed", hint or _NEW) from None
        except OSError as trouble:
            what = f"{file} cannot be unpacked into {folder}: {trouble.strerror or trouble}; nothing was changed"
            raise DiskTrouble(what, "mnemon doctor disk") from trouble
        values, unknown = _known(config)
        is_here, memories = _compared(settings, snapshot, folder)
        yield Bundle(manifest, values, unknown, snapshot, is_here, memories)


def take_over(settings: Settings, bundle: Bundle) -> dict[str, Any]:  # Any: JSON
    """Make the vault of an opened bundle that of this machine, unless it is that already. What was here goes into the
    archive, as `pre-move-<time>.sqlite`; whoever has the vault open sees the new one with the next transaction.

    Returns:
        `{"outcome": "imported" | "unchanged", "sha256", "at", "machine", "memories", "bytes", "archived": path or None,
        "only_there": how many live memories of the former vault it lacks, "newer_there": how many it has in an older
        form}`

    Raises:
        MnemonError: of the vault and the disk; the vault is as it was.
    """
    told = {**bundle.manifest.told(), "archived": None, "only_there": 0, "newer_there": 0}
    if bundle.is_here:
        return {"outcome": "unchanged", **told}
    archived = replace_content(settings.vault_path, bundle.snapshot, "pre-move")
    strays = count_strays(archived, settings.vault_path) if archived else NONE
    return {
        "outcome": "imported",
        **told,
        "archived": str(archived) if archived else None,
        "only_there": strays.missing,
        "newer_there": strays.newer,
    }


# --- Out --------------------------------------------------------------------------------------------------------------


def _manifest_of(settings: Settings, snapshot: Path) -> Manifest:
    try:
        contents = examine(snapshot)
    except BackupRefused as refused:
        raise BundleRefused(f"{refused.message}; nothing was exported", "mnemon doctor vault") from None
    return Manifest(
        sha256=sha256_of(snapshot),
        size=snapshot.stat().st_size,
        contents=contents,
        parent=None,
        machine_id=load_state(settings.sync_state_path).machine_id,
        machine=machine_name(),
        created_at=now(),
        program=__version__,
    )


def _config(settings: Settings) -> bytes:
    try:
        return settings.config_path.read_bytes()
    except FileNotFoundError:
        return b""


def _require_free(file: Path, overwrite: bool) -> None:
    if file.is_dir():
        raise BundleRefused(f"{file} is a folder; the name of a file is wanted")
    if file.exists() and not overwrite:
        raise BundleRefused(f"{file} is there already, and was left as it is", "another name, or --force")


def _write_whole(file: Path, packed: Reading, passphrase: str, overwrite: bool, cost: int) -> int:
    """The size of the file."""
    clear_abandoned(file)
    draft = draft_of(file)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            seal(packed, target, passphrase, cost)
            target.flush()
            os.fsync(target.fileno())
            size = target.tell()
        if overwrite:
            draft.replace(file)
        elif not take_name(draft, file):
            raise BundleRefused(f"{file} is there by now, and was left as it is", "another name, or --force")
        sync_folder(file.parent)
    except OSError as trouble:
        raise DiskTrouble(f"{file} cannot be written: {trouble.strerror or trouble}") from trouble
    finally:
        draft.unlink(missing_ok=True)
    return size


# --- In ---------------------------------------------------------------------------------------------------------------


def _unpacked(sealed: BinaryIO, folder: Path, passphrase: str) -> tuple[bytes, Manifest]:
    """The settings and the manifest; the vault is in the folder. Members have the names, order and kind that an export
    gives them, and no other."""
    plain = folder / "plain.tar"
    with _private(plain) as target:
        unseal(sealed, target, passphrase)
    with plain.open("rb") as source:
        manifest = parsed(small(source, MANIFEST, LARGEST), "its manifest")
        config = small(source, CONFIG, _LONGEST_CONFIG)
        if next_member(source, VAULT) != manifest.size:
            raise BundleRefused("the vault in it is not of the size that its manifest says")
        with _private(folder / VAULT) as target:
            copy_content(source, target, manifest.size)
    plain.unlink()
    return config, manifest


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _at_our_schema(folder: Path, manifest: Manifest) -> Path:
    """The vault as it will be here, so that it can be compared with what is."""
    if manifest.contents.schema == NEWEST:
        return folder / VAULT
    raised = folder / "raised.sqlite"
    copy_vault(folder / VAULT, raised)
    return raised


def _known(config: bytes) -> tuple[dict[str, Value], tuple[str, ...]]:
    """A setting of a newer program is no reason to leave the vault where it was."""
    try:
        table = tomllib.loads(config.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        table = {}
    values, unknown = dict[str, Value](), list[str]()
    for name, value in table.items():
        try:
            values[name] = setting_named(name).checked(value)
        except UsageError:
            unknown.append(name)
    return values, tuple(unknown)


def _compared(settings: Settings, snapshot: Path, folder: Path) -> tuple[bool, int | None]:
    """Whether the vault of this machine has just that content, and how many memories it has."""
    if not settings.vault_path.exists():
        return False, 0
    present = folder / "present.sqlite"
    try:
        copy_vault(settings.vault_path, present)
        return sha256_of(present) == sha256_of(snapshot), examine(present).live
    except (VaultDamaged, VaultMoved, BackupRefused):
        return False, None
    finally:
        present.unlink(missing_ok=True)
