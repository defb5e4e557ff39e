"""Imports, prints, people, rules, jobs, audit."""

from tests.access.asking import today
from tests.access.notation import table

DATA = {
    "office:handling": {
        f"{severity}_{name}": 10
        for severity in ("critical", "major", "minor")
        for name in ("percent", "more")
    },
    "office:category-new": {"code": "noise", "name_zh": "噪声", "name_en": "Noise"},
    "office:category": {"code": "fire", "name_zh": "火警", "name_en": "Fire", "item_code": "F07"},
    "office:person-new": {"name": "fresh", "display_name": "新人"},
    "office:person-active": {"active": "0", "reason": "调离"},
    "office:person-second-step": {"reason": "手机遗失"},
    "office:second-visits-draw": {"first_on": "2026-05-01", "last_on": today, "count": 1},
    "office:post-give": {"role": "panel", "from_on": today},
    "office:rule-draft-new": {"based_on": "1.0", "version": "3.0", "title": "标准"},
    "office:rule-publish": {"effective_on": today, "reason": "会议通过"},
    "office:hand-out": {"to": lambda on: on.world.staff.pk},
    "office:code-renew": {"reason": "被盗"},
    "office:print-run-new": {
        "product": "sticker",
        "start_at": 1,
        "community": lambda on: on.world.community.pk,
    },
}
ROWS = table(
    """
route                     verb  with                   anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
office:home               GET   -                      in    403   403    403       403        403    ok      403     ok       403       403        in
office:jobs               GET   -                      in    403   403    ok        ok         403    ok      403     ok       403       403        in
office:job                GET   pk=job                 in    404   404    404       404        404    ok      404     ok       403       403        in
office:job-cancel         POST  pk=job                 in    404   404    404       404        404    ok      404     403      403       403        in
office:imports            GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:imports            POST  -                      in    403   403    403       403        403    422     403     403      403       403        in
office:import-template    GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:import             GET   pk=import_run          in    403   403    403       403        403    ok      403     ok       403       403        in
office:import-errors      GET   pk=import_run          in    403   403    403       403        403    ok      403     403      403       403        in
office:import-now         POST  pk=import_run          in    403   403    403       403        403    409     403     403      403       403        in
office:import-undo        POST  pk=import_run          in    403   403    403       403        403    ok      403     403      403       403        in
office:incidents          GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:incidents          POST  -                      in    403   403    403       403        403    422     403     403      403       403        in
office:assessment         GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:assessment         POST  -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:hand-out           POST  pk=print_run           in    403   403    ok        404        403    ok      403     403      403       403        in
office:walls              GET   -                      in    403   403    ok        ok         403    ok      403     403      403       403        in
office:print-owed         POST  pk=grid                in    403   403    ok        404        403    ok      403     403      403       403        in
office:code-renew         POST  pk=green               in    403   403    403       403        403    ok      403     403      403       403        in
office:print-runs         GET   -                      in    403   403    ok        ok         403    ok      403     403      403       403        in
office:print-run-new      GET   -                      in    403   403    ok        ok         403    ok      403     403      403       403        in
office:print-run-new      POST  -                      in    403   403    ok        422        403    ok      403     403      403       403        in
office:print-run          GET   pk=print_run           in    403   403    ok        404        403    ok      403     403      403       403        in
office:print-run-preview  GET   pk=print_run           in    403   403    ok        404        403    ok      403     403      403       403        in
office:print-file         GET   pk=print_run,seq=zero  in    403   403    ok        404        403    ok      403     403      403       403        in
office:print-walk          GET   pk=print_run,seq=zero  in    403   403    ok        404        403    ok      403     403      403       403        in
office:print-run-signs     GET   pk=print_run           in    403   403    ok        404        403    ok      403     403      403       403        in
office:sign-settings       GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:sign-settings       POST  -                      in    403   403    403       403        403    422     403     403      403       403        in
office:sign-settings-preview GET product=sticker_word        in    403   403    403       403        403    ok      403     403      403       403        in
office:sign-settings-preview POST product=sticker_word       in    403   403    403       403        403    ok      403     403      403       403        in
office:printers            GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:printer-new         GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:printer-new         POST  -                      in    403   403    403       403        403    422     403     403      403       403        in
office:printer             GET   pk=printer             in    403   403    403       403        403    ok      403     403      403       403        in
office:printer             POST  pk=printer             in    403   403    403       403        403    422     403     403      403       403        in
office:printer-sheet       GET   pk=printer,size=a6_word     in    403   403    403       403        403    ok      403     403      403       403        in
office:outbox  GET  -  in  403  403  403  403  403  ok  403  403  403  403  in
office:outbox-again  POST  pk=text_message  in  403  403  403  403  403  ok  403  403  403  403  in
office:people             GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:person-new         GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:person-new         POST  -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:person             GET   pk=nobody              in    403   403    403       403        403    ok      403     403      403       403        in
office:person-second-step POST pk=nobody             in    403   403    403       403        403    422     403     403      403       403        in
office:person-password    POST  pk=nobody              in    403   403    403       403        403    ok      403     403      403       403        in
office:person-active      POST  pk=nobody              in    403   403    403       403        403    ok      403     403      403       403        in
office:post-give          POST  pk=nobody              in    403   403    403       403        403    ok      403     403      403       403        in
office:post-end           POST  pk=post                in    403   403    403       403        403    ok      403     403      403       403        in
office:rules              GET   -                      in    ok    ok     ok        ok         ok     ok      ok      ok       403       403        in
office:rule-set           GET   version=version        in    ok    ok     ok        ok         ok     ok      ok      ok       403       403        in
office:rule-draft-new     GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-draft-new     POST  -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-set           GET   version=draft          in    404   404    404       404        404    ok      404     ok       403       403        in
office:rule-compare       GET   version=version        in    ok    ok     ok        ok         ok     ok      ok      ok       403       403        in
office:rule-compare       GET   version=draft          in    404   404    404       404        404    ok      404     ok       403       403        in
office:rule-edit          GET   version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-edit          GET   version=version        in    403   403    403       403        403    409     403     403      403       403        in
office:rule-settings      GET   version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-settings      POST  version=draft          in    403   403    403       403        403    422     403     403      403       403        in
office:rule-settings-check POST version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-item          GET   version=draft,code=item in   403   403    403       403        403    ok      403     403      403       403        in
office:rule-item          POST  version=draft,code=item in   403   403    403       403        403    422     403     403      403       403        in
office:rule-item-new      GET   version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-item-new      POST  version=draft          in    403   403    403       403        403    422     403     403      403       403        in
office:rule-item-check    POST  version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-item-retire   POST  version=draft,code=item in   403   403    403       403        403    ok      403     403      403       403        in
office:rule-item-retire   POST  version=version,code=item in 403   403    403       403        403    409     403     403      403       403        in
office:rule-item-restore  POST  version=draft,code=item in   403   403    403       403        403    ok      403     403      403       403        in
office:rule-what-if       GET   version=draft          in    403   403    403       403        403    ok      403     ok       403       403        in
office:rule-what-if       POST  version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-what-if-homes GET   version=draft          in    403   403    403       403        403    ok      403     ok       403       403        in
office:rule-publish       GET   version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-publish       POST  version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:rule-discard       POST  version=draft          in    403   403    403       403        403    ok      403     403      403       403        in
office:integrity          GET   -                      in    403   403    403       403        403    ok      403     ok       403       403        in
office:integrity-list     GET   what=hops              in    403   403    403       403        403    ok      403     ok       403       403        in
office:second-visits-draw POST  -                      in    403   403    403       403        403    422     403     403      403       403        in
office:handling           GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:handling           POST  -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:category-new       GET   -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:category-new       POST  -                      in    403   403    403       403        403    ok      403     403      403       403        in
office:category           GET   code=fire              in    403   403    403       403        403    ok      403     403      403       403        in
office:category           POST  code=fire              in    403   403    403       403        403    ok      403     403      403       403        in
office:audit              GET   -                      in    403   403    403       403        403    403     403     ok       403       403        in
""",
    DATA,
)
