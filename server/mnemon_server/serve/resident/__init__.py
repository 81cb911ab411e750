"""The one server of a vault on this machine, for all its clients, hooks and commands."""
