"""Text in, text out, on files we do not own."""
