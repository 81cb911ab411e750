"""Numbered SQL scripts, never edited after release."""
