"""Visits and signs on the wall."""

from django.conf import settings

from tests.access.asking import new_number
from tests.access.notation import table

DATA = {
    "field:scan": {"code": lambda on: f"{settings.PUBLIC_BASE_URL}/u/{on.world.token}"},
    "field:visit-new": {"client_id": new_number, "faults-TOTAL_FORMS": 0, "faults-INITIAL_FORMS": 0},
    "field:sign": {"do": "post"},
    "field:sign-task": {"outcome": "fine"},
    "field:document": {"how": "in_person", "to": "本人"},
    "field:vacancy-answer": {"answer": "empty"},
    "field:visit-clean": {"client_id": new_number},
}
ROWS = table(
    """
route                      verb  with         anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
field:home                 GET   -            in    ok    ok     403       403        403    403     403     403      403       403        in
field:due-list             GET   -            in    ok    ok     403       403        403    403     403     403      403       403        in
field:scan                 GET   -            in    ok    ok     403       403        403    403     403     403      403       403        in
field:scan                 POST  -            in    ok    404    403       403        403    403     403     403      403       403        in
field:documents            GET   -            in    ok    ok     ok        ok         403    ok      403     403      403       403        in
field:document             GET   pk=letter    in    ok    404    ok        404        403    ok      403     403      403       403        in
field:document             POST  pk=letter    in    ok    404    ok        404        403    ok      403     403      403       403        in
field:building             GET   pk=building  in    ok    404    403       403        403    ok      403     403      403       403        in
field:building-post-signs  POST  pk=building  in    ok    404    403       403        403    ok      403     403      403       403        in
field:visit-new            GET   pk=building  in    ok    404    403       403        403    403     403     403      403       403        in
field:visit-new            POST  pk=building  in    ok    404    403       403        403    403     403     403      403       403        in
field:visit-clean          GET   pk=building  in    ok    404    403       403        403    403     403     403      403       403        in
field:sign-list            GET   -            in    ok    ok     403       403        403    ok      403     403      403       403        in
field:sign                 GET   pk=notice    in    ok    404    403       403        403    ok      403     403      403       403        in
field:sign                 POST  pk=posted    in    ok    404    403       403        403    ok      403     403      403       403        in
field:sign-photo           GET   pk=notice,which=hung  in  ok  404  ok  404  ok  ok  ok  ok  403  403  in
field:sheets               GET   run=print_run,grid=grid  in  ok  404  403  403  403  ok  403  403  403  403  in
field:sheets               POST  run=print_run,grid=grid  in  ok  404  403  403  403  ok  403  403  403  403  in
field:sign-task            GET   pk=sign_task in    ok    404    403       403        403    ok      403     403      403       403        in
field:sign-task            POST  pk=sign_task in    ok    404    403       403        403    ok      403     403      403       403        in
field:sign-task-photo      GET   pk=sign_task in    ok    404    ok        404        ok     ok      ok      ok       403       403        in
field:vacancy-answer       POST  pk=vacancy_check  in  ok  404    403       403        403    403     403     403      403       403        in
field:visit                GET   pk=visit     in    ok    404    403       403        403    403     403     403      403       403        in
""",
    DATA,
)
