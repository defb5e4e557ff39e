"""Who asks. Views behind `IsAuthenticated` know that it is a person."""

from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import User


def person(request: Request) -> User:
    """The signed-in person; when the schema is being described, nobody, who sees nothing."""
    return cast("User", request.user)


def body(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The fields of the body, checked; 400 names each wrong one."""
    sent = kind(data=request.data)
    sent.is_valid(raise_exception=True)
    fields: dict[str, Any] = sent.validated_data
    return fields
