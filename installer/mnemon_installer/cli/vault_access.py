"""How a command reaches the vault: settings from the environment, then a client."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mnemon_server.client import VaultClient, connect
from mnemon_server.settings import Settings, load_settings

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def settings() -> Settings:
    return load_settings(os.environ, Path.home())


def vault() -> VaultClient:
    return connect(settings(), caller="cli")
