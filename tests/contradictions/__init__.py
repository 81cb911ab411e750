"""Pairs of memories labelled by hand, and how well a judge tells them apart."""
