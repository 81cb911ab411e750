"""Pages in a browser on this machine: how the vault is, what is in it, and corrections."""
