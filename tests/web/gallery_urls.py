"""The product's addresses and the gallery."""

from django.urls import path

from fucheng.urls import handler400, handler403, handler404, handler500
from fucheng.urls import urlpatterns as product
from tests.web import gallery

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("gallery/", gallery.view, name="gallery"), *product]
