"""What is told of a resident: how it is, how it was stopped, why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from mnemon_server.errors import MnemonError


class ResidentOff(MnemonError):
    """The user wants none."""

    code = "resident-off"


class ResidentTrouble(MnemonError):
    """One cannot be started, or does not end."""

    code = "resident"


@dataclass(frozen=True)
class Guest:
    """A client that is connected. `name` is what it calls itself, empty before its first call."""

    pid: int
    name: str


@dataclass(frozen=True)
class ResidentState:
    """One that is there.

    Attributes:
        pid: None where it does not answer, and cannot be found either.
        problem: why nobody can use it, as a sentence's end: `it does not answer`. Nothing below is known then.
        is_outdated: it is of a program that ours should replace.
        uptime_seconds: since when it is there.
        idle_seconds: since when nobody has asked for anything; `leaves_in_seconds` of this and it goes.
        clients: those that speak MCP. `commands` and `hooks` are connections of the other kinds.
        memory_bytes: None where that cannot be told.
        model: the embedding model's name, None before the vault was used. `is_model_loaded`: it is in memory.
        pending: memories that wait for a vector; None before the vault was used.
    """

    pid: int | None
    version: str = ""
    problem: str = ""
    is_outdated: bool = False
    uptime_seconds: float = 0.0
    idle_seconds: float = 0.0
    leaves_in_seconds: float = 0.0
    clients: tuple[Guest, ...] = ()
    commands: int = 0
    hooks: int = 0
    memory_bytes: int | None = None
    model: str | None = None
    is_model_loaded: bool = False
    pending: int | None = None


@dataclass(frozen=True)
class Stopped:
    """How one was stopped: `pid` as far as it was known, `clients` as it had them. `was_killed`: it did not leave when
    it was asked to. `successor`: a client that runs on has started another one since."""

    pid: int | None
    clients: tuple[Guest, ...] = ()
    was_killed: bool = False
    successor: int | None = None
