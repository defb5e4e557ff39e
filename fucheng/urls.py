"""All addresses. They stay stable: signs on walls, bookmarks and machines rely on them."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
