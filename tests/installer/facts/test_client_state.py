"""How it stands between mnemon and a client."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemon_installer.clients.client import Launch
from mnemon_installer.clients.cursor import CURSOR
from mnemon_installer.facts.client_state import client_state
from mnemon_installer.world.real import RealWorld


@pytest.mark.parametrize(
    ("text", "standing", "detail"),
    [
        ("", "not registered", ""),
        ('{"mcpServers": {"x": {"command": "y"}}}', "not registered", ""),
        ('{"mcpServers": {"mnemon": {"command": "/opt/mnemon", "args": ["serve"]}}}', "registered", ""),
        ('{"mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}}}', "drifted", ""),
        ('{"mcpServers": {"mnemon": {"command": "npx", "env": {"K": "hush"}}}}', "foreign", '{"K": "***"}'),
        ('{"mcpServers": ', "unreadable", "line 1, column 16"),
    ],
)
def test_every_standing(world: RealWorld, home: Path, text: str, standing: str, detail: str) -> None:
    (home / ".cursor").mkdir()
    (home / ".cursor" / "mcp.json").write_text(text)
    state = client_state(world, CURSOR, Launch("/opt/mnemon"))
    assert state.standing == standing
    assert detail in state.detail
    assert "hush" not in state.detail
