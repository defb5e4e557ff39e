from django.urls import path

from fucheng.web.landlords import self_inspection, views

app_name = "landlords"
urlpatterns = [
    path("", views.home_list, name="home-list"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("homes/<int:pk>/", views.home, name="home"),
    path("homes/<int:pk>/self-inspection/", self_inspection.page, name="self-inspection"),
    path("homes/<int:pk>/delisting/", views.delisting_request, name="delisting-request"),
    path("homes/<int:pk>/objection/", views.objection_file, name="objection"),
    path("homes/<int:pk>/reply/", views.reply, name="reply"),
    path("homes/<int:pk>/visit/", views.visit_request, name="visit-request"),
    path("delisting/<int:pk>/withdraw/", views.delisting_withdraw, name="delisting-withdraw"),
    path("hazards/<int:pk>/proof/", views.proof_send, name="proof-send"),
]
