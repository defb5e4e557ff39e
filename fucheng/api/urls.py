"""Addresses for machines. They stay stable; what changes its meaning gets a new version."""

from django.urls import path

from fucheng.api import delisting_requests, docs, hazards, incidents, photos, problems, tokens, units, visits

app_name = "api"
urlpatterns = [
    path("v1/", docs.Index.as_view(), name="index"),
    path("v1/token/", tokens.TokenView.as_view(), name="token"),
    path("v1/token/revoke/", tokens.TokenRevoke.as_view(), name="token-revoke"),
    path("v1/units/", units.UnitList.as_view(), name="units"),
    path("v1/units/<slug:code>/", units.UnitDetail.as_view(), name="unit"),
    path("v1/units/<slug:code>/grades/", units.UnitGrades.as_view(), name="unit-grades"),
    path("v1/hazards/", hazards.HazardList.as_view(), name="hazards"),
    path("v1/hazards/<int:pk>/", hazards.HazardDetail.as_view(), name="hazard"),
    path("v1/incidents/", incidents.Incidents.as_view(), name="incidents"),
    path("v1/visits/", visits.Visits.as_view(), name="visits"),
    path("v1/photos/", photos.Photos.as_view(), name="photos"),
    path("v1/delisting-requests/", delisting_requests.DelistingRequests.as_view(), name="delisting-requests"),
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
    path("<path:rest>", problems.not_found, name="nowhere"),
]
