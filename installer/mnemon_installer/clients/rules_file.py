"""A client's file of standing instructions, read for our block in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mnemon_installer.clients.client import Client
from mnemon_installer.clients.config_file import BadClientFile, edit_command
from mnemon_installer.edits.rules import BadRules, find_block, with_block, without_block
from mnemon_installer.world import World
from mnemon_templates import fill

_Result = TypeVar("_Result")


def has_rules(world: World, path: Path) -> bool:
    """Whether our block stands there. Raises BadClientFile: nobody can say what is ours."""
    text = rules_text(world, path, world.read(path))
    return _named(world, path, lambda: find_block(text) is not None)


def rules_text(world: World, path: Path, content: bytes | None) -> str:
    """What `content`, the bytes of the file, says. Raises BadClientFile: it is not UTF-8."""
    try:
        return (content or b"").decode("utf-8")
    except UnicodeDecodeError as trouble:
        line = (content or b"").count(b"\n", 0, trouble.start) + 1
        problem = f"{path} is not UTF-8 text (line {line}); it was left as it is"
        raise BadClientFile(problem, edit_command(world, path, line)) from trouble


def text_with_rules(world: World, client: Client, path: Path, text: str) -> str:
    """`text` with our block as it is today; a file of our making starts with what the client wants there.

    Raises:
        BadClientFile: marks of ours that do not pair up; with the line.
    """
    header = client.rules_header.rstrip("\n") + "\n" if client.rules_header and not text.strip("\ufeff \r\n") else ""
    return _named(world, path, lambda: with_block(header or text, fill("rules.md")))


def text_without_rules(world: World, path: Path, text: str) -> str:
    """`text` without our block. Raises as above."""
    return _named(world, path, lambda: without_block(text))


def _named(world: World, path: Path, look: Callable[[], _Result]) -> _Result:
    try:
        return look()
    except BadRules as trouble:
        problem = f"{path}, {trouble.message}; it was left as it is"
        raise BadClientFile(problem, edit_command(world, path, trouble.line)) from trouble
