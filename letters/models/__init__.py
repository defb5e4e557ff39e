"""Tables of this room."""

from letters.models.documents import Delivery, Document, DocumentSeries, Reading
from letters.models.notices import Notice, TextMessage

__all__ = ["Delivery", "Document", "DocumentSeries", "Notice", "Reading", "TextMessage"]
