"""Signing in and out, and the addresses of the machine room."""

from tests.access.notation import table

DATA = {
    "signin:sign-in": {"username": "grid", "password": "wrong"},
}
ROWS = table(
    """
route                   verb  with  anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
signin:start            GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:sign-in          GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:sign-in          POST  -     422   422   422    422       422        422    422     422     422      422       422        422
signin:phone            GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:phone            POST  -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:code             GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:code             POST  -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:second           GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:second           POST  -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:second-step      GET   -     in    ok    ok     ok        ok         ok     ok      ok      ok       403       403        in
signin:second-step      POST  -     in    ok    ok     ok        ok         ok     ok      ok      ok       403       403        in
signin:sign-out         POST  -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
signin:password-change  GET   -     in    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         in
signin:password-change  POST  -     in    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         in
signin:elder            POST  -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
set_language            POST  -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
healthz                 GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
readyz                  GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
metrics                 GET   -     ok    ok    ok     ok        ok         ok     ok      ok      ok       ok        ok         ok
""",
    DATA,
)
