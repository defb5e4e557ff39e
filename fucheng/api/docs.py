"""The description for machines, and the page on which people read and try it."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView


class IndexSerializer(serializers.Serializer[None]):
    units = serializers.URLField()
    hazards = serializers.URLField()
    changes = serializers.URLField()
    objections = serializers.URLField()
    delisting_requests = serializers.URLField()
    visits = serializers.URLField()
    photos = serializers.URLField()
    token = serializers.URLField()


class Index(APIView):
    """Where everything is."""

    @extend_schema(responses=IndexSerializer, tags=["index"])
    def get(self, request: Request) -> Response:
        names = (
            "units", "hazards", "changes", "objections", "delisting-requests", "visits", "photos", "token",
        )  # fmt: skip
        return Response({n.replace("-", "_"): reverse(f"api:{n}", request=request) for n in names})


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """OpenAPI 3 in YAML, or in JSON by `?format=json`."""


class Docs(LoginRequiredMixin, TemplateView):
    """Swagger UI from our own files, started by our own script: nothing inline, no other host."""

    template_name = "api/docs.html"
    extra_context = {"title": _("Interface for machines")}
