"""Who asks. Views behind `IsAuthenticated` know that it is a person."""

from typing import cast

from rest_framework.request import Request

from accounts.models import User


def person(request: Request) -> User:
    """The signed-in person; when the schema is being described, nobody, who sees nothing."""
    return cast("User", request.user)
