"""All addresses. They stay stable: signs on walls, bookmarks and machines rely on them."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("fucheng.web.public.urls")),  # asked for most, so first
    path("", include("fucheng.web.signin.urls")),
    path("", include("fucheng.web.health.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    # One line for each page area.
    path("field/", include("fucheng.web.field.urls")),
    path("review/", include("fucheng.web.review.urls")),
    path("office/", include("fucheng.web.office.urls")),
    path("landlords/", include("fucheng.web.landlords.urls")),
    path("inbox/", include("fucheng.web.inbox.urls")),
    path("photos/", include("fucheng.web.photos.urls")),
    path("leaders/", include("fucheng.web.leaders.urls")),
    path("exports/", include("fucheng.web.exports.urls")),
    path("api/", include("fucheng.api.urls")),
]

handler400 = "fucheng.web.errors.bad_request"
handler403 = "fucheng.web.errors.forbidden"
handler404 = "fucheng.web.errors.not_found"
handler500 = "fucheng.web.errors.server_error"
