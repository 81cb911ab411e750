"""`mnemon uninstall`: flags, and over to the wizard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mnemon_installer.cli.this_machine import DryRun, Yes, this_machine
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console, questions
from mnemon_installer.wizard.take_out import take_out
from mnemon_server.errors import BadConfig
from mnemon_server.settings import Settings, vault_folder

KeepVault = Annotated[bool, typer.Option("--keep-vault", help="Keep the vault's folder with all memories.")]


def command(keep_vault: KeepVault = False, yes: Yes = False, dry_run: DryRun = False, as_json: JsonFlag = False) -> int:
    """Take mnemon out of your clients' files, and delete the vault, the model and whatever else it has made."""
    may_ask = not as_json and questions.can_ask()
    taken = take_out(
        this_machine(dry_run), _settings(), keep_vault=keep_vault, is_agreed=yes, may_ask=may_ask, quiet=as_json
    )
    console.show(taken.result, lambda result: (), as_json, taken.problems if as_json else (), taken.is_ok)
    return 0 if taken.is_ok else 1


def _settings() -> Settings:
    """A config.toml that nobody can read is no reason to stay."""
    try:
        return settings()
    except BadConfig:
        return Settings(vault_folder(os.environ, Path.home()))
