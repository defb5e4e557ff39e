"""A person who signs in: staff by name and password, landlords by phone and one-time code."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import triggers


class UserManager(BaseUserManager["User"]):
    def create_user(self, name: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, name: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(name, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    class Kind(models.TextChoices):
        STAFF = "staff", _("Staff")
        LANDLORD = "landlord", _("Landlord")
        SYSTEM = "system", _("System")

    name = models.CharField(_("sign-in name"), max_length=64, unique=True)
    display_name = models.CharField(_("name"), max_length=64, blank=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STAFF)
    phone_index = models.BinaryField(max_length=16, null=True, unique=True, editable=False)
    must_change_password = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("may open the data window (admin)"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="user_landlord_has_phone",
                condition=~models.Q(kind="landlord") | models.Q(phone_index__isnull=False),
            )
        ]
        triggers: ClassVar = [
            triggers.audited("user", "is_active", "is_staff", "is_superuser", "must_change_password"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.name
