"""Landlords sign in: enter the phone, enter the code that was sent to it."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.services import phone_signin
from core.errors import DomainError
from core.text import mask_phone
from fucheng.web.signin import going
from fucheng.web.signin.forms import CodeForm, PhoneForm
from rentals.models import Landlord

PHONE = "sign-in-phone"
SENT_AT = "sign-in-sent-at"
NEXT = "sign-in-next"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("phone")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter_phone(request: HttpRequest) -> HttpResponse:
    """Sends a code. The next page looks the same whether the street knows the phone or not."""
    has_ended = going.session_has_ended(request)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            phone_signin.send_code(phone=phone, is_known=_is_known(phone), at=timezone.now())
        except DomainError as error:
            form.add_error("phone", str(error))
        else:
            request.session[PHONE] = phone
            request.session[SENT_AT] = timezone.now().timestamp()
            request.session[NEXT] = going.safe_next(request)
            return redirect("signin:code")
    shown = {"form": form, "way": "phone", "next": going.safe_next(request), "has_ended": has_ended}
    return render(request, "signin/phone.html", shown, status=422 if form.errors else 200)


def _is_known(phone: str) -> bool:
    """In the register, or signed in before."""
    key = phone_signin.phone_key(phone)
    is_owner = Landlord.objects.filter(phone_index=key).exists()
    return is_owner or User.objects.filter(phone_index=key, is_active=True).exists()


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter_code(request: HttpRequest) -> HttpResponse:
    phone = request.session.get(PHONE)
    if phone is None:
        return redirect("signin:phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = phone_signin.check_code(phone=phone, code=form.cleaned_data["code"], at=timezone.now())
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            target = request.session.get(NEXT)
            for key in (PHONE, SENT_AT, NEXT):
                request.session.pop(key, None)
            login(request, user, backend=BACKEND)
            return redirect(target or "/")
    waited = timezone.now().timestamp() - request.session.get(SENT_AT, 0)
    wait_s = max(0, round(phone_signin.PAUSE.total_seconds() - waited))
    shown = {
        "form": form,
        "way": "phone",
        "next": "",
        "has_ended": False,
        "phone": mask_phone(phone),
        "full_phone": phone,
        "wait_s": wait_s,
    }
    return render(request, "signin/code.html", shown, status=422 if form.errors else 200)
