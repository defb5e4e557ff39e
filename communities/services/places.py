"""Facts of the street that its office settles."""

from communities.models import Street


def set_hotline(hotline: str) -> None:
    """The number that pages, letters and signs show. Who may is asked where the signs are settled."""
    Street.objects.update(hotline=hotline)
