"""Cloud resources as a program; reserved, so that the layout never moves."""
