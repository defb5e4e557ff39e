"""Own exports that were made in the background: how far they are, and the file for seven days."""

from django.urls import path

from fucheng.web.exports import views

app_name = "exports"
urlpatterns = [
    path("<int:job_id>/", views.job, name="job"),
    path("<int:job_id>/file", views.file, name="file"),
]
