"""Tables of this room."""

from accounts.models.audit import AuditEvent
from accounts.models.codes import OneTimeCode
from accounts.models.user import User

__all__ = ["AuditEvent", "OneTimeCode", "User"]
