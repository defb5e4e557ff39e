"""What the office settles: what signs say and how large they are, version by version; and its printers."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.triggers import append_only, audited, no_delete


class SignSettings(models.Model):
    """One version of what every sign says; the newest is in force. A run keeps the version it was ordered
    with, so what was printed stays what it was."""

    hotline = models.CharField(_("hotline"), max_length=32)
    office = models.CharField(_("name of the office"), max_length=64)
    programme = models.CharField(_("name of the programme"), max_length=64)
    scan = models.CharField(_("words beside the code"), max_length=32)
    wording: Any = models.JSONField(
        default=dict, help_text="lines by their name (signage.services.wording.LINES)"
    )
    sizes: Any = models.JSONField(default=dict, help_text="size by product, where it is not the usual one")
    logo = models.CharField(max_length=255, blank=True, help_text="name in storage, PNG")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("settings of the signs")
        verbose_name_plural = _("settings of the signs")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="signsettings_has_a_hotline", condition=Q(hotline__gt="")),
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.pk} {self.hotline}"


class Printer(models.Model):
    """One printer, or one kind of label paper: how far it prints off, and the space between stickers."""

    name = models.CharField(_("name"), max_length=64, unique=True)
    offset_x = models.DecimalField(_("to the right, mm"), max_digits=4, decimal_places=1, default=0)
    offset_y = models.DecimalField(_("upwards, mm"), max_digits=4, decimal_places=1, default=0)
    gap_x = models.DecimalField(_("space between columns, mm"), max_digits=3, decimal_places=1, default=2)
    gap_y = models.DecimalField(_("space between rows, mm"), max_digits=3, decimal_places=1, default=2)
    cut_marks = models.BooleanField(_("cut marks"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("printer")
        verbose_name_plural = _("printers")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="printer_offset_at_most_20_mm",
                condition=Q(offset_x__range=(-20, 20), offset_y__range=(-20, 20)),
            ),
            models.CheckConstraint(
                name="printer_gap_at_most_9_mm", condition=Q(gap_x__range=(0, 9), gap_y__range=(0, 9))
            ),
        ]
        triggers: ClassVar = [
            audited("printer", "name", "offset_x", "offset_y", "gap_x", "gap_y", "cut_marks", "is_active"),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.name
