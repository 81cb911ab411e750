"""Command lines as values."""
