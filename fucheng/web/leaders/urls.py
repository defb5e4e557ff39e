"""The figures, the lists behind them, and the map."""

from django.urls import path

from fucheng.web.leaders import views
from fucheng.web.leaders.rhythm import view as rhythm

app_name = "leaders"
urlpatterns = [
    path("", views.board, name="board"),
    path("map/", views.map_page, name="map"),
    path("map/buildings.json", views.map_data, name="map-data"),
    path("rhythm/", rhythm.page, name="rhythm"),
    path("<slug:screen>/", views.list_page, name="list"),
    path("<slug:screen>/export/", views.list_export, name="list-export"),
]
