"""Whose vectors a vault holds and searches, and how it changes to another model."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from mnemon_server.vault.meta import read_meta, write_meta

_CURRENT = "model"
_ROUND = "rebuild_round"
_REBUILDING = "rebuilding"


@dataclass(frozen=True)
class VaultModel:
    """The one model whose vectors this vault holds and searches; `background` once `vault/background.py` has
    measured it."""

    id: int
    fingerprint: str
    dimensions: int
    background: float | None = None


def current_model(connection: apsw.Connection) -> VaultModel | None:
    """None until the first memory was embedded."""
    number = read_meta(connection, _CURRENT)
    if number is None:
        return None
    row = connection.execute(
        "SELECT id, fingerprint, dimensions, background FROM models WHERE id = ?", (int(number),)
    ).get
    return VaultModel(*row)


def set_current(connection: apsw.Connection, number: int) -> None:
    """The model with this id is the one from now on."""
    write_meta(connection, _CURRENT, str(number))


def begin_rebuild(connection: apsw.Connection) -> None:
    """Every vector there is now counts as pending; a call while one is under way goes on with that one.

    Rounds are counted, not timed: a clock that is set back may not make old vectors look new.
    """
    if not is_rebuilding(connection):
        write_meta(connection, _ROUND, str(rebuild_round(connection) + 1))
        write_meta(connection, _REBUILDING, "1")


def is_rebuilding(connection: apsw.Connection) -> bool:
    return read_meta(connection, _REBUILDING) is not None


def end_rebuild(connection: apsw.Connection) -> None:
    write_meta(connection, _REBUILDING, None)
    connection.execute(
        "DELETE FROM vectors WHERE model_id <> (SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?)",
        (_CURRENT,),
    )


def rebuild_round(connection: apsw.Connection) -> int:
    """How often all vectors were begun to be made anew."""
    return int(read_meta(connection, _ROUND) or 0)
