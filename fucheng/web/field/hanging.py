"""Signs at the doors: the round of today, one sign, the sheets of a run, and what people told."""

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from core.errors import OutOfScope
from fucheng.flows import sign_posting, sign_report
from fucheng.web.field import walls
from fucheng.web.photos import uploads
from fucheng.web.staff import StaffRequest, carried_out, posted, staff_page, status_of
from grading.services.photos import stored_name
from signage.models import Product, Sign, SignTask
from signage.services import handing_out, tasks
from signage.services.posting import FAR, AlreadyPosted, Place
from signage.states import REASONED_STATES, SIGN_MOVES, SIGN_STATE_NAMES, SignState


@require_safe
@staff_page(Permission.SIGN_POST)
def sign_list(request: StaffRequest) -> HttpResponse:
    """What to hang, take down and look at, building by building in walking order."""
    key = request.GET.get("after", "")
    found = walls.wall(request.user, timezone.localdate(), after=int(key) if key.isdecimal() else None)
    return render(request, "field/sign_list.html", {"wall": found, "is_first": "after" not in request.GET})


def place_in(data: QueryDict) -> Place | None:
    """Where the phone says it is; None when it says nothing usable."""
    try:
        longitude, latitude = float(data.get("longitude", "")), float(data.get("latitude", ""))
    except ValueError:
        return None
    return Place(longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else None


def say_posted(request: StaffRequest, sign: Sign) -> None:
    names = {"sign": sign.get_product_display(), "home": sign.place, "serial": sign.serial}
    messages.success(request, _("Posted: %(sign)s %(serial)s at %(home)s.") % names)
    if sign.posted_metres_off is not None and sign.posted_metres_off > FAR:
        far = _("Your phone says you are %(metres)s m from this address. Look whether it is the right door.")
        messages.warning(request, far % {"metres": sign.posted_metres_off})


class GiveUpForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("What happened?"), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("In a few words"), max_length=200)

    def __init__(self, sign: Sign, data: QueryDict | None) -> None:
        super().__init__(data)
        possible = [s for s in REASONED_STATES if s in SIGN_MOVES[SignState(sign.state)]]
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(state.value, SIGN_STATE_NAMES[state]) for state in possible]


def _sign(request: StaffRequest, pk: int) -> Sign:
    rows = Sign.objects.filter(pk__in=Sign.objects.reached_by(request.user))
    return rows.select_related(
        "unit__building__community",
        "unit__standing",
        "estate__community",
        "posted_by",
        "issued_to",
        "ended_by",
    ).one(pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_POST)
def sign(request: StaffRequest, pk: int) -> HttpResponse:
    """One sign: hang it (a board with its photo), take it down, or say what became of it."""
    found = _sign(request, pk)
    do = request.POST.get("do", "")
    form, act = GiveUpForm(found, posted(request) if do == "give_up" else None), forms.Form(posted(request))
    received = uploads.receive(request, "photos", request.user)
    if request.method == "POST" and not received.errors:
        photo = received.digests[0] if received.digests else ""
        if do == "give_up":
            done = carried_out(form, lambda: _give_up(request, pk, form))
        else:
            done = carried_out(act, lambda: _move(request, pk, do, photo))
        if done:
            return redirect("field:sign", done.pk)
    shown = {"sign": found, "form": form, "act": act, "received": received, "true": _is_true(found)}
    shown["may_take_down"] = found.product != Product.NO_RENTAL or not _is_true(found)
    status = 422 if received.errors else max(status_of(form), status_of(act))
    return render(request, "field/sign.html", shown, status=status)


def _is_true(sign: Sign) -> bool:
    return sign.unit is None or sign.unit.standing.grade == sign.grade


def _move(request: StaffRequest, pk: int, do: str, photo: str) -> Sign:
    now = timezone.now()
    if do == "take_down":
        gone = sign_posting.take_down(sign_id=pk, by=request.user, at=now, photo=photo)
        messages.success(request, _("Recorded: %(serial)s is off the wall.") % {"serial": gone.serial})
        return gone
    try:
        hung = sign_posting.post(
            sign_id=pk, by=request.user, at=now, photo=photo, place=place_in(request.POST)
        )
    except AlreadyPosted as already:  # a second tap
        messages.info(request, str(already))
        return _sign(request, pk)
    say_posted(request, hung)
    return hung


def _give_up(request: StaffRequest, pk: int, form: GiveUpForm) -> Sign:
    ended = sign_posting.give_up(sign_id=pk, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Recorded. The home owes a new sign; it is in the next print run."))
    return ended


@require_safe
@staff_page(Permission.REGISTER_READ)
def sign_photo(request: StaffRequest, pk: int, which: str) -> FileResponse:
    """The sign where it hung, or its place when it was gone."""
    found = _sign(request, pk)
    return _picture({"posted": found.posted_photo, "ended": found.ended_photo}.get(which, ""))


def _picture(digest: str) -> FileResponse:
    if not digest:
        raise OutOfScope
    return FileResponse(
        default_storage.open(stored_name(digest)),
        content_type="image/jpeg",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_POST)
def sheets(request: StaffRequest, run: int, grid: int) -> HttpResponse:
    """What the cover of a bundle leads to: one tap takes its sheets over."""
    found = walls.sheets(request.user, run, grid, handing_out.part_of(run, grid, request.user))
    if found is None:
        raise OutOfScope
    form = forms.Form(posted(request))
    if request.method == "POST":
        taken = carried_out(form, lambda: _taken_over(request, run, grid))
        if taken is not None:
            return redirect("field:sign-list")
    return render(request, "field/sheets.html", {"sheets": found, "form": form}, status=status_of(form))


def _taken_over(request: StaffRequest, run: int, grid: int) -> int:
    count = sign_posting.hand_out(
        run_id=run, grid_id=grid, to=request.user, by=request.user, at=timezone.now()
    )
    if count:
        said = ngettext("%(n)d sign is in your hands now.", "%(n)d signs are in your hands now.", count)
        messages.success(request, said % {"n": count})
    else:
        messages.info(request, _("These sheets are in your hands already."))
    return count


class FoundForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What did you find?"),
        choices=[(outcome.value, name) for outcome, name in tasks.OUTCOME_NAMES.items()],
        widget=forms.RadioSelect,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.SIGN_POST)
def task(request: StaffRequest, pk: int) -> HttpResponse:
    """Something told about a door, and what was found there."""
    rows = SignTask.objects.visible_to(request.user).select_related(
        "unit__building__community", "unit__standing", "sign", "done_by"
    )
    found = rows.one(pk=pk)
    form = FoundForm(posted(request))
    if request.method == "POST":
        closed = carried_out(
            form,
            lambda: sign_report.close(task_id=pk, by=request.user, at=timezone.now(), **form.cleaned_data),
        )
        if closed:
            messages.success(request, _("Recorded. Thank you for looking."))
            return redirect("field:sign-list")
    hung = Sign.objects.on_the_wall().filter(unit=found.unit_id).order_by("product")
    shown = {
        "task": found,
        "form": form,
        "hung": hung,
        "answer": tasks.OUTCOME_NAMES.get(tasks.Outcome(found.answer)) if found.answer else "",
    }
    return render(request, "field/sign_task.html", shown, status=status_of(form))


@require_safe
@staff_page(Permission.REGISTER_READ)
def task_photo(request: StaffRequest, pk: int) -> FileResponse:
    return _picture(SignTask.objects.visible_to(request.user).one(pk=pk).photo)
