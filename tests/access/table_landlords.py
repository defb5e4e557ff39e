"""The landlord's own homes."""

from tests.access.notation import table

DATA = {
    "landlords:self-inspection": {"all_fine": "1"},
    "landlords:delisting-request": {"words": "已整改"},
    "landlords:objection": {"words": "照片不是这间房"},
    "landlords:reply": {"text": "已整改，欢迎查看"},
    "landlords:visit-request": {"words": "已整改"},
    "landlords:proof-send": {"note": "已清走"},
}
ROWS = table(
    """
route                         verb  with          anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
landlords:home-list           GET   -             in    403   403    403       403        403    403     403     403      ok        ok         in
landlords:document            GET   pk=letter     in    403   403    403       403        403    403     403     403      ok        404        in
landlords:home                GET   pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:self-inspection     GET   pk=green      in    403   403    403       403        403    403     403     403      ok        404        in
landlords:self-inspection     POST  pk=green      in    403   403    403       403        403    403     403     403      ok        404        in
landlords:delisting-request   GET   pk=green      in    403   403    403       403        403    403     403     403      ok        404        in
landlords:delisting-request   POST  pk=green      in    403   403    403       403        403    403     403     403      ok        404        in
landlords:delisting-request   POST  pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:delisting-withdraw  GET   pk=delisting  in    403   403    403       403        403    403     403     403      ok        404        in
landlords:delisting-withdraw  POST  pk=delisting  in    403   403    403       403        403    403     403     403      ok        404        in
landlords:objection           GET   pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:objection           POST  pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:reply               GET   pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:reply               POST  pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:visit-request       GET   pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:visit-request       POST  pk=red        in    403   403    403       403        403    403     403     403      ok        404        in
landlords:proof-send          GET   pk=hazard     in    403   403    403       403        403    403     403     403      ok        404        in
landlords:proof-send          POST  pk=hazard     in    403   403    403       403        403    403     403     403      ok        404        in
""",
    DATA,
)
