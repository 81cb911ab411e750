"""A vault and its settings as one file for another machine: a tar of three members, sealed with a passphrase."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mnemon_server.errors import DiskTrouble, UsageError, VaultDamaged, VaultMoved
from mnemon_server.portable.packing import CONFIG, MANIFEST, VAULT, copy_content, next_member, small
from mnemon_server.portable.sealed import BundleRefused, unseal
from mnemon_server.settable import Value, setting_named
from mnemon_server.settings import Settings
from mnemon_server.sync.examine import examine, sha256_of, verify
from mnemon_server.sync.manifest import LARGEST, Manifest, parsed
from mnemon_server.sync.state import alone
from mnemon_server.sync.trouble import BackupRefused
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.copying import copy_vault
from mnemon_server.vault.migrate import NEWEST
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
