"""What can be refused. Every refusal says, in the reader's language, what to do next."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal that a person can understand; `status` is what a page or the API answers."""

    status = 400
    code = "refused"
    message: str | Promise = _("This cannot be done.")

    def __init__(self, message: str | Promise | None = None, **details: Any) -> None:
        self.text = self.message if message is None else message
        self.details: Mapping[str, Any] = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.text) % self.details if self.details else str(self.text)


class Invalid(DomainError):
    """What was sent cannot be used."""

    code = "invalid"


class OutOfScope(DomainError):
    """The row is not there, or not for this person: the two look alike."""

    status = 404
    code = "not-found"
    message = _("Not found, or not in your area.")


class NotAllowed(DomainError):
    """The row is in scope, the verb is not this person's."""

    status = 403
    code = "not-allowed"
    message = _("Your post does not include this action.")


class Conflict(DomainError):
    """Someone or something was there first."""

    status = 409
    code = "conflict"
    message = _("Someone changed this in the meantime. Look at it again and decide anew.")
