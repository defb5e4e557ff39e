"""Errors, text, dates, protected fields. Knows nobody."""
