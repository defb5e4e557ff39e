"""The second step of staff: asked for at sign-in, set up and turned off on the own page."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

import qrcode
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods
from qrcode.image.svg import SvgPathImage

from accounts.models import SecondStep, User
from accounts.services import second_step as service
from communities import access
from core.errors import DomainError
from fucheng.web.signin.forms import SecondStepForm

WAITING, THROUGH = "second-step-waiting", "second-step-through"
WAITING_S = 5 * 60
BACKEND = "django.contrib.auth.backends.ModelBackend"


def is_through(request: HttpRequest) -> bool:
    """Whether this session came in by the second step, or set it up since."""
    return bool(request.session.get(THROUGH))


def ask(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """The password was right; the code must follow within five minutes."""
    request.session.cycle_key()
    request.session[WAITING] = {"user": user.pk, "since": timezone.now().timestamp(), "next": target}
    return redirect("signin:second")


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """The code at sign-in; without a password just now there is nothing to enter."""
    waiting = request.session.get(WAITING)
    if waiting is None or timezone.now().timestamp() - waiting["since"] > WAITING_S:
        request.session.pop(WAITING, None)
        return redirect("signin:sign-in")
    form = SecondStepForm(request.POST or None)
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    if user is None:
        return redirect("signin:sign-in")
    if request.method == "POST" and _done(
        form, lambda code: service.check(user=user, code=code, at=timezone.now())
    ):
        request.session.pop(WAITING, None)
        login(request, user, backend=BACKEND)
        request.session[THROUGH] = True
        return redirect(waiting["next"] or "/")
    shown = {"form": form, "way": "staff", "next": waiting["next"], "has_ended": False}
    return render(request, "signin/second.html", shown, status=422 if form.errors else 200)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """Set up, new recovery codes, off: one page, since it is done once in years."""
    user = cast(User, request.user)
    if user.kind != User.Kind.STAFF:
        raise PermissionDenied
    form = SecondStepForm(request.POST if "code" in request.POST else None)
    is_needed = access.needs_second_step(user)
    verb = request.POST.get("verb", "")
    if verb == "begin" and not service.is_on(user):
        service.begin(user=user)
        return redirect("signin:second-step")
    is_off = verb == "off" and not is_needed
    if is_off and _done(form, lambda code: service.turn_off(user=user, code=code, at=timezone.now())):
        messages.success(request, _("The second step is off."))
        return redirect("signin:second-step")
    codes = verb in CODES and _done(form, lambda code: CODES[verb](user=user, code=code, at=timezone.now()))
    if codes:
        request.session[THROUGH] = True
    step = SecondStep.objects.filter(user=user).first()
    shown: dict[str, Any] = {"form": form, "codes": codes, "is_required": is_needed, "step": step}
    if step is not None and step.confirmed_at is None:
        shown |= {"picture": _picture(step), "key": _in_groups(step.secret)}
    return render(request, "signin/second_step.html", shown, status=422 if form.errors else 200)


CODES: dict[str, Callable[..., list[str]]] = {"confirm": service.confirm, "renew": service.renew_recovery}


def _done(form: SecondStepForm, act: Callable[[str], list[str] | None]) -> list[str] | bool:
    """What the act gave, True for nothing; False with the refusal beside the code."""
    if not form.is_valid():
        return False
    try:
        return act(form.cleaned_data["code"]) or True
    except DomainError as refused:
        form.add_error("code", str(refused))
        return False


@sensitive_variables()
def _picture(step: SecondStep) -> SafeString:
    drawn = BytesIO()
    qrcode.make(service.address_of(step), image_factory=SvgPathImage, box_size=10, border=2).save(drawn)
    return mark_safe(drawn.getvalue().decode().partition("?>")[2].strip())  # noqa: S308 - the library's own drawing


def _in_groups(secret: str) -> str:
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
