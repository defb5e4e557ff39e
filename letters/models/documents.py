"""Numbered documents: what they were made from, the file, how they reached the landlord and who read them."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from accounts.triggers import append_only, audited, follows, no_delete
from grading.models import GradeChange, StarAward, Visit
from letters.querysets import DocumentQuerySet, OfDocumentQuerySet
from rentals.models import Building, Landlord, Unit


class DocumentSeries(models.Model):
    """The last number given, by kind and year. Counted by the trigger of `Document`, by nobody else."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="documentseries_once_a_kind_and_year", fields=["kind", "year"])
        ]
        triggers: ClassVar = [no_delete()]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


DOCUMENT_MOVES: dict[str, set[str]] = {
    "owed": {"ready", "failed"},
    "ready": set(),
    "failed": {"owed"},
}


class Document(models.Model):
    """Owed from the moment of the decision; once rendered it never changes.

    `data` is frozen when the document is issued (letters.engine.official.OfficialDocument); the file can be
    made from it again with the same bytes.
    """

    class Kind(models.TextChoices):
        RECTIFICATION = "rectify", _("rectification notice")
        NO_RENTAL = "no_rental", _("no-rental notice letter")
        DELISTING = "delisting", _("delisting decision")
        OBJECTION = "objection", _("answer to an objection")
        STAR = "star", _("star award")
        STAR_END = "star_end", _("withdrawal of stars")

    class State(models.TextChoices):
        OWED = "owed", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be made")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    prefix = models.CharField(max_length=16, help_text="福城租整")
    year = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField(default=0, help_text="given by the database when the row is inserted")
    number = models.GeneratedField(
        expression=Concat(
            *(
                Cast(part, models.TextField())
                for part in ("prefix", Value("〔"), "year", Value("〕"), "seq", Value("号"))
            )
        ),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="documents")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="documents")
    landlord = models.ForeignKey(Landlord, null=True, on_delete=models.PROTECT, related_name="documents")
    change = models.ForeignKey(GradeChange, null=True, on_delete=models.PROTECT, related_name="documents")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="documents")
    star_award = models.ForeignKey(StarAward, null=True, on_delete=models.PROTECT, related_name="documents")
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replacement", help_text="one that failed"
    )
    data: Any = models.JSONField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.OWED)
    failure = models.CharField(max_length=200, blank=True, help_text="why it could not be made")
    file = models.CharField(max_length=255, blank=True, help_text="name in storage")
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    rendered_at = models.DateTimeField(null=True)

    objects = DocumentQuerySet["Document"].as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering: ClassVar = ["-issued_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="document_number_once_a_kind_and_year", fields=["kind", "year", "seq"]
            ),
            models.UniqueConstraint(
                name="document_once_for_a_decision",
                fields=["kind", "change"],
                condition=Q(change__isnull=False, replaces__isnull=True),
            ),
            models.UniqueConstraint(
                name="document_once_for_a_visit_and_place",
                fields=["kind", "visit", "unit"],
                condition=Q(visit__isnull=False, replaces__isnull=True),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="document_once_for_an_award_and_its_end",
                fields=["kind", "star_award"],
                condition=Q(star_award__isnull=False, replaces__isnull=True),
            ),
            models.CheckConstraint(
                name="document_ready_has_its_file",
                condition=Q(
                    state="ready",
                    file__gt="",
                    sha256__gt="",
                    pages__gt=0,
                    rendered_at__isnull=False,
                    failure="",
                )
                | Q(state="owed", file="", sha256="", rendered_at__isnull=True)
                | Q(state="failed", file="", sha256="", failure__gt=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["building", "-issued_at"], name="document_of_building"),
            models.Index(fields=["landlord", "-issued_at"], name="document_of_landlord"),
            models.Index(fields=["id"], name="document_owed", condition=Q(state="owed")),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="numbered_without_gaps",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO letters_documentseries AS s (kind, year, last) VALUES (NEW.kind, NEW.year, 1)
                    ON CONFLICT (kind, year) DO UPDATE SET last = s.last + 1 RETURNING last INTO NEW.seq;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="immutable_once_issued",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.state = 'ready' OR
                        (NEW.kind, NEW.prefix, NEW.year, NEW.seq, NEW.building_id, NEW.unit_id,
                         NEW.landlord_id, NEW.change_id, NEW.visit_id, NEW.star_award_id,
                         NEW.replaces_id, NEW.data, NEW.issued_at, NEW.issued_by_id)
                        IS DISTINCT FROM
                        (OLD.kind, OLD.prefix, OLD.year, OLD.seq, OLD.building_id, OLD.unit_id,
                         OLD.landlord_id, OLD.change_id, OLD.visit_id, OLD.star_award_id,
                         OLD.replaces_id, OLD.data, OLD.issued_at, OLD.issued_by_id)
                    THEN RAISE EXCEPTION 'pgtrigger: Cannot change an issued document';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="replaces_one_that_failed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__replaces__isnull=False),
                func="""
                    PERFORM 1 FROM letters_document d WHERE d.id = NEW.replaces_id AND d.state = 'failed'
                       AND (d.kind, d.building_id, d.unit_id, d.change_id, d.visit_id, d.star_award_id)
                           IS NOT DISTINCT FROM (NEW.kind, NEW.building_id, NEW.unit_id, NEW.change_id,
                                                 NEW.visit_id, NEW.star_award_id)
                    FOR UPDATE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'only a document that failed is replaced, by one about the same'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_replaces_one_that_failed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="replaced_is_not_made",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="failed", new__state="owed"),
                func="""
                    IF EXISTS (SELECT FROM letters_document d WHERE d.replaces_id = OLD.id) THEN
                        RAISE EXCEPTION 'a document that was replaced is not made any more'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_replaced_is_not_made';
                    END IF;
                    RETURN NEW;
                """,
            ),
            audited("document", "state", reason="n.failure"),
            follows(DOCUMENT_MOVES),
            no_delete(),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def missing_character(self) -> str:
        """What the fonts lack, when that is why it failed."""
        return (
            self.failure.removeprefix("missing_glyph: ") if self.failure.startswith("missing_glyph") else ""
        )

    @property
    def missing_character_alone(self) -> str:
        """Without its code point."""
        return self.missing_character.split(" ")[0]

    @property
    def title(self) -> str:
        return str(self.data["title"])


class Delivery(models.Model):
    """How a document reached somebody; each way is a row of its own."""

    class How(models.TextChoices):
        IN_PERSON = "in_person", _("handed over")
        DOOR = "door", _("posted at the door")
        POST = "post", _("sent by post")
        INBOX = "inbox", _("in the landlord's inbox")

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="deliveries")
    how = models.CharField(_("how"), max_length=10, choices=How)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(_("to whom"), max_length=64, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    photo = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the stored picture")

    objects = OfDocumentQuerySet["Delivery"].as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="delivery_at_the_door_has_a_photo", condition=~Q(how="door") | Q(photo__gt="")
            ),
            models.CheckConstraint(
                name="delivery_by_hand_or_post_has_to_whom",
                condition=~Q(how__in=["in_person", "post"]) | Q(to__gt=""),
            ),
            models.UniqueConstraint(
                name="delivery_one_in_the_inbox", fields=["document"], condition=Q(how="inbox")
            ),
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.document_id} {self.how}"


class Reading(models.Model):
    """The landlord opened the document: once, the first time."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="readings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="reading_first_time_only", fields=["document", "by"])
        ]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.document_id} {self.at:%Y-%m-%d}"
