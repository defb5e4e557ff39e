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
api:schema              GET   -             401   ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         401
api:docs                GET   -             in    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         in
api:nowhere             GET   rest=nowhere  404   404   404    404       404        404    404     404     404      404       404        404
""",
    DATA,
)
