from django.urls import path

from fucheng.web.photos import views

app_name = "photos"
urlpatterns = [
    path("<int:pk>/", views.photo, name="photo"),
    path("kept/<str:token>/", views.kept, name="kept"),
]
