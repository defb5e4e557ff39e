"""Photos are sent first, one by one; the receipt's hash is what a visit then names."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from communities import access
from core.errors import NotAllowed
from fucheng.api.requests import person
from grading.services import photos


class PhotoSerializer(serializers.Serializer[Any]):
    photo = serializers.FileField(write_only=True, allow_empty_file=True)
    sha256 = serializers.CharField(read_only=True, help_text="of the picture as it is kept")


class Photos(APIView):
    """Keeps a picture (JPEG, PNG or WebP) without its metadata. The same picture twice is one."""

    serializer_class = PhotoSerializer
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": PhotoSerializer}, responses={201: PhotoSerializer})
    def post(self, request: Request) -> Response:
        allowed = (Permission.VISIT_SUBMIT, Permission.PROOF_SEND)
        if not any(access.can(person(request), permission) for permission in allowed):
            raise NotAllowed
        body = PhotoSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        digest = photos.store(body.validated_data["photo"])
        return Response({"sha256": digest}, status=status.HTTP_201_CREATED)
