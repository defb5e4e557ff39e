"""Accounts and posts. First passwords are shown on one answer and kept nowhere."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from accounts.services import second_step
from communities.models import Post
from core.errors import OutOfScope
from fucheng.flows import people as flow
from fucheng.web import listing
from fucheng.web.office.forms import PeopleFilter, PersonForm, PostForm, ReasonForm
from fucheng.web.office.queries import people
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of


@require_safe
@staff_page(Permission.PEOPLE_MANAGE)
def person_list(request: StaffRequest) -> HttpResponse:
    form = PeopleFilter(request.GET)
    form.full_clean()
    rows = people.people(form.cleaned_data, on=timezone.localdate())
    context = {"form": form, "page": listing.numbered(rows, request.GET)}
    return render(request, "office/person_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PEOPLE_MANAGE)
def person_new(request: StaffRequest) -> HttpResponse:
    """A new account; its first password stands on this one answer."""
    form = PersonForm(posted(request))
    if request.method == "POST":
        made = carried_out(form, lambda: flow.create(**form.cleaned_data, by=request.user))
        if made:
            return _person(request, made[0], first_password=made[1], is_new=True)
    return render(request, "office/person_new.html", {"form": form}, status=status_of(form))


@require_safe
@staff_page(Permission.PEOPLE_MANAGE)
def person(request: StaffRequest, pk: int) -> HttpResponse:
    return _person(request, people.person_of(pk))


def _person(request: StaffRequest, found: User, **more: Any) -> HttpResponse:
    bound = [form for form in (more.get("post_form"), more.get("reason_form")) if form is not None]
    context = {
        "person": found,
        "file": people.person_file(found),
        "post_form": PostForm(initial={"from_on": timezone.localdate()}),
        "reason_form": ReasonForm(),
        "is_self": found.pk == request.user.pk,
        "has_second_step": second_step.is_on(found),
        "today": timezone.localdate(),
    }
    return render(
        request, "office/person_detail.html", context | more, status=max(map(status_of, bound), default=200)
    )


@never_cache
@require_POST
@staff_page(Permission.PEOPLE_MANAGE)
def password_reset(request: StaffRequest, pk: int) -> HttpResponse:
    password = flow.reset_password(user_id=pk, by=request.user)
    return _person(request, people.person_of(pk), first_password=password)


@require_POST
@staff_page(Permission.PEOPLE_MANAGE)
def set_active(request: StaffRequest, pk: int) -> HttpResponse:
    """Closes or opens the account, with a reason."""
    active = request.POST.get("active") == "1"

    def act(reason: str) -> User:
        return flow.set_active(user_id=pk, active=active, by=request.user, reason=reason)

    words = (
        _("The account is open again.") if active else _("The account is closed; its sessions have ended.")
    )
    return _with_reason(request, pk, act, words)


@require_POST
@staff_page(Permission.PEOPLE_MANAGE)
def take_second_step(request: StaffRequest, pk: int) -> HttpResponse:
    def act(reason: str) -> bool:
        flow.take_second_step(user_id=pk, by=request.user, reason=reason)
        return True

    return _with_reason(
        request, pk, act, _("The second step is taken away; the next sign-in asks for the password only.")
    )


def _with_reason(request: StaffRequest, pk: int, act: Callable[[str], Any], words: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if carried_out(form, lambda: act(form.cleaned_data["reason"])) is None:
        return _person(request, people.person_of(pk), reason_form=form)
    messages.success(request, words)
    return redirect("office:person", pk)


@require_POST
@staff_page(Permission.PEOPLE_MANAGE)
def post_give(request: StaffRequest, pk: int) -> HttpResponse:
    form = PostForm(request.POST)
    if carried_out(form, lambda: _give(request, pk, form)) is None:
        return _person(request, people.person_of(pk), post_form=form)
    messages.success(request, _("The post is given; its rights count from its first day."))
    return redirect("office:person", pk)


def _give(request: StaffRequest, pk: int, form: forms.Form) -> Post:
    chosen = form.cleaned_data
    return flow.give_post(
        user_id=pk,
        role=chosen["role"],
        community_id=getattr(chosen["community"], "pk", None),
        grid_id=getattr(chosen["grid"], "pk", None),
        from_on=chosen["from_on"],
        by=request.user,
    )


@require_POST
@staff_page(Permission.PEOPLE_MANAGE)
def post_end(request: StaffRequest, pk: int) -> HttpResponse:
    post = Post.objects.visible_to(request.user).one(pk=pk)
    if post.user.kind != User.Kind.STAFF:
        raise OutOfScope
    flow.end_post(post_id=pk, by=request.user, at=timezone.now())
    messages.success(request, _("The post has ended; its rights are gone."))
    return redirect("office:person", post.user_id)
