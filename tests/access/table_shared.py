"""Photos and exported files."""

from tests.access.notation import table

ROWS = table(
    """
route         verb  with           anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
inbox:inbox  GET  -  in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  in
inbox:read-all  POST  -  in  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  in
photos:photo  GET   pk=photo       in    ok    404    ok        404        ok     ok      ok      ok       ok        404        in
photos:kept   GET   token=kept     in    ok    404    404       404        404    404     404     404      404       404        in
exports:job   GET   job_id=export  in    403   403    ok        404        404    404     404     403      403       403        in
exports:file  GET   job_id=export  in    403   403    ok        404        404    404     404     403      403       403        in
"""
)
