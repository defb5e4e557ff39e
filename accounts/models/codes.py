"""One-time codes for sign-in by phone: six digits, ten minutes, five tries, one use."""

from typing import ClassVar

from django.db import models


class OneTimeCode(models.Model):
    phone_index = models.BinaryField(max_length=16, db_index=True)
    code_hash = models.CharField(max_length=128)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="onetimecode_at_most_five_tries", condition=models.Q(tries__lte=5))
        ]

    def __str__(self) -> str:
        return f"code of {self.sent_at:%Y-%m-%d %H:%M}"
