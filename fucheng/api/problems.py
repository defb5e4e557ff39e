"""Every refusal as `application/problem+json` (RFC 9457), in the reader's language."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import DomainError, OutOfScope

CONTENT_TYPE = "application/problem+json"


class FieldErrorSerializer(serializers.Serializer[Any]):
    """One wrong field; `field` is a path such as `findings.0.item`."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """What is wrong and what to do. `code` is for machines and never changes its meaning."""

    type = serializers.CharField(help_text="about:blank")
    title = serializers.CharField(help_text="name of the status")
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(help_text="in the language of Accept-Language")
    instance = serializers.CharField(help_text="path of the request")
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER; None lets an unforeseen error through to the 500 page."""
    path = context["request"].path
    if isinstance(error, Http404):
        error = OutOfScope()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, DomainError):
        set_rollback()
        return _response(problem(error.status, error.code, str(error), path))
    if isinstance(error, exceptions.APIException):
        set_rollback()
        return _response(_of_framework(error, path), _headers(error))
    return None


def problem(status: int, code: str, detail: str, instance: str) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": instance,
    }


def not_found(request: HttpRequest, rest: str = "") -> JsonResponse:
    """For every address under /api/ that does not exist."""
    detail = _("There is no such address. All addresses end with a slash; see /api/docs/.")
    body = problem(404, "not-found", detail, request.path)
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)


def _response(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _of_framework(error: exceptions.APIException, path: str) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        body = problem(400, "invalid", _("Some fields cannot be used; each is named in errors."), path)
        return body | {"errors": list(_field_errors(error.detail))}
    code = str(error.get_codes()).replace("_", "-")
    return problem(error.status_code, code, str(error.detail), path)


def _field_errors(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """REST framework's nested lists and dicts, flattened to paths."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, _joined(field, "" if name == "non_field_errors" else str(name)))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            is_leaf = isinstance(inner, str | Promise)
            yield from _field_errors(inner, field if is_leaf else _joined(field, str(position)))
    else:
        yield {"field": field, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def _joined(field: str, name: str) -> str:
    return ".".join(filter(None, (field, name)))


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = f"{error.wait:.0f}"  # type: ignore[attr-defined]
    return headers
