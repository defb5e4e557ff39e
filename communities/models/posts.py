"""Who serves where, as what, from when to when."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.roles import ROLE_NAMES, STREET_WIDE_ROLES, Role
from accounts.triggers import audited
from communities.models.places import Community, Grid
from communities.querysets import PostQuerySet


class Post(models.Model):
    """A role held in a community, or in the whole street when `community` is empty."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(
        _("role"),
        max_length=16,
        choices=[(role, ROLE_NAMES[role]) for role in Role if role is not Role.LANDLORD],
    )
    community = models.ForeignKey(
        Community, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    grid = models.ForeignKey(Grid, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PostQuerySet["Post"].as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="post_local_role_has_community",
                condition=Q(role__in=sorted(STREET_WIDE_ROLES)) | Q(community__isnull=False),
            ),
            models.CheckConstraint(
                name="post_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            ExclusionConstraint(
                name="post_held_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Coalesce("community", Value(0)), RangeOperators.EQUAL),
                    (Coalesce("grid", Value(0)), RangeOperators.EQUAL),
                    (
                        Func("starts_on", "ends_on", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers: ClassVar = [audited("post", "role", "community_id", "grid_id", "starts_on", "ends_on")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.community or ''}".strip()

    @property
    def role_name(self) -> str:
        return str(ROLE_NAMES[Role(self.role)])
