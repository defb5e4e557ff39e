"""Photos that come with a form: kept at once, carried by a signed token until the form is confirmed.

A form may be shown again (a wrong field, the check before sending); a browser never fills a file
field again, so the photos are stored on arrival and the form carries what it may claim: a token that
only the person who sent the photo can use.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from grading.services import photos

MOST = 3  # photos a finding or proof: evidence of one hazard, not a record of the home


@dataclass(frozen=True)
class Received:
    """The photos of one place of a form. `errors` belong beside its file field."""

    digests: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def receive(request: HttpRequest, name: str, by: User) -> Received:
    """Stores the files of field `name` and adds those kept before (`<name>-kept`)."""
    digests, errors = list(_kept(request.POST.getlist(f"{name}-kept"), by)), []
    for upload in request.FILES.getlist(name):
        try:
            digest = photos.store(upload)
        except photos.UnusablePhoto as error:
            errors.append(str(error))
            continue
        if digest not in digests:
            digests.append(digest)
    if len(digests) > MOST:
        errors.append(_("At most three photos; the first three are kept."))
    digests = digests[:MOST]
    return Received(tuple(digests), tuple(_signer(by).sign(d) for d in digests), tuple(errors))


def _signer(by: User) -> signing.Signer:
    return signing.Signer(salt=f"photo of {by.pk}")


def _kept(tokens: Iterable[Any], by: User) -> Iterable[str]:
    """The digests behind tokens of this person; others are dropped."""
    for token in dict.fromkeys(tokens):
        try:
            yield _signer(by).unsign(token)
        except signing.BadSignature:
            continue


def digest_behind(token: str, by: User) -> str:
    """For the preview of a photo that is not part of anything yet; empty when it is not this person's."""
    return next(iter(_kept([token], by)), "")
