"""Figures that tie out: every number is the length of a list that can be opened."""
