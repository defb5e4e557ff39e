from django.urls import path

from fucheng.web.leaders import rhythm_view
from fucheng.web.review.views import cases, documents, incidents, objections, proofs, queue, register, urgent

app_name = "review"
urlpatterns = [
    path("", queue.community_queue, name="queue"),
    path("panel/", queue.panel_queue, name="panel"),
    path("changes/decide/", queue.changes_decide, name="changes-decide"),
    path("changes/<int:pk>/", cases.change, name="change"),
    path("homes/<int:pk>/urgent-red/", urgent.urgent_new, name="urgent-new"),
    path("urgent-reds/<int:pk>/end/", urgent.urgent_end, name="urgent-end"),
    path("objections/", objections.objection_list, name="objections"),
    path("objections/<int:pk>/", objections.objection, name="objection"),
    path("objections/<int:pk>/assign/", objections.objection_assign, name="objection-assign"),
    path("replies/<int:pk>/hide/", objections.reply_hide, name="reply-hide"),
    path("proofs/", proofs.proof_list, name="proofs"),
    path("proofs/<int:pk>/", proofs.proof_check, name="proof-check"),
    path("reports/", proofs.report_list, name="reports"),
    path("reports/<int:pk>/", proofs.report_answer, name="report-answer"),
    path("incidents/", incidents.incident_list, name="incidents"),
    path("incidents/<int:pk>/", incidents.incident_place, name="incident-place"),
    path("delisting/", proofs.delisting_list, name="delistings"),
    path("rhythm/", rhythm_view.page, name="rhythm"),
    path("documents/", documents.document_list, name="documents"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/file/", documents.document_file, name="document-file"),
    path("documents/<int:pk>/pages/<int:page>/", documents.document_preview, name="document-preview"),
    path("documents/<int:pk>/again/", documents.document_again, name="document-again"),
    path("deliveries/<int:pk>/photo/", documents.delivery_photo, name="delivery-photo"),
    path("homes/<int:pk>/rectification/", documents.rectification, name="rectification"),
    path("register/", register.home_list, name="register"),
    path("register/export/", register.homes_export, name="homes-export"),
    path("homes/<int:pk>/", register.home, name="home"),
    path("homes/<int:pk>/reveal/", register.home_reveal, name="home-reveal"),
    path("buildings/", register.building_list, name="buildings"),
    path("buildings/<int:pk>/", register.building, name="building"),
]
