"""The MCP surface over the actions."""
