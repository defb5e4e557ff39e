"""Where a person goes from the door: back to where they were, else to the work of their post."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from accounts.roles import Role
from communities import access

HOMES = (
    (Role.GRID_WORKER, "/field/"),
    (Role.REVIEWER, "/review/"),
    (Role.PANEL, "/review/panel/"),
    (Role.OFFICE, "/office/"),
    (Role.LEADER, "/leaders/"),
    (Role.AUDITOR, "/office/"),
    (Role.LANDLORD, "/landlords/"),
)


def safe_next(request: HttpRequest) -> str:
    """The `next` address when it stays on this site; empty otherwise (no open redirect)."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else ""


def home_of(user: User) -> str:
    """The first page of the person's first post whose pages exist; empty for a person without a post."""
    held = access.roles_of(user)
    homes = [path for role, path in HOMES if role in held and is_valid_path(path)]
    if not homes and user.is_superuser and is_valid_path("/admin/"):
        return "/admin/"
    return homes[0] if homes else ""


def session_has_ended(request: HttpRequest) -> bool:
    """Whether this browser was signed in before: it sends a session that is no longer there."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return key is not None and not request.user.is_authenticated and not request.session.exists(key)
