"""The file where a client's hooks stand, read for ours and edited."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mnemon_installer.clients.client import Place
from mnemon_installer.clients.config_file import ConfigFile, parse_place, refused
from mnemon_installer.clients.hook_handlers import WantedHook, call_of
from mnemon_installer.edits.hooks import (
    Due,
    Found,
    absent_above,
    find_hooks,
    refuse_misshapen,
    with_hooks,
    without_hooks,
)
from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_tree import NotJson
from mnemon_installer.edits.paths import Place as Keys
from mnemon_installer.world import World


def read_hooks(world: World, path: Path, wanted: Sequence[WantedHook] = ()) -> ConfigFile:
    """Read and parse the file; there must be room in it for `wanted`.

    Raises:
        BadClientFile: it cannot be edited, or where hooks belong stands something else; with line and column.
    """
    return parse_hooks(world, path, world.read(path), wanted)


def parse_hooks(world: World, path: Path, content: bytes | None, wanted: Sequence[WantedHook] = ()) -> ConfigFile:
    """The same for bytes that stood there once."""
    file = parse_place(world, Place(path, "jsonc", ()), content)
    try:
        refuse_misshapen(_json(file), [each.event for each in wanted])
    except NotJson as trouble:
        raise refused(world, path, trouble) from trouble
    return file


def own_hooks(file: ConfigFile) -> tuple[Found, ...]:
    """Handlers of ours, in whatever shape and wherever they stand."""
    return find_hooks(_json(file), _event_of)


def with_own_hooks(file: ConfigFile, wanted: Sequence[WantedHook]) -> Document:
    """The document with every wanted hook once, and no other of ours."""
    due = [Due(each.event, each.hook.event, each.handler) for each in wanted]
    return with_hooks(_json(file), due, _event_of)


def without_own_hooks(file: ConfigFile, prune: Sequence[Keys] | None) -> Document:
    """The document without any hook of ours; `prune` as in `edits.hooks`."""
    return without_hooks(_json(file), _event_of, prune)


def absent_for(file: ConfigFile, wanted: Sequence[WantedHook]) -> tuple[Keys, ...]:
    """What `with_own_hooks` has to make on its way."""
    return absent_above(_json(file), [each.event for each in wanted])


def may_have_hooks(content: bytes | None) -> bool:
    """Whoever speaks of none need not be read any closer, whatever else is in it."""
    return content is not None and b"mnemon" in content and b"hook" in content


def _event_of(handler: Any) -> str | None:  # Any: JSON
    call = call_of(handler)
    return call.event if call else None


def _json(file: ConfigFile) -> Document:
    assert isinstance(file.document, Document)  # every client's hooks stand in a file of JSON
    return file.document
