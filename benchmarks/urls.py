"""The site, and a view that does nothing: what the server and all its middleware cost by themselves."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from fucheng.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
EMPTY = "/bench/empty"


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(EMPTY.lstrip("/"), empty), *urlpatterns]
