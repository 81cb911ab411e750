"""docs/how-to/web-vault.md is true: every command in it is one that the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from mnemon_installer.cli.app import COMMANDS, _assemble

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "web-vault.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
COMMANDS_OF_THE_PAGE = sorted(
    {line for block in BLOCKS for line in block.strip().splitlines()} | set(re.findall(r"`(mnemon [^`]+)`", PAGE))
)


@pytest.mark.parametrize("line", COMMANDS_OF_THE_PAGE)
def test_a_command_of_the_page_is_taken(line: str) -> None:
    """Parsed to the last flag; that they do what they say is told by the stories in test_remote_setup.py."""
    name, *words = shlex.split(line.partition(" <")[0])[1:]
    command = next(each for each in COMMANDS if each.name == name)
    program = typer.main.get_command(_assemble([command])).commands[name]  # type: ignore[attr-defined]  # a group
    if words and words[0] in command.words:
        program, words = program.commands[words[0]], words[1:]
    program.make_context(name, words)


def test_the_page_has_commands() -> None:
    assert len(COMMANDS_OF_THE_PAGE) > 15
