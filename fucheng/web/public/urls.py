from django.urls import path

from fucheng.web.public import views

app_name = "public"
urlpatterns = [
    path("u/<str:token>", views.home, name="home"),
    path("u/<str:token>/report/", views.report, name="report"),
    path("u/<str:token>/report/<str:case_number>/", views.report_sent, name="report-sent"),
]
