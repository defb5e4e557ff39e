"""What tests of pages share."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _reads_chinese() -> Iterator[None]:
    """A page in English leaves its language active in the thread; the next test begins in Chinese again."""
    with translation.override("zh-hans"):
        yield
