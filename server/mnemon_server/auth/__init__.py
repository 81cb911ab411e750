"""Who may come in: bearer tokens, the OAuth authorization server, and the sessions they own."""
