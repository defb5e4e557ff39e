"""`/u/<token>`: the address in every QR code. Whatever stands in the token's place, the answer looks alike."""

from django.urls import path

from fucheng.web.public import views

app_name = "public"
urlpatterns = [
    path("u/<path:token>/report/", views.report, name="report"),
    path("u/<path:token>/report/<str:case_number>/", views.report_sent, name="report-sent"),
    path("u/<path:token>", views.home, name="home"),
]
