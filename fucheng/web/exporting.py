"""Any list as CSV or XLSX: `exporting.export(request, LIST, wanted)`. See docs/howto/add-an-export.md."""

import tempfile
from typing import cast
from urllib.parse import quote

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core import tables
from fucheng.flows import list_export
from fucheng.flows.list_export import Column, List, Wanted

__all__ = ["AT_ONCE", "XLSX", "Column", "List", "Wanted", "export", "file_name"]

AT_ONCE = 5000  # rows of a workbook that is made while one waits
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(request: HttpRequest, lst: List, wanted: Wanted) -> HttpResponseBase:
    """The answer to a POST with `format` csv or xlsx: a file, or the page of the job that makes it."""
    user = cast(User, request.user)
    access.authorize(user, Permission.EXPORT)
    file_format = request.POST.get("format", "xlsx")
    if request.method != "POST" or file_format not in ("csv", "xlsx"):
        raise BadRequest
    rows = lst.count(user, wanted)
    at = timezone.now()
    if file_format == "csv":
        list_export.note(lst, wanted=wanted, by=user, rows=rows, file_format="csv")
        return _csv(lst, wanted, user)
    if rows > AT_ONCE:
        language = translation.get_language() or "zh-hans"
        job = list_export.ask(name=lst.name, wanted=wanted, by=user, at=at, language=language)
        return redirect("exports:job", job.pk)
    list_export.note(lst, wanted=wanted, by=user, rows=rows, file_format="xlsx")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    list_export.write_xlsx(lst, file, wanted=wanted, by=user, at=at)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name(lst, "xlsx"), content_type=XLSX)


def _csv(lst: List, wanted: Wanted, user: User) -> StreamingHttpResponse:
    lines = tables.csv_lines(lst.headings(), lst.cells(user, wanted, lst.source()))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name(lst, 'csv'))}"
    return response


def file_name(lst: List, ending: str) -> str:
    return f"{lst.title}-{timezone.localtime():%Y%m%d-%H%M}.{ending}"
