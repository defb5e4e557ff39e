"""Landlords and managers. Identity numbers and phones are sealed; tenants are never recorded by name."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.protected import Protected
from core.text import mask_identity, mask_name, mask_phone


class Person(models.Model):
    """Found by identity number, else by name and phone, through blind indexes only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=64)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(max_length=16, null=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    phone = Protected("phone")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return mask_name(self.name)

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)


class Landlord(Person):
    identity_sealed = models.BinaryField(null=True)
    identity_index = models.BinaryField(max_length=16, null=True, unique=True)

    identity = Protected("identity")

    class Meta:
        verbose_name = _("landlord")
        verbose_name_plural = _("landlords")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="landlord_without_identity_once_by_name_and_phone",
                fields=["name", "phone_index"],
                condition=models.Q(identity_index__isnull=True),
                nulls_distinct=False,
            )
        ]

    @property
    def masked_identity(self) -> str:
        return mask_identity(self.identity)


class Manager(Person):
    """Runs homes for a landlord (管理人, often a 二房东)."""

    class Meta:
        verbose_name = _("manager")
        verbose_name_plural = _("managers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="manager_once_by_name_and_phone",
                fields=["name", "phone_index"],
                nulls_distinct=False,
            )
        ]
