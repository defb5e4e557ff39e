"""Tables of this room."""

from letters.models.documents import Delivery, Document, DocumentSeries, Reading

__all__ = ["Delivery", "Document", "DocumentSeries", "Reading"]
