"""`mnemon setup`: flags into choices, and over to the wizard."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mnemon_installer.cli.conducting import ended
from mnemon_installer.cli.this_machine import DryRun, Yes, this_machine
from mnemon_installer.cli.vault_access import JsonFlag, first_line_of_stdin, settings
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.remote import device_name
from mnemon_installer.facts.survey import survey
from mnemon_installer.flows.choices import Choices
from mnemon_installer.ui import questions
from mnemon_installer.wizard.choices import choose, choose_vault, vault_address
from mnemon_installer.wizard.set_up import set_up
from mnemon_server.settings import Settings, load_settings

ClientNames = Annotated[
    list[str] | None, typer.Argument(metavar="[CLIENT]...", help="Clients to set up; none named: all on this machine.")
]
NoModel = Annotated[bool, typer.Option("--no-model", help="Do not download the embedding model.")]
ModelPath = Annotated[str, typer.Option("--model-path", metavar="DIR", help="Use the model in this folder.")]
ReplaceForeign = Annotated[
    bool, typer.Option("--replace-foreign", help="Replace an entry called mnemon that is not ours.")
]
Rules = Annotated[
    bool | None,
    typer.Option(
        "--rules/--no-rules",
        help="Put a block of rules into the clients' rules files, or take it out; by default only clients without "
        "hooks get one, and only when they are registered for the first time.",
        show_default=False,
    ),
]
Hooks = Annotated[
    bool | None,
    typer.Option(
        "--hooks/--no-hooks",
        help="Add hooks to the clients that have hooks, which is the default, or take them out.",
        show_default=False,
    ),
]
RemoteUrl = Annotated[
    str,
    typer.Option(
        "--remote-url",
        metavar="URL",
        help="Use the vault on this server. Needs a token, a pairing code or the owner's passphrase: by --token-stdin, "
        "in MNEMON_LOCAL_TOKEN, or asked for.",
    ),
]
Local = Annotated[
    bool,
    typer.Option(
        "--local",
        help="Use the vault on this machine again, or a new one; the server's address and this machine's token for it "
        "are forgotten, clients' files stay as they are.",
    ),
]
TokenStdin = Annotated[
    bool, typer.Option("--token-stdin", help="Read a token, a pairing code or the passphrase from standard input.")
]
SendMemories = Annotated[
    bool | None,
    typer.Option(
        "--send-memories/--keep-memories",
        help="With --remote-url: send this machine's own memories to the server and archive the vault here, or leave "
        "it as it is, which is the default without a terminal.",
        show_default=False,
    ),
]
Direct = Annotated[
    bool,
    typer.Option(
        "--direct",
        help="With --remote-url: put address and token into the clients' files, which then start no program of ours. "
        "The token stands in these files; setup without --direct takes it out again.",
    ),
]


def command(
    clients: ClientNames = None,
    no_model: NoModel = False,
    model_path: ModelPath = "",
    replace_foreign: ReplaceForeign = False,
    rules: Rules = None,
    hooks: Hooks = None,
    remote_url: RemoteUrl = "",
    local: Local = False,
    token_stdin: TokenStdin = False,
    send_memories: SendMemories = None,
    direct: Direct = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: JsonFlag = False,
) -> int:
    """Prepare the vault and the model, and register mnemon in your MCP clients. Run it again at any time."""
    choices = choose(
        clients or (),
        wants_model=False if no_model else None,
        model_path=model_path,
        replace_foreign=replace_foreign,
        rules=rules,
        hooks=hooks,
    )
    url = vault_address(remote_url) if remote_url else ""
    choices = choose_vault(
        choices,
        remote_url=url,
        local=local,
        secret=first_line_of_stdin() if token_stdin else "",
        send_memories=send_memories,
        direct=direct,
        device=device_name(),
    )
    may_ask = not yes and not as_json and questions.can_ask()
    return _set_up(choices, lambda: _settings_with(url, local), dry_run, may_ask, as_json)


def _set_up(choices: Choices, known: Callable[[], Settings], dry_run: bool, may_ask: bool, as_json: bool) -> int:
    world = this_machine(dry_run)
    told = set_up(world, lambda: survey(world, known(), this_installation()), choices, may_ask=may_ask, quiet=as_json)
    return ended(told, as_json)


def _settings_with(url: str, local: bool) -> Settings:
    """The settings as they will be when setup is done."""
    if not url and not local:
        return settings()
    # Any address wins over the file, which may be the very thing that is damaged.
    found = load_settings({**os.environ, "MNEMON_REMOTE_URL": url or "https://localhost"}, Path.home())
    return found if url else replace(found, remote="")
