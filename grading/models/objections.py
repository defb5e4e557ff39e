"""What a landlord says against a decision (an objection, answered), and beside a grade (a reply, published)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from accounts.triggers import audited, follows, no_delete
from grading.models.changes import GradeChange
from grading.models.visits import Visit
from grading.querysets import ObjectionQuerySet, OfUnitQuerySet
from grading.states import (
    OBJECTION_MOVES,
    OBJECTION_STATE_NAMES,
    OPEN_OBJECTION_STATES,
    VISIT_REQUEST_MOVES,
    VISIT_REQUEST_STATE_NAMES,
    ObjectionState,
    VisitRequestState,
)
from grading.triggers import (
    objection_done_by_their_post,
    objection_in_time_and_answered_by_another,
    of_unit_done_by_their_post,
    reply_is_never_edited,
    revisit_by_another,
)
from rentals.models import Unit

OPEN = [state.value for state in OPEN_OBJECTION_STATES]


class Objection(models.Model):
    """Against one decision, answered by a person who took no part in it."""

    class Remedy(models.TextChoices):
        """What follows when it is upheld; the grade itself is decided by the usual people."""

        REINSPECTION = "reinspection", _("another person visits again")
        SET_ASIDE = "set_aside", _("findings are set aside and the home is assessed anew")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="objections")
    change = models.OneToOneField(GradeChange, on_delete=models.PROTECT, related_name="objection")
    state = models.CharField(
        max_length=10,
        choices=[(s.value, OBJECTION_STATE_NAMES[s]) for s in ObjectionState],
        default=ObjectionState.FILED,
    )
    words = models.CharField(_("what is wrong with the decision"), max_length=500)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    answer_by = models.DateField(_("to be answered by"))
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    remedy = models.CharField(max_length=12, choices=Remedy, blank=True)

    objects = ObjectionQuerySet["Objection"].as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering: ClassVar = ["answer_by", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="objection_answered_has_who_when_why",
                condition=Q(state__in=OPEN, answered_by__isnull=True, answered_at__isnull=True)
                | (
                    ~Q(state__in=OPEN)
                    & Q(answered_by__isnull=False, answered_at__isnull=False, answer__gt="")
                ),
            ),
            models.CheckConstraint(
                name="objection_answered_by_whom_it_was_given_to",
                condition=Q(answered_by__isnull=True)
                | Q(assigned_to__isnull=True)
                | Q(answered_by=F("assigned_to")),
            ),
            models.CheckConstraint(
                name="objection_upheld_has_a_remedy",
                condition=Q(state="upheld", remedy__gt="") | (~Q(state="upheld") & Q(remedy="")),
            ),
            models.CheckConstraint(
                name="objection_assigned_has_who_and_when",
                condition=~Q(state="assigned") | Q(assigned_to__isnull=False, assigned_at__isnull=False),
            ),
        ]
        triggers: ClassVar = [
            audited("objection", "state", "assigned_to_id", reason="n.answer"),
            follows(OBJECTION_MOVES),
            objection_done_by_their_post(),
            no_delete(),
            objection_in_time_and_answered_by_another(),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"


class VisitRequest(models.Model):
    """A visit that somebody asked for: a landlord who wants green, or an objection that was upheld."""

    class Why(models.TextChoices):
        UPGRADE = "upgrade", _("the landlord asks for green")
        OBJECTION = "objection", _("an objection was upheld")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="visit_requests")
    why = models.CharField(max_length=10, choices=Why)
    objection = models.OneToOneField(
        Objection, null=True, on_delete=models.PROTECT, related_name="visit_request"
    )
    state = models.CharField(
        max_length=10,
        choices=[(s.value, VISIT_REQUEST_STATE_NAMES[s]) for s in VisitRequestState],
        default=VisitRequestState.REQUESTED,
    )
    words = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    visit_by = models.DateField(_("visit by"))
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = OfUnitQuerySet["VisitRequest"].as_manager()

    class Meta:
        verbose_name = _("visit asked for")
        verbose_name_plural = _("visits asked for")
        ordering: ClassVar = ["visit_by", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="visitrequest_one_open_a_home_and_cause",
                fields=["unit", "why"],
                condition=Q(state="requested"),
            ),
            models.CheckConstraint(
                name="visitrequest_done_has_its_visit",
                condition=Q(state="requested", visit__isnull=True, ended_at__isnull=True)
                | Q(state="done", visit__isnull=False, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="visitrequest_of_an_objection",
                condition=Q(why="objection", objection__isnull=False)
                | Q(why="upgrade", objection__isnull=True),
            ),
        ]
        triggers: ClassVar = [
            audited("visit_request", "state"),
            no_delete(),
            revisit_by_another(),
            follows(VISIT_REQUEST_MOVES),
            of_unit_done_by_their_post(requested_by=(Permission.VISIT_REQUEST, Permission.OBJECTION_ANSWER)),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.why}"


class Reply(models.Model):
    """The landlord's words beside a grade, for everybody to read. Hidden for abuse only, never edited."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="replies")
    change = models.ForeignKey(GradeChange, on_delete=models.PROTECT, related_name="replies")
    text = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_reason = models.CharField(max_length=200, blank=True)

    objects = OfUnitQuerySet["Reply"].as_manager()

    class Meta:
        verbose_name = _("reply of the landlord")
        verbose_name_plural = _("replies of landlords")
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="reply_one_shown_a_decision", fields=["change"], condition=Q(hidden_at__isnull=True)
            ),
            models.CheckConstraint(
                name="reply_hidden_has_who_and_why",
                condition=Q(hidden_at__isnull=True, hidden_by__isnull=True, hidden_reason="")
                | Q(hidden_at__isnull=False, hidden_by__isnull=False, hidden_reason__gt=""),
            ),
            models.CheckConstraint(name="reply_says_something", condition=~Q(text="")),
        ]
        triggers: ClassVar = [
            audited("reply", "hidden_at", reason="n.hidden_reason"),
            no_delete(),
            reply_is_never_edited(),
            of_unit_done_by_their_post(
                by=(Permission.OBJECTION_FILE,), hidden_by=(Permission.REPLY_MODERATE,)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.at:%Y-%m-%d}"
