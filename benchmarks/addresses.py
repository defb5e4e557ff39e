"""Every address of the site, with an example for what stands in it, as each role would open it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

Example = Callable[[Any], Any]
LEFT_OUT = ("admin", "i18n", "metrics", "sign-out", "password", "nowhere", "healthz", "readyz", "setlang")


def routes() -> list[tuple[str, str]]:
    """(name with its area, route) of everything but the admin, probes, language switch and long downloads."""
    found = [
        (name, route)
        for name, route in _walk(get_resolver().url_patterns, "", "")
        if not name.endswith("-export")
        and not any(part in LEFT_OUT for part in (name, name.partition(":")[0], name.partition(":")[2]))
    ]
    return sorted(found)


def _walk(patterns: list[Any], area: str, before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern.url_patterns, area + inner, route)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield area + pattern.name, route


def urls_for(name: str, route: str, user: Any) -> list[str]:
    """The address with examples from what this person may see: none without an example, several for screens."""
    segments = route.split("/")
    ways: list[dict[str, Any]] = [{}]
    for number, segment in enumerate(segments):
        if "<" not in segment:
            continue
        param = segment.partition(">")[0].rpartition(":")[2].lstrip("<")
        example = _EXAMPLES.get(f"{segments[number - 1]}/{param}")
        found = example(user) if example else None
        values = found if isinstance(found, tuple) else () if found is None else (found,)
        ways = [way | {param: value} for way in ways for value in values]
    return [reverse(name, kwargs=way) for way in ways]


def _latest(room: str, model: str, **wanted: Any) -> Example:
    """The newest row in the person's scope; models without a scope give their newest row."""

    def find(user: Any) -> Any:
        from django.apps import apps

        manager = apps.get_model(room, model)._default_manager
        rows = manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()
        return rows.filter(**wanted).order_by("-pk").values_list("pk", flat=True).first()

    return find


def _largest_building(user: Any) -> Any:
    """Of the person's buildings the one with the most homes: the heaviest form."""
    from django.db.models import Count

    from rentals.models import Building

    found = Building.objects.visible_to(user).annotate(n=Count("units")).order_by("-n", "pk")
    return found.values_list("pk", flat=True).first()


def _gone_through_most(field: str) -> Example:
    """The home with the longest history of grades."""

    def find(user: Any) -> Any:
        from django.db.models import Count

        from grading.models import GradePeriod
        from rentals.models import Unit

        known = GradePeriod.objects.filter(unit__in=Unit.objects.visible_to(user)).values("unit")
        top = known.annotate(n=Count("pk")).order_by("-n").first()
        units = Unit.objects.visible_to(user).filter(**({"pk": top["unit"]} if top else {}))
        return units.values_list(field, flat=True).first()

    return find


def _token(user: Any) -> Any:
    from signage.models import PublicToken

    return PublicToken.objects.filter(unit__standing__grade="red").values_list("token", flat=True).first()


def _version(_user: Any) -> Any:
    from grading.models import RuleSet

    return RuleSet.objects.values_list("version", flat=True).first()


def _community(user: Any) -> Any:
    from communities.models import Community

    return Community.objects.order_by("pk").values_list("pk", flat=True).first()


def _screens(_user: Any) -> Any:
    from fucheng.web.leaders.lists import SCREENS

    return tuple(SCREENS)


def _run_with_file(user: Any) -> Any:
    from signage.models import PrintRun

    return PrintRun.objects.visible_to(user).filter(files__isnull=False).values_list("pk", flat=True).first()


_EXAMPLES: dict[str, Example] = {
    "buildings/pk": _largest_building,
    "homes/pk": _gone_through_most("pk"),
    "units/code": _gone_through_most("code"),
    "communities/pk": _community,
    "visits/pk": _latest("grading", "Visit"),
    "changes/pk": _latest("grading", "GradeChange", state__in=["proposed", "with_panel"]),
    "proofs/pk": _latest("grading", "Proof", state="sent"),
    "reports/pk": _latest("grading", "HazardReport"),
    "hazards/pk": _latest("grading", "Hazard", state="open"),
    "photos/pk": _latest("grading", "Photo"),
    "jobs/pk": _latest("jobs", "Job"),
    "imports/pk": _latest("rentals", "ImportRun"),
    "print-runs/pk": _run_with_file,
    "files/seq": lambda _user: 0,
    "people/pk": _latest("accounts", "User", kind="staff"),
    "leaders/screen": _screens,
    "rules/version": _version,
    "u/token": _token,
}
