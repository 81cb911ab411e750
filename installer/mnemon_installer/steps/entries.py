"""Our entry in a file that is read: whether one stands there, whose it is, and what the file says besides."""

from __future__ import annotations

from typing import Any

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Place, is_ours
from mnemon_installer.clients.config_file import ConfigFile, parse_place
from mnemon_installer.plan.receipts import Keys, Receipt
from mnemon_installer.steps.keeping import Meaning
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


def has_ours(file: ConfigFile, client: Client, place: Place, receipt: Receipt | None = None) -> bool:
    """An entry of our name that starts our server, or is the very one that the receipt knows."""
    if not file.document.has(place.entry_path):
        return False
    entry = file.document.get(place.entry_path)
    return is_ours(client.launch_of(entry)) or (receipt is not None and receipt.knows(entry))


def has_foreign(file: ConfigFile, client: Client, place: Place, receipt: Receipt | None = None) -> bool:
    """An entry of our name that is somebody else's."""
    return file.document.has(place.entry_path) and not has_ours(file, client, place, receipt)


def meaning_at(world: World, place: Place) -> Meaning:
    """What a file says besides our entry."""

    def meaning(content: bytes | None) -> object:
        try:
            return _without(parse_place(world, place, content).document.data, place.entry_path)
        except MnemonError:
            return content

    return meaning


def _without(data: Any, path: Keys) -> Any:  # Any: JSON or TOML values
    """`data` without what is at `path`, nor the objects on the way that hold nothing then."""
    if not isinstance(data, dict) or path[0] not in data:
        return data
    rest = {name: value for name, value in data.items() if name != path[0]}
    if len(path) == 1:
        return rest
    inner = _without(data[path[0]], path[1:])
    return rest if inner == {} else {**rest, path[0]: inner}
