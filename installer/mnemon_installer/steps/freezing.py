"""Holding a vault frozen through a kill: the next run goes on with the lease, and need not wait until it is over."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from mnemon_installer.steps.one_line import keep_line
from mnemon_installer.world import NoAnswer, World
from mnemon_server.errors import MnemonError, VaultBusy, VaultMoved

_LEASE = 900  # seconds; if we die and never come back, the vault opens again by itself


class Ask(Protocol):
    """An action of the vault that is to be frozen, wherever it is."""

    def __call__(self, action: str, /, **parameters: Any) -> dict[str, Any]: ...  # Any: JSON


@contextmanager
def frozen(world: World, note: Path, ask: Ask) -> Iterator[str]:
    """The lease; the vault takes no writes until the block ends. A block that fails opens it again, one that does not
    has seen to that, or has closed it for good. `note` is a file for the lease: whoever has it may also thaw.

    Raises:
        MnemonError: somebody else holds it frozen, or it is closed.
    """
    lease = _renewed(ask, (world.read(note) or b"").decode("ascii", "replace").strip()) or _begun(world, note, ask)
    try:
        yield lease
    except BaseException:
        with suppress(NoAnswer, MnemonError):  # what went wrong before is what is told
            ask("thaw", lease=lease)
            _forget(world, note)
        raise
    _forget(world, note)


def _renewed(ask: Ask, former: str) -> str:
    """The lease of a run that was killed; empty when there is none, or it is over and the vault may have changed."""
    if former:
        with suppress(MnemonError):
            return str(ask("freeze", seconds=_LEASE, lease=former)["lease"])
    return ""


def _begun(world: World, note: Path, ask: Ask) -> str:
    lease = secrets.token_hex(16)
    keep_line(world, note, lease)  # before we ask: the answer may be lost, and so may we
    try:
        return str(ask("freeze", seconds=_LEASE, chosen=lease)["lease"])
    except (VaultBusy, VaultMoved):  # refused; when there was no answer at all, the vault may well be frozen
        _forget(world, note)
        raise


def _forget(world: World, note: Path) -> None:
    if (content := world.read(note)) is not None:
        world.remove(note, content)
