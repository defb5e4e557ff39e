"""Figures and the lists behind them."""

from tests.access.notation import table

DATA = {
    "leaders:list-export": {"format": "csv"},
}
ROWS = table(
    """
route                verb  with          anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
leaders:board        GET   -             in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
leaders:map          GET   -             in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
leaders:map-data     GET   -             in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
leaders:rhythm       GET   -             in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
leaders:list         GET   screen=homes  in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
leaders:list-export  POST  screen=homes  in    403   403    ok        ok         ok     ok      ok      403      403       403        in
""",
    DATA,
)
