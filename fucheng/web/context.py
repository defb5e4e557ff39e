"""What every page's frame shows: who is signed in, where they may go, how they want to read."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject, cached_property

from accounts.models import User
from communities.models import Post, Street
from fucheng.web import navigation
from letters.models import Notice

ELDER_COOKIE = "fc-elder"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Nothing is read from the database before a template asks for it."""
    return {
        "frame": SimpleLazyObject(lambda: Frame(request)),
        "elder": request.COOKIES.get(ELDER_COOKIE) == "1",
    }


class Frame:
    """The frame around one page for one person."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        user = getattr(request, "user", None)  # absent when an error came before sign-in was known
        self.user: User | None = user if user is not None and user.is_authenticated else None
        self.is_signed_in = self.user is not None
        self.is_staff_side = self.user is not None and self.user.kind == User.Kind.STAFF
        may_go_on = self.user is not None and not self.user.must_change_password
        self.menus = navigation.menus_of(self.user, request) if self.user and may_go_on else []

    @property
    def tabs(self) -> list[navigation.Link]:
        """The phone's bottom bar: the tabs of the page's area, or of one's own where that has but one."""
        bars = [(menu.active, [link for link in menu.links if link.tab]) for menu in self.menus]
        bars = [(active, tabs) for active, tabs in bars if tabs]
        own = next((tabs for active, tabs in bars if active and len(tabs) > 1), None)
        return own or max((tabs for _active, tabs in bars), key=len, default=[])

    @cached_property
    def unread(self) -> int:
        """What was told and not read yet: one count over a partial index, read once a page."""
        may_go_on = self.user is not None and not self.user.must_change_password
        return Notice.objects.visible_to(self.user).unread().count() if self.user and may_go_on else 0

    @property
    def street(self) -> Street | None:
        return Street.objects.first()

    @property
    def posts(self) -> list[Post]:
        """The posts held today, with their places."""
        if self.user is None or not self.is_staff_side:
            return []
        held = Post.objects.held_on(timezone.localdate()).filter(user=self.user)
        return list(held.select_related("community", "grid").order_by("pk"))
