"""The MCP clients we know, one file each, in the order people see them."""

from __future__ import annotations

from mnemon_installer.clients.claude_code import ClaudeCode
from mnemon_installer.clients.claude_desktop import CLAUDE_DESKTOP
from mnemon_installer.clients.client import Client
from mnemon_installer.clients.cline import CLINE
from mnemon_installer.clients.codex import CODEX
from mnemon_installer.clients.copilot import COPILOT
from mnemon_installer.clients.cursor import CURSOR
from mnemon_installer.clients.gemini import GEMINI
from mnemon_installer.clients.opencode import OPENCODE
from mnemon_installer.clients.vscode import VSCODE
from mnemon_installer.clients.windsurf import WINDSURF
from mnemon_installer.clients.zed import ZED

CLIENTS: tuple[Client, ...] = (
    ClaudeCode(),
    CLAUDE_DESKTOP,
    CURSOR,
    GEMINI,
    CODEX,
    VSCODE,
    WINDSURF,
    ZED,
    OPENCODE,
    COPILOT,
    CLINE,
)

__all__ = ["CLIENTS", "Client"]
