import pytest
from django.core.cache import cache

from fucheng.web.public import home_page


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()
    home_page._of_estate.cache_clear()
