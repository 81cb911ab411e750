"""The golden set: sessions as people have them, with the statements worth keeping marked by hand."""
