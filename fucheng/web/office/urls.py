from django.urls import path

from fucheng.web.office.views import assessment, audit, home, imports, jobs, people, print_runs, rules

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/template/", imports.template, name="import-template"),
    path("imports/<int:pk>/", imports.import_run, name="import"),
    path("imports/<int:pk>/errors/", imports.error_workbook, name="import-errors"),
    path("imports/<int:pk>/now/", imports.import_now, name="import-now"),
    path("imports/<int:pk>/undo/", imports.import_undo, name="import-undo"),
    path("assessment/", assessment.assessment, name="assessment"),
    path("print-runs/", print_runs.run_list, name="print-runs"),
    path("print-runs/new/", print_runs.run_new, name="print-run-new"),
    path("print-runs/<int:pk>/", print_runs.run, name="print-run"),
    path("print-runs/<int:pk>/preview/", print_runs.preview, name="print-run-preview"),
    path("print-runs/<int:pk>/files/<int:seq>/", print_runs.file, name="print-file"),
    path("boards/<int:pk>/post/", print_runs.board_post, name="board-post"),
    path("people/", people.person_list, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/second-step/", people.take_second_step, name="person-second-step"),
    path("people/<int:pk>/password/", people.password_reset, name="person-password"),
    path("people/<int:pk>/active/", people.set_active, name="person-active"),
    path("people/<int:pk>/posts/", people.post_give, name="post-give"),
    path("posts/<int:pk>/end/", people.post_end, name="post-end"),
    path("rules/", rules.rule_list, name="rules"),
    path("rules/<str:version>/", rules.rule_set, name="rule-set"),
    path("audit/", audit.event_list, name="audit"),
]
