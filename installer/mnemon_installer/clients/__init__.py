"""The MCP clients we know, one file each, in the order people see them."""

from __future__ import annotations

from mnemon_installer.clients.claude_code import ClaudeCode
from mnemon_installer.clients.client import Client

CLIENTS: tuple[Client, ...] = (ClaudeCode(),)

__all__ = ["CLIENTS", "Client"]
