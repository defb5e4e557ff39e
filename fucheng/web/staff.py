"""The door of the staff pages: signed in, and a post that includes the verb."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from accounts.roles import Permission
from communities import access
from core.errors import DomainError, NotAllowed, OutOfScope

P = ParamSpec("P")
Result = TypeVar("Result")


class StaffRequest(HttpRequest):
    """A request whose person is known."""

    user: User
    htmx: HtmxDetails


def staff_page(
    *permissions: Permission,
) -> Callable[
    [Callable[Concatenate[StaffRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Refuses whoever holds none of the permissions; where it holds is the matter of `visible_to` and services."""

    def decorate(
        view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            known = cast(StaffRequest, request)
            if not any(access.can(known.user, permission) for permission in permissions):
                raise NotAllowed
            return view(known, *args, **kwargs)

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)

    return decorate


def carried_out(form: forms.BaseForm, action: Callable[[], Result]) -> Result | None:
    """The result of a flow; a refusal becomes an error beside what was typed, and nothing comes back.

    What is out of scope stays a page of its own: the form it belongs to is not for this person.
    """
    if not form.is_valid():
        return None
    try:
        return action()
    except OutOfScope:
        raise
    except DomainError as refused:
        form.add_error(None, ValidationError(str(refused), code=str(refused.status)))
        return None


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing on the way in, and what was sent, even when it is empty, on the way back."""
    return request.POST if request.method == "POST" else None


def status_of(form: forms.BaseForm) -> int:
    """What a page with this form answers: 422 when something in it was refused, 403 when the verb was."""
    if not form.is_bound or not form.errors:
        return 200
    return 403 if form.has_error(NON_FIELD_ERRORS, str(NotAllowed.status)) else 422


def back_to(request: HttpRequest, default: str) -> str:
    """The page of this site that a form names to return to, with its filter kept."""
    url = request.POST.get("back", "")
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, None) else default
