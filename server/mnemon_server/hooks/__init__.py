"""What clients run at certain moments of a session. Nobody waits for it, and it never breaks a prompt."""
