"""Sign in and out by name and password, change the password, start page, reading size."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from accounts.services import people
from accounts.services import second_step as second
from core.errors import Invalid
from fucheng.web.context import ELDER_COOKIE
from fucheng.web.signin import going, second_step
from fucheng.web.signin.forms import PasswordForm, StaffForm


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """`/`: the work of the person's post; for everybody else what the colours mean and where to sign in."""
    home = going.home_of(request.user) if request.user.is_authenticated else ""
    return redirect(home) if home else render(request, "public/start.html")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    """Staff. A fragment that meets an ended session sends the whole page here."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        here = urlencode({"next": htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{request.path}?{here}")
    target = going.safe_next(request)
    if request.user.is_authenticated and request.method != "POST":
        return redirect(target or "/")
    form = StaffForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user:
        if second.is_on(form.user):
            return second_step.ask(request, form.user, target)
        login(request, form.user)
        return redirect(target or "/")
    shown = {"form": form, "way": "staff", "next": target, "has_ended": going.session_has_ended(request)}
    return render(request, "signin/sign_in.html", shown, status=200 if not form.errors else 422)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("signin:sign-in")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def password_change(request: HttpRequest) -> HttpResponse:
    """One's own new password; a first password made by the office must be changed here."""
    user = cast(User, request.user)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_password(user=user, password=form.cleaned_data["new"])
        except Invalid as error:
            form.add_error("new", str(error))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("The password is changed."))
            return redirect("/")
    return render(request, "signin/password_change.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Large type on or off, kept in a cookie."""
    response = HttpResponseRedirect(going.safe_next(request) or "/")
    is_on = request.COOKIES.get(ELDER_COOKIE) == "1"
    response.set_cookie(
        ELDER_COOKIE, "0" if is_on else "1", max_age=365 * 86400, samesite="Lax", httponly=True
    )
    return response
