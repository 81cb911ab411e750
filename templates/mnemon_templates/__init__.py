"""Texts that are filled in and written to disk; nothing here yet, the room is reserved so that the layout never moves."""
