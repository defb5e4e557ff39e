"""Runs in processes without Django: reads every code of a file."""

import os

from signage.engine.verify import read_pages


def decode(pdf: bytes) -> list[list[str]]:
    """The codes of each page, beside more pressing work."""
    os.nice(5)
    return [list(page.urls) for page in read_pages(pdf)]
