"""The pages about a vault on the web and in a bucket are true: every command in them is one that the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from mnemon_installer.cli.app import COMMANDS, _assemble

FOLDER = Path(__file__).parents[2] / "docs" / "how-to"
NAMES = ("web-vault.md", "serve-remote.md", "backups.md", "upgrade-web.md")
PAGES = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in NAMES)
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGES, re.DOTALL)
COMMANDS_OF_THE_PAGES = sorted(
    {line for block in BLOCKS for line in block.strip().splitlines() if line.startswith("mnemon ")}
    | set(re.findall(r"`(mnemon [^`]+)`", PAGES))
)


@pytest.mark.parametrize("line", COMMANDS_OF_THE_PAGES)
def test_a_command_of_the_pages_is_taken(line: str) -> None:
    """Parsed to the last flag; that they do what they say is told by the stories in test_remote_setup.py."""
    name, *words = shlex.split(line.partition(" <")[0], comments=True)[1:]
    command = next(each for each in COMMANDS if each.name == name)
    program = typer.main.get_command(_assemble([command])).commands[name]  # type: ignore[attr-defined]  # a group
    if words and words[0] in command.words:
        program, words = program.commands[words[0]], words[1:]
    program.make_context(name, words)


def test_the_pages_have_commands() -> None:
    assert len(COMMANDS_OF_THE_PAGES) > 15
