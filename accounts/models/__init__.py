"""Tables of this room."""

from accounts.models.audit import AuditEvent
from accounts.models.codes import OneTimeCode
from accounts.models.second_step import SecondStep
from accounts.models.user import User

__all__ = ["AuditEvent", "OneTimeCode", "SecondStep", "User"]
