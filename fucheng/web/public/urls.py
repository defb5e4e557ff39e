"""`/u/<token>`: the address in every QR code. Whatever stands in the token's place, the answer looks alike.

`/find/` is the other way in: a safe home by place and grade. `/open-data/` holds the same for machines.
"""

from django.urls import path

from fucheng.web.public import find, open_data, sticker, views

app_name = "public"
urlpatterns = [
    path("u/<path:token>/report/", views.report, name="report"),
    path("u/<path:token>/report/<str:case_number>/", views.report_sent, name="report-sent"),
    path("u/<path:token>", views.home, name="home"),
    path("find/", find.find, name="find"),
    path("find/map/", find.on_map, name="find-map"),
    path("find/map/points.json", find.map_data, name="find-map-data"),
    path("find/<int:pk>/", find.building, name="find-building"),
    path("find/<int:pk>/sticker/", sticker.report, name="find-sticker"),
    path("find/<int:pk>/sticker/<str:case_number>/", sticker.sent, name="find-sticker-sent"),
    path("open-data/", open_data.about, name="open-data"),
    path("open-data/<str:day>/<str:name>", open_data.file, name="open-data-file"),
]
