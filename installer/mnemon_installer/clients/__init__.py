"""The MCP clients we know, one file each."""
