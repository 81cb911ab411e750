"""What can be done with a vault, one use case per file."""
