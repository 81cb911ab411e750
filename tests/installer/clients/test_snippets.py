"""Texts to paste: they hold what the client needs, and are what they say they are."""

from __future__ import annotations

import json

import pytest

from mnemon_installer.clients import CLIENTS
from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.snippets import NAMES, TITLES, snippet

LAUNCH = Launch("/home/me/my tools/mnemon", environment={"MNEMON_VAULT_DIR": "/data/näme"})


def test_goose() -> None:
    assert snippet("goose", LAUNCH) == (
        "Goose: put this into ~/.config/goose/config.yaml (Windows: %APPDATA%\\Block\\goose\\config\\config.yaml), "
        "under the `extensions` that are there:\n"
        "\n"
        "  extensions:\n"
        "    mnemon:\n"
        "      name: mnemon\n"
        "      type: stdio\n"
        '      cmd: "/home/me/my tools/mnemon"\n'
        '      args: ["serve"]\n'
        '      envs: {"MNEMON_VAULT_DIR": "/data/näme"}\n'
        "      enabled: true\n"
        "      timeout: 60\n"
    )


@pytest.mark.parametrize("name", ["lmstudio", "warp"])
def test_json_to_paste_is_json(name: str) -> None:
    _, pasted = snippet(name, LAUNCH).split("\n\n", 1)
    assert json.loads(pasted) == {
        "mcpServers": {
            "mnemon": {"command": LAUNCH.command, "args": ["serve"], "env": {"MNEMON_VAULT_DIR": "/data/näme"}}
        }
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_names_the_whole_command(name: str) -> None:
    text = snippet(name, LAUNCH)
    assert LAUNCH.command in text
    assert "serve" in text
    assert "/data/näme" in text
    assert name in TITLES


def test_no_snippet_has_the_name_of_a_client_that_is_set_up() -> None:
    assert not {client.name for client in CLIENTS} & set(NAMES)
