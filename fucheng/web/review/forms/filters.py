"""What narrows a list of the review pages: place, grade, state, words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from communities import access
from communities.models import Community, Grid, Post
from grading.models.rule_sets import GRADE_CHOICES
from letters.models import Document
from rentals.models import Unit

ANY = ("", _("All"))
GRADES = [ANY, *GRADE_CHOICES]


class PlaceFilter(forms.Form):
    """Community and grid out of the person's own area; the grid is asked once the community is known."""

    community = forms.ModelChoiceField(
        Community.objects.none(), required=False, label=_("Community"), empty_label=_("All")
    )
    grid = forms.ModelChoiceField(Grid.objects.none(), required=False, label=_("Grid"), empty_label=_("All"))

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data)
        scope = access.scope_of(user)
        communities = Community.objects.visible_to(user)
        chosen = data.get("community", "")
        is_chosen = chosen.isascii() and chosen.isdigit()
        if scope.whole_street or len(scope.community_ids) > 1:
            self._choose("community", communities)
        else:
            del self.fields["community"]
        if is_chosen or not scope.whole_street:
            grids = Grid.objects.visible_to(user)
            self._choose("grid", grids.filter(community=chosen) if is_chosen else grids)
        else:
            del self.fields["grid"]
        self.full_clean()

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = rows

    @property
    def wanted(self) -> dict[str, Any]:
        """Only what was asked and understood."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def said(self, name: str) -> str:
        """What was chosen, in words."""
        value = self.cleaned_data[name]
        choices = getattr(self.fields[name], "choices", ())
        known = {str(key): str(label) for key, label in choices} if isinstance(value, str | int) else {}
        return known.get(str(value), str(value))

    @property
    def is_narrowing(self) -> bool:
        return bool(self.wanted)


class QueueFilter(PlaceFilter):
    building = forms.CharField(required=False, max_length=64, label=_("Building or address"))
    from_grade = forms.ChoiceField(
        required=False, label=_("From grade"), choices=[ANY, ("none", _("Not graded")), *GRADE_CHOICES]
    )
    to_grade = forms.ChoiceField(required=False, label=_("To grade"), choices=GRADES)
    inspector = forms.ModelChoiceField(
        User.objects.none(), required=False, label=_("Inspected by"), empty_label=_("All")
    )
    age = forms.TypedChoiceField(
        required=False,
        label=_("Waiting"),
        coerce=int,
        empty_value=None,
        choices=[
            ANY,
            (2, _("more than 2 days")),
            (7, _("more than 7 days")),
            (14, _("more than 14 days")),
        ],
    )
    field_order = ["building", "community", "grid", "from_grade", "to_grade", "inspector", "age"]

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(user, data)
        workers = Post.objects.visible_to(user).filter(role=Role.GRID_WORKER)
        if "community" in self.wanted:
            workers = workers.filter(community=self.wanted["community"])
        if access.scope_of(user).whole_street and "community" not in self.wanted:
            del self.fields["inspector"]
        else:
            self._choose(
                "inspector", User.objects.filter(pk__in=workers.values("user")).order_by("display_name")
            )
        self.full_clean()


class RegisterFilter(PlaceFilter):
    q = forms.CharField(required=False, max_length=64, label=_("Code, address or building"))
    grade = forms.ChoiceField(required=False, label=_("Grade"), choices=[*GRADES, ("none", _("Not graded"))])
    category = forms.ChoiceField(required=False, label=_("Category"), choices=[ANY, *Unit.Category.choices])
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            ANY,
            ("stale", _("Visit overdue")),
            ("never", _("Never visited")),
            ("owed", _("Sticker owed")),
        ],
    )
    field_order = ["q", "community", "grid", "grade", "category", "state"]


class DocumentFilter(PlaceFilter):
    q = forms.CharField(required=False, max_length=64, label=_("Number, address or building"))
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=[ANY, *Document.Kind.choices])
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            ANY,
            ("undelivered", _("to be delivered")),
            ("read", _("read by the landlord")),
            ("owed", _("being made")),
            ("failed", _("could not be made")),
        ],
    )
    field_order = ["q", "community", "grid", "kind", "state"]


class BuildingFilter(PlaceFilter):
    q = forms.CharField(required=False, max_length=64, label=_("Code or name"))
    state = forms.ChoiceField(
        required=False,
        label=_("State of a home"),
        choices=[
            ANY,
            ("stale", _("Visit overdue")),
            ("never", _("Never visited")),
            ("none", _("Not graded")),
        ],
    )
    field_order = ["q", "community", "grid", "state"]


class AsOfForm(forms.Form):
    on = forms.DateField(
        label=_("Grade on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
