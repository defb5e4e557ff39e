"""How an issued document is handed to a browser."""

from django.http import HttpResponse

from letters.models import Document


def pdf_answer(document: Document, pdf: bytes) -> HttpResponse:
    answer = HttpResponse(pdf, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})
    answer.headers["Content-Disposition"] = f'inline; filename="{document.kind}-{document.pk}.pdf"'
    return answer
