"""A stand-in of `flyctl` for tests and for people without a Fly account: its machines are real processes."""
