"""Looks of memories in lists and opened: titles are buttons that read as headings, badges are legible."""

from __future__ import annotations

STYLE = """
[class*="st-key-title-"] button { min-height: 0; padding: 0; justify-content: flex-start; text-align: left; }
[class*="st-key-title-"] button p { overflow-wrap: anywhere; white-space: normal; }
.stMarkdownBadge { color: inherit !important; }
"""
