"""A read-only survey of the machine."""
