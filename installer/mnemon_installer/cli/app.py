"""The table of commands, and the Typer program made from it: only the command asked for is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import typer

from mnemon_installer.ui import console
from mnemon_server import __version__
from mnemon_server.errors import UsageError


INTERRUPTED = 130


@dataclass(frozen=True)
class Command:
    """`module` holds one function `command`, or for a group one per word of `words`."""

    name: str
    module: str
    section: str
    words: tuple[str, ...] = ()


COMMANDS: tuple[Command, ...] = (
    Command("setup", "setup", "This machine"),
    Command("doctor", "doctor", "This machine"),
    Command("model", "model", "This machine", ("fetch", "status")),
    Command("config", "config", "This machine", ("get", "set")),
    Command("serve", "serve", "This machine"),
    Command("search", "search", "Memories"),
    Command("save", "save", "Memories"),
    Command("get", "get", "Memories"),
    Command("list", "list_", "Memories"),
    Command("timeline", "timeline", "Memories"),
    Command("related", "related", "Memories"),
    Command("contradictions", "contradictions", "Memories"),
    Command("forget", "forget", "Memories"),
    Command("restore", "restore", "Memories"),
    Command("pin", "pin", "Memories"),
    Command("unpin", "unpin", "Memories"),
    Command("profile", "profile", "Memories", ("add",)),
    Command("status", "status", "The vault"),
    Command("sweep", "sweep", "The vault"),
    Command("rebuild", "rebuild", "The vault"),
    Command("import", "import_", "The vault"),
    Command("export", "export", "The vault"),
)


def run_app(arguments: Sequence[str]) -> int:
    """Parse and carry out. Wrong usage comes out as UsageError."""
    named = next((word for word in arguments if not word.startswith("-")), None)
    wanted = [command for command in COMMANDS if command.name == named] or list(COMMANDS)
    program = typer.main.get_command(_assemble(wanted))
    try:
        status = program.main(args=list(arguments) or ["--help"], prog_name="mnemon", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as wrong:
        line = " ".join(["mnemon", *([named] if named and len(wanted) == 1 else []), "--help"])
        raise UsageError(wrong.format_message().rstrip("."), line) from wrong
    if status == INTERRUPTED:  # Typer turns Ctrl-C into a status of its own
        raise KeyboardInterrupt
    return status if isinstance(status, int) else 0


def _assemble(commands: Sequence[Command]) -> typer.Typer:
    app = typer.Typer(
        name="mnemon",
        help="One memory vault, every MCP client, self-hosted.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_program)
    for command in commands:
        module = import_module(f"mnemon_installer.cli.{command.module}")
        if not command.words:
            app.command(command.name)(module.command)
            continue
        group = typer.Typer(help=module.__doc__, rich_markup_mode=None, invoke_without_command=True)
        group.callback()(module.group)
        for word in command.words:
            group.command(word)(getattr(module, word))
        app.add_typer(group, name=command.name)
    return app


def _program(version: bool = typer.Option(False, "--version", help="Print the version and leave.")) -> None:
    if version:
        console.out(f"mnemon {__version__}")
        raise typer.Exit
