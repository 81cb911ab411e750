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
    """`module` holds one function `command`, or for a group `group` and one function per word of `words`.

    `summary` is its line in the overview, which need not import the modules for it; the function's
    docstring is the help of the command itself.
    """

    name: str
    module: str
    summary: str
    words: tuple[str, ...] = ()


COMMANDS: tuple[Command, ...] = (
    Command("setup", "setup", "Register mnemon in your MCP clients; prepare the vault."),
    Command("doctor", "doctor", "Check that everything works, and say how to mend it."),
    Command("uninstall", "uninstall", "Take mnemon out of this machine again."),
    Command("model", "model", "Fetch or look at the embedding model, and the judge's.", ("fetch", "status")),
    Command("config", "config", "Read and change settings.", ("get", "set")),
    Command("serve", "serve", "Answer one MCP client over stdio; clients start this."),
    Command(
        "resident",
        "resident",
        "The one server that this machine's clients share: how it is, stop, restart.",
        ("status", "stop", "restart"),
    ),
    Command("serve-remote", "serve_remote", "Serve the vault over HTTP, for clients elsewhere."),
    Command(
        "token",
        "token",
        "Tokens for other machines: make, list, revoke, rotate.",
        ("new", "list", "revoke", "rotate", "passphrase"),
    ),
    Command("connections", "connections", "Who is connected to the vault, and who has tried.", ("revoke",)),
    Command("hook", "hook", "What clients run at certain moments of a session; setup registers it."),
    Command("search", "search", "Find memories by words and meaning."),
    Command("save", "save", "Keep a memory."),
    Command("get", "get", "Read one memory whole."),
    Command("list", "list_", "List memories, newest first."),
    Command("timeline", "timeline", "Memories by the time they were made, page by page."),
    Command("related", "related", "Show what is connected to a memory."),
    Command("contradictions", "contradictions", "Which memories update or contradict each other."),
    Command("history", "history", "What became of one memory, and where its confidence comes from."),
    Command("dashboard", "dashboard", "Pages in your browser: look into the vault, and correct it."),
    Command("forget", "forget", "Forget a memory; restore brings it back."),
    Command("restore", "restore", "Bring back a forgotten, archived or superseded memory."),
    Command("undo", "undo", "Take back the last change to the vault."),
    Command("inbox", "inbox", "What hooks captured: keep it or drop it.", ("keep", "drop")),
    Command("why", "why", "Why memories were put before a model."),
    Command("pin", "pin", "Pin a memory: more certain, never archived."),
    Command("unpin", "unpin", "Take a pin back."),
    Command("profile", "profile", "Show the profile, or add a fact to it.", ("add",)),
    Command("status", "status", "How the vault is: counts, model, size, backup."),
    Command("sweep", "sweep", "Archive memories that have faded past their half-life."),
    Command("rebuild", "rebuild", "Make every index anew and embed all memories."),
    Command("import", "import_", "Bring memories in from a file."),
    Command("export", "export", "Write all live memories to a file."),
    Command(
        "sync",
        "sync",
        "Backups in your own S3 bucket: send, bring back, verify.",
        ("push", "pull", "status", "history", "verify", "prune"),
    ),
    Command("upgrade", "upgrade", "Bring the vault to a server of yours on the web.", ("web",)),
    Command("downgrade", "downgrade", "Bring the vault back from the web to this machine.", ("local",)),
    Command("move", "move", "The vault on another machine: by a code, or in a file.", ("code", "export", "import")),
    Command("archive", "archive", "Former vaults of this machine: list, restore.", ("list", "restore")),
)


def run_app(arguments: Sequence[str]) -> int:
    """Parse and carry out. Wrong usage comes out as UsageError."""
    named = next((word for word in arguments if not word.startswith("-")), None)
    wanted = [command for command in COMMANDS if command.name == named]
    program = typer.main.get_command(_assemble(wanted))
    try:
        status = program.main(args=list(arguments) or ["--help"], prog_name="mnemon", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as wrong:
        line = " ".join(["mnemon", *(command.name for command in wanted), "--help"])
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
    if not commands:
        for command in COMMANDS:
            app.command(command.name, help=command.summary)(_mentioned)
    for command in commands:
        module = import_module(f"mnemon_installer.cli.{command.module}")
        if not command.words:
            app.command(command.name)(module.command)
            continue
        group = typer.Typer(help=module.__doc__, rich_markup_mode=None, invoke_without_command=True)
        group.callback()(module.group)
        for word in command.words:
            group.command(word)(getattr(module, f"{word}_" if hasattr(module, f"{word}_") else word))
        app.add_typer(group, name=command.name)
    return app


def _mentioned() -> None:
    """Stands for a command in the overview; a command line that names one imports the real thing."""


def _program(version: bool = typer.Option(False, "--version", help="Print the version and leave.")) -> None:
    if version:
        console.out(f"mnemon {__version__}")
        raise typer.Exit
