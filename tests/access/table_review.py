"""Decisions of community and panel, and the register."""

from tests.access.notation import table

DATA = {
    "review:changes-decide": {"action": "approve", "reason": "属实", "ids": lambda on: on.world.proposed.pk},
    "review:change": {"verb": "approve", "reason": "属实"},
    "review:objection": {"verb": "reject", "answer": "照片与记录相符"},
    "review:objection-assign": {"to": lambda on: on.things["answers"].pk},
    "review:reply-hide": {"reason": "辱骂他人"},
    "review:stars-propose": {"reason": "逐户核对", "ids": lambda on: on.world.building.pk},
    "review:star-proposal": {"verb": "refuse", "reason": "不予撤销"},
    "review:star-withdraw": {"cause": "other", "reason": "牌匾被涂改"},
    "review:urgent-new": {"item": "Z05", "reason": "发现黑煤气"},
    "review:urgent-end": {"verb": "confirm", "reason": "属实"},
    "review:proof-check": {"verb": "accept"},
    "review:hand-over": {"department": "消防", "words": "请核查"},
    "review:hand-over-end": {"verb": "answer", "answered_by": "张工", "words": "已处理"},
    "review:incident-place": {"place": "none"},
    "review:report-answer": {"answer": "已上门处理"},
    "review:home-reveal": {"purpose": "联系业主整改"},
    "review:document-again": {},
    "review:document-reissue": {"wrong": "福", "right": "富"},
    "review:rectification": {},
    "review:homes-export": {"format": "csv"},
}
ROWS = table(
    """
route                  verb  with           anon  grid  grid2  reviewer  reviewer2  panel  office  leader  auditor  landlord  landlord2  gone
review:queue           GET   -              in    403   403    ok        ok         ok     403     403     403      403       403        in
review:panel           GET   -              in    403   403    403       403        ok     403     403     403      403       403        in
review:changes-decide  POST  -              in    403   403    ok        ok         ok     403     403     403      403       403        in
review:change          GET   pk=proposed    in    ok    404    ok        404        ok     ok      ok      ok       403       403        in
review:change          POST  pk=proposed    in    403   404    ok        404        403    403     403     403      403       403        in
review:change          GET   pk=with_panel  in    ok    404    ok        404        ok     ok      ok      ok       403       403        in
review:change          POST  pk=with_panel  in    403   404    403       404        ok     403     403     403      403       403        in
review:change          GET   pk=approved    in    ok    404    ok        404        ok     ok      ok      ok       403       403        in
review:change          GET   pk=urgent_change  in  ok  404    ok        404        ok     ok      ok      ok       403       403        in
review:urgent-new      GET   pk=green       in    403   403    403       403        ok     403     403     403      403       403        in
review:urgent-new      POST  pk=green       in    403   403    403       403        ok     403     403     403      403       403        in
review:urgent-end      POST  pk=urgent      in    403   403    403       403        ok     403     403     403      403       403        in
review:objections      GET   -              in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
review:objection       GET   pk=objection   in    403   403    ok        404        ok     ok      ok      ok       403       403        in
review:objection       POST  pk=objection   in    403   403    403       404        403    ok      403     403      403       403        in
review:objection-assign  POST  pk=objection  in   403   403    ok        404        ok     ok      403     403      403       403        in
review:reply-hide      POST  pk=reply       in    403   403    403       403        403    ok      403     403      403       403        in
review:proofs          GET   -              in    403   403    ok        ok         403    403     403     403      403       403        in
review:proof-check     POST  pk=proof       in    403   403    ok        404        403    403     403     403      403       403        in
review:reports         GET   -              in    403   403    ok        ok         403    403     403     403      403       403        in
review:report-answer   POST  pk=report      in    403   403    ok        404        403    403     403     403      403       403        in
review:photo-clear     POST  pk=common_photo  in  403  403    ok        404        403    ok      403     403      403       403        in
review:hazards         GET   -              in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
review:hand-over       POST  pk=hazard      in    403   403    422       404        403    403     403     403      403       403        in
review:hand-over-end   POST  pk=hand_over   in    403   403    ok        404        403    403     403     403      403       403        in
review:incidents       GET   -              in    403   403    ok        ok         403    ok      403     403      403       403        in
review:incident-place  POST  pk=incident    in    403   403    ok        404        403    ok      403     403      403       403        in
review:stars           GET   -              in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
review:stars-propose   POST  -              in    403   403    ok        404        403    403     403     403      403       403        in
review:star-proposal   GET   pk=star_proposal  in  403  403    ok        404        ok     ok      ok      ok       403       403        in
review:star-proposal   POST  pk=star_proposal  in  403  403    403       404        ok     403     403     403      403       403        in
review:star-withdraw   POST  pk=building    in    403   403    ok        404        403    403     403     403      403       403        in
review:delistings      GET   -              in    403   403    ok        ok         ok     ok      ok      ok       403       403        in
review:documents       GET   -              in    ok    ok     ok        ok         ok     ok      403     ok       403       403        in
review:document        GET   pk=letter      in    ok    404    ok        404        ok     ok      403     ok       403       403        in
review:document-file   GET   pk=letter      in    ok    404    ok        404        ok     ok      403     ok       403       403        in
review:document-preview  GET   pk=letter,page=one  in    ok    404    ok        404        ok     ok      403     ok       403       403        in
review:delivery-photo  GET   pk=delivery    in    ok    404    ok        404        ok     ok      403     ok       403       403        in
review:document-again  POST  pk=failed_letter  in    403   403    ok        404        403    ok      403     403      403       403        in
review:document-reissue  POST  pk=failed_letter  in  403   403    ok        404        403    ok      403     403      403       403        in
review:rectification   POST  pk=green       in    403   403    ok        404        403    ok      403     403      403       403        in
review:register        GET   -              in    ok    ok     ok        ok         ok     ok      ok      ok       403       403        in
review:homes-export    POST  -              in    403   403    ok        ok         ok     ok      ok      403      403       403        in
review:home            GET   pk=green       in    ok    404    ok        404        ok     ok      ok      ok       403       403        in
review:home-reveal     POST  pk=green       in    403   404    ok        404        403    ok      403     403      403       403        in
review:buildings       GET   -              in    ok    ok     ok        ok         ok     ok      ok      ok       403       403        in
review:building        GET   pk=building    in    ok    404    ok        404        ok     ok      ok      ok       403       403        in
""",
    DATA,
)
