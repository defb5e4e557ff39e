"""Pages of the search for a safe home. Without session and user, like the page behind a sticker."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communities.models import Community, Estate
from fucheng.web.public import safe_homes
from fucheng.web.public.views import SHARED, page

A_PAGE = 20


class FindForm(forms.Form):
    """What somebody who looks for a home may wish; anything unreadable is as if it were not asked."""

    q = forms.CharField(label=_("Village, road or building"), max_length=64, required=False)
    community = forms.TypedChoiceField(label=_("Community"), coerce=int, empty_value=None, required=False)
    estate = forms.TypedChoiceField(
        label=_("Estate or village"), coerce=int, empty_value=None, required=False
    )
    wish = forms.ChoiceField(label=_("Safety"), required=False)
    stars = forms.TypedChoiceField(
        label=_("Stars of the building"), coerce=int, empty_value=None, required=False
    )
    order = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(
        self, data: Any, communities: list[Community], estates: list[Estate], *, english: bool
    ) -> None:
        super().__init__(data)
        any_ = ("", _("any"))
        choices: dict[str, list[Any]] = {
            "community": [any_, *((c.pk, c.name_en if english else c.name) for c in communities)],
            "estate": [any_, *((e.pk, e.name) for e in estates)],
            "wish": [any_, *safe_homes.WISHES.items()],
            "stars": [any_, *((n, f"{'★' * n} +") for n in range(1, 6))],
            "order": [
                ("", _("safest first")),
                *((key, words) for key, (words, _k) in safe_homes.ORDERS.items()),
            ],
        }
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = values


@require_safe
def find(request: HttpRequest) -> HttpResponseBase:
    """The safest buildings that fit, twenty a page."""
    is_english = request.GET.get("lang") == "en"
    with translation.override("en" if is_english else "zh-hans"):
        communities, estates = safe_homes.places()
        form = FindForm(request.GET, communities, estates, english=is_english)
        form.full_clean()
        wanted = form.cleaned_data
        found = safe_homes.wished(
            safe_homes.buildings(),
            text=wanted.get("q") or "",
            community=wanted.get("community"),
            estate=wanted.get("estate"),
            wish=wanted.get("wish") or "",
            stars=wanted.get("stars"),
            order=wanted.get("order") or "",
        )
        shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
        names = {c.pk: c.name_en if is_english else c.name for c in communities}
        named = {e.pk: e.name for e in estates}
        asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
        context = {
            "form": form,
            "page": shown,
            "rows": [(b, names.get(b.community_id, ""), named.get(b.estate_id or 0, "")) for b in shown],
            "asked": urlencode(asked),
            "is_filtered": bool(asked),
        }
        return page(request, "public/find.html", context)


@require_safe
def building(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The homes of one building, floor by floor."""
    with translation.override("en" if request.GET.get("lang") == "en" else "zh-hans"):
        found = safe_homes.building_page(pk)
        if found is None:
            return page(request, "public/find_gone.html", {}, status=404)
        return page(request, "public/find_building.html", {"found": found, "b": found.numbers})


@require_safe
def on_map(request: HttpRequest) -> HttpResponseBase:
    with translation.override("en" if request.GET.get("lang") == "en" else "zh-hans"):
        return page(request, "public/find_map.html", {"tiles": settings.MAP_TILE_URL})


@require_safe
def map_data(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(safe_homes.map_points())
    response["Cache-Control"] = SHARED
    return response
