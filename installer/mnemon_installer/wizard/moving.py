"""A vault moves to another machine: by a code where it is on the web, otherwise in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import Any

from mnemon_installer.edits.config_toml import with_setting
from mnemon_installer.facts.new_secrets import new_passphrase
from mnemon_installer.ui import move_words, questions
from mnemon_installer.wizard.conduct import Declined
from mnemon_installer.wizard.handing_over import hand_over
from mnemon_installer.world import World
from mnemon_server.client import VaultClient
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.portable.bundle import Bundle, opened_bundle, take_over
from mnemon_server.portable.bundle_export import export_bundle
from mnemon_server.portable.sealed import LONGEST, SHORTEST
from mnemon_server.settable import Value
from mnemon_server.settings import Settings

NEW_MACHINE = "new-machine"
# They speak of what is on the other machine: a folder, a part of ~/.aws.
_BOUND = ("model_path", "s3_profile")
Json = dict[str, Any]  # Any: JSON


class HasMemories(MnemonError):
    """There is something here that would have to make room."""

    code = "has-memories"
    exit_status = 2


def pairing_code(world: World, settings: Settings, client: VaultClient, name: str, *, may_show: bool) -> Json:
    """A code with which another machine gets a token of its own, as it may be printed. Without a `name` the machine
    gets one that no other has."""
    taken = {str(each["name"]) for each in client.call("token_list")["devices"]}
    made = client.call("token_new", name=name or _free(taken), pairing=True)
    return {**hand_over(world, settings, made, may_show=may_show), "url": settings.remote}


def new_or_asked(ask: Callable[[str], str]) -> tuple[str, bool]:
    """The passphrase for a new file, and whether it was made here.

    Raises:
        UsageError: too short, or typed differently the second time.
    """
    given = ask("Passphrase for the file (Enter: one is made for you):")
    if not given:
        return new_passphrase(), True
    checked(given)
    if given != ask("Once more:"):
        raise UsageError("these are two different passphrases", "the same command again")
    return given, False


def checked(passphrase: str) -> str:
    """The passphrase, when a file may be left to it.

    Raises:
        UsageError: too short, or too long.
    """
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise UsageError(f"a passphrase has {SHORTEST} to {LONGEST:,} characters", "the same command again")
    return passphrase


def send(settings: Settings, file: Path, passphrase: str, *, overwrite: bool, may_show: bool) -> Json:
    """The vault of this machine in a file; the passphrase among the results when it `may_show`."""
    told = export_bundle(settings, file, passphrase, overwrite=overwrite)
    return {**told, "name": file.name} | ({"passphrase": passphrase} if may_show else {})


def receive(world: World, settings: Settings, file: Path, passphrase: str, *, is_agreed: bool, may_ask: bool) -> Json:
    """The vault in `file` becomes that of this machine, and settings that are not set here come with it.

    Raises:
        HasMemories: there are others here, and nobody has agreed or can be asked.
        Declined: asked, and the answer was no.
        MnemonError: the file cannot be used; nothing was changed.
    """
    with opened_bundle(settings, file, passphrase) as bundle:
        taken, kept = _settings(settings, bundle)
        told: Json = {
            "memories_here": bundle.memories_here,
            "settings": sorted(taken),
            "kept": sorted(kept),
            "unknown": sorted(bundle.unknown),
            "dry_run": world.is_rehearsal,
        }
        if world.is_rehearsal:
            outcome = "unchanged" if bundle.is_here else "imported"
            return {"outcome": outcome, **bundle.manifest.told(), "archived": None, **told}
        if not bundle.is_here and bundle.memories_here != 0 and not is_agreed:
            _agree(file, bundle, may_ask)
        came = take_over(settings, bundle)
    _keep(world, settings, taken)
    return {**came, **told}


def _free(taken: set[str]) -> str:
    number, name = 1, NEW_MACHINE
    while name in taken:
        number += 1
        name = f"{NEW_MACHINE}-{number}"
    return name


def _agree(file: Path, bundle: Bundle, may_ask: bool) -> None:
    manifest, here = bundle.manifest, bundle.memories_here
    if not may_ask:
        own = "memories of its own" if here is None else f"{here:,} of its own"
        what = f"this machine has a vault with {own}; nothing was changed"
        raise HasMemories(what, f"with --yes it goes into the archive: mnemon move import {quote(str(file))} --yes")
    text = move_words.replacing(manifest.machine, manifest.created_at, manifest.contents.live, here)
    if not questions.confirm(text, default=False):
        raise Declined("declined: nothing was changed")


def _settings(settings: Settings, bundle: Bundle) -> tuple[dict[str, Value], list[str]]:
    """Those that are taken, and the names of those that say something else here."""
    there = {name: value for name, value in bundle.values.items() if name not in _BOUND}
    taken = {name: value for name, value in there.items() if name not in settings.values}
    kept = [name for name, value in there.items() if name not in taken and settings.values[name] != value]
    return taken, kept


def _keep(world: World, settings: Settings, taken: dict[str, Value]) -> None:
    before = world.read(settings.config_path)
    text = (before or b"").decode()
    for name, value in taken.items():
        text = with_setting(text, name, value)
    if text.encode() != (before or b""):
        world.write(settings.config_path, text.encode(), before)
