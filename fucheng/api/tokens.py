"""Tokens for machines: made by name and password, shown once, kept as a hash, revocable."""

from typing import Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.models import User
from accounts.services import audit, second_step
from communities import access
from core.errors import NotAllowed
from fucheng.api.requests import person

LOCKED_SECONDS = 15 * 60


class CredentialsSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=64)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    code = serializers.CharField(
        max_length=32, required=False, default="", help_text="of the second step, where the person has one"
    )


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="shown this once; send it as `Authorization: Token ...`")


class TokenView(APIView):
    """A token with the rights of the person, no more. Five wrong passwords lock name and address."""

    serializer_class = CredentialsSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "token"

    def get_authenticate_header(self, request: Request) -> str:
        """A wrong password is 401; without a scheme to name, REST framework would say 403."""
        return "Token"

    @extend_schema(request=CredentialsSerializer, responses={201: TokenSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        body = CredentialsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = _signed_in(request, body.validated_data["name"], body.validated_data["password"])
        if second_step.is_on(user):
            second_step.check(user=user, code=body.validated_data["code"], at=timezone.now())
        with transaction.atomic():
            _row, token = AuthToken.objects.create(user)
            audit.record("token-made", by=user, subject="user", subject_id=user.pk)
        return Response({"token": token}, status=status.HTTP_201_CREATED)


class TokenRevoke(APIView):
    """Ends the token this request is made with."""

    authentication_classes = (TokenAuthentication,)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        with transaction.atomic():
            request.auth.delete()
            audit.record("token-revoked", by=person(request), subject="user", subject_id=person(request).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _signed_in(request: Request, name: str, password: str) -> User:
    """The person, when name and password fit, the door is not locked and the first password was changed."""
    plain = request._request
    user = authenticate(plain, username=name, password=password)
    if getattr(plain, "axes_locked_out", False):
        plain.axes_locked_out = False  # type: ignore[attr-defined] # the answer is ours, not the page's
        raise Throttled(LOCKED_SECONDS, _("Too many wrong passwords. Wait, or ask the office for a new one."))
    if user is None:
        raise AuthenticationFailed(_("Name or password is wrong."))
    if access.needs_second_step(user) and not second_step.is_on(user):
        raise NotAllowed(_("Sign in on the pages first and set up your second step."))
    if user.must_change_password:
        raise NotAllowed(_("Sign in on the pages first and choose a password of your own."))
    return user
