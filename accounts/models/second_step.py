"""The second step of a staff sign-in: a code from an authenticator application (TOTP, RFC 6238)."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.protected import seal, unseal

PLACE = "accounts_secondstep.secret"


class SecondStep(models.Model):
    """Counts at the door from `confirmed_at` on. The secret is sealed, recovery codes are kept as blind indexes.

    `last_counter` is the 30-second step of the last code that opened the door: each code opens it once.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="second_step"
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    secret_sealed = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
    last_counter = models.PositiveBigIntegerField(default=0)
    recovery = ArrayField(models.BinaryField(max_length=16), default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="secondstep_at_most_five_tries", condition=models.Q(tries__lte=5))
        ]

    def __str__(self) -> str:
        return f"second step of {self.user_id}"

    @property
    def secret(self) -> str:
        return unseal(self.secret_sealed, place=PLACE, row=self.uid)

    @secret.setter
    def secret(self, value: str) -> None:
        self.secret_sealed = seal(value, place=PLACE, row=self.uid)
