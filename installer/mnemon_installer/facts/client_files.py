"""Client files that others can read, and entries of ours where no client looks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Place, is_ours
from mnemon_installer.clients.config_file import read_config, read_place
from mnemon_installer.edits.mask import HIDDEN, mask_json
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError

_OPEN = 0o044


@dataclass(frozen=True)
class DeadEntry:
    """An entry of ours in a file that `client` does not read for it."""

    client: Client
    place: Place


def exposed_files(world: World, clients: Sequence[Client] = CLIENTS) -> tuple[Path, ...]:
    """Files of clients that hold a secret, and that other users of this machine can read."""
    if world.platform == "win32":
        return ()
    found = []
    for client in clients:
        with suppress(MnemonError):  # one that cannot be parsed has a finding of its own
            file = read_config(world, client)
            if file.content and is_open_to_others(world, file.path) and holds_secret(file.document.data):
                found.append(file.path)
    return tuple(dict.fromkeys(found))


def dead_entries(world: World, clients: Sequence[Client] = CLIENTS) -> tuple[DeadEntry, ...]:
    """Entries of ours that nothing reads; somebody else's are none of our business."""
    return tuple(_dead(world, clients))


def is_open_to_others(world: World, path: Path) -> bool:
    """The file's own mode, and whether its folders let anybody come that far; above the home is not ours to judge."""
    sight = world.look(path)
    if sight is None or not sight.mode & _OPEN:
        return False
    inside = [folder for folder in path.parents if folder == world.home or world.home in folder.parents]
    modes = [found.mode for folder in inside if (found := world.look(folder))]
    readers = ((0o004, 0o001), (0o040, 0o010))
    return any(sight.mode & read and all(mode & enter for mode in modes) for read, enter in readers)


def holds_secret(data: Any, name: str = "") -> bool:  # Any: JSON or TOML values
    """Something in there has a secret's name, or looks like one."""
    if isinstance(data, dict):
        return any(holds_secret(value, key) for key, value in data.items())
    if isinstance(data, list):
        return any(holds_secret(value, name) for value in data)
    # A reference such as ${TOKEN} is no secret: the client fills it in.
    if not isinstance(data, str) or not data or data.startswith("$"):
        return False
    return HIDDEN in mask_json(json.dumps({name: data}))


def _dead(world: World, clients: Sequence[Client]) -> Iterator[DeadEntry]:
    for client in clients:
        for place in client.stale_places(world):
            with suppress(MnemonError):
                document = read_place(world, place).document
                if document.has(place.entry_path) and is_ours(client.launch_of(document.get(place.entry_path))):
                    yield DeadEntry(client, place)
