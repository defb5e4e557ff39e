"""The public address of a home, and those that it had before."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.triggers import append_only
from rentals.models import Unit


class PublicToken(models.Model):
    """The opaque address of a home's public page: 128 random bits that survive every grade change.

    The office renews it when a sticker was stolen or copied; the old one is then a `WithdrawnToken`.
    """

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, primary_key=True, related_name="public_token")
    token = models.CharField(max_length=22, unique=True, db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="publictoken_is_22_base62", condition=Q(token__regex=r"^[0-9A-Za-z]{22}$")
            )
        ]

    def __str__(self) -> str:
        return f"{self.token[:4]}…"


class WithdrawnToken(models.Model):
    """An address that led to a home once and leads nowhere any more."""

    token = models.CharField(max_length=22, unique=True, db_collation="C")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.token[:4]}…"
