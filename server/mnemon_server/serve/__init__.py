"""Answering MCP clients."""
