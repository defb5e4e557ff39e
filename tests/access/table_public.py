"""The page behind a sticker's code: for everybody."""

from tests.access.notation import table

DATA = {
    "public:report": {"text": "楼道堆物"},
    "public:find-sticker": {"home": lambda on: on.world.green.pk, "kinds": "sticker_gone"},
}
ROWS = table(
    """
route               verb  with                          anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
public:home         GET   token=token                   ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:report       GET   token=token                   ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:report       POST  token=token                   ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:find          GET  -                            ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:find-building GET  pk=building                  ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:find-sticker  GET  pk=building                  ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:find-sticker  POST  pk=building                 ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:find-sticker-sent  GET  pk=building,case_number=sticker_case  ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:find-map      GET  -                            ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:find-map-data GET  -                            ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:open-data     GET   -                            ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:open-data-file GET  day=latest,name=buildings   ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
public:report-sent  GET   token=token,case_number=case  ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
""",
    DATA,
)
