"""Cloud resources as a program; nothing here yet, the room is reserved so that the layout never moves."""
