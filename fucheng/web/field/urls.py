from django.urls import path

from fucheng.web.field import delivering, hanging, views, visiting

app_name = "field"
urlpatterns = [
    path("", views.home, name="home"),
    path("due/", views.due_list, name="due-list"),
    path("scan/", views.scan, name="scan"),
    path("documents/", delivering.document_list, name="documents"),
    path("documents/<int:pk>/", delivering.document, name="document"),
    path("buildings/<int:pk>/", views.building, name="building"),
    path("buildings/<int:pk>/post/", views.building_post_signs, name="building-post-signs"),
    path("buildings/<int:pk>/visit/", visiting.visit_new, name="visit-new"),
    path("buildings/<int:pk>/visit/clean/", visiting.visit_clean, name="visit-clean"),
    path("signs/", hanging.sign_list, name="sign-list"),
    path("signs/<int:pk>/", hanging.sign, name="sign"),
    path("signs/<int:pk>/photo/<slug:which>/", hanging.sign_photo, name="sign-photo"),
    path("sheets/<int:run>/<int:grid>/", hanging.sheets, name="sheets"),
    path("doors/<int:pk>/", hanging.task, name="sign-task"),
    path("doors/<int:pk>/photo/", hanging.task_photo, name="sign-task-photo"),
    path("vacancy/<int:pk>/", views.vacancy_answer, name="vacancy-answer"),
    path("visits/<int:pk>/", visiting.visit, name="visit"),
]
