"""The interface for machines, here with the session of the pages; tokens are tried in tests/api."""

from tests.access.asking import new_number
from tests.access.notation import table
from tests.world import picture

DATA = {
    "api:token": {"name": "grid", "password": "wrong"},
    "api:visits": {
        "client_id": new_number,
        "building": lambda on: on.world.building.code,
        "started_at": "2026-05-12T12:00:00+08:00",
    },
    "api:incidents": {
        "source": "fire",
        "number": "2026-0001",
        "category": "fire",
        "happened_at": "2026-05-11T12:00:00+08:00",
        "place": "某处",
    },
    "api:photos": {"photo": lambda _: picture()},
    "api:change-decision": {"verb": "approve", "reason": "属实"},
    "api:urgent-reds": {"unit": lambda on: on.world.green.code, "item": "Z05", "reason": "发现黑煤气"},
    "api:urgent-red-end": {"verb": "confirm", "reason": "属实"},
    "api:objections": {"unit": lambda on: on.world.red.code, "words": "照片不是这间房"},
    "api:objection-assign": {"to": "office"},
    "api:objection-answer": {"verb": "reject", "answer": "照片与记录相符"},
    "api:replies": {"unit": lambda on: on.world.red.code, "text": "已整改，欢迎查看"},
    "api:reply-hide": {"reason": "辱骂他人"},
    "api:visit-requests": {"unit": lambda on: on.world.red.code, "words": "已整改"},
    "api:hazard-proofs": {"note": "已清走"},
    "api:hazard-hand-over": {"department": "消防", "words": "请核查"},
    "api:proof-check": {"verb": "accept"},
    "api:hand-over-end": {"verb": "answer", "answered_by": "张工", "words": "已处理"},
    "api:delisting-requests": {"unit": lambda on: on.world.red.code, "words": "已整改"},
}
ROWS = table(
    """
route                   verb  with          anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
api:index               GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:token               POST  -             401   401   401    401       401        401    401     401     401      401       401        401
api:token-revoke        POST  -             401   401   401    401       401        401    401     401     401      401       401        401
api:units               GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:unit                GET   code=code     401   ok    404    ok        404        ok     ok      ok      ok       ok        404        401
api:unit-grades         GET   code=code     401   ok    404    ok        404        ok     ok      ok      ok       ok        404        401
api:hazards             GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:hazard              GET   pk=hazard     401   ok    404    ok        404        ok     ok      ok      ok       ok        404        401
api:incidents           GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:incidents           POST  -             401   403   403    403       403        403    ok      403     403      403       403        401
api:visits              POST  -             401   ok    404    403       404        403    403     403     403      404       404        401
api:photos              POST  -             401   ok    ok     403       403        403    403     403     403      ok        ok         401
api:delisting-requests  GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:delisting-requests  POST  -             401   403   404    403       404        403    403     403     403      409       404        401
api:changes             GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:change-decision     POST  pk=proposed   401   403   404    ok        404        403    403     403     403      403       404        401
api:urgent-reds         GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:urgent-reds         POST  -             401   403   404    403       404        ok     403     403     403      403       404        401
api:urgent-red-end      POST  pk=urgent     401   403   404    403       404        ok     403     403     403      404       404        401
api:objections          GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:objections          POST  -             401   403   404    403       404        403    403     403     403      409       404        401
api:objection-assign    POST  pk=objection  401   403   404    ok        404        ok     ok      403     403      403       404        401
api:objection-answer    POST  pk=objection  401   403   404    403       404        403    ok      403     403      403       404        401
api:replies             POST  -             401   403   404    403       404        403    403     403     403      ok        404        401
api:reply-hide          POST  pk=reply      401   403   403    403       403        403    ok      403     403      403       403        401
api:visit-requests      POST  -             401   403   404    403       404        403    403     403     403      409       404        401
api:hazard-proofs       POST  pk=hazard     401   403   403    403       403        403    403     403     403      ok        404        401
api:hazard-hand-over    POST  pk=hazard     401   403   404    409       404        403    403     403     403      403       404        401
api:proof-check         POST  pk=proof      401   403   404    ok        404        403    403     403     403      403       404        401
api:hand-over-end       POST  pk=hand_over  401   403   404    ok        404        403    403     403     403      403       404        401
api:incident-place      POST  pk=incident   401   403   404    ok        404        403    ok      403     403      404       404        401
api:delisting-withdraw  POST  pk=delisting  401   403   404    403       404        403    403     403     403      ok        404        401
api:schema              GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:docs                GET   -             in    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         in
api:nowhere             GET   rest=nowhere  404   404   404    404       404        404    404     404     404      404       404        404
""",
    DATA,
)
