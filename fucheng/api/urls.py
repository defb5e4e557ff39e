"""Addresses for machines. They stay stable; what changes its meaning gets a new version."""

from django.urls import path

from fucheng.api import (
    changes,
    delisting_requests,
    docs,
    handling,
    hazards,
    incidents,
    objections,
    photos,
    problems,
    tokens,
    units,
    visits,
)

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
    path("v1/hazards/<int:pk>/proofs/", handling.HazardProofs.as_view(), name="hazard-proofs"),
    path("v1/hazards/<int:pk>/hand-over/", handling.HazardHandOver.as_view(), name="hazard-hand-over"),
    path("v1/proofs/<int:pk>/check/", handling.ProofCheck.as_view(), name="proof-check"),
    path("v1/hand-overs/<int:pk>/end/", handling.HandOverEnd.as_view(), name="hand-over-end"),
    path("v1/changes/", changes.ChangeList.as_view(), name="changes"),
    path("v1/changes/<int:pk>/decision/", changes.ChangeDecision.as_view(), name="change-decision"),
    path("v1/urgent-reds/", changes.UrgentReds.as_view(), name="urgent-reds"),
    path("v1/urgent-reds/<int:pk>/end/", changes.UrgentRedEnd.as_view(), name="urgent-red-end"),
    path("v1/objections/", objections.Objections.as_view(), name="objections"),
    path("v1/objections/<int:pk>/assign/", objections.ObjectionAssign.as_view(), name="objection-assign"),
    path("v1/objections/<int:pk>/answer/", objections.ObjectionAnswer.as_view(), name="objection-answer"),
    path("v1/replies/", objections.Replies.as_view(), name="replies"),
    path("v1/replies/<int:pk>/hide/", objections.ReplyHide.as_view(), name="reply-hide"),
    path("v1/visit-requests/", objections.VisitRequests.as_view(), name="visit-requests"),
    path("v1/incidents/<int:pk>/place/", incidents.IncidentPlace.as_view(), name="incident-place"),
    path("v1/incidents/", incidents.Incidents.as_view(), name="incidents"),
    path("v1/visits/", visits.Visits.as_view(), name="visits"),
    path("v1/photos/", photos.Photos.as_view(), name="photos"),
    path("v1/delisting-requests/", delisting_requests.DelistingRequests.as_view(), name="delisting-requests"),
    path(
        "v1/delisting-requests/<int:pk>/withdraw/",
        delisting_requests.DelistingWithdraw.as_view(),
        name="delisting-withdraw",
    ),
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
    path("<path:rest>", problems.not_found, name="nowhere"),
]
