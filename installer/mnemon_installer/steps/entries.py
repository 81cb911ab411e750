"""Our entry in a file that is read: whether one stands there, and the file without it."""

from __future__ import annotations

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Place, is_ours
from mnemon_installer.clients.config_file import AnyDocument, ConfigFile, parse_place
from mnemon_installer.plan.receipts import Keys, Receipt, digest_of_value
from mnemon_installer.steps.keeping import Meaning
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


def has_ours(file: ConfigFile, client: Client, place: Place, receipt: Receipt | None = None) -> bool:
    """An entry of our name that starts our server, or is the very one that the receipt knows."""
    if not file.document.has(place.entry_path):
        return False
    entry = file.document.get(place.entry_path)
    return is_ours(client.launch_of(entry)) or (receipt is not None and digest_of_value(entry) == receipt.inserted)


def has_foreign(file: ConfigFile, client: Client, place: Place, receipt: Receipt | None = None) -> bool:
    """An entry of our name that is somebody else's."""
    return file.document.has(place.entry_path) and not has_ours(file, client, place, receipt)


def without_entry(document: AnyDocument, path: Keys, parents: tuple[Keys, ...]) -> AnyDocument:
    """The document without what is at `path`, nor those `parents` of it that hold nothing then."""
    document = document.remove(path)
    for parent in sorted(parents, key=len, reverse=True):
        if document.has(parent) and document.get(parent) == {}:
            document = document.remove(parent)
    return document


def missing_parents(document: AnyDocument, path: Keys) -> tuple[Keys, ...]:
    """The objects on the way to `path` that an edit would have to make."""
    return tuple(way for way in _ways(path) if not document.has(way))


def meaning_at(world: World, place: Place) -> Meaning:
    """What a file says besides our entry."""

    def meaning(content: bytes | None) -> object:
        try:
            document = parse_place(world, place, content).document
            return without_entry(document, place.entry_path, _ways(place.entry_path)).data
        except MnemonError:
            return content

    return meaning


def _ways(path: Keys) -> tuple[Keys, ...]:
    return tuple(path[:depth] for depth in range(1, len(path)))
