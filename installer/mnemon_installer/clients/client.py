"""What we know about an MCP client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from mnemon_installer.clients.hook_table import HookStyle
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


Format = Literal["jsonc", "toml"]


@dataclass(frozen=True)
class Place:
    """Where an entry stands: a file, its format, and the keys that lead to the entry."""

    path: Path
    format: Format
    entry_path: KeyPath


class Client(Protocol):
    """One MCP client.

    Attributes:
        name: what a user types: `claude-code`.
        title: what a user reads: `Claude Code`.
        format: how its file is written.
        entry_path: where our entry stands in its file.
        file_note: what a reader should know about where its file is.
        refuses_comments: it cannot read its own file with a comment in it.
        refuses_trailing_commas: nor with a comma after the last element.
        next_step: what makes a running client see a new server.
        verify: how a person sees in the client itself that the server is there.
        remote_hint: what a person does instead where `direct_entry` gives None.
        version_command: prints its version; empty where there is no such command.
        rules_header: what its rules file must start with when we make it, so that it is always applied.
        hooks: how it takes hooks that put memories before the model, so that it needs no rules; None: not at all.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def format(self) -> Format: ...

    @property
    def entry_path(self) -> KeyPath: ...

    @property
    def file_note(self) -> str: ...

    @property
    def refuses_comments(self) -> bool: ...

    @property
    def refuses_trailing_commas(self) -> bool: ...

    @property
    def next_step(self) -> str: ...

    @property
    def verify(self) -> str: ...

    @property
    def remote_hint(self) -> str: ...

    @property
    def version_command(self) -> tuple[str, ...]: ...

    @property
    def rules_header(self) -> str: ...

    @property
    def hooks(self) -> HookStyle | None: ...

    def config_path(self, world: World) -> Path:
        """The file that the client reads its servers from, there or not."""
        ...

    def rules_file(self, world: World) -> Path | None:
        """The Markdown file with the user's standing instructions, there or not; None: it reads no such file."""
        ...

    def hooks_files(self, world: World) -> tuple[Path, ...]:
        """The file that its hooks stand in, there or not, then others of its files where ours may have come to stand;
        none for a client without hooks."""
        ...

    def program(self, world: World) -> Path | None:
        """Its own command line tool, where we register through that instead of editing the file."""
        ...

    def is_installed(self, world: World) -> bool:
        """Any trace of it: its program, its file, its folder."""
        ...

    def entry(self, launch: Launch, former: Any = None) -> dict[str, Any]:  # Any: JSON or TOML values
        """The entry that we would write; what the user added to `former`, an entry of ours, stays in it."""
        ...

    def launch_of(self, entry: Any) -> Launch | None:  # Any: whatever stands in the file
        """How an entry starts its server, or None when it is no entry of a program on this machine."""
        ...

    def direct_entry(self, url: str, token: str) -> dict[str, Any] | None:  # Any: as above
        """The entry for a server on the web, the token inside; None where the client takes none from its file."""
        ...

    def is_switched_off(self, entry: Any) -> bool:  # Any: whatever stands in the file
        """The user has switched this entry off in the client, and it starts nothing."""
        ...

    def shadows(self, data: Mapping[str, Any]) -> list[Shadow]:  # Any: JSON
        """Places in the client's own data where another entry of our name wins over ours."""
        ...

    def stale_places(self, world: World) -> tuple[Place, ...]:
        """Where older versions, or other guides, put an entry of ours that the client never reads."""
        ...

    def add_command(self, program: str, launch: Launch) -> tuple[str, ...]:
        """The client's own way to register us, by `program`."""
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
