"""The installer and the command line: everything that touches the user's machine on purpose."""
