"""The walking list of a part of a run: by grid, with who works there and what each sign replaces."""

from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection

from accounts.roles import Role
from communities.models import Post
from signage.engine.walklist import Stop, Walk, render_walk_list
from signage.models import PrintFile
from signage.services.pieces import fonts

WORDS = {"green": "宽管级", "yellow": "严管级", "red": "禁止级", "": ""}
ALL = 2**31 - 1
_ROWS = """
    SELECT COALESCE(c.name, ec.name, ''), g.id, COALESCE(g.name, ''),
           COALESCE(u.address, NULLIF(b.name, ''), b.code, e.name, rc.name),
           s.serial, s.grade, s.page, s.position, old.serial, old.grade
    FROM signage_printitem i
    JOIN signage_sign s ON s.serial = i.serial
    LEFT JOIN rentals_unit u ON u.id = s.unit_id
    LEFT JOIN rentals_building b ON b.id = COALESCE(u.building_id, s.building_id)
    LEFT JOIN communities_community c ON c.id = b.community_id
    LEFT JOIN communities_grid g ON g.id = b.grid_id
    LEFT JOIN communities_estate e ON e.id = s.estate_id
    LEFT JOIN communities_community ec ON ec.id = e.community_id
    LEFT JOIN communities_residentscommittee rc ON rc.id = s.committee_id
    LEFT JOIN signage_sign old ON old.product = s.product AND old.state = 'posted' AND old.id <> s.id
        AND (old.unit_id = s.unit_id OR old.building_id = s.building_id
             OR old.estate_id = s.estate_id OR old.committee_id = s.committee_id)
    WHERE i.run_id = %s AND i.ordinal BETWEEN %s AND %s ORDER BY i.ordinal
"""


def walk_list(file: PrintFile, *, on: date) -> bytes:
    """A cover and a list for each grid that this file of a run is for."""
    chunk = file.run.job.chunks.filter(seq=file.seq).first() if file.run.job else None
    part = chunk.payload if chunk else {"first": 1, "last": ALL}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [file.run_id, part["first"], part["last"]])
        rows = cursor.fetchall()
    workers = _workers({row[1] for row in rows if row[1]}, on)
    walks = [
        _walk(place, workers.get(place[1], ""), list(group))
        for place, group in groupby(rows, key=lambda row: row[:3])
    ]
    return render_walk_list(f"{file.run.title}（{file.title}）", walks, fonts())


def _workers(grids: set[int], on: date) -> dict[int, str]:
    """Who serves in each grid on a day."""
    posts = Post.objects.held_on(on).filter(role=Role.GRID_WORKER, grid__in=grids)
    names: dict[int, str] = {}
    for grid, name in posts.order_by("grid", "user__display_name").values_list("grid", "user__display_name"):
        if grid is not None:
            names[grid] = f"{names[grid]}、{name}" if grid in names else name
    return names


def _walk(place: tuple[str, int | None, str], workers: str, rows: list[Any]) -> Walk:
    stops = tuple(
        Stop(
            place=address,
            old=f"{old} {WORDS[old_grade]}".strip() if old else "",
            new=f"{serial} {WORDS[grade]}".strip(),
            sheet=f"{page}-{position}",
        )
        for _c, _g, _n, address, serial, grade, page, position, old, old_grade in rows
    )
    grades = [(WORDS[g], sum(row[5] == g for row in rows)) for g in ("green", "yellow", "red")]
    counted = "，".join(f"{word} {n}" for word, n in grades if n)
    replacing = sum(1 for row in rows if row[8])
    facts = (
        ("共", f"{len(rows)} 枚" + (f"（{counted}）" if counted else "")),
        ("其中换新", f"{replacing} 枚"),
        ("首次张贴", f"{len(rows) - replacing} 枚"),
        ("打印页", f"{rows[0][6]}-{rows[0][7]} 到 {rows[-1][6]}-{rows[-1][7]}"),
    )
    community, _grid, grid = place
    return Walk(f"{community}社区" if community else "", grid or "未分网格", workers, facts, stops)
