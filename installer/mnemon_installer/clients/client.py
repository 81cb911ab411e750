"""What we know about an MCP client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mnemon_installer.edits.jsonc import Path as KeyPath
from mnemon_installer.world import World

SERVER_NAME = "mnemon"


@dataclass(frozen=True)
class Launch:
    """How a client starts our server: an absolute command, its arguments, and variables it must be given."""

    command: str
    arguments: Sequence[str] = ("serve",)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shadow:
    """An entry of our name that wins over ours in one place, and the command that takes it out."""

    place: str
    removal: str


class Client(Protocol):
    """One MCP client.

    Attributes:
        name: what a user types: `claude-code`.
        title: what a user reads: `Claude Code`.
        entry_path: where our entry stands in its file.
        next_step: what makes a running client see a new server.
        reads_strictly: it refuses comments and trailing commas in its file.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def entry_path(self) -> KeyPath: ...

    @property
    def next_step(self) -> str: ...

    @property
    def reads_strictly(self) -> bool: ...

    def config_path(self, world: World) -> Path:
        """The file that the client reads its servers from, there or not."""
        ...

    def program(self, world: World) -> Path | None:
        """Its own command line tool, when it is on PATH."""
        ...

    def is_installed(self, world: World) -> bool:
        """Any trace of it: its program, its file, its folder."""
        ...

    def entry(self, launch: Launch) -> dict[str, Any]:  # Any: JSON
        """The entry that we would write."""
        ...

    def launch_of(self, entry: Any) -> Launch | None:  # Any: whatever stands in the file
        """How an entry starts its server, or None when it is no entry of a program on this machine."""
        ...

    def shadows(self, data: Mapping[str, Any]) -> list[Shadow]:  # Any: JSON
        """Places in the client's own data where another entry of our name wins over ours."""
        ...

    def add_command(self, program: str, launch: Launch) -> tuple[str, ...]:
        """The client's own way to register us."""
        ...

    def remove_command(self, program: str) -> tuple[str, ...]: ...


def is_ours(launch: Launch | None) -> bool:
    """Our launcher with our subcommand, whatever its folder and the rest of the line."""
    if launch is None or not launch.arguments:
        return False
    program = launch.command.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return program.removesuffix(".exe") == SERVER_NAME and launch.arguments[0] == "serve"


def starts_the_same(one: Launch | None, other: Launch | None) -> bool:
    """Equal in effect: a missing `env` is an empty one."""
    if one is None or other is None:
        return False
    return (one.command, tuple(one.arguments), dict(one.environment)) == (
        other.command,
        tuple(other.arguments),
        dict(other.environment),
    )
