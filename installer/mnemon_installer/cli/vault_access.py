"""What the commands share: settings from the environment, a client of the vault, common arguments."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from mnemon_installer.ui import console
from mnemon_server.client import VaultClient, connect
from mnemon_server.errors import BadContent
from mnemon_server.memory import CONTENT_LIMIT
from mnemon_server.settings import Settings, load_settings

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
IdArgument = Annotated[int, typer.Argument(help="The memory's id.", metavar="ID")]
TypeOption = Annotated[str | None, typer.Option("--type", "-t", help="Only this type.")]

_LONGEST_SECRET = 10_000  # bytes
_MOST_BYTES = 4 * CONTENT_LIMIT + 1


def settings() -> Settings:
    return load_settings(os.environ, Path.home())


def vault(report: Callable[[int, int], None] | None = None) -> VaultClient:
    return connect(settings(), caller="cli", report=report, waiting=_say_that_we_wait, resident="start")


def _say_that_we_wait(host: str) -> None:
    console.say(f"waiting for {host} ...")


def text_or_stdin(content: str) -> str:
    """`content` itself, or for `-` what stands on standard input, as UTF-8 whatever the locale.

    Raises:
        BadContent: standard input is longer than any memory may be, or not UTF-8.
    """
    if content != "-":
        return content
    data = sys.stdin.buffer.read(_MOST_BYTES)
    if len(data) == _MOST_BYTES:
        raise BadContent(
            f"standard input is longer than {CONTENT_LIMIT:,} characters",
            "save the parts that matter as memories of their own",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadContent("standard input is not UTF-8 text") from None


def first_line_of_stdin() -> str:
    """A secret that was put on standard input.

    Raises:
        BadContent: nothing stands there, or no text.
    """
    try:
        line = sys.stdin.buffer.readline(_LONGEST_SECRET).decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadContent("standard input is not UTF-8 text") from None
    if not line:
        raise BadContent("standard input is empty, and a secret is expected there")
    return line
