"""Texts that are filled in and written to disk; reserved, so that the layout never moves."""
